/** Answers for programs: plain values only, fractions as strings beside their doubles. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Strategy } from '../verify/claim.ts';
import { isExact, type Num, toFloat } from '../verify/number.ts';
import { digits } from '../verify/reading.ts';
import type { Answer } from './answer.ts';
import { choiceName } from './format.ts';

/** A list of [agent, number] as an object without a prototype, so that agents may have any name. */
export type PerAgent<T> = Readonly<Record<string, T>>;

export interface AnswerJson {
  readonly concept: string;
  readonly method: string;
  readonly note: string;
  readonly exact: boolean;
  /** Expected return of each agent; null where the answer has no single outcome. */
  readonly values: PerAgent<number> | null;
  /** The same as fractions (`1/3`), present when exact. */
  readonly exactValues?: PerAgent<string>;
  /**
   * Equilibria: `{ values, strategies: { agent: { action: probability } } }`. Devices: `{ actions: { agent: action }, probability }`.
   * Outcomes: `{ values, actions }`. Elimination: `{ surviving: { agent: [action] } }`. Policies: `{ state, time?, strategies, values? }`.
   * Probabilities are strings (fractions) where the answer is exact, else numbers.
   */
  readonly strategies: readonly object[];
  /** States of a policy that were left out of `strategies`. */
  readonly leftOut?: number;
  readonly eliminated?: readonly object[];
  readonly components?: readonly (readonly number[])[];
  readonly objective?: { readonly name: string; readonly value: number; readonly exact?: string };
  readonly certificate: {
    readonly kind: string;
    readonly regret: PerAgent<number | null>;
    readonly nashConv: number | null;
    readonly epsilon: number | null;
    readonly tolerance: number;
    readonly gap?: { readonly lower: number; readonly upper: number };
    readonly feasibility: { readonly negativeMass: number; readonly sumError: number; readonly maxViolation: number };
    readonly arithmetic: string;
    readonly checkedBy: string;
    readonly problems: readonly string[];
  };
  readonly completeness: string;
  readonly warnings: readonly string[];
}

/** Entries of a policy written out. */
const mostStates = 2_000;

export function toJson(answer: Answer, game: TabularGame): AnswerJson {
  const { certificate, values, objective } = answer;
  const { entries, leftOut } = entriesOf(answer, game);
  const exactValues =
    values?.every(isExact) === true && answer.exact ? perAgent(game, values, value => String(value)) : undefined;
  const name =
    objective === undefined
      ? ''
      : objective.of.kind === 'agent'
        ? (game.agents[objective.of.agent] as string)
        : objective.of.kind;
  return {
    concept: answer.concept,
    method: answer.method,
    note: answer.note,
    exact: answer.exact,
    values: values === undefined ? null : perAgent(game, values, toFloat),
    ...(exactValues === undefined ? {} : { exactValues }),
    strategies: entries,
    ...(leftOut > 0 ? { leftOut } : {}),
    ...(answer.solution.kind === 'elimination'
      ? {
          eliminated: answer.solution.steps.map(step => ({
            round: step.round,
            agent: game.agents[step.agent],
            action: choiceName(game, game.initialStates[0] ?? 0, step.agent, step.choice),
            by: strategyJson(game, game.initialStates[0] ?? 0, step.agent, step.by),
            weak: step.weak,
          })),
        }
      : {}),
    ...(answer.components === undefined ? {} : { components: answer.components }),
    ...(objective === undefined
      ? {}
      : {
          objective: {
            name,
            value: toFloat(objective.value),
            ...(isExact(objective.value) ? { exact: String(objective.value) } : {}),
          },
        }),
    certificate: {
      kind: certificate.kind,
      regret: perAgent(game, certificate.regret, finite),
      nashConv: finite(certificate.nashConv),
      epsilon: finite(certificate.epsilon),
      tolerance: certificate.tolerance,
      ...(certificate.gap === undefined
        ? {}
        : { gap: { lower: toFloat(certificate.gap.lower), upper: toFloat(certificate.gap.upper) } }),
      feasibility: certificate.feasibility,
      arithmetic: certificate.arithmetic,
      checkedBy: certificate.checkedBy,
      problems: certificate.problems,
    },
    completeness: answer.completeness,
    warnings: answer.warnings,
  };
}

/** JSON has no infinity. */
function finite(value: Num): number | null {
  const number = toFloat(value);
  return Number.isFinite(number) ? number : null;
}

function perAgent<S, T>(game: TabularGame, list: readonly S[], of: (value: S) => T): PerAgent<T> {
  return table(game.agents.map((agent, i) => [agent, of(list[i] as S)] as const));
}

function table<T>(entries: readonly (readonly [string, T])[]): PerAgent<T> {
  const result: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) result[key] = value;
  return result;
}

function number(value: Num): number | string {
  return isExact(value) ? value.toString() : value;
}

function strategyJson(game: TabularGame, state: number, agent: number, strategy: Strategy): PerAgent<number | string> {
  return table(strategy.map((p, choice) => [choiceName(game, state, agent, choice), number(p)] as const));
}

function entriesOf(answer: Answer, game: TabularGame): { entries: object[]; leftOut: number } {
  const { solution } = answer;
  const start = game.initialStates[0] ?? 0;
  const actions = (choices: readonly number[]) =>
    table(choices.map((choice, i) => [game.agents[i] as string, choiceName(game, start, i, choice)] as const));
  const valuesAt = (k: number) => perAgent(game, answer.profileValues?.[k] ?? [], number);
  switch (solution.kind) {
    case 'profiles':
      return {
        entries: solution.profiles.map((profile, k) => ({
          values: valuesAt(k),
          strategies: table(
            profile.map((strategy, i) => [game.agents[i] as string, strategyJson(game, start, i, strategy)] as const),
          ),
        })),
        leftOut: 0,
      };
    case 'device': {
      const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, start, i).length));
      const entries = solution.probabilities.flatMap((p, profile) =>
        toFloat(p) > 0 ? [{ actions: actions(digits(counts, profile)), probability: number(p) }] : [],
      );
      return { entries, leftOut: 0 };
    }
    case 'outcomes':
      return {
        entries: solution.outcomes.map((choices, k) => ({ values: valuesAt(k), actions: actions(choices) })),
        leftOut: 0,
      };
    case 'elimination':
      return {
        entries: [
          {
            surviving: table(
              solution.surviving.map(
                (list, i) =>
                  [game.agents[i] as string, list.map(choice => choiceName(game, start, i, choice))] as const,
              ),
            ),
          },
        ],
        leftOut: 0,
      };
    case 'policy': {
      const n = game.agents.length;
      const timed = solution.policy.kind === 'timed';
      const entries: object[] = [];
      solution.policy.rules.forEach((rule, t) => {
        for (let s = 0; s < game.stateCount && entries.length < mostStates; s++) {
          const acting = game.agents.flatMap((agent, i) =>
            legalOf(game, s, i).length > 0
              ? [[agent, strategyJson(game, s, i, rule[s * n + i] as Strategy)] as const]
              : [],
          );
          entries.push({
            state: game.describeState(s),
            ...(timed ? { time: t } : {}),
            strategies: table(acting),
            ...(t === 0 ? { values: perAgent(game, solution.stateValues[s] as readonly Num[], number) } : {}),
          });
        }
      });
      return { entries, leftOut: solution.policy.rules.length * game.stateCount - entries.length };
    }
  }
}
