/** Answers for programs: plain values only, fractions as strings beside their doubles. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Strategy } from '../verify/claim.ts';
import { isExact, type Num, toFloat } from '../verify/number.ts';
import { digits } from '../verify/reading.ts';
import type { Answer } from './answer.ts';
import { flowJson } from './crowd/present.ts';
import { labelledSets } from './extensive/labels.ts';
import { mixtureJson } from './extensive/present.ts';
import { branchJson, componentsJson, courseJson } from './normal/json.ts';
import { number, type PerAgent, perAgent, strategyJson, table } from './plain.ts';
import { jointJson } from './stochastic/present.ts';
import { choiceName } from './wording.ts';

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
   * Branches: `{ lambda, strategies }`, the last with `lambda: null` for the limit. Courses of learning:
   * `{ rounds (or time), distances: { nash, ce, cce }, strategies, current? }`, the last with what was `played`.
   * Devices in many states: `{ state, time?, device: [{ actions, probability }], values? }`; what every agent reckons with:
   * `{ state, time?, outlooks: { agent: { own: { action: probability }, others: [{ actions, probability }] } }, values? }`.
   * Crowds: `{ time, state, share, strategy: { action: probability } }` where anybody comes.
   * Behaviour in games with hidden information: `{ agent, informationSet, strategy: { action: probability }, reached }`, the
   * last false where the answer itself never leads there.
   * Mediators of games of many steps: `{ probability, recommends: [{ agent, informationSet, strategy }] }`.
   * Probabilities are strings (fractions) where the answer is exact, else numbers.
   */
  readonly strategies: readonly object[];
  /** States of a policy, or information sets, that were left out of `strategies`. */
  readonly leftOut?: number;
  readonly eliminated?: readonly object[];
  /**
   * All equilibria of two-agent games: one object per connected component, `{ members, dimension, sets, setsComplete }`; `members` are places in
   * `strategies`, and a set is `{ dimension, vertices: { agent: [{ action: probability }] } }`: all mixtures of the vertices are equilibria.
   */
  readonly components?: readonly object[];
  /** What there is to say about each of `strategies`, such as the labels of Lemke and Howson that lead there. */
  readonly remarks?: readonly string[];
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
    /** What was left unchecked, in words; absent where nothing was. */
    readonly unfinished?: string;
    readonly problems: readonly string[];
  };
  readonly completeness: string;
  /** What the answer is about where that is not the game itself, in words. */
  readonly claim?: string;
  /** Regret minimisation: `{ iteration, nashConv }` on the way. */
  readonly trace?: Answer['trace'];
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
    ...(answer.components === undefined ? {} : { components: componentsJson(answer.components, game) }),
    ...(answer.remarks === undefined ? {} : { remarks: answer.remarks }),
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
      ...(certificate.unfinished === undefined ? {} : { unfinished: certificate.unfinished }),
      problems: certificate.problems,
    },
    completeness: answer.completeness,
    ...(answer.claim === undefined ? {} : { claim: answer.claim }),
    ...(answer.trace === undefined ? {} : { trace: answer.trace }),
    warnings: answer.warnings,
  };
}

/** JSON has no infinity. */
function finite(value: Num): number | null {
  const number = toFloat(value);
  return Number.isFinite(number) ? number : null;
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
    case 'devices':
    case 'outlooks':
      return jointJson(game, solution);
    case 'flow':
      return flowJson(game, solution);
    case 'mixture':
      return mixtureJson(game, solution);
    case 'branch':
      return { entries: branchJson(game, solution), leftOut: 0 };
    case 'course':
      return { entries: courseJson(game, solution), leftOut: 0 };
    case 'behaviour': {
      const lists = labelledSets(game, solution.agents, mostStates, true);
      const entries = lists
        .flatMap(({ sets }) => sets)
        .map(({ agent, label, state, strategy, reached }) => ({
          agent: game.agents[agent],
          informationSet: label,
          strategy: strategyJson(game, state, agent, strategy),
          ...(reached === undefined ? {} : { reached }),
        }));
      return { entries, leftOut: lists.reduce((sum, { total }) => sum + total, 0) - entries.length };
    }
  }
}
