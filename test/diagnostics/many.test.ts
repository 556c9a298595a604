import { expect, test } from 'vitest';
import { LineMap } from '../../grammar/index.ts';
import { program } from '../support/memory-host.ts';

/** Three mistakes of meaning; every tenth game has one of form as well. */
const wrong = (k: number) => `game G${k}(size: int = 3) {
  agents A, B
  actions { X, Y }
  state { s: 0..4 = 9 }
  step { next s = gone${k} }
  reward = s and true
  ${k % 10 === 0 ? 'horizn 5' : 'horizon 5'}
}
`;

test('a file of 300 games with several mistakes each lists them all, in order, in time', () => {
  const source = Array.from({ length: 300 }, (_, k) => wrong(k)).join('\n');
  const before = performance.now();
  const { diagnostics } = program(source);
  const seconds = (performance.now() - before) / 1000;
  const lines = new LineMap(source);
  const found = diagnostics.map(d => `${lines.position(d.at.span.start).line} ${d.code}`);
  const expected = Array.from({ length: 300 }, (_, k) => {
    const top = 9 * k + 1;
    const form = k % 10 === 0 ? [`${top + 6} M0121`] : [];
    return [`${top + 3} M0401`, `${top + 4} M0201`, `${top + 5} M0301`, ...form];
  }).flat();
  expect(found).toEqual(expected);
  expect(seconds).toBeLessThan(10);
});
