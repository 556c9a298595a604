/** What a mediator does in a game of many steps, for people and for programs. */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import type { MixturePart, Solution } from '../../verify/claim.ts';
import { showNum } from '../../verify/number.ts';
import { number, strategyJson } from '../plain.ts';
import { more, mostLines, strategyText } from '../wording.ts';
import { labelledSets } from './labels.ts';

type Mixture = Extract<Solution, { kind: 'mixture' }>;

/** Information sets written out of one part. */
const mostSets = 2_000;
/** Lines of all parts together, for people. */
const mostPartLines = 60;

/** The strategies of one part as behaviour, with labels. */
function setsOf(game: TabularGame, { situations }: Mixture, part: MixturePart, limit: number) {
  const agents = situations.map((own, i) => ({ ...own, strategies: part.strategies[i] ?? [] }));
  return labelledSets(game, agents, limit);
}

export function mixtureLines(game: TabularGame, mixture: Mixture): string[] {
  const width = Math.max(...game.agents.map(agent => agent.length));
  const lines: string[] = [];
  let shown = 0;
  for (const part of mixture.parts) {
    if (shown >= mostLines || lines.length > mostPartLines) break;
    shown++;
    if (mixture.parts.length > 1) lines.push(`  ${showNum(part.weight).padStart(8)}  is recommended:`);
    const lists = setsOf(game, mixture, part, mostLines);
    const room = Math.max(0, ...lists.flatMap(({ sets }) => sets.map(set => set.label.length)));
    for (const [i, { sets, total }] of lists.entries()) {
      const own = sets
        .filter(({ state }) => legalOf(game, state, i).length > 1)
        .map(
          ({ label, state, strategy }) =>
            `    ${(game.agents[i] as string).padEnd(width)}  ${label.padEnd(Math.min(room, 60))}  ${strategyText(game, state, i, strategy)}`,
        );
      lines.push(...more(own, total - sets.length, `information sets of ${game.agents[i]}`));
    }
  }
  return more(lines, mixture.parts.length - shown, 'parts');
}

export function mixtureJson(game: TabularGame, mixture: Mixture): { entries: object[]; leftOut: number } {
  let leftOut = 0;
  let room = mostSets;
  const entries = mixture.parts.map(part => {
    const lists = setsOf(game, mixture, part, room);
    const all = lists.flatMap(({ sets }) => sets);
    const sets = all.slice(0, room);
    leftOut += lists.reduce((sum, { total }) => sum + total, 0) - sets.length;
    room -= sets.length;
    return {
      probability: number(part.weight),
      recommends: sets.map(({ agent, label, state, strategy }) => ({
        agent: game.agents[agent],
        informationSet: label,
        strategy: strategyJson(game, state, agent, strategy),
      })),
    };
  });
  return { entries, leftOut };
}
