/**
 * The corpus of small programs with expected verdicts: games by file and mixers, how many have something refuted, and how many
 * verdicts there are. The verdicts and witnesses are checked by test/properties/corpus.test.ts and test/mixers/verdicts.test.ts.
 *
 *   node bench/corpus.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptedMixers, refusedMixers } from '../test/mixers/corpus.ts';

const folder = join(import.meta.dirname, '../test/properties/corpus');
const rows: (readonly [name: string, programs: number, refuted: number, verdicts: number])[] = [];
for (const file of readdirSync(folder).sort()) {
  // Every game stands behind the doc comment with its verdicts, one a line.
  const games = readFileSync(join(folder, file), 'utf8')
    .split(/^game /m)
    .slice(0, -1);
  const verdicts = games.map(text => text.match(/^\/\/\/ (proved|refuted|unknown) /gm) ?? []);
  const refuted = verdicts.filter(lines => lines.some(line => line.includes('refuted')));
  rows.push([`games, ${file}`, verdicts.length, refuted.length, verdicts.flat().length]);
}
const mixers = acceptedMixers.length + refusedMixers.length;
rows.push(['mixers', mixers, refusedMixers.length, mixers]);
rows.push(['all', ...([1, 2, 3] as const).map(k => rows.reduce((sum, row) => sum + row[k], 0))] as [
  string,
  number,
  number,
  number,
]);

console.log(`${'corpus'.padEnd(28)} programs  refuted  verdicts`);
for (const [name, ...counts] of rows)
  console.log(
    `${name.padEnd(28)} ${counts.map((count, k) => String(count).padStart(k === 0 ? 8 : k === 1 ? 8 : 9)).join(' ')}`,
  );
