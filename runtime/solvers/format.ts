/** Answers for people. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Strategy } from '../verify/claim.ts';
import { isExact, type Num, showNum, toFloat } from '../verify/number.ts';
import { digits } from '../verify/reading.ts';
import type { Answer } from './answer.ts';

/** States, device entries and profiles printed before the rest is only counted. */
const mostLines = 24;

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
  lines.push(...certificateLines(answer, game));
  if (answer.solution.kind === 'profiles' || answer.solution.kind === 'outcomes')
    lines.push(`claim    ${completenessText[answer.completeness]}`);
  for (const warning of answer.warnings) lines.push(`warning  ${warning}`);
  return lines;
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
  const lines = [`regret   ${perAgent(game, certificate.regret, 3)} (${how}; ${who})`];
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
  return lines;
}

function perAgent(game: TabularGame, numbers: readonly Num[], digitCount = 6): string {
  return game.agents.map((agent, i) => `${agent} ${showNum(numbers[i] as Num, digitCount)}`).join(', ');
}

function solutionLines(answer: Answer, game: TabularGame): string[] {
  const { solution } = answer;
  const start = game.initialStates[0] ?? 0;
  switch (solution.kind) {
    case 'profiles': {
      if (solution.profiles.length === 0) return ['  no equilibrium'];
      const lines = solution.profiles.slice(0, mostLines).flatMap((profile, k) => {
        const label =
          solution.profiles.length === 1
            ? []
            : [`  ${k + 1}.${componentText(answer, k)} value ${perAgent(game, answer.profileValues?.[k] ?? [])}`];
        return [...label, ...strategyLines(game, start, profile, '  ')];
      });
      return more(lines, solution.profiles.length - mostLines, 'equilibria');
    }
    case 'device': {
      const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, start, i).length));
      const support = solution.probabilities.flatMap((p, profile) => (toFloat(p) > 0 ? [{ p, profile }] : []));
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
      for (let s = 0; s < states; s++) {
        const acting = game.agents.flatMap((agent, i) =>
          legalOf(game, s, i).length > 0 ? [`${agent}: ${strategyText(game, s, i, rule[s * n + i] ?? [])}`] : [],
        );
        lines.push(
          `  ${game.describeState(s)} | ${acting.join(' | ')} | value ${perAgent(game, solution.stateValues[s] ?? [])}`,
        );
      }
      return more(lines, game.stateCount - states, 'states');
    }
  }
}

function componentText(answer: Answer, profile: number): string {
  const joined = answer.components?.some(component => component.length > 1) === true;
  if (!joined) return '';
  return ` (component ${(answer.components?.findIndex(component => component.includes(profile)) ?? 0) + 1})`;
}

function more(lines: string[], rest: number, what: string): string[] {
  return rest > 0 ? [...lines, `  ... and ${rest} more ${what}`] : lines;
}

function strategyLines(game: TabularGame, state: number, profile: readonly Strategy[], indent: string): string[] {
  const width = Math.max(...game.agents.map(agent => agent.length));
  return game.agents.map(
    (agent, i) => `${indent}${agent.padEnd(width)}  ${strategyText(game, state, i, profile[i] ?? [])}`,
  );
}

/** `Rock 1/3, Paper 1/3, Scissors 1/3`; a single action without its 1. */
function strategyText(game: TabularGame, state: number, agent: number, strategy: Strategy): string {
  const used = strategy.flatMap((p, choice) => (toFloat(p) > 0 ? [{ p, choice }] : []));
  const [only] = used;
  if (used.length === 1 && only !== undefined) return choiceName(game, state, agent, only.choice);
  return used
    .map(({ p, choice }) => `${choiceName(game, state, agent, choice)} ${showNum(p, isExact(p) ? 24 : 6)}`)
    .join(', ');
}

function profileText(game: TabularGame, state: number, choices: readonly number[]): string {
  return `(${choices.map((choice, i) => choiceName(game, state, i, choice)).join(', ')})`;
}

export function choiceName(game: TabularGame, state: number, agent: number, choice: number): string {
  const action = legalOf(game, state, agent)[choice];
  return action === undefined ? '-' : (game.actionNames[agent]?.[action] ?? String(action));
}
