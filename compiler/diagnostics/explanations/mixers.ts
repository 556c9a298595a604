/** M08: mixers: what may stand in one, and what its claims need. */
import type { Explanation } from './base.ts';

const mixer = (claims: string, ...bindings: readonly string[]): string =>
  `mixer M {\n${bindings.map(binding => `  ${binding}\n`).join('')}}${claims === '' ? '' : ` ${claims}`}\n`;

export const mixers = {
  'mixer-shape': {
    summary: 'Arrays whose shapes do not fit.',
    explanation:
      'Every value of a mixer has a shape that is known when the program is compiled: `q` is a vector of one number per agent, `hyper([agents, 32])` a matrix. Shapes are checked for two teams of different sizes, so that none fits by accident. `*` of a vector and a matrix is their product; everything else goes element by element, aligned at the last axis, and an extent of 1 is repeated. `reshape(q, [agents, 1])` makes a column of a vector.',
    bad: mixer('', 'w = hyper([8])', 'total = sum(q * w)'),
    good: mixer('', 'w = hyper([agents, 8])', 'total = sum(q * w)'),
  },
  'mixer-form': {
    summary: 'Something that may not stand in a mixer.',
    explanation:
      'A mixer is compiled to operations on whole arrays with a gradient. Comparisons, `match`, `for` and the types of games have none. `if` may choose between two forms by a parameter, not by a value that is learned or by the number of agents. Use `max`, `min`, `clamp` and `relu` for what depends on values.',
    bad: mixer('', 'total = sum(q > 0)'),
    good: mixer('', 'total = sum(relu(q))'),
  },
  'missing-total': {
    summary: 'A mixer without a total.',
    explanation:
      'The bindings of a mixer name its parts, and the one named `total` is what the mixer gives: the value of the joint action. It must be one number. A mixer without it gives nothing.',
    bad: mixer('', 'sums = sum(q)'),
    good: mixer('', 'total = sum(q)'),
  },
  'mixer-domain': {
    summary: 'A logarithm, root or division that may have no value.',
    explanation:
      'Weights take any value while they are learned, and one logarithm of a negative number turns all of them into not-a-number. So what stands in `log` must be positive, and in `sqrt` not negative, whatever the weights and inputs are. `softplus` and `exp` are always positive; `clamp` with a positive lower bound is too.',
    bad: mixer('', 'total = sum(q * log(hyper([agents])))'),
    good: mixer('', 'total = sum(q * log(1 + exp(hyper([agents]))))'),
  },
  'unknown-claim': {
    summary: 'A claim that is none.',
    explanation:
      'After the closing brace a mixer may claim `monotonic`, `strictly monotonic`, `additive` and `igm`, several of them in any order. Each is proved from the expressions, or the mixer is refused at the sub-term that breaks it. A mixer that claims nothing may have any form.',
    bad: mixer('monotone', 'total = sum(q)'),
    good: mixer('monotonic', 'total = sum(q)'),
  },
  'not-monotonic': {
    summary: 'A mixer that may fall where a utility grows.',
    explanation:
      'A monotonic total never falls when one utility grows and everything else stays, so that agents who choose their own best action choose the best joint action (IGM). It is proved by following every path from `q` to the total: through functions that never fall, and through products with factors that are never negative. A network of the state can be negative, so weights go through `abs`, `softplus` or `relu`; biases need not. Where random numbers show a case in which the total does fall, the message tells it; where they show none, it says that the claim is not proved. What is differentiated must not fall either: `stop_gradient` hides no reversed gradient.',
    bad: mixer('monotonic', 'w = hyper([agents])', 'total = dot(q, w)'),
    good: mixer('monotonic', 'w = abs(hyper([agents]))', 'total = dot(q, w)'),
  },
  'not-strictly-monotonic': {
    summary: 'A mixer that may stand still where a utility grows.',
    explanation:
      'A strictly monotonic total grows with every utility, whatever the weights and inputs are. `abs(hyper(...))` can be 0, and `relu` is flat below 0, so mixers made of them are monotonic but not strictly so: other joint actions may tie with the greedy one. `softplus` and `exp` give weights that are always positive; `elu`, `leaky_relu` and `tanh` always grow. This is about real numbers: in floating point, `softplus` of -1000 is 0.',
    bad: mixer('strictly monotonic', 'w = abs(hyper([agents]))', 'total = dot(q, w)'),
    good: mixer('strictly monotonic', 'w = softplus(hyper([agents]))', 'total = dot(q, w)'),
  },
  'not-additive': {
    summary: 'A mixer that is no sum over agents.',
    explanation:
      'An additive total is a sum in which each term depends on the utility of one agent at most (`best` is a utility too); the state may weigh the terms, and the actions may not be read. Functions that bend may be applied to each utility, but not to a sum of several, and utilities may not be multiplied or compared with each other.',
    bad: mixer('additive', 'total = elu(sum(q))'),
    good: mixer('additive', 'total = sum(elu(q))'),
  },
  'not-igm': {
    summary: 'A mixer whose best joint action may not be the greedy one.',
    explanation:
      'IGM (individual-global-max) says that where each agent takes the action with its highest utility, the total is highest too. Every monotonic mixer that does not read `actions` has it. The other form that is proved is the duplex one of QPLEX: a value at the greedy actions, `best`, plus advantages `f(q) - f(best)`, which are never positive, with weights that add up to 0 or more. The weights may read the joint actions.',
    bad: mixer('igm', 'weights = hyper([agents], of: flatten(actions))', 'total = sum(best) + dot(q - best, weights)'),
    good: mixer(
      'igm',
      'weights = softplus(hyper([agents], of: flatten(actions)))',
      'total = sum(best) + dot(q - best, weights)',
    ),
  },
  'ignores-utilities': {
    summary: 'A mixer that does not mix.',
    explanation:
      'The total of a mixer is made of the utilities `q` of the agents. One that depends on the state alone teaches the agents nothing, because no gradient reaches them; and so does one that takes all of `q` through `stop_gradient`. It is legal but cannot be meant.',
    bad: mixer('', 'total = sum(hyper([agents]))'),
    good: mixer('', 'total = sum(q) + sum(hyper([agents]))'),
  },
  'untaught-agents': {
    summary: 'A mixer that teaches some agents only.',
    explanation:
      'Agents learn from the gradient of the total with respect to their utilities. Where every path from the utility of an agent to the total goes through `stop_gradient`, the agent learns nothing from it, although its choices still move the total: the others are trained as if it stood still. It is legal, but is seldom meant for some agents and not for others.',
    bad: mixer('', 'total = q[0] + sum(stop_gradient(q))'),
    good: mixer('', 'total = sum(q) + sum(stop_gradient(q))'),
  },
} satisfies Readonly<Record<string, Explanation>>;
