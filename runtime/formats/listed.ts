/** Listed games as data of other formats: exactly, or refused with the case that does not fit. */
import { Rational } from '../games/rational.ts';
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { type NormalForm, normalForm } from '../solvers/normal-form.ts';
import { type DecPomdp, jointCount, type SparseRow } from './dpomdp.ts';
import { distinctLabels } from './labels.ts';
import type { NfgGame } from './nfg.ts';

/** Why a game cannot be written in a format, and what to do. */
export interface Unfit {
  readonly refused: string;
  readonly remedy: string;
}

/** A game of one step as `.nfg` data. Doubles count as the exact values that they are. */
export function toNfg(game: TabularGame): NfgGame | Unfit {
  const form = normalForm(game);
  if ('refused' in form) return form;
  const n = form.agents.length;
  const payoffs: Rational[] = [];
  for (let k = 0; k < form.size; k++) {
    const profile = lastFirst(k, form);
    for (let i = 0; i < n; i++)
      payoffs.push(form.exact?.[profile * n + i] ?? Rational.fromNumber(form.payoff[profile * n + i] as number));
  }
  return {
    title: form.name,
    comment: '',
    players: distinctLabels(form.agents),
    strategies: form.choiceNames.map(distinctLabels),
    payoffs,
    outcomes: undefined,
  };
}

/** The profile of a listing (last agent fastest) that is profile k of the file (first agent fastest). */
function lastFirst(k: number, { counts, strides }: NormalForm): number {
  let profile = 0;
  counts.forEach((count, i) => {
    profile += (k % count) * (strides[i] as number);
    k = Math.floor(k / count);
  });
  return profile;
}

/**
 * A game with a common reward as `.dpomdp` data. Its listed states become the states, and what agents see is a function of the state
 * reached. Every agent must act in all states, with the same actions, and see nothing that differs before its first decision: the
 * format has no other games. Where play ends, a state that nobody leaves is added. Rewards are expected ones.
 *
 * @param names what agent i sees by the number of an observation, for people
 */
export function toDecPomdp(
  game: TabularGame,
  names?: (agent: number, observation: number) => string,
): DecPomdp | Unfit {
  const n = game.agents.length;
  const unfit = misfit(game);
  if (unfit !== undefined) return unfit;
  const actions = game.actionNames.map(distinctLabels);
  const ends = game.outcomeState.includes(-1);
  const size = game.stateCount + (ends ? 1 : 0);
  const seen = Array.from({ length: n }, (_, i) => {
    const numbers = [
      ...new Set(Array.from({ length: game.stateCount }, (_, s) => game.observation[s * n + i] as number)),
    ];
    return new Map(numbers.map((number, k) => [number, k]));
  });
  const observations = seen.map((numbers, i) => distinctLabels([...numbers.keys()].map(k => names?.(i, k) ?? `o${k}`)));
  const jointSeen = Array.from({ length: size }, (_, s) =>
    seen.reduce((joint, numbers, i) => {
      const k = s === game.stateCount ? 0 : (numbers.get(game.observation[s * n + i] as number) as number);
      return joint * numbers.size + k;
    }, 0),
  );
  const jointActions = jointCount(actions);
  const transition: SparseRow[] = [];
  const reward: SparseRow[] = [];
  const observation: SparseRow[] = [];
  const end = game.stateCount;
  const widthSeen = jointCount(observations);
  for (let ja = 0; ja < jointActions; ja++)
    for (let s = 0; s < size; s++) {
      observation.push(certain(jointSeen[s] as number, widthSeen));
      if (s === end) {
        transition.push(certain(end, size));
        reward.push({ rest: Rational.zero, entries: [] });
        continue;
      }
      const next = new Map<number, Rational>();
      let pay = Rational.zero;
      const joint = (game.jointStart[s] as number) + ja;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const p = game.exact?.outcomeProbability[o] ?? Rational.fromNumber(game.outcomeProbability[o] as number);
        const r = game.exact?.outcomeReward[o * n] ?? Rational.fromNumber(game.outcomeReward[o * n] as number);
        const to = game.outcomeState[o] as number;
        const at = to < 0 ? end : to;
        next.set(at, (next.get(at) ?? Rational.zero).add(p));
        pay = pay.add(p.mul(r));
      }
      transition.push(rowOf(next, size));
      reward.push({ rest: pay, entries: [] });
    }
  const start = new Array<Rational>(size).fill(Rational.zero);
  game.initialStates.forEach((s, k) => {
    const p = game.exact?.initialProbabilities[k] ?? Rational.fromNumber(game.initialProbabilities[k] as number);
    start[s] = (start[s] as Rational).add(p);
  });
  return {
    agents: distinctLabels(game.agents),
    discount: game.exact?.discount ?? Rational.fromNumber(game.discount),
    states: Array.from({ length: size }, (_, s) => (s === end ? 'end' : `s${s}`)),
    start,
    actions,
    observations,
    transition,
    observation,
    reward,
  };
}

/** The first thing about a game that the format cannot say. */
function misfit(game: TabularGame): Unfit | undefined {
  const n = game.agents.length;
  for (let s = 0; s < game.stateCount; s++)
    for (let i = 0; i < n; i++) {
      const all = game.actionNames[i]?.length ?? 0;
      if (legalOf(game, s, i).length !== all)
        return {
          refused: `in the state ${game.describeState(s)} ${game.agents[i]} has ${legalOf(game, s, i).length} of its ${all} actions, and in .dpomdp all agents act in all states with all actions`,
          remedy: 'let every action be legal everywhere, without effect where it was not, and let nobody wait',
        };
    }
  for (let o = 0; o < game.outcomeState.length; o++)
    for (let i = 1; i < n; i++)
      if (game.outcomeReward[o * n + i] !== game.outcomeReward[o * n])
        return {
          refused: `${game.agents[0]} and ${game.agents[i]} can get different rewards (${game.outcomeReward[o * n]} and ${game.outcomeReward[o * n + i]}), and .dpomdp has one reward for all`,
          remedy: 'give a common reward: `reward = ...`',
        };
  const first = game.initialStates[0] as number;
  for (const s of game.initialStates)
    for (let i = 0; i < n; i++)
      if (game.observation[s * n + i] !== game.observation[first * n + i])
        return {
          refused: `${game.agents[i]} sees before its first decision whether play began in ${game.describeState(first)} or in ${game.describeState(s)}, and in .dpomdp agents see something only after a step`,
          remedy: 'let the first observation come after a step',
        };
  if (game.outcomeCut?.includes(1) === true)
    return {
      refused: `what can happen in ${game.name} depends on the time, and its horizon cuts play`,
      remedy: 'keep `time` out of the rules: whoever solves the file chooses the horizon',
    };
  return undefined;
}

function certain(column: number, width: number): SparseRow {
  return width === 1 ? { rest: Rational.one, entries: [] } : { rest: Rational.zero, entries: [[column, Rational.one]] };
}

/** A row of probabilities in the form that rows have. */
function rowOf(values: ReadonlyMap<number, Rational>, width: number): SparseRow {
  const entries = [...values].filter(([, p]) => p.sign !== 0).sort(([a], [b]) => a - b);
  const share = Rational.of(1n, BigInt(width));
  if (entries.length === width && entries.every(([, p]) => p.equals(share))) return { rest: share, entries: [] };
  return { rest: Rational.zero, entries };
}
