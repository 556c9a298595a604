/** What refusals say is so: not proved is not called wrong, sub-terms are what the message says, and gradients are proved too. */
import { describe, expect, test } from 'vitest';
import { compiled, infoOf, mixerText, proved } from './support.ts';

const messageOf = (bindings: string, claims: string): string =>
  compiled(mixerText(bindings, claims))
    .diagnostics.map(d => `${d.severity} ${d.name}: ${d.message}`)
    .join('\n');

describe('monotonic, but not proved', () => {
  test.each([
    ['total = sum(q) - 0.5 * max(q)', '0.5 * max(q)'],
    ['total = sum(q) + sum(abs(q))', 'abs(q)'],
    ['total = sum(q) - min(q)', 'min(q)'],
    ['total = sum(q) + sum(tanh(-q))', 'q'],
    ['total = sum(concat(q, 2 * q)) - sum(concat(q, q))', 'sum(concat(q, q))'],
    ['total = sum(leaky_relu(q)) - 0.005 * sum(q)', '0.005 * sum(q)'],
  ])('%s', (bindings, term) => {
    const message = messageOf(bindings, 'monotonic');
    expect(message).toContain('error not-monotonic: ');
    expect(message).toContain(`but \`M\` is not proved to grow: \`${term}\` `);
    expect(message).toMatch(/ No counterexample was found\.$/);
    const fact = infoOf(mixerText(bindings)).facts[0]!;
    expect(fact).toMatchObject({ status: 'unknown', why: expect.stringContaining('no counterexample was found') });
  });

  test('what falls is said to fall', () => {
    expect(messageOf('total = -sum(q)', 'monotonic')).toContain('but `M` falls: `sum(q)` ');
    expect(infoOf(mixerText('total = -sum(q)')).facts[0]).toMatchObject({ status: 'refuted' });
  });
});

describe('sub-terms', () => {
  test.each([
    ['h = hyper([1])\ntotal = sum(q) / (h * h)', '`h * h` may be 0 and is a divisor'],
    ['h = hyper([1])\ntotal = sum(q) / ((h + 1) * (1 + h))', 'is not proved to be other than 0 and is a divisor'],
    ['h = abs(hyper([1]))\ntotal = sum(q) / h', '`h` may be 0 and is a divisor'],
    ['h = hyper([1])\ntotal = (h * h - 2 * h + 1) * sum(q)', '`h * h - 2 * h + 1` is not proved to be never negative'],
  ])('%s', (bindings, says) => expect(messageOf(bindings, 'monotonic')).toContain(says));

  test('equal terms cancel and make squares; networks written twice are not equal', () => {
    expect(messageOf('h = hyper([1])\ntotal = (h - h + 1) * sum(q)', 'strictly monotonic')).toBe('');
    expect(messageOf('h = hyper([1])\ntotal = sum(q) * ((h + 1) * (1 + h))', 'monotonic')).toBe('');
    expect(messageOf('total = sum(q) * (hyper([1]) * hyper([1]))', 'monotonic')).toContain('may be negative');
  });

  test('a matrix times itself holds no squares', () => {
    const text = 'w = hyper([4, 4])\ntotal = sum((q * abs(hyper([agents, 4]))) * matmul(w, w))';
    expect(messageOf(text, 'monotonic')).toContain('`matmul(w, w)` may be negative');
  });

  test('losses of the greedy utilities are highest where they are 0', () => {
    expect(messageOf('total = -sum(square(best - q))', 'igm')).toBe('');
    expect(messageOf('total = -sum(abs(q - best))', 'igm')).toBe('');
    expect(messageOf('total = sum(square(best - q))', 'igm')).toContain('With random weights');
  });
});

describe('stop_gradient', () => {
  test('the gradient must not be reversed', () => {
    const text = 'total = sum(stop_gradient(q)) - sum(q)';
    for (const claim of ['monotonic', 'igm'])
      expect(messageOf(text, claim)).toContain(
        'with what `stop_gradient` detaches held constant, `sum(q)` grows with the utilities and is subtracted',
      );
    expect(proved(infoOf(mixerText(text)))).not.toContain('monotonic');
    expect(proved(infoOf(mixerText(text)))).not.toContain('igm');
  });

  test('a value that is monotonic and teaches nothing is a warning, and grows strictly for nobody', () => {
    const text = mixerText('total = sum(stop_gradient(q))');
    expect(compiled(text).diagnostics.map(d => [d.name, d.severity])).toEqual([['ignores-utilities', 'warning']]);
    expect(proved(infoOf(text))).toEqual(['monotonic', 'additive', 'igm']);
    expect(infoOf(text).facts[0]).toMatchObject({ how: expect.stringContaining('no gradient through') });
    expect(
      compiled(mixerText('total = sum(stop_gradient(q))', 'strictly monotonic'))
        .diagnostics.map(d => d.message)
        .join(),
    ).toContain('with what `stop_gradient` detaches held constant, the total does not depend on the utilities');
  });

  test.each([
    ['total = sum(stop_gradient(q)) + q[0]', 'stop_gradient(q)', 'from every utility but `q[0]`, though'],
    ['total = stop_gradient(q[0]) + q[1]', 'stop_gradient(q[0])', 'from `q[0]`, though'],
    ['total = dot(q, hyper([agents])) * 0 + q[1] * stop_gradient(q[0])', undefined, ''],
    // Only what also moves the total is missed, wherever it was detached and whatever was done with it.
    ['held = stop_gradient(q)\n  total = q[2] + max(held[0], 0)', 'stop_gradient(q)', 'from `q[0]`, though'],
    ['total = q[1] + softmax(stop_gradient(q))[0]', 'stop_gradient(q)', 'from every utility but `q[1]`, though'],
    [
      'total = q[0] * dot(stop_gradient(q), hyper([agents]))',
      'stop_gradient(q)',
      'from every utility but `q[0]`, though',
    ],
    ['total = sum(best) + sum(stop_gradient(q - best))', undefined, ''],
    ['total = q[0]', undefined, ''],
    ['total = q[0] + 0 * stop_gradient(state[0])', undefined, ''],
    ['total = sum(q * hyper([agents])) + sum(stop_gradient(q))', undefined, ''],
    ['total = sum(q * stop_gradient(q))', undefined, ''],
  ])('agents that it alone keeps from learning: %s', (bindings, place, who) => {
    const text = mixerText(bindings);
    const { diagnostics } = compiled(text);
    expect(diagnostics.map(d => [d.name, d.severity, text.slice(d.at.span.start, d.at.span.end)])).toEqual(
      place === undefined ? [] : [['untaught-agents', 'warning', place]],
    );
    if (place !== undefined) expect(diagnostics[0]?.message).toContain(who);
  });

  test('the repair that is offered lets the gradient through', () => {
    const text = mixerText('total = stop_gradient(q[0]) + q[1]');
    const edit = compiled(text).diagnostics[0]?.fixes[0]?.edits[0];
    const { start, end } = edit?.span ?? { start: 0, end: 0 };
    const fixed = text.slice(0, start) + (edit?.text ?? '') + text.slice(end);
    expect(fixed).toContain('total = (q[0]) + q[1]');
    expect(compiled(fixed).diagnostics).toEqual([]);
  });

  test('what is detached may fall, and what is left may stand still', () => {
    expect(messageOf('total = sum(q) + sum(q) - sum(stop_gradient(q))', 'monotonic')).toBe('');
    expect(messageOf('total = sum(stop_gradient(q)) + sum(elu(q))', 'strictly monotonic igm')).toBe('');
  });
});

test('additive: a weight that depends on `best` depends on every utility', () => {
  const text = 'total = softplus(hyper([1], of: best)) * sum(q)';
  expect(messageOf(text, 'additive')).toContain('`hyper([1], of: best)` is a network of several utilities');
  expect(messageOf(text, 'additive')).toContain('With random weights');
  expect(messageOf(text, 'strictly monotonic igm')).toBe('');
  expect(messageOf('total = sum(q - best)', 'additive')).toBe('');
});

describe('a training needs IGM', () => {
  const problem = (algorithm: string, bindings: string): string =>
    compiled(
      `${mixerText(bindings)}game G {\n  agents A, B\n  actions { Stay, Go }\n  payoff {\n    Stay Go\n    Stay: (1, 1) (0, 0)\n    Go: (0, 0) (2, 2)\n  }\n}\ntrain T on G {\n  algorithm ${algorithm} { mixer = M }\n  budget 10 steps\n}\n`,
    )
      .diagnostics.map(d => `${d.name}: ${d.message}`)
      .join('\n');

  test('which a monotonic mixer that reads the actions breaks', () => {
    const text = 'total = softplus(hyper([1], of: flatten(actions))) * sum(q)';
    expect(problem('QMIX', text)).toMatch(
      /does-not-fit: `QMIX` needs a monotonic mixer, but `M` breaks IGM, .*joint action/,
    );
  });

  test('and one that is not monotonic is told in the words of its proof', () => {
    expect(problem('QMIX', 'total = sum(q) - min(q)')).toContain('`M` is not proved to be one: `min(q)` ');
    expect(problem('QMIX', 'total = -sum(q)')).toContain('`M` is none: ');
  });
});
