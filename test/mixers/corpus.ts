/** Mixers with what must be proved of them, and mixers that must be refused, with the sub-term and the words that say why. */

export interface Accepted {
  readonly name: string;
  readonly bindings: string;
  readonly claims: string;
  /** Everything that is proved, claimed or not. */
  readonly proved: readonly string[];
}

export interface Refused {
  readonly name: string;
  readonly bindings: string;
  readonly claims: string;
  readonly rule: string;
  /** The text at the primary span. */
  readonly at: string;
  readonly says: RegExp;
  /** Does the message hold a case in numbers? */
  readonly witness: boolean;
}

const M = 'monotonic';
const S = 'strictly_monotonic';
const A = 'additive';
const I = 'igm';

const accepted = (name: string, bindings: string, claims: string, proved: readonly string[]): Accepted => ({
  name,
  bindings,
  claims,
  proved,
});

export const acceptedMixers: readonly Accepted[] = [
  accepted('a quotient', 'total = sum(q) / (1 + exp(hyper([1])))', 'strictly monotonic', [M, S, A, I]),
  accepted('the sum', 'total = sum(q)', 'strictly monotonic additive igm', [M, S, A, I]),
  accepted('the mean', 'total = mean(q)', 'strictly monotonic', [M, S, A, I]),
  accepted('the largest', 'total = max(q)', 'monotonic', [M, I]),
  accepted('the smallest', 'total = min(q)', 'igm', [M, I]),
  accepted('one utility', 'total = q[0]', 'monotonic additive', [M, A, I]),
  accepted('weights from the state', 'total = dot(q, abs(hyper([agents])))', 'monotonic additive', [M, A, I]),
  accepted('weights by exp', 'total = dot(q, exp(hyper([agents])))', 'strictly monotonic', [M, S, A, I]),
  accepted('weights that read nothing', 'total = dot(q, softplus(weight([agents])))', 'strictly monotonic', [
    M,
    S,
    A,
    I,
  ]),
  accepted('squared weights', 'total = dot(q, square(hyper([agents])))', 'monotonic', [M, A, I]),
  accepted('a weight times itself', 'w = hyper([agents])\ntotal = dot(q, w * w)', 'monotonic', [M, A, I]),
  accepted(
    'QMIX',
    `w1 = abs(hyper([agents, 8]))
     w2 = abs(hyper([8]))
     total = dot(elu(q * w1 + hyper([8])), w2) + hyper([1], hidden: 8)`,
    'monotonic',
    [M, I],
  ),
  accepted(
    'QMIX by a product written out',
    `h = matmul(reshape(q, [1, agents]), softplus(hyper([agents, 4]))) + hyper([1, 4])
     total = sum(tanh(h) * softplus(hyper([1, 4])))`,
    'strictly monotonic',
    [M, S, I],
  ),
  accepted('weights on the left', 'total = sum(abs(hyper([4, agents])) * q)', 'monotonic', [M, A, I]),
  accepted('bent utilities', 'total = sum(elu(q) * sigmoid(hyper([agents])))', 'strictly monotonic additive', [
    M,
    S,
    A,
    I,
  ]),
  accepted('attention over agents', 'total = dot(softmax(hyper([agents])), q)', 'strictly monotonic', [M, S, A, I]),
  accepted('attention by features', 'total = dot(softmax(flatten(hyper([1], of: features))), q)', 'monotonic', [
    M,
    S,
    A,
    I,
  ]),
  accepted('a clamped total', 'total = clamp(sum(q), -10, 10)', 'monotonic', [M, I]),
  accepted('clamped weights', 'total = dot(q, clamp(hyper([agents]), 0, 1))', 'monotonic', [M, A, I]),
  accepted('one minus a gate', 'total = dot(q, 1 - sigmoid(hyper([agents])))', 'strictly monotonic', [M, S, A, I]),
  accepted('two minus tanh', 'total = dot(q, 2 - tanh(hyper([agents])))', 'strictly monotonic', [M, S, A, I]),
  accepted('negated twice', 'total = -sum(-q)', 'strictly monotonic', [M, S, A, I]),
  accepted('a negative weight of a falling term', 'total = dot(-q, -abs(hyper([agents])))', 'monotonic', [M, A, I]),
  accepted('the state subtracted', 'total = sum(q) - sum(hyper([agents]))', 'strictly monotonic', [M, S, A, I]),
  accepted('divided by a positive number', 'total = sum(q) / (1 + exp(hyper([1])))', 'strictly monotonic', [
    M,
    S,
    A,
    I,
  ]),
  accepted('log-sum-exp', 'total = log(sum(exp(q)))', 'strictly monotonic', [M, S, I]),
  accepted('a product of positive terms', 'total = exp(q[0]) * sum(softplus(q))', 'strictly monotonic', [M, S, I]),
  accepted('the square of something positive', 'total = square(sum(softplus(q)))', 'strictly monotonic', [M, S, I]),
  accepted('a column', 'total = sum(reshape(q, [agents, 1]) * abs(hyper([agents, 4])))', 'monotonic', [M, A, I]),
  accepted('utilities and state side by side', 'total = sum(concat(q, state))', 'monotonic', [M, A, I]),
  accepted('the number of agents as a factor', 'total = agents * mean(q)', 'strictly monotonic', [M, S, A, I]),
  accepted('the root of the number of agents', 'total = sum(q) / sqrt(agents)', 'strictly monotonic', [M, S, A, I]),
  accepted(
    'a free network of each utility alone',
    'total = sum(hyper([2], hidden: 4, of: reshape(q, [agents, 1])))',
    'additive',
    [A],
  ),
  accepted('no claim at all', 'total = hyper([1], hidden: 8, of: concat(q, state))', '', []),
  accepted(
    'QPLEX',
    `w = abs(hyper([agents])) + 1e-10
     v = hyper([agents])
     mine = w * q + v
     advantage = mine - (w * best + v)
     importance = softplus(hyper([agents], hidden: 8, of: concat(state, flatten(actions))))
     total = sum(mine) + dot(importance - 1, stop_gradient(advantage))`,
    'igm',
    [I],
  ),
  accepted(
    'duplex form, written from the top',
    `importance = abs(hyper([agents], of: flatten(actions)))
     total = sum(best) + dot(q - best, importance)`,
    'igm',
    [M, I],
  ),
  accepted(
    'duplex form of a monotonic network',
    `w = abs(weight([agents, 4]))
     total = sum(elu(best * w)) + sum((elu(q * w) - elu(best * w)) * (2 + tanh(hyper([4], of: flatten(actions)))))`,
    'igm',
    [M, I],
  ),
  accepted('advantages alone', 'total = sum(q - best)', 'strictly monotonic igm', [M, S, A, I]),
];

const refused = (
  name: string,
  bindings: string,
  claims: string,
  rule: string,
  at: string,
  says: RegExp,
  witness = true,
): Refused => ({ name, bindings, claims, rule, at, says, witness });

export const refusedMixers: readonly Refused[] = [
  refused('a free weight', 'total = dot(q, hyper([agents]))', M, 'not-monotonic', 'hyper([agents])', /may be negative/),
  refused(
    'a named weight',
    'w2 = hyper([agents])\ntotal = dot(q, w2)',
    M,
    'not-monotonic',
    'w2',
    /`w2` may be negative/,
  ),
  refused(
    'QMIX whose second layer is free',
    `w1 = abs(hyper([agents, 8]))
     w2 = hyper([8])
     total = dot(elu(q * w1 + hyper([8])), w2) + hyper([1])`,
    M,
    'not-monotonic',
    'w2',
    /`w2` may be negative/,
  ),
  refused(
    'QMIX whose first layer is free',
    `w1 = hyper([agents, 8])
     w2 = abs(hyper([8]))
     total = dot(elu(q * w1 + hyper([8])), w2) + hyper([1])`,
    M,
    'not-monotonic',
    'w1',
    /`w1` may be negative/,
  ),
  refused(
    'a difference',
    'total = q[0] - q[1]',
    M,
    'not-monotonic',
    'q[1]',
    /grows with the utilities and is subtracted/,
  ),
  refused('a negated sum', 'total = -sum(q)', M, 'not-monotonic', 'sum(q)', /is negated/),
  refused(
    'an absolute value',
    'total = sum(abs(q))',
    M,
    'not-monotonic',
    'abs(q)',
    /falls where `q` grows and is negative/,
  ),
  refused('a square', 'total = square(sum(q))', M, 'not-monotonic', 'square(sum(q))', /falls where/),
  refused(
    'attention by utilities',
    'total = dot(softmax(q), q)',
    M,
    'not-monotonic',
    'softmax(q)',
    /shrink where other utilities grow/,
  ),
  refused(
    'a network of utilities',
    'total = hyper([1], of: q)',
    M,
    'not-monotonic',
    'hyper([1], of: q)',
    /free network of the utilities/,
  ),
  refused('a negative number', 'total = sum(q) * -0.5', M, 'not-monotonic', '-0.5', /`-0.5` is negative/),
  refused(
    'a gate that may be negative',
    'total = dot(q, tanh(hyper([agents])))',
    M,
    'not-monotonic',
    'tanh(hyper([agents]))',
    /may be negative/,
  ),
  refused(
    'too large a difference',
    'total = dot(q, 0.5 - sigmoid(hyper([agents])))',
    M,
    'not-monotonic',
    '0.5 - sigmoid(hyper([agents]))',
    /may be negative/,
  ),
  refused(
    'clamped below 0',
    'total = dot(q, clamp(hyper([agents]), -0.5, 1))',
    M,
    'not-monotonic',
    'clamp(hyper([agents]), -0.5, 1)',
    /may be negative/,
  ),
  refused(
    'a product of utilities',
    'total = q[0] * q[1]',
    M,
    'not-monotonic',
    'q[1]',
    /may be negative and depends on the utilities/,
  ),
  refused('a divisor', 'total = 1 / sum(exp(q))', M, 'not-monotonic', 'sum(exp(q))', /is a divisor/),
  refused(
    'a number of agents that may be too small',
    'total = (agents - 3.5) * sum(q)',
    M,
    'not-monotonic',
    'agents - 3.5',
    /may be negative/,
  ),
  refused('igm of a free weight', 'w = hyper([agents])\ntotal = dot(q, w)', I, 'not-igm', 'w', /`w` may be negative/),
  refused(
    'strict by abs',
    'w = abs(hyper([agents]))\ntotal = dot(q, w)',
    'strictly monotonic',
    'not-strictly-monotonic',
    'w',
    /`w` may be 0/,
    false,
  ),
  refused(
    'strict by relu',
    'total = sum(relu(q))',
    'strictly monotonic',
    'not-strictly-monotonic',
    'relu(q)',
    /flat where `q` is negative/,
    false,
  ),
  refused(
    'strict by clamp',
    'total = sum(clamp(q, 0, 1))',
    'strictly monotonic',
    'not-strictly-monotonic',
    'clamp(q, 0, 1)',
    /outside of its bounds/,
    false,
  ),
  refused(
    'strict by the largest',
    'total = max(q)',
    'strictly monotonic',
    'not-strictly-monotonic',
    'max(q)',
    /one utility only, the largest/,
    false,
  ),
  refused(
    'strict by one utility',
    'total = q[0]',
    'strictly monotonic',
    'not-strictly-monotonic',
    'q[0]',
    /leaves the other utilities out/,
    false,
  ),
  refused(
    'strict in no direction',
    'w = hyper([agents])\ntotal = dot(q, w)',
    'strictly monotonic',
    'not-strictly-monotonic',
    'w',
    /`w` may be negative/,
  ),
  refused(
    'additive by a bent sum',
    'total = elu(sum(q))',
    A,
    'not-additive',
    'elu(sum(q))',
    /adds several utilities up/,
  ),
  refused('additive by a product', 'total = q[0] * q[1]', A, 'not-additive', 'q[0] * q[1]', /multiplies utilities/),
  refused('additive by the largest', 'total = max(q)', A, 'not-additive', 'max(q)', /compares utilities/),
  refused(
    'additive by attention',
    'total = dot(softmax(q), q)',
    A,
    'not-additive',
    'softmax(q)',
    /weighs utilities against each other/,
  ),
  refused(
    'QPLEX whose importance is free',
    `importance = hyper([agents], of: concat(state, flatten(actions)))
     total = sum(q) + dot(importance - 1, q - best)`,
    I,
    'not-igm',
    'importance - 1',
    /may be negative without bound/,
  ),
  refused(
    'QPLEX without the one',
    `importance = sigmoid(hyper([agents], of: flatten(actions)))
     total = sum(q) + dot(importance - 2, q - best)`,
    I,
    'not-igm',
    'importance - 2',
    /as little as -2/,
  ),
  refused(
    'an advantage to something else',
    'total = sum(best) + dot(q - 2 * best, softplus(hyper([agents], of: flatten(actions))))',
    I,
    'not-igm',
    'dot(q - 2 * best, softplus(hyper([agents], of: flatten(actions))))',
    /more ways than by advantages/,
  ),
  refused(
    'the actions alone',
    'total = sum(q) + hyper([1], of: flatten(actions))',
    I,
    'not-igm',
    'hyper([1], of: flatten(actions))',
    /can be higher at another joint action/,
  ),
  refused(
    'an advantage subtracted',
    'total = sum(best) - sum(q - best)',
    I,
    'not-igm',
    'sum(best) - sum(q - best)',
    /subtracts an advantage/,
  ),
  refused(
    'a value that differs between the joint actions',
    `v = hyper([agents], of: flatten(actions))
     total = sum(best) + sum((q + v) - (best + v))`,
    I,
    'not-igm',
    'v',
    /can be higher at another joint action/,
    false,
  ),
  refused(
    'no number at all',
    'total = sum((1e300 * 1e300 - 1e300 * 1e300) * q)',
    M,
    'not-monotonic',
    '1e300 * 1e300',
    /beyond the largest number/,
    false,
  ),
  refused(
    'nothing divided by nothing',
    'total = sum(q) + abs(hyper([1])) / abs(hyper([1]))',
    A,
    'not-additive',
    'abs(hyper([1]))',
    /0 and is a divisor/,
    false,
  ),
];
