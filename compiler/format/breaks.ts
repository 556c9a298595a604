/** New line breaks where a line is too long: a block spreads over its items, an expression breaks at the loosest place that fits. */
import { type Laid, type Line, lineWidth } from './layout.ts';
import type { Roles } from './roles.ts';
import { isCloser, isComment, isOpener, spread, type Word } from './words.ts';

/** @returns whether anything changed */
export function breakLongLines(words: readonly Word[], roles: Roles, { columns, lines }: Laid): boolean {
  let changed = false;
  for (const line of lines) {
    if (line.end <= lineWidth) continue;
    const block = blockIn(words, roles, line);
    if (block !== undefined) {
      spread(words, block, roles);
      changed = true;
      continue;
    }
    const at = placeIn(words, roles, columns, line);
    if (at === undefined) continue;
    words[at]!.breaks = 1;
    const opener = words[at - 1]!;
    if (isOpener(opener) && opener.pair > at) words[opener.pair]!.breaks = 1;
    changed = true;
  }
  return changed;
}

/** The outermost block that begins and ends on a line. */
function blockIn(words: readonly Word[], roles: Roles, { from, to }: Line): number | undefined {
  for (let at = from; at < to; at++) {
    const { start, pair } = words[at]!;
    if (roles.blocks.has(start) && pair > at + 1 && pair < to) return at;
  }
  return undefined;
}

const loose: ReadonlySet<string> = new Set(['and', 'or', 'then', 'else', 'for', 'such', 'by']);

/** The word before which the line is broken best. */
function placeIn(words: readonly Word[], roles: Roles, columns: readonly number[], line: Line): number | undefined {
  let best: { readonly at: number; readonly cost: number } | undefined;
  let depth = 0;
  for (let at = line.from; at < line.to; at++) {
    const word = words[at]!;
    if (isCloser(word)) depth--;
    const kind = at === line.from ? undefined : costOf(words, at, roles);
    if (kind !== undefined && columns[at]! <= lineWidth) {
      const early = columns[at]! - line.indent < 24 ? 20 : 0;
      const cost = Math.max(0, depth) * 3 + kind + early;
      if (best === undefined || cost <= best.cost) best = { at, cost };
    }
    if (isOpener(word)) depth++;
  }
  return best?.at;
}

function costOf(words: readonly Word[], at: number, roles: Roles): number | undefined {
  const word = words[at]!;
  const before = words[at - 1]!;
  if (isComment(word) || isCloser(word) || word.text === ',') return undefined;
  if (before.text === ',' && before.kind === 'sign') return 1;
  if (word.kind === 'word' && loose.has(word.text) && !roles.names.has(word.start)) return 2;
  if (word.kind === 'word' && word.text === 'if' && before.text !== 'else' && before.kind !== 'sign') return 2;
  if (word.kind === 'sign' && (word.text === '+' || word.text === '-') && !roles.tight.has(word.start))
    return roles.unary.has(word.start) ? undefined : 4;
  if (isOpener(before) && before.text !== '{') return before.pair === at ? undefined : 6;
  if (before.kind === 'sign' && (before.text === '=' || before.text === '=>' || before.text === '~')) return 7;
  return undefined;
}
