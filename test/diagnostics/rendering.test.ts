/** Diagnostics as people read them, kept as text: `npx vitest run test/diagnostics -u` writes the file anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { render } from '../../cli/render.ts';
import { explanations } from '../../compiler/diagnostics/explanations.ts';
import type { RuleName } from '../../compiler/diagnostics/rules.ts';
import { compile } from '../../compiler/index.ts';
import { memoryHost } from '../support/memory-host.ts';

const shown: readonly RuleName[] = [
  'unknown-name',
  'recursive-declaration',
  'type-mismatch',
  'match-incomplete',
  'bad-map',
  'out-of-range',
  'division-by-zero',
  'duplicate-item',
  'assigned-twice',
  'payoff-shape',
  'instance-of',
  'parameter-constraint',
  'does-not-fit',
  'bad-setting',
];

test('a handful of diagnostics, and the file with five mistakes', async () => {
  const fiveMistakes = readFileSync(new URL('five-mistakes.marl', import.meta.url), 'utf8');
  const texts = [...shown.map(name => explanations[name].bad), fiveMistakes];
  const parts = texts.map(text => {
    const { diagnostics, sources } = compile(memoryHost({ 'bad.marl': text }), 'bad.marl');
    return render(diagnostics, { colour: false, sources });
  });
  await expect(parts.join('')).toMatchFileSnapshot('rendering.txt');
});
