/** Answers for people. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { isLong, type Num, showNum, toFloat } from '../verify/number.ts';
import { digits } from '../verify/reading.ts';
import type { Answer } from './answer.ts';
import { flowLines } from './crowd/present.ts';
import { labelledSets, neverReached } from './extensive/labels.ts';
import { mixtureLines } from './extensive/present.ts';
import { branchLines, componentLines, courseLines } from './normal/present.ts';
import { jointLines } from './stochastic/present.ts';
import { choiceName, more, mostLines, perAgent, profileText, strategyLines, strategyText } from './wording.ts';

const completenessText: Record<Answer['completeness'], string> = {
  'all-proved': 'the list is complete, which is proved',
  some: 'there may be others',
  one: 'one solution was asked for',
  'none-proved': 'there is none, which is proved',
  'none-found': 'none was found, which proves nothing',
};

/** Lines without a trailing newline, at most about 120 characters wide for games with short names. */
export function format(answer: Answer, game: TabularGame): string[] {
  const lines = [`${answer.concept} of ${game.name} by ${answer.method}: ${answer.note}`];
  lines.push(...solutionLines(answer, game));
  if (answer.values !== undefined)
    lines.push(
      `value    ${perAgent(
        game,
        answer.values.map(value => settled(answer, value)),
      )}${several(answer) ? ' (of the first)' : ''}`,
    );
  if (answer.objective !== undefined) {
    const of = answer.objective.of;
    const name = of.kind === 'agent' ? (game.agents[of.agent] as string) : of.kind;
    lines.push(`maximal  ${name} ${showNum(answer.objective.value)}`);
  }
  if (answer.trace !== undefined && answer.trace.length > 1) lines.push(`course   ${courseText(answer.trace)}`);
  lines.push(...certificateLines(answer, game));
  if (answer.solution.kind === 'profiles' || answer.solution.kind === 'outcomes')
    lines.push(`claim    ${completenessText[answer.completeness]}`);
  if (answer.claim !== undefined) lines.push(`claim    ${answer.claim}`);
  for (const warning of answer.warnings) lines.push(`warning  ${warning}`);
  return lines;
}

/** The last few measurements of a run of regret minimisation. */
function courseText(trace: NonNullable<Answer['trace']>): string {
  const shown = trace.filter(({ iteration }, k) => /^10*$/.test(`${iteration}`) || k === trace.length - 1);
  return `NashConv ${shown.map(({ iteration, nashConv }) => `${showNum(nashConv, 3)} after ${iteration}`).join(', ')}`;
}

function several(answer: Answer): boolean {
  return (answer.profileValues?.length ?? 0) > 1;
}

/** A double that differs from 0 by rounding only, as 0. */
function settled(answer: Answer, value: Num): Num {
  return typeof value === 'number' && Math.abs(value) <= answer.certificate.tolerance * 1e-3 ? 0 : value;
}

function certificateLines(answer: Answer, game: TabularGame): string[] {
  const { certificate } = answer;
  const how = certificate.arithmetic === 'rational' ? 'exact' : `tolerance ${showNum(certificate.tolerance, 2)}`;
  const who = `${certificate.kind}, ${certificate.checkedBy}`;
  // Elimination proves something about actions, so that there is a regret only where one outcome is left.
  if (answer.solution.kind === 'elimination' && answer.values === undefined)
    return [`checked  every step replayed (${how}; ${who})`];
  // A team's optimum stands without them.
  const known = certificate.kind !== 'decentralised' || certificate.regret.some(gain => !Number.isNaN(toFloat(gain)));
  const lines = known
    ? [`regret   ${perAgent(game, certificate.regret, 3)} (${how}; ${who})`]
    : [`checked  value recomputed (${how}; ${who})`];
  if (certificate.gap !== undefined) {
    const [lower, upper] = [certificate.gap.lower, certificate.gap.upper].map(bound => settled(answer, bound)) as [
      Num,
      Num,
    ];
    const closed = Math.abs(toFloat(upper) - toFloat(lower)) <= certificate.tolerance;
    lines.push(
      closed
        ? `bounds   reached and proved best: ${showNum(lower, 9)}`
        : `bounds   ${showNum(lower, 12)} reached, ${showNum(upper, 12)} cannot be exceeded`,
    );
  }
  if (certificate.unfinished !== undefined) lines.push(`left     ${certificate.unfinished}`);
  return lines;
}

function solutionLines(answer: Answer, game: TabularGame): string[] {
  const { solution } = answer;
  const start = game.initialStates[0] ?? 0;
  switch (solution.kind) {
    case 'profiles': {
      if (solution.profiles.length === 0) return ['  no equilibrium'];
      if (answer.components?.some(component => component.members.length > 1) === true)
        return componentLines(answer, game, solution.profiles, answer.components);
      const lines = solution.profiles.slice(0, mostLines).flatMap((profile, k) => {
        const remark = answer.remarks?.[k] === undefined ? '' : ` (${answer.remarks[k]})`;
        const label =
          solution.profiles.length === 1 && remark === ''
            ? []
            : [`  ${k + 1}.${remark} value ${perAgent(game, answer.profileValues?.[k] ?? [])}`];
        return [...label, ...strategyLines(game, start, profile, '  ')];
      });
      return more(lines, solution.profiles.length - mostLines, 'equilibria');
    }
    case 'device': {
      const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, start, i).length));
      const least = answer.concept === 'alpha_rank' ? 1e-6 : 0;
      const support = solution.probabilities.flatMap((p, profile) => (toFloat(p) > least ? [{ p, profile }] : []));
      const lines = support
        .slice(0, mostLines)
        .map(({ p, profile }) => `  ${showNum(p).padStart(8)}  ${profileText(game, start, digits(counts, profile))}`);
      return more(lines, support.length - mostLines, 'joint actions');
    }
    case 'outcomes': {
      const lines = solution.outcomes
        .slice(0, mostLines)
        .map(
          (choices, k) => `  ${profileText(game, start, choices)}: ${perAgent(game, answer.profileValues?.[k] ?? [])}`,
        );
      return more(lines, solution.outcomes.length - mostLines, 'outcomes');
    }
    case 'elimination':
      return [
        ...solution.steps.map(step => {
          const name = choiceName(game, start, step.agent, step.choice);
          const kind = step.weak ? 'weakly dominated' : 'dominated';
          return `  round ${step.round}: ${game.agents[step.agent]} drops ${name}, ${kind} by ${strategyText(game, start, step.agent, step.by)}`;
        }),
        ...solution.surviving.map(
          (list, i) => `  ${game.agents[i]} keeps ${list.map(choice => choiceName(game, start, i, choice)).join(', ')}`,
        ),
      ];
    case 'policy': {
      const rule = solution.policy.rules[0] ?? [];
      const n = game.agents.length;
      const states = Math.min(game.stateCount, mostLines);
      const lines: string[] = solution.policy.kind === 'timed' ? ['  rules of the first step:'] : [];
      const decimals = solution.stateValues.slice(0, states).some(values => values.some(isLong));
      for (let s = 0; s < states; s++) {
        const acting = game.agents.flatMap((agent, i) =>
          legalOf(game, s, i).length > 0 ? [`${agent}: ${strategyText(game, s, i, rule[s * n + i] ?? [])}`] : [],
        );
        lines.push(
          `  ${game.describeState(s)} | ${acting.join(' | ')} | value ${perAgent(game, solution.stateValues[s] ?? [], 6, decimals)}`,
        );
      }
      return more(lines, game.stateCount - states, 'states');
    }
    case 'devices':
    case 'outlooks':
      return jointLines(game, solution);
    case 'flow':
      return flowLines(game, solution);
    case 'mixture':
      return mixtureLines(game, solution);
    case 'branch':
      return branchLines(game, solution);
    case 'course':
      return courseLines(game, solution);
    case 'behaviour': {
      const width = Math.max(...game.agents.map(agent => agent.length));
      const lists = labelledSets(game, solution.agents, mostLines, true);
      const room = Math.max(0, ...lists.flatMap(({ sets }) => sets.map(set => set.label.length)));
      return lists.flatMap(({ sets, total }, i) => {
        const lines = sets.map(
          ({ label, state, strategy, reached }) =>
            `  ${(game.agents[i] as string).padEnd(width)}  ${label.padEnd(Math.min(room, 60))}  ${strategyText(game, state, i, strategy)}${reached === false ? neverReached : ''}`,
        );
        return more(lines, total - sets.length, `information sets of ${game.agents[i]}`);
      });
    }
  }
}
