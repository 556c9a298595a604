/** One update of proximal policy optimisation: surrogate, entropy, value loss, their gradients, clipping, two optimisers. */
import { entropy, huber } from '../../tensor/compose.ts';
import { gradients } from '../../tensor/gradients/index.ts';
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import { clipByGlobalNorm } from '../../tensor/optimisers/clip.ts';
import { update } from '../../tensor/optimisers/update.ts';
import type { Group } from './groups.ts';
import { actorCarries, criticCarries, criticValues, logPolicy, type PolicyNetworks } from './policy-networks.ts';
import type { PolicySettings } from './policy-settings.ts';

/** A minibatch: `lanes` steps of any games, or, with `steps`, that many consecutive steps of `lanes` games. */
export interface BatchShape {
  readonly steps: number | undefined;
  readonly lanes: number;
}

/** What the program says of an update, in the order of its output `statistics`. */
export const statisticNames = [
  'policyLoss',
  'valueLoss',
  'entropy',
  'clipFraction',
  'approximateKL',
  'gradientNorm',
  'criticGradientNorm',
] as const;

type Term = 'policy' | 'value' | 'entropy' | 'clipped' | 'kl';

/**
 * The graph of an update. With w = 1 where the agent acted, per policy (a group's, or every agent's own without sharing):
 *
 *   rho = pi(u | x) / pi_old(u | x)
 *   L_policy = -sum(w min(rho A, clip(rho, 1 - e, 1 + e) A)) / sum(w) - c sum(w H(pi)) / sum(w)
 *   L_value  =  sum(w max(l(V - G), l(V_old + clip(V - V_old, -e, e) - G))) / sum(w)     (first term only without `value_clip`)
 */
export function ppoProgram(
  groups: readonly Group[],
  networks: PolicyNetworks,
  settings: PolicySettings,
  { steps, lanes }: BatchShape,
): Program {
  const g = new Graph('train');
  const lead = steps === undefined ? [] : [steps];
  const { stateLength } = networks;
  const reset = steps === undefined ? undefined : g.reshape(g.input('reset', [steps, lanes]), [steps, 1, lanes]);
  const state =
    stateLength === 0
      ? undefined
      : g.reshape(g.input('state', [...lead, lanes, stateLength]), [...lead, 1, lanes, stateLength]);
  const entropyWeight = g.input('entropy', []);
  const low = 1 - settings.clip_ratio;
  const high = 1 + settings.clip_ratio;
  const sums: Record<Term, Node[]> = { policy: [], value: [], entropy: [], clipped: [], kl: [] };

  for (const group of groups) {
    const entries = [...lead, group.agents.length, lanes];
    const own = (name: string): Node => g.input(`${name}/${group.name}`, entries);
    const x = g.input(`x/${group.name}`, [...entries, group.inputLength]);
    const available = g.input(`available/${group.name}`, [...entries, group.actionCount]);
    const actions = g.input(`actions/${group.name}`, entries, 'i32');
    const advantage = own('advantage');
    const weight = own('weight');
    const past = (carries: readonly Node[]) => (reset === undefined ? { carries } : { carries, reset });
    const mean = (of: Node): Node => meanPerPolicy(g, group, of, weight);

    // Actor
    const remembered = actorCarries(networks, group, lanes).map((shape, k) =>
      g.input(`actor/${group.name}/${k}`, shape),
    );
    const policy = logPolicy(g, networks, group, x, available, past(remembered)).output;
    const logRatio = g.sub(g.pick(policy, actions), g.log(own('probability')));
    const ratio = g.exp(logRatio);
    const surrogate = g.minimum(g.mul(ratio, advantage), g.mul(g.clip(ratio, low, high), advantage));
    sums.policy.push(g.neg(mean(surrogate)));
    sums.entropy.push(mean(entropy(g, policy)));
    const far = g.greater(g.abs(g.sub(ratio, 1)), settings.clip_ratio);
    sums.clipped.push(mean(far));
    // Schulman 2020, "Approximating KL divergence": (rho - 1) - log(rho), unbiased and never negative.
    sums.kl.push(mean(g.sub(g.sub(ratio, 1), logRatio)));

    // Critic
    const memory = criticCarries(networks, group, lanes).map((shape, k) => g.input(`critic/${group.name}/${k}`, shape));
    const values = criticValues(g, networks, group, x, state, past(memory)).output;
    const target = own('target');
    let loss = lossOf(g, settings, g.sub(values, target));
    if (settings.value_clip) {
      const old = own('value');
      const near = g.add(old, g.clip(g.sub(values, old), -settings.clip_ratio, settings.clip_ratio));
      loss = g.maximum(loss, lossOf(g, settings, g.sub(near, target)));
    }
    sums.value.push(mean(loss));
  }

  const policies = groups.reduce((count, group) => count + (group.copies ?? 1), 0);
  const total = (name: Term): Node => sums[name].reduce((sum, term) => g.add(sum, term));
  const average = (name: Term): Node => g.div(total(name), policies);
  const rate = g.input('lr', []);
  const actorNorm = train(
    g,
    groups,
    settings,
    'actor',
    g.sub(total('policy'), g.mul(entropyWeight, total('entropy'))),
    rate,
  );
  const criticNorm = train(g, groups, settings, 'critic', total('value'), rate);
  const told = (['policy', 'value', 'entropy', 'clipped', 'kl'] as const).map(average);
  const norms = [actorNorm, criticNorm].map(norm => g.div(norm, policies));
  g.output(
    'statistics',
    g.concat(
      [...told, ...norms].map(node => g.reshape(node, [1])),
      0,
    ),
  );
  return g.program();
}

function lossOf(g: Graph, settings: PolicySettings, error: Node): Node {
  return settings.value_loss === 'huber' ? huber(g, error, settings.huber_delta) : g.mul(0.5, g.square(error));
}

/** Mean over the entries that count; without sharing the sum over agents of their own means, each a policy of its own. */
function meanPerPolicy(g: Graph, group: Group, x: Node, weight: Node): Node {
  const agents = weight.shape.length - 2;
  const axes = weight.shape.map((_, axis) => axis).filter(axis => group.copies === undefined || axis !== agents);
  const count = g.maximum(g.sum(weight, axes), 1);
  return g.sum(g.div(g.sum(g.mul(x, weight), axes), count));
}

/** A step of the optimiser on one kind of networks; the gradient of each is clipped by itself. The sum of their norms. */
function train(
  g: Graph,
  groups: readonly Group[],
  settings: PolicySettings,
  kind: 'actor' | 'critic',
  loss: Node,
  rate: Node,
): Node {
  const parts = groups.map(group => ({ group, own: g.parameters.filter(isOf(`${kind}/${group.name}/`)) }));
  const trained = parts.flatMap(({ own }) => own);
  const found = gradients(g, loss, trained);
  const clipped: Node[] = [];
  let sum = g.constant(0);
  for (const { group, own } of parts) {
    const mine = found.slice(clipped.length, clipped.length + own.length);
    const { gradients: scaled, norm } = clipOwn(g, group, mine, settings.clip === 0 ? 1e30 : settings.clip);
    clipped.push(...(settings.clip === 0 ? mine : scaled));
    sum = g.add(sum, norm);
  }
  update(g, settings.optimizer, `${kind}Optimizer`, trained, clipped, rate);
  return sum;
}

const isOf =
  (prefix: string) =>
  (node: Node): boolean =>
    node.op.kind === 'state' && node.op.name.startsWith(prefix);

/** `clipByGlobalNorm`, for the copies of a group each by itself. */
function clipOwn(
  g: Graph,
  { copies }: Group,
  found: readonly Node[],
  maximum: number,
): { readonly gradients: readonly Node[]; readonly norm: Node } {
  if (copies === undefined) return clipByGlobalNorm(g, found, maximum);
  const squares = found.map(gradient => g.sum(g.square(g.reshape(gradient, [copies, -1])), [1]));
  const norms = g.sqrt(squares.reduce((sum, term) => g.add(sum, term)));
  const factor = g.minimum(g.div(maximum, g.add(norms, 1e-6)), 1);
  const scale = (gradient: Node): Node =>
    g.mul(gradient, g.reshape(factor, [copies, ...gradient.shape.slice(1).map(() => 1)]));
  return { gradients: found.map(scale), norm: g.sum(norms) };
}
