/**
 * `npm run validate -- [SUITE...] [--seeds N] [--write]`: learning results that take minutes, compared with published or reference numbers.
 * Without names every suite but the long ones runs; `long` names those, of which `--seeds` sets the number of seeds. With `--write` the
 * sections of `docs/results.md` of the suites that ran are made anew.
 */
import { actorCritic } from './actor-critic.ts';
import { decomposition } from './decomposition.ts';
import { deep } from './deep.ts';
import { equilibriumLearners } from './equilibria.ts';
import { foraging } from './foraging.ts';
import { maddpg } from './maddpg.ts';
import { writeSections } from './page.ts';
import { particles } from './particles.ts';
import { type Suite, type Validation, verdictOf } from './result.ts';
import { soccer } from './soccer.ts';
import { tabular } from './tabular.ts';

export type { Validation } from './result.ts';

const suites: readonly Suite[] = [
  {
    name: 'tabular',
    about:
      'Table 1.1 of the design notes: the share of 300 trials of 20 000 steps that end in the optimum, by learner and matrix game.',
    validate: tabular,
  },
  {
    name: 'soccer',
    about: 'Minimax-Q on Littman’s soccer against exact values and best responses, 2 seeds of 1 000 000 steps.',
    validate: soccer,
  },
  equilibriumLearners,
  deep,
  decomposition,
  actorCritic,
  foraging,
  particles,
  maddpg,
];

const words = process.argv.slice(2);
const write = words.includes('--write');
const names = words.filter((word, k) => !word.startsWith('--') && words[k - 1] !== '--seeds');
const unknown = names.filter(name => name !== 'long' && !suites.some(suite => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no suite ${unknown.join(', ')}; there are ${suites.map(suite => suite.name).join(', ')} and long`,
  );
  process.exit(2);
}
const chosen = suites.filter(({ name, long }) =>
  names.length === 0 ? long !== true : names.includes(name) || (long === true && names.includes('long')),
);

const counts = { ok: 0, FAILED: 0, reported: 0 };
const found = new Map<Suite, readonly Validation[]>();
for (const suite of chosen) {
  const results: Validation[] = [];
  for await (const result of suite.validate()) {
    const verdict = verdictOf(result);
    counts[verdict]++;
    results.push(result);
    console.log(`${verdict.padEnd(8)} ${result.name}: ${result.detail}`);
    // After every result: a suite that takes long and is stopped leaves what it found.
    found.set(suite, results);
    if (write) writeSections(suites, found, suite);
  }
  if (write) writeSections(suites, found);
}
console.log(`${counts.ok} passed, ${counts.FAILED} failed, ${counts.reported} reported only`);
process.exitCode = counts.FAILED === 0 ? 0 : 1;
