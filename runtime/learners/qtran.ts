/**
 * QTRAN: an unrestricted value of joint actions is learned, and a sum of utilities that is as high as it at the greedy actions and nowhere
 * lower elsewhere. So the greedy actions maximise the joint value, whatever its form.
 *
 *   y       = r + gamma (1 - term) Q_jt^-(s', u'),  u'_i = argmax_a Q_i(o'_i, a)
 *   D(u)    = sum_i Q_i(o_i, u_i) - sg[Q_jt(s, u)] + V(s)
 *   L_td    = (Q_jt(s, u) - y)^2
 *   L_opt   = D(u^g)^2,  u^g_i = argmax_a Q_i(o_i, a)
 *   L_nopt  = min(0, D(u))^2                                       base
 *           = mean over agents i of (min_a D(a, u_-i))^2           alt
 *   L       = mean over steps of L_td + opt_weight L_opt + nopt_weight L_nopt
 *
 * Q_jt and V are networks of the whole state; Q_jt reads the joint action besides, one-hot. Alt evaluates it at every action of every
 * agent in turn. The other networks in D are the online ones.
 *
 * Son, Kim, Kang, Hostallero and Yi (2019). QTRAN: learning to factorize with transformation for cooperative multi-agent reinforcement
 * learning. ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import { maskLogits } from '../tensor/compose.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import { networkStep } from '../tensor/layers/network.ts';
import type { SettingDoc } from '../train/spec.ts';
import { meanOverSteps, teamReward } from './deep/mixing.ts';
import { nStepTargets } from './deep/td-targets.ts';
import { mixerInputs, stateRows, teamTable } from './deep/team.ts';
import { valueLearner } from './deep/value-learner.ts';
import type { ValueLoss } from './deep/value-program.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface QtranSettings extends DeepValueSettings {
  readonly variant: 'base' | 'alt';
  readonly opt_weight: number;
  readonly nopt_weight: number;
  readonly joint_units: number;
}

export const qtranSettings: readonly SettingDoc[] = [
  {
    name: 'variant',
    type: 'choice',
    choices: ['base', 'alt'],
    default: 'base',
    doc: 'Where the sum is held up: at the joint action that was taken, or, tighter, at the worst action of each agent in turn.',
    source: 'Son et al. 2019',
  },
  {
    name: 'opt_weight',
    type: 'real',
    low: 0,
    default: 1,
    doc: 'Weight of the loss at the greedy joint action.',
    source: 'Son et al. 2019; PyMARL',
  },
  {
    name: 'nopt_weight',
    type: 'real',
    low: 0,
    default: 0.1,
    doc: 'Weight of the loss at the other joint actions.',
    source: 'PyMARL; 1 in Son et al. 2019',
  },
  {
    name: 'joint_units',
    type: 'int',
    low: 1,
    high: 4096,
    default: 64,
    doc: 'Units of each of the two hidden layers of the joint value and of the value of the state.',
    source: 'PyMARL',
  },
  ...deepValueSettings,
];

// ------------------------------------------------------------------------------------------ loss

function qtranLoss(settings: QtranSettings): ValueLoss {
  const { gamma, double, n_step: n, variant, opt_weight, nopt_weight, joint_units: units } = settings;
  return {
    readsState: true,
    build(g, { batch, online, target }) {
      const { groups, weight } = batch;
      const state = stateRows(g, batch, 'now');
      const available = groups.map(group => group.available);
      // From here on rows, one per step and window: utilities and one-hot actions are [rows, agents, actions].
      const q = teamTable(g, batch, 'now', online);
      const legal = teamTable(g, batch, 'now', available);
      const done = mixerInputs(g, batch, { which: 'now', values: [], actions: groups.map(({ actions }) => actions) })(
        'actions',
      );
      const greedy = bestActions(g, q, legal);

      const chooser = teamTable(g, batch, 'later', double ? online : target);
      const next = bestActions(g, chooser, teamTable(g, batch, 'later', available));
      const worth = jointValue(g, 'target/joint', units, stateRows(g, batch, 'later'), next);
      const steps = { ...batch, rewards: teamReward(g, batch) };
      const y = g.stopGradient(nStepTargets(g, steps, g.reshape(worth, weight.shape), gamma, n));

      const joint = jointValue(g, 'online/joint', units, state, done);
      const td = g.square(g.sub(joint, g.reshape(y, joint.shape)));
      const v = perceptron(g, 'online/value', units, state);
      const atGreedy = g.stopGradient(jointValue(g, 'online/joint', units, state, greedy));
      const opt = g.square(g.add(g.sub(sumOfChosen(g, q, greedy), atGreedy), v));
      const d = g.add(g.sub(sumOfChosen(g, q, done), g.stopGradient(joint)), v);
      const nopt =
        variant === 'base'
          ? g.square(g.minimum(0, d))
          : g.mean(g.square(lowestOfEach(g, { q, legal, done, state, v, units })), [1]);
      const loss = g.add(td, g.add(g.mul(opt_weight, opt), g.mul(nopt_weight, nopt)));
      return meanOverSteps(g, batch, g.reshape(loss, weight.shape));
    },
  };
}

/** The best available actions of all agents, one-hot. */
function bestActions(g: Graph, q: Node, legal: Node): Node {
  return g.oneHot(g.argmax(maskLogits(g, q, legal)), q.shape[2]!);
}

/** sum_i Q_i(u_i), [rows]. */
function sumOfChosen(g: Graph, q: Node, actions: Node): Node {
  return g.sum(g.mul(q, actions), [1, 2]);
}

/** Q_jt(s, u), [rows]: state [rows, numbers], actions [rows, agents, actions]. */
function jointValue(g: Graph, path: string, units: number, state: Node, actions: Node): Node {
  const [rows, agents, count] = actions.shape as [number, number, number];
  return perceptron(g, path, units, g.concat([state, g.reshape(actions, [rows, agents * count])]));
}

/** Two hidden layers and one number, [rows]. */
function perceptron(g: Graph, path: string, units: number, x: Node): Node {
  const layers = [
    { kind: 'mlp', units: [units, units], activation: 'relu' },
    { kind: 'dense', units: 1 },
  ] as const;
  return g.reshape(networkStep(g, { layers }, { path, owner: 'the joint value' }, x).output, [x.shape[0]!]);
}

interface Rows {
  readonly q: Node;
  readonly legal: Node;
  readonly done: Node;
  readonly state: Node;
  readonly v: Node;
  readonly units: number;
}

/** min over available a of D(a, u_-i), for every agent i: [rows, agents]. */
function lowestOfEach(g: Graph, { q, legal, done, state, v, units }: Rows): Node {
  const [rows, n, count] = q.shape as [number, number, number];
  // others [rows, i, a, j, actions]: what j does where i does a and the others what they did.
  const every = [rows, n, count, n, count];
  const self = g.constant(identity(n), [1, n, 1, n, 1]);
  const tried = g.constant(identity(count), [1, 1, count, 1, count]);
  const others = g.broadcast(g.reshape(done, [rows, 1, 1, n, count]), every);
  const actions = g.reshape(g.select(self, tried, others), [rows * n * count, n, count]);
  const states = g.broadcast(g.reshape(state, [rows, 1, state.shape[1]!]), [rows, n * count, state.shape[1]!]);
  const worth = jointValue(g, 'online/joint', units, g.reshape(states, [rows * n * count, state.shape[1]!]), actions);
  const joint = g.stopGradient(g.reshape(worth, [rows, n, count]));

  const chosen = g.sum(g.mul(q, done), [2], true);
  const instead = g.add(g.sub(g.sum(chosen, [1], true), chosen), q);
  const d = g.add(g.sub(instead, joint), g.reshape(v, [rows, 1, 1]));
  return g.neg(g.max(maskLogits(g, g.neg(d), legal), [-1]));
}

function identity(size: number): readonly number[] {
  return Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
}

// ------------------------------------------------------------------------------------------ the learner

export function qtran(
  shape: Shape,
  settings: QtranSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, qtranLoss(settings), []);
}
