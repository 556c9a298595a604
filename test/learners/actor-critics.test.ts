/** Values, targets, losses and gradients of actor-critics against their equations, computed in doubles from what was recorded. */
import { describe, expect, test } from 'vitest';
import type { GameSpec } from '../../runtime/games/vector.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import {
  alike,
  gradient,
  lambdaReturn,
  nStepReturn,
  othersAt,
  output,
  type Played,
  play,
  recorded,
  type Step,
  softmax,
  unequal,
  type Weights,
  weights,
} from './actor-critic-reference.ts';
import { constant } from './deep-support.ts';

interface Case {
  readonly name: string;
  readonly learner: string;
  readonly spec: GameSpec;
  readonly given: Settings;
  /** What the critic reads besides the number of the agent; none where there is none. */
  readonly critic: 'observation' | 'state' | 'actions' | 'actions and observation' | 'none';
  readonly returns: 'n-step' | 'lambda' | 'episode';
  readonly advantage: 'error' | 'return' | 'value' | 'counterfactual' | 'difference' | 'best';
}

const listed: readonly Omit<Case, 'learner' | 'spec'>[] = [
  { name: 'REINFORCE', given: { baseline: 'none' }, critic: 'none', returns: 'episode', advantage: 'return' },
  { name: 'REINFORCE with a baseline', given: {}, critic: 'observation', returns: 'episode', advantage: 'error' },
  { name: 'IA2C', given: { n_step: 3, tau: 0.5 }, critic: 'observation', returns: 'n-step', advantage: 'error' },
  {
    name: 'IA2C without target and sharing',
    given: { sharing: 'none', tau: 1, n_step: 1 },
    critic: 'observation',
    returns: 'n-step',
    advantage: 'error',
  },
  { name: 'MAA2C', given: { n_step: 2 }, critic: 'state', returns: 'n-step', advantage: 'error' },
  {
    name: 'MAA2C of joint actions',
    given: { critic: 'joint_action', n_step: 2, tau: 0.3 },
    critic: 'actions',
    returns: 'n-step',
    advantage: 'value',
  },
  {
    name: 'COMA',
    given: { td_lambda: 0.6, explore: constant(0.2), target_every: 2 },
    critic: 'actions and observation',
    returns: 'lambda',
    advantage: 'counterfactual',
  },
  {
    name: 'COMA with difference rewards',
    given: { credit: 'difference', default_action: 1, td_lambda: 0.6, explore: constant(0.2), sharing: 'none' },
    critic: 'actions and observation',
    returns: 'lambda',
    advantage: 'difference',
  },
  { name: 'ParetoAC', given: { n_step: 3, tau: 0.3 }, critic: 'actions', returns: 'n-step', advantage: 'best' },
  {
    name: 'ParetoAC with sharing',
    given: { n_step: 1, sharing: 'class' },
    critic: 'actions',
    returns: 'n-step',
    advantage: 'best',
  },
  { name: 'SNAC', given: { n_step: 2 }, critic: 'observation', returns: 'n-step', advantage: 'error' },
];

const cases = listed.map((each): Case => {
  const learner = each.name.split(' ')[0]!;
  return { ...each, learner, spec: learner === 'SNAC' ? alike : unequal };
});

/** Every joint action that agents but one have, one-hot; zeros for those that wait. `allowed` by agent: masks, without a 1 where it waits. */
function possibleRows(spec: GameSpec, agent: number, allowed: readonly (readonly number[])[]): number[][] {
  const most = Math.max(...spec.actionCount);
  const nothing = Array.from({ length: most }, () => 0);
  return allowed.reduce<number[][]>(
    (lists, mask, other) => {
      if (other === agent) return lists;
      const rows = mask.includes(1)
        ? mask.flatMap((legal, action) => (legal === 1 ? [nothing.map((_, k) => (k === action ? 1 : 0))] : []))
        : [nothing];
      return lists.flatMap(list => rows.map(row => [...list, ...row]));
    },
    [[]],
  );
}

/** What the equations make of a rollout. */
class Expected {
  readonly played: Played;
  readonly of: Case;
  readonly steps: readonly Step[];
  readonly ended: (t: number, e: number) => number;
  readonly explore: number;

  constructor(of: Case) {
    this.of = of;
    this.played = play(of.learner, of.spec, of.given);
    const { all, ended } = recorded(this.played);
    this.steps = all;
    this.ended = ended;
    const { explore } = this.played.settings;
    this.explore = of.learner === 'COMA' ? (explore as { from: number }).from : 0;
  }

  get apart(): boolean {
    return this.played.settings.sharing === 'none';
  }

  units({ agent }: Step): number {
    return this.of.spec.actionCount[agent]!;
  }

  copy({ group, a }: Step): number {
    return this.apart && group === 'P' ? a : 0;
  }

  pi(of: Weights, step: Step): number[] {
    const logits = output(of, 'actor', step.group, this.copy(step), this.units(step), step.x);
    return softmax(logits, step.available, this.explore);
  }

  /** What the critic reads, but for the actions of others: the observation with the number, or the state and the number. */
  seen(step: Step): readonly number[] {
    const { critic, spec } = this.of;
    if (critic === 'observation') return step.x;
    if (critic === 'actions and observation') return [...step.state, ...step.x];
    const id = step.x.slice(spec.observationLength[step.agent]!);
    return [...step.state, ...id];
  }

  v(of: Weights, kind: string, step: Step): number {
    return output(of, kind, step.group, this.copy(step), 1, this.seen(step))[0]!;
  }

  q(of: Weights, kind: string, step: Step, others = othersAt(this.played, this.steps, step)): number[] {
    return output(of, kind, step.group, this.copy(step), this.units(step), [...this.seen(step), ...others]);
  }

  /** The most that Q of an action is over what the others might do there. */
  best(of: Weights, kind: string, step: Step, action: number): number {
    return Math.max(...this.possible(step).map(others => this.q(of, kind, step, others)[action]!));
  }

  /** Every joint action that the others have in this step, as the critic is told it. */
  possible(step: Step): readonly number[][] {
    const allowed = this.of.spec.agents.map((_, other) => {
      const beside = this.steps.find(s => s.agent === other && s.t === step.t && s.e === step.e)!;
      return beside.active ? beside.available : [];
    });
    return possibleRows(this.of.spec, step.agent, allowed);
  }

  get ofActions(): boolean {
    return this.of.critic.startsWith('actions');
  }

  /** V of a step, by target or critic, as targets are made of it. */
  worth(of: Weights, kind: string, step: Step): number {
    if (!this.ofActions) return this.v(of, kind, step);
    if (this.of.advantage === 'best') return this.best(of, kind, step, step.action);
    return this.q(of, kind, step)[step.action]!;
  }

  line(step: Step): { readonly line: Parameters<typeof nStepReturn>[0]; readonly ends: boolean } {
    const own = this.steps.filter(({ agent, e }) => agent === step.agent && e === step.e);
    const ended = own.map(({ t }) => this.ended(t, step.e));
    const line = {
      rewards: own.map(s => s.reward),
      values: own.map(s => s.value),
      next: own.map(s => s.next),
      active: own.map(s => s.active),
      ended,
    };
    return { line, ends: ended.slice(step.t).some(how => how !== 0) };
  }

  target(step: Step): number {
    const { line } = this.line(step);
    const { n_step: n, td_lambda: lambda } = this.played.settings as { n_step: number; td_lambda: number };
    if (this.of.returns === 'n-step') return nStepReturn(line, 0.8, n, step.t);
    if (this.of.returns === 'lambda') return lambdaReturn(line, 0.8, lambda, step.t);
    const nothing = line.values.map(() => 0);
    return nStepReturn({ ...line, values: nothing, next: nothing }, 0.8, 1e9, step.t);
  }

  counts(step: Step): boolean {
    return step.active && (this.of.returns !== 'episode' || this.line(step).ends);
  }

  /** Mean over the steps that count, summed over policies. */
  mean(of: (step: Step) => number): number {
    const policies = new Map<string, number[]>();
    for (const step of this.steps) {
      if (!this.counts(step)) continue;
      const name = `${step.group} ${this.copy(step)}`;
      policies.set(name, [...(policies.get(name) ?? []), of(step)]);
    }
    return [...policies.values()].reduce((sum, all) => sum + all.reduce((s, x) => s + x, 0) / all.length, 0);
  }

  advantage(actor: Weights, critic: Weights, value: Weights, step: Step, target: number): number {
    const { advantage } = this.of;
    if (advantage === 'return') return target;
    if (advantage === 'error') return target - this.v(critic, 'critic', step);
    if (advantage === 'best') return this.best(critic, 'critic', step, step.action) - this.v(value, 'value', step);
    const q = this.q(critic, 'critic', step);
    if (advantage === 'value') return q[step.action]!;
    if (advantage === 'counterfactual')
      return q[step.action]! - this.pi(actor, step).reduce((sum, p, action) => sum + p * q[action]!, 0);
    const usual = step.available[1] === 1 ? 1 : step.available.indexOf(1);
    return q[step.action]! - q[usual]!;
  }
}

function closeTo(found: ReadonlyMap<string, Float64Array>, wanted: ReadonlyMap<string, Float64Array>): void {
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  for (const [name, values] of wanted)
    for (let k = 0; k < values.length; k++) expect(found.get(name)![k], `${name} ${k}`).toBeCloseTo(values[k]!, 4);
}

/** What a step of gradient descent with rate 1 took off the weights. */
function taken({ before, after }: Played, kind: string): Map<string, Float64Array> {
  const then = weights(before, kind);
  const now = weights(after, kind);
  return new Map([...then].map(([name, values]) => [name, values.map((x, k) => x - now.get(name)![k]!)]));
}

describe.each(cases)('$name', of => {
  const expected = new Expected(of);
  const { played, steps } = expected;
  const { before, after, settings, metrics } = played;
  const actor = weights(before, 'actor');
  const critic = weights(before, 'critic');
  const value = weights(before, 'value');
  const targets = weights(before, 'target');
  const [judge, judged] = targets.size > 0 ? ([targets, 'target'] as const) : ([critic, 'critic'] as const);

  test('acts by its policy; what it did is recorded with its probability', () => {
    expect(steps.filter(step => !step.active).length).toBeGreaterThan(10);
    for (const step of steps) {
      // Of REINFORCE, steps of unfinished episodes are inactive, too, when they have been learned from.
      if (!step.active && of.returns !== 'episode') expect(step.action).toBe(0);
      expect(step.available[step.action]).toBe(1);
      expect(step.probability).toBeCloseTo(expected.pi(actor, step)[step.action]!, 5);
    }
  });

  test.runIf(of.critic !== 'none')('values of steps are those of the target critic, or of the critic', () => {
    expect(targets.size > 0).toBe(settings.tau !== undefined && !(settings.tau === 1 && settings.target_every === 1));
    for (const step of steps) expect(step.value).toBeCloseTo(expected.worth(judge, judged, step), 4);
  });

  test.runIf(of.critic !== 'none')(
    'what followed a cut or the rollout is valued by its own observation, state and masks',
    () => {
      const valued = steps.filter(step => expected.ended(step.t, step.e) === 2 || step.t === played.steps - 1);
      expect(valued.filter(step => expected.ended(step.t, step.e) === 2).length).toBeGreaterThan(5);
      for (const step of valued) {
        const { x, state, allowed } = played.followed(step);
        const there = { ...step, x, state };
        const rows = possibleRows(of.spec, step.agent, allowed);
        const own = allowed[step.agent]!.includes(1) ? allowed[step.agent]! : [1];
        const values = !expected.ofActions
          ? [expected.v(judge, judged, there)]
          : own.flatMap((legal, action) => {
              const q = rows.map(row => expected.q(judge, judged, there, row)[action]!);
              return legal === 0 ? [] : of.advantage === 'best' ? [Math.max(...q)] : q;
            });
        expect(Math.min(...values.map(x => Math.abs(x - step.next)))).toBeLessThan(1e-4);
      }
    },
  );

  test('policies follow the gradient of their loss, with advantages held', () => {
    const advantages = new Map(
      steps.map(step => [step, expected.advantage(actor, critic, value, step, expected.target(step))]),
    );
    const policyLoss = (by: Weights) =>
      -expected.mean(step => Math.log(expected.pi(by, step)[step.action]!) * advantages.get(step)!);
    const entropy = (by: Weights) =>
      -expected.mean(step => expected.pi(by, step).reduce((sum, p) => (p === 0 ? sum : sum + p * Math.log(p)), 0));
    const wanted = gradient(actor, by => policyLoss(by) - 0.3 * entropy(by));
    closeTo(taken(played, 'actor'), wanted);
    const policies = expected.apart ? 3 : settings.sharing === 'all' ? 1 : 2;
    expect(metrics.policyLoss).toBeCloseTo(policyLoss(actor) / policies, 4);
    expect(metrics.entropy).toBeCloseTo(entropy(actor) / policies, 4);
  });

  test.runIf(of.critic !== 'none')('critics follow the gradient of their squared error, with targets held', () => {
    const goal = new Map(steps.map(step => [step, expected.target(step)]));
    const square = (error: number): number => 0.5 * error * error;
    const wanted = gradient(critic, by =>
      expected.mean(step => {
        const found = expected.ofActions
          ? expected.q(by, 'critic', step)[step.action]!
          : expected.v(by, 'critic', step);
        return square(goal.get(step)! - found);
      }),
    );
    closeTo(taken(played, 'critic'), wanted);
    if (value.size === 0) return;
    const wantedOfValues = gradient(value, by =>
      expected.mean(step => square(goal.get(step)! - expected.v(by, 'value', step))),
    );
    closeTo(taken(played, 'value'), wantedOfValues);
  });

  test.runIf(targets.size > 0)('the target critic follows', () => {
    const now = weights(after, 'target');
    const tau = settings.tau as number;
    const updates = metrics.updates!;
    for (const [name, old] of targets) {
      const source = name.replace('target/', 'critic/');
      const hard = tau === 1 && updates % (settings.target_every as number) === 0;
      for (let k = 0; k < old.length; k++) {
        const soft = old[k]! + tau * (critic.get(source)![k]! - old[k]!);
        const wanted = tau < 1 ? soft : hard ? weights(after, 'critic').get(source)![k]! : old[k]!;
        expect(now.get(name)![k]).toBeCloseTo(wanted, 5);
      }
    }
  });
});

describe('SEAC', () => {
  const lambda = 0.7;
  const played = play('SEAC', alike, { lambda, n_step: 2 });
  const { all: steps, ended } = recorded(played);
  const actor = weights(played.before, 'actor');
  const critic = weights(played.before, 'critic');
  const pi = (by: Weights, i: number, step: Step) =>
    softmax(output(by, 'actor', 'agents', i, 3, step.x), step.available);
  const v = (by: Weights, i: number, step: Step) => output(by, 'critic', 'agents', i, 1, step.x)[0]!;
  const target = (step: Step): number => {
    const own = steps.filter(({ agent, e }) => agent === step.agent && e === step.e);
    const line = {
      rewards: own.map(s => s.reward),
      values: own.map(s => s.value),
      next: own.map(s => s.next),
      active: own.map(s => s.active),
      ended: own.map(s => ended(s.t, s.e)),
    };
    return nStepReturn(line, 0.8, 2, step.t);
  };
  const goals = new Map(steps.map(step => [step, target(step)]));
  const weightOf = new Map(
    steps.map(step => [
      step,
      [0, 1, 2].map(i =>
        i === step.agent ? 1 : (lambda * pi(actor, i, step)[step.action]!) / pi(actor, step.agent, step)[step.action]!,
      ),
    ]),
  );
  /** Sum over learners i and agents k of the mean over k's steps. */
  const total = (of: (i: number, step: Step) => number, whose: (i: number, k: number) => boolean = () => true) => {
    let sum = 0;
    for (const k of [0, 1, 2]) {
      const own = steps.filter(step => step.agent === k && step.active);
      for (const i of [0, 1, 2]) if (whose(i, k)) for (const step of own) sum += of(i, step) / own.length;
    }
    return sum;
  };

  test('values of steps are those of the agent’s own critic', () => {
    for (const step of steps) expect(step.value).toBeCloseTo(v(critic, step.agent, step), 5);
  });

  test('policies learn from everybody, weighted by ratios that no gradient passes, and keep their own entropy', () => {
    const held = new Map(steps.map(step => [step, [0, 1, 2].map(i => goals.get(step)! - v(critic, i, step))]));
    const wanted = gradient(
      actor,
      by =>
        -total((i, step) => weightOf.get(step)![i]! * held.get(step)![i]! * Math.log(pi(by, i, step)[step.action]!)) +
        0.3 *
          total(
            (i, step) => pi(by, i, step).reduce((sum, p) => (p === 0 ? sum : sum + p * Math.log(p)), 0),
            (i, k) => i === k,
          ),
    );
    closeTo(taken(played, 'actor'), wanted);
  });

  test('critics learn from everybody, with the same weights', () => {
    const wanted = gradient(critic, by =>
      total((i, step) => {
        const error = goals.get(step)! - v(by, i, step);
        return weightOf.get(step)![i]! * 0.5 * error * error;
      }),
    );
    closeTo(taken(played, 'critic'), wanted);
  });
});
