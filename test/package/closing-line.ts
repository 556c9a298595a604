/** Prints how many tests passed, failed and were skipped as one plain line, read from the log of a vitest run. */
import { readFileSync } from 'node:fs';

/** The counts in vitest's own closing line, `Tests  2 failed | 340 passed | 1 skipped (343)`; undefined if there is none. */
export function closingCounts(log: string): { passed: number; failed: number; skipped: number } | undefined {
  // Vitest may colour their output: escapes are removed first.
  const escapeCode = String.fromCharCode(27);
  const plain = log
    .split(escapeCode)
    .map((part, k) => (k === 0 ? part : part.replace(/^\[[0-9;]*m/, '')))
    .join('');
  const line = plain
    .split('\n')
    .reverse()
    .find(candidate => /^\s*Tests\s+\d/.test(candidate));
  if (line === undefined) return undefined;
  const count = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

const [file] = process.argv.slice(2);
if (file !== undefined && import.meta.filename === process.argv[1]) {
  const counts = closingCounts(readFileSync(file, 'utf8'));
  if (counts === undefined) {
    console.log('0 passed, 0 failed');
    process.exitCode = 1;
  } else {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  }
}
