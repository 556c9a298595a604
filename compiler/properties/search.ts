/**
 * The third stage: play at random and look for a case that breaks a property. It can only refute. Plays are of the stepped
 * reading, drawn from a fixed seed, short ones first, so that the same case is found every time and is reached in few steps.
 */
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { GameError, NoLegalActionError, ProbabilityError, ZeroMassError } from '../game/evaluateErrors.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import type { GameModel } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import { workOf } from '../game/work.ts';
import type { Fact, PropertyName } from './base.ts';
import { mannerOf, pick, realsOf } from './random.ts';
import type { Moment, Move } from './sampled.ts';
import { refutationAt, watchers } from './watchers.ts';

export interface SearchEffort {
  readonly seed: number;
  /** Steps of play at most. */
  readonly steps: number;
  /** Expressions evaluated at most, about. */
  readonly work: number;
}

export const thorough: SearchEffort = { seed: 1, steps: 20_000, work: 1.5e7 };
/** Enough for what breaks in the first steps. */
export const glance: SearchEffort = { seed: 1, steps: 300, work: 1e6 };
export const quick: SearchEffort = { seed: 1, steps: 5_000, work: 3e6 };

export interface Searched {
  readonly refuted: ReadonlyMap<PropertyName, Fact>;
  /** Steps played. */
  readonly steps: number;
}

/** Properties that a single play may refute. */
export const searchable: ReadonlySet<PropertyName> = new Set<PropertyName>([
  'zero_sum',
  'constant_sum',
  'common_reward',
  'turn_based',
  'simultaneous',
  'perfect_information',
  'deterministic',
  'legal_action',
  'well_formed_chance',
]);

/** A hundred steps are played even where they take ten times the effort; none where a single step takes more than that. */
function stepsWithin({ steps, work }: SearchEffort, step: number): number {
  return Math.max(Math.min(100, Math.floor((10 * work) / step)), Math.min(steps, Math.floor(work / step)));
}

/** Looks for cases against `targets`; stops when all are refuted or the effort is spent. */
export function search(model: GameModel, targets: readonly PropertyName[], effort: SearchEffort): Searched {
  const wanted = targets.filter(target => searchable.has(target));
  const refuted = new Map<PropertyName, Fact>();
  const most = stepsWithin(effort, workOf(model).step);
  if (wanted.length === 0 || most === 0) return { refuted, steps: 0 };
  const stream = new Stream(effort.seed, purposes.policy, 0, 0);
  const check = watchers(model, wanted);
  let steps = 0;
  let stepped: Stepped | undefined;
  for (let episode = 0; steps < most && refuted.size < wanted.length; episode++) {
    const moves: Move[] = [];
    const moment = (): Moment => ({ model, seed: effort.seed, episode, moves });
    try {
      if (stepped === undefined) stepped = new Stepped(model, effort.seed);
      else stepped.reset(episode);
      note(refuted, check.start(stepped, moment()));
      // Episodes grow: what breaks soon is found in few steps.
      const longest = Math.min(400, 2 + Math.floor((episode * episode) / 16));
      const kept = Math.imul(episode + 1, 0x9e3779b1) >>> 12;
      for (let time = 0; time < longest && steps < most && stepped.ended === 'running'; time++, steps++) {
        const move = choose(stepped, stream, episode, kept);
        moves.push(move);
        note(refuted, check.step(stepped, move, moment()).found);
        if (refuted.size === wanted.length) break;
      }
    } catch (error) {
      if (!(error instanceof GameError)) throw error;
      steps++;
      const property =
        error instanceof NoLegalActionError
          ? 'legal_action'
          : error instanceof ProbabilityError
            ? 'well_formed_chance'
            : undefined;
      if (property !== undefined && wanted.includes(property) && !refuted.has(property))
        refuted.set(property, refutationAt(error, moment()));
      // A game whose first state is stuck cannot be played, and a condition that nothing satisfies takes long to give up on.
      if (stepped === undefined || error instanceof ZeroMassError) break;
    }
  }
  return { refuted, steps };
}

function note(refuted: Map<PropertyName, Fact>, found: ReadonlyMap<PropertyName, Fact>): void {
  for (const [property, fact] of found) if (!refuted.has(property)) refuted.set(property, fact);
}

function choose(stepped: Stepped, stream: Stream, episode: number, kept: number): Move {
  const { model } = stepped;
  const manner = mannerOf(episode);
  const shared = stream.below(1 << 20);
  const actions: (number | undefined)[] = [];
  const reals: (readonly number[] | undefined)[] = [];
  model.agents.forEach((agent, i) => {
    const legal = stepped.legal(i);
    const space = spaceOf(model, agent.cls);
    actions.push(
      legal.length === 0 ? undefined : (legal[pick(stream, manner, legal.length, i, shared, kept)]?.action as number),
    );
    reals.push(legal.length > 0 && space.realSize > 0 ? realsOf(space, stream) : undefined);
  });
  return { actions, reals };
}
