/** The losses of the value learners against losses written out by hand, with the gradients that their stop-gradients leave. */
import { describe, expect, test } from 'vitest';
import { mixerFor } from './deep-support.ts';
import {
  dense,
  expectUpdate,
  greedy,
  type MixedBy,
  mean,
  oneHot,
  oneUpdate,
  type Parameters,
  type Seen,
  smallGame,
  type Transition,
  total,
  utilities,
} from './loss-support.ts';

const gamma = 0.9;
const agents: readonly number[] = [0, 1];
const mixed = (file: string, set: Record<string, string> = {}) => ({
  name: file,
  model: mixerFor(smallGame(), file, file, set),
});

/** y_i = r + gamma Q^-(s', argmax Q(s')), cut at an end but not at a time limit. */
function ownTarget(p: Parameters, transition: Transition, agent: number): number {
  const next = greedy(p, 'online', transition.next)[agent]!;
  const value = utilities(p, 'target', transition.next, agent)[next]!;
  return transition.reward + (transition.ended ? 0 : gamma * value);
}

describe('IDQN', () => {
  const own = (p: Parameters, { now, actions }: Transition, agent: number): number =>
    utilities(p, 'online', now, agent)[actions[agent]!]!;

  test('bootstraps behind a time limit, not behind an end', () => {
    const update = oneUpdate('IDQN');
    expectUpdate(update, (p, fixed) =>
      mean(update.batch.flatMap(t => agents.map(i => (own(p, t, i) - ownTarget(fixed, t, i)) ** 2))),
    );
  });

  test('hysteretic: beta weighs where the target is below the estimate', () => {
    const update = oneUpdate('IDQN', { beta: 0.25 });
    expectUpdate(update, (p, fixed) =>
      mean(
        update.batch.flatMap(t =>
          agents.map(i => {
            const delta = own(p, t, i) - ownTarget(fixed, t, i);
            return (delta > 0 ? 0.25 : 1) * delta * delta;
          }),
        ),
      ),
    );
  });

  test('lenient: what is hot forgives every bad outcome, and what has cooled hears all', () => {
    for (const [cooling, heard] of [
      [1, 0],
      [0, 1],
    ] as const) {
      // With cooling 0 an action is forgiven at its first visit only; all cells were visited long before this batch.
      const update = oneUpdate('IDQN', { temperature: 100, leniency: 1, cooling }, 1);
      expect(new Set(update.batch.flatMap(t => t.notes[0]!))).toEqual(new Set([1 - heard]));
      expectUpdate(update, (p, fixed) =>
        mean(
          update.batch.flatMap(t =>
            agents.map(i => {
              const delta = own(p, t, i) - ownTarget(fixed, t, i);
              return (delta > 0 ? heard : 1) * delta * delta;
            }),
          ),
        ),
      );
    }
  });

  test('importance: what the others do now over what they did then', () => {
    // Exploration falls while the replay fills, so that even unchanged greedy actions weigh.
    for (const cap of [0, 1.04]) {
      const explore = { from: 1, to: 0.7, over: 90, unit: 'steps' } as const;
      const update = oneUpdate('IDQN', { importance: true, importance_cap: cap, explore }, 1);
      const epsilon = 0.7;
      const weights = (p: Parameters, t: Transition, i: number): number => {
        const j = 1 - i;
        const legal = t.now.legal[j]!.filter(Boolean).length;
        const best = greedy(p, 'online', t.now)[j] === t.actions[j];
        const ratio = ((best ? 1 - epsilon : 0) + epsilon / legal) / t.notes[0]![j]!;
        return cap === 0 ? ratio : Math.min(ratio, cap);
      };
      const all = update.batch.flatMap(t => agents.map(i => weights(update.before, t, i)));
      expect(Math.max(...all)).toBeGreaterThan(1.03);
      expect(Math.min(...all)).toBeLessThan(0.95);
      expectUpdate(update, (p, fixed) =>
        mean(
          update.batch.flatMap(t =>
            agents.map(i => weights(fixed, t, i) * (own(p, t, i) - ownTarget(fixed, t, i)) ** 2),
          ),
        ),
      );
    }
  });
});

describe('mixers', () => {
  test('QMIX', () => {
    const mixer = mixed('TwoLayer', { embed: '4' });
    const update = oneUpdate('QMIX', { mixer });
    const by = (which: string): MixedBy => ({ model: mixer.model, mixer: `${which}/mixer`, path: which });
    expectUpdate(update, (p, fixed) =>
      mean(
        update.batch.map(({ now, next, actions, reward, ended }) => {
          const y = reward + (ended ? 0 : gamma * valueAt(fixed, by('target'), next));
          return (total(p, by('online'), now, actions) - y) ** 2;
        }),
      ),
    );
  });

  test('QPLEX: no gradient reaches the utilities through the advantages', () => {
    const mixer = mixed('Duplex', { kernels: '2', hidden: '4' });
    const update = oneUpdate('QPLEX', { mixer });
    const by = (which: string, fixed?: Parameters): MixedBy => ({
      model: mixer.model,
      mixer: `${which}/mixer`,
      path: which,
      ...(fixed === undefined ? {} : { fixed }),
    });
    // Only the utilities: the mixer's own weights are in the advantages too, which stand still for them as well.
    expectUpdate(
      update,
      (p, fixed) =>
        mean(
          update.batch.map(({ now, next, actions, reward, ended }) => {
            const y = reward + (ended ? 0 : gamma * valueAt(fixed, by('target'), next));
            return (total(p, by('online', fixed), now, actions) - y) ** 2;
          }),
        ),
      /^online\/[AB]\//,
    );
  });

  /** Double Q: the online agents choose, the target mixer and agents say what it is worth. */
  function valueAt(p: Parameters, by: MixedBy, seen: Seen): number {
    return total(p, by, seen, greedy(p, 'online', seen));
  }

  test.each(['central', 'optimistic'] as const)('weighted QMIX, %s', weighting => {
    const mixer = mixed('TwoLayer', { embed: '4' });
    const central = mixed('Central', { hidden: '6', layers: '1' });
    const alpha = 0.3;
    const update = oneUpdate('WQMIX', { mixer, central, weighting, alpha });
    const monotone = { model: mixer.model, mixer: 'online/mixer', path: 'online' };
    const free = (which: string) => ({
      model: central.model,
      mixer: `${which}/central_mixer`,
      path: `${which}/central`,
    });
    const counted: number[] = [];
    expectUpdate(update, (p, fixed) =>
      mean(
        update.batch.map(({ now, next, actions, reward, ended }) => {
          const y = reward + (ended ? 0 : gamma * valueAt(fixed, free('target'), next));
          const best = greedy(fixed, 'online', now);
          const counts =
            weighting === 'optimistic'
              ? total(fixed, monotone, now, actions) < y
              : best.every((action, i) => action === actions[i]) || y > total(fixed, free('target'), now, best);
          counted.push(counts ? 1 : 0);
          const w = counts ? 1 : alpha;
          return w * (total(p, monotone, now, actions) - y) ** 2 + (total(p, free('online'), now, actions) - y) ** 2;
        }),
      ),
    );
    expect(new Set(counted).size).toBe(2);
  });
});

describe('QTRAN', () => {
  const units = ['mlp0/dense0', 'mlp0/dense1', 'dense1'];
  const network = (p: Parameters, path: string, x: readonly number[]): number =>
    dense(
      p,
      units.map(unit => `${path}/${unit}`),
      x,
    )[0]!;
  const joint = (p: Parameters, path: string, seen: Seen, actions: readonly number[]): number =>
    network(p, `${path}/joint`, [...seen.state, ...oneHot(actions)]);
  const sum = (p: Parameters, seen: Seen, actions: readonly number[]): number =>
    agents.reduce((s, i) => s + utilities(p, 'online', seen, i)[actions[i]!]!, 0);

  test.each(['base', 'alt'])('%s', variant => {
    const update = oneUpdate('QTRAN', { variant, opt_weight: 0.7, nopt_weight: 0.4, joint_units: 8 });
    expectUpdate(update, (p, fixed) =>
      mean(
        update.batch.map(({ now, next, actions, reward, ended }) => {
          const y = reward + (ended ? 0 : gamma * joint(fixed, 'target', next, greedy(fixed, 'online', next)));
          const d = (u: readonly number[]): number =>
            sum(p, now, u) - joint(fixed, 'online', now, u) + network(p, 'online/value', now.state);
          const lowest = agents.map(i => {
            const legal = [0, 1, 2].filter(a => now.legal[i]![a]);
            return Math.min(...legal.map(a => d(actions.map((u, j) => (j === i ? a : u)))));
          });
          const nopt = variant === 'base' ? Math.min(0, d(actions)) ** 2 : mean(lowest.map(x => x * x));
          const td = (joint(p, 'online', now, actions) - y) ** 2;
          return td + 0.7 * d(greedy(fixed, 'online', now)) ** 2 + 0.4 * nopt;
        }),
      ),
    );
  });
});
