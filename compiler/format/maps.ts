/** Maps drawn as text: their rows stand below the line that they begin on. */
import type { Word } from './words.ts';

/**
 * The text of a word on a line with this indentation. Of `"""` texts that begin and end with a line break the common indentation of the
 * rows means nothing, so it becomes two more than that of the line.
 */
export function mapText({ kind, text }: Word, indent: number): string {
  if (kind !== 'string' || !text.startsWith('"""') || !text.includes('\n')) return text;
  const lines = text.slice(3, -3).split('\n');
  const first = lines[0]!;
  const last = lines.at(-1)!;
  const rows = lines.slice(1, -1);
  // Rows of nothing but spaces may mean something; then everything stays.
  if (first.trim() !== '' || last.trim() !== '' || rows.some(row => row.trim() === '' || row.includes('\t')))
    return text;
  const common = Math.min(...rows.map(row => row.length - row.trimStart().length));
  const inner = ' '.repeat(indent + 2);
  return `"""\n${rows.map(row => `${inner}${row.slice(common)}\n`).join('')}${' '.repeat(indent)}"""`;
}
