/** Actor-critics in whole trainings: legal choices, memory, sharing, resumption, and what they learn of small games. */
import { describe, expect, test } from 'vitest';
import { allocateBuffers, type GameBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import { openNow } from '../../runtime/learners/deep/acting.ts';
import { actionValues } from '../../runtime/learners/deep/action-critic.ts';
import { groupsOf } from '../../runtime/learners/deep/groups.ts';
import { teamOf } from '../../runtime/learners/deep/others.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import { initialise } from '../../runtime/tensor/initialise.ts';
import { adamAt, constant, gameFrom, gru, libraryGame, loaded, mlp, returnOf, startDeep } from './deep-support.ts';

const small: Settings = { network: mlp(16), rollout: 8 };
const learners: readonly (readonly [string, string, Settings])[] = [
  ['REINFORCE', 'REINFORCE', {}],
  ['IA2C', 'IA2C', {}],
  ['MAA2C', 'MAA2C', {}],
  ['MAA2C of joint actions', 'MAA2C', { critic: 'joint_action', critic_network: mlp(16) }],
  ['SEAC', 'SEAC', {}],
  ['SNAC', 'SNAC', {}],
  ['COMA', 'COMA', { explore: { from: 0.5, to: 0.02, over: 10_000, unit: 'steps' }, critic_network: mlp(16) }],
  ['ParetoAC', 'ParetoAC', { entropy: { from: 5, to: 0.01, over: 10_000, unit: 'steps' }, critic_network: mlp(16) }],
];
/** Those whose policies may remember. */
const remembering = learners.filter(([, name]) => name !== 'SEAC');

const kuhn = libraryGame('Kuhn');
const foraging = libraryGame('Foraging(size: 5, players: 2, foods: 1, coop: true)');
const tag = libraryGame('SimpleTag');

function open(game: typeof kuhn, name: string, given: Settings, envs: number) {
  const buffers = allocateBuffers(game.spec, envs);
  const vector = game.create(envs, 1, 0, buffers);
  vector.reset();
  const algorithm = algorithmNamed(name)!;
  const settings = completeSettings(algorithm, given, game.spec.discount);
  const shape = shapeOf(game.spec, envs);
  const learner = algorithm.create(shape, settings, buffers, 1, { engine: wasmEngine(), game: game.spec });
  let steps = 0;
  const run = (count: number, see: (buffers: GameBuffers) => void = () => {}): void => {
    for (let k = 0; k < count; k++) {
      learner.act(steps, 0);
      see(buffers);
      vector.step();
      learner.update(steps, 0);
      steps += envs;
    }
  };
  return { learner, shape, run };
}

describe.each(learners)('%s', (_, name, given) => {
  test('chooses only what is legal, and 0 where an agent waits', () => {
    const { run, shape } = open(kuhn, name, { ...small, ...given, optimizer: adamAt(0.01) }, 4);
    let waits = 0;
    run(60, ({ masks, actions }) => {
      for (let slot = 0; slot < actions.length; slot++) {
        const agent = slot % shape.agents;
        const start = Math.floor(slot / shape.agents) * shape.actionRow + shape.actionStart[agent]!;
        const legal = masks.subarray(start, start + shape.actionCount[agent]!);
        if (legal.includes(1)) expect(legal[actions[slot]!]).toBe(1);
        else {
          waits++;
          expect(actions[slot]).toBe(0);
        }
      }
    });
    expect(waits).toBeGreaterThan(0);
  });

  test('an interrupted training goes on bit for bit', () => {
    // A rollout of six: the interruption falls into one, and into episodes.
    const settings: Settings = { ...small, rollout: 6, ...given };
    const plan = { steps: 100_000, envs: 4 };
    const whole = startDeep(foraging, name, settings, 3, plan).training;
    whole.advance(40);
    whole.evaluate();
    const saved = whole.save();
    const resumed = startDeep(foraging, name, settings, 3, plan).training;
    resumed.restore(saved);
    for (const training of [whole, resumed]) training.advance(73);
    const [a, b] = [whole.save(), resumed.save()];
    expect([...b.keys()]).toEqual([...a.keys()]);
    for (const [key, array] of a) expect([key, [...array]]).toEqual([key, [...b.get(key)!]]);
    expect(whole.statistics()).toEqual(resumed.statistics());
    expect(whole.evaluate()).toEqual(resumed.evaluate());
  });

  test('learns the better of two actions, alone and together', () => {
    const game = loaded(
      gameFrom(`game Better {
        agents A, B
        actions { Bad, Good }
        reward = sum(if action[p] == Good then 1 else 0 for p in agents)
      }`),
    );
    const plan = { steps: 12_000, envs: 8, episodes: 1 };
    expect(returnOf(game, name, { ...small, ...given, optimizer: adamAt(0.01) }, 1, plan)).toBe(2);
  });
});

describe.each(remembering)('%s with memory', (_, name, given) => {
  test.each(['none', 'class', 'all'])('numbers stay finite with unequal classes, sharing %s', sharing => {
    if (name === 'SNAC' && sharing !== 'all') return;
    const settings: Settings = {
      ...small,
      ...given,
      network: gru(8),
      rollout: 7,
      sharing,
      last_action: true,
      optimizer: adamAt(0.01),
      ...(given.critic_network === undefined ? { critic_network: { layers: [{ kind: 'lstm', units: 6 }] } } : {}),
      ...(name === 'ParetoAC' ? { critic_network: mlp(4) } : {}),
    };
    // Tag with four agents has 625 joint actions.
    const { learner, run } = open(name === 'SNAC' ? foraging : tag, name, settings, 3);
    run(28);
    for (const [key, value] of Object.entries(learner.metrics!()))
      expect([key, Number.isFinite(value)]).toEqual([key, true]);
    for (const array of learner.save().values()) expect(array.every(Number.isFinite)).toBe(true);
  });
});

test('IA2C: a critic with memory says the same in training as in play, with and without a target critic', () => {
  const settings: Settings = {
    network: gru(8),
    critic_network: { layers: [{ kind: 'lstm', units: 6 }] },
    rollout: 7,
    n_step: 1,
    gamma: 0,
    normalize_values: false,
    optimizer: adamAt(0.02),
  };
  const loss = (more: Settings): { found: number; wanted: number } => {
    const { learner, run } = open(kuhn, 'IA2C', { ...settings, ...more }, 6);
    run(35);
    learner.metrics!();
    run(7);
    const saved = learner.save();
    let wanted = 0;
    for (const group of kuhn.spec.classNames) {
      const of = (what: string) => saved.get(`rollout.${group}.${what}`)!;
      const [rewards, values, active] = [of('rewards'), of('values'), of('active')];
      // With gamma 0 a target is the reward until the next decision, which is the step's own where everybody has just acted.
      let sum = 0;
      let count = 0;
      for (let k = 0; k < active.length; k++) {
        if (active[k] === 0) continue;
        count++;
        sum += 0.5 * (rewards[k]! - values[k]!) * (rewards[k]! - values[k]!);
      }
      wanted += sum / count / kuhn.spec.classNames.length;
    }
    return { found: learner.metrics!().valueLoss!, wanted };
  };
  const alone = loss({ tau: 1 });
  expect(alone.found).toBeCloseTo(alone.wanted, 5);
  const followed = loss({ tau: 0.01 });
  // Values in play are the target's, the loss is the critic's.
  expect(Math.abs(followed.found - followed.wanted)).toBeGreaterThan(1e-4);
});

test('a critic of actions is not told what its own agent does', () => {
  const spec = { ...tag.spec };
  const groups = groupsOf(shapeOf(spec, 1), spec, { sharing: 'class', agentIds: true, lastAction: false });
  const networks = {
    actor: mlp(4),
    critic: mlp(8),
    criticReads: 'state and observation',
    stateLength: spec.stateLength,
    headGains: undefined,
  } as const;
  const g = new Graph('value');
  const state = g.input('state', [1, 1, spec.stateLength]);
  const parts = groups.map(group => ({
    group,
    actions: g.input(`actions/${group.name}`, [group.agents.length, 1], 'i32'),
    available: g.broadcast(1, [group.agents.length, 1, group.actionCount]),
    acts: g.broadcast(1, [group.agents.length, 1]),
  }));
  const team = teamOf(g, parts);
  for (const { group } of parts) {
    const x = g.input(`x/${group.name}`, [group.agents.length, 1, group.inputLength]);
    g.output(group.name, actionValues(g, networks, { group, x, state, team }, 'critic'));
  }
  const session = openNow(wasmEngine(), [g.program()]);
  initialise(session, 1);
  const entry = session.entry('value');
  const q = (): number[][] => {
    void entry.run();
    return groups.flatMap(group => {
      const out = entry.output(group.name);
      return group.agents.map((_, a) => [...out.subarray(a * group.actionCount, (a + 1) * group.actionCount)]);
    });
  };
  const order = groups.flatMap(group => group.agents);
  const first = q();
  for (const [k, group] of groups.entries())
    for (const [a, agent] of group.agents.entries()) {
      entry.indices(`actions/${group.name}`)[a] = 2;
      const now = q();
      entry.indices(`actions/${group.name}`)[a] = 0;
      expect(k).toBeLessThan(groups.length);
      for (const [place, other] of order.entries())
        if (other === agent) expect(now[place]).toEqual(first[place]);
        else expect(now[place]).not.toEqual(first[place]);
    }
});

describe('equilibria', () => {
  const plan = { steps: 20_000, envs: 16, episodes: 1 };

  test('ParetoAC finds the optimum of climbing, where a central critic settles for less', () => {
    const annealed: Settings = { rollout: 4, entropy: { from: 20, to: 0.01, over: 64_000, unit: 'steps' } };
    for (const seed of [1, 2]) {
      const settings: Settings = { ...small, ...annealed, critic_network: mlp(16), optimizer: adamAt(1e-3) };
      expect(returnOf(libraryGame('Climbing'), 'ParetoAC', settings, seed, { ...plan, steps: 80_000 })).toBe(11);
    }
    const usual: Settings = { ...small, optimizer: adamAt(2e-3) };
    expect(returnOf(libraryGame('Climbing'), 'MAA2C', usual, 1, plan)).toBeLessThan(8);
    expect(returnOf(libraryGame('Penalty(k: -100)'), 'MAA2C', usual, 1, plan)).toBe(2);
  });

  test('IA2C learns rewards of its own: both defect in the prisoner’s dilemma', () => {
    expect(returnOf(libraryGame('PrisonersDilemma'), 'IA2C', { ...small, optimizer: adamAt(2e-3) }, 1, plan)).toBe(-3);
  });

  test('with entropy alone policies stay mixed: the entropy is that of a coin', () => {
    const { learner, run } = open(libraryGame('MatchingPennies'), 'IA2C', { ...small, entropy: constant(5) }, 8);
    run(400);
    expect(learner.metrics!().entropy).toBeGreaterThan(0.69);
  });
});
