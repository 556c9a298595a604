/**
 * How long it takes to find all facts about every library game at its default parameters: states, seconds of listing, CPU seconds
 * of facts (the machine may be busy), and how many are proved, refuted and unknown. The goal is two seconds for the facts of a game.
 *
 *   node bench/facts.ts [--states N] [name ...]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileHost } from '../cli/host.ts';
import { Study } from '../cli/study.ts';
import { compile } from '../compiler/index.ts';
import { type Fact, propertyNames } from '../compiler/properties/base.ts';
import { factsOf } from '../compiler/properties/facts.ts';

const root = join(import.meta.dirname, '..');
const typed = process.argv.slice(2);
const at = typed.indexOf('--states');
const states = at === -1 ? 100_000 : Number(typed[at + 1]);
const wanted = typed.filter((_, k) => at === -1 || (k !== at && k !== at + 1));

console.log(
  'game'.padEnd(28),
  'states'.padStart(8),
  'list s'.padStart(8),
  'facts s'.padStart(8),
  '  yes  no   ?  slowest',
);
let slow = 0;
for (const file of readdirSync(join(root, 'stdlib/games'))
  .filter(name => name.endsWith('.marl'))
  .sort()) {
  const path = `std:games/${file}`;
  const program = compile(fileHost(root, path, undefined), path);
  for (const { name } of program.games) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) continue;
    const start = performance.now();
    const listed = new Study(states).list(model);
    const listedAt = performance.now();
    const cpu = process.cpuUsage();
    const facts = factsOf(model, listed, { search: 'thorough' });
    const counts = { proved: 0, refuted: 0, unknown: 0 } satisfies Record<Fact['status'], number>;
    let slowest = { name: '', ms: 0 };
    for (const property of propertyNames) {
      const before = performance.now();
      counts[facts[property].status]++;
      const ms = performance.now() - before;
      if (ms > slowest.ms) slowest = { name: property, ms };
    }
    const used = process.cpuUsage(cpu);
    const seconds = (used.user + used.system) / 1e6;
    slow = Math.max(slow, seconds);
    const size = listed.game === undefined ? '-' : `${listed.game.stateCount + listed.game.terminalCount}`;
    console.log(
      name.padEnd(28),
      size.padStart(8),
      ((listedAt - start) / 1000).toFixed(2).padStart(8),
      seconds.toFixed(2).padStart(8),
      ` ${String(counts.proved).padStart(4)}${String(counts.refuted).padStart(4)}${String(counts.unknown).padStart(4)}  ${slowest.name} ${slowest.ms.toFixed(0)} ms`,
    );
  }
}
console.log(`slowest: ${slow.toFixed(2)} s`);
