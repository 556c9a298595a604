/** A learned policy as a table over the states of a listed game: what exact answers are computed from. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { allocateBuffers, type GameSpec } from '../games/vector.ts';
import type { Learner } from '../learners/shared/learner.ts';
import { shapeOf } from '../learners/shared/shape.ts';

/** `rule[s * n + i]`: probabilities over the legal actions of agent i in state s, in their order; `[1]` where it does not act. */
export type StateRule = readonly (readonly number[])[];

/** States looked up at once. */
const rows = 128;

/** What a policy that remembers is judged by, where `histories.ts` cannot tell. */
export const remembering =
  'its policies remember earlier steps, and exact answers are for policies of the present observation';

/**
 * The policy without exploration. `greedy`: what `Learner.greedy` plays, the mixture where that is one. `sampled`: the probabilities that
 * were learned, where the policy is stochastic. Where a policy is no function of what is seen now, or the listing does not know what
 * is seen, says why there is no table.
 */
export function learnedRule(
  learner: Learner,
  spec: GameSpec,
  game: TabularGame,
  kind: 'greedy' | 'sampled',
): StateRule | { readonly why: string } {
  if (learner.begin !== undefined && !decidesOnce(game)) return { why: remembering };
  const { observedNumbers } = game;
  if (observedNumbers === undefined) return { why: 'the listed game does not tell what agents see' };
  const shape = shapeOf(spec, rows);
  const n = shape.agents;
  const buffers = allocateBuffers(spec, rows);
  const draws = new Uint32Array(rows * n);
  const asked = kind === 'sampled' ? learner.probabilities?.bind(learner) : undefined;
  const mixtures = asked === undefined ? mixturesOf(learner, kind) : new Map<number, Mixture>();
  const before = new Int32Array(rows * n).fill(-1);
  const probabilities = new Float32Array(rows * shape.actionRow);
  const rule: (readonly number[])[] = [];
  for (let first = 0; first < game.stateCount; first += rows) {
    const count = Math.min(rows, game.stateCount - first);
    buffers.masks.fill(0);
    for (let e = 0; e < count; e++) {
      for (let i = 0; i < n; i++) {
        const numbers = observedNumbers.call(game, i, game.observation[(first + e) * n + i] as number);
        // Who sees nothing is listed with one number that says nothing.
        buffers.observations.set(
          numbers.subarray(0, shape.observationLength[i]),
          e * shape.observationRow + (shape.observationStart[i] as number),
        );
        for (const action of legalOf(game, first + e, i))
          buffers.masks[e * shape.actionRow + (shape.actionStart[i] as number) + action] = 1;
      }
    }
    // Where there is one decision it is the first of an episode, and memory is empty.
    learner.begin?.();
    if (asked === undefined) learner.greedy(buffers, count, draws);
    else asked(buffers, count, before, probabilities);
    for (let e = 0; e < count; e++) {
      for (let i = 0; i < n; i++) {
        const legal = [...legalOf(game, first + e, i)];
        const mixture = mixtures.get(i);
        const start = e * shape.observationRow + (shape.observationStart[i] as number);
        const seen = buffers.observations.subarray(start, start + (shape.observationLength[i] as number));
        const at = e * shape.actionRow + (shape.actionStart[i] as number);
        if (legal.length === 0) rule.push([1]);
        else if (asked !== undefined) rule.push(mixed(legal.map(action => probabilities[at + action] as number)));
        else if (mixture !== undefined) {
          const probabilities = mixture(seen, legal);
          if (probabilities === undefined) return { why: 'its probabilities are not known for every observation' };
          rule.push(probabilities);
        } else {
          const chosen = legal.indexOf(buffers.actions[e * n + i] as number);
          if (chosen < 0)
            return {
              why: `in ${game.describeState(first + e)} the policy of ${game.agents[i]} chooses no legal action`,
            };
          rule.push(legal.map((_, k) => (k === chosen ? 1 : 0)));
        }
      }
    }
  }
  return rule;
}

/** Does play end with the first step, whatever happens? Then nothing is ever remembered. */
export function decidesOnce(game: TabularGame): boolean {
  return game.outcomeState.every(state => state === -1);
}

/** Numbers of a network as probabilities: they add up to 1 but for its rounding. */
export function mixed(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, k) => (total > 0 ? weight / total : k === 0 ? 1 : 0));
}

type Mixture = (seen: Float32Array, legal: readonly number[]) => readonly number[] | undefined;

/**
 * Mixed policies by agent, from tables of probabilities. Learners that keep tables play what they have never seen uniformly; of a
 * stochastic policy that cannot be asked for its probabilities a table may show some observations only.
 */
function mixturesOf(learner: Learner, kind: 'greedy' | 'sampled'): ReadonlyMap<number, Mixture> {
  const found = new Map<number, Mixture>();
  const stochastic = learner.sample !== undefined;
  if (stochastic && kind === 'greedy') return found;
  for (const table of learner.view()) {
    if (table.agent === undefined || table.quantity !== 'probability') continue;
    const rowOf = new Map<string, number>();
    for (let row = 0; row < table.rows; row++) rowOf.set(table.key(row).join(), row);
    found.set(table.agent, (seen, legal) => {
      const row = rowOf.get(table.keyLength === 0 ? '' : seen.join());
      if (row === undefined && stochastic) return undefined;
      const weights = legal.map(action => (row === undefined ? 1 : table.value(row, action)));
      return mixed(weights);
    });
  }
  return found;
}
