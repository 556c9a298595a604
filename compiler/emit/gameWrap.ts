/** Breaks long lines of emitted code at their outermost operators, so that people can read them. */

interface Break {
  readonly at: number;
  readonly depth: number;
  readonly rank: number;
  /** Does the operator go to the new line (`? : + -`) or stay (`, && ||`)? */
  readonly leads: boolean;
}

/** Loosest first: at one depth, a line breaks at its loosest operators only. */
const operators: readonly { readonly text: string; readonly rank: number; readonly leads: boolean }[] = [
  { text: ', ', rank: 0, leads: false },
  { text: ' ? ', rank: 1, leads: true },
  { text: ' : ', rank: 1, leads: true },
  { text: ' || ', rank: 2, leads: false },
  { text: ' && ', rank: 3, leads: false },
  { text: ' = ', rank: 9, leads: false },
  { text: ' + ', rank: 4, leads: false },
  { text: ' - ', rank: 4, leads: false },
  { text: ' * ', rank: 5, leads: false },
];

export function wrapLines(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap(line => (line.length <= width ? [line] : wrap(line, width)));
}

function wrap(line: string, width: number): readonly string[] {
  const indent = line.length - line.trimStart().length;
  const comment = /^\s*(\/\/|\*|\/\*)/.test(line);
  if (comment || line.length <= width) return [line];
  const breaks = findBreaks(line, indent);
  // The left side of an assignment stays whole.
  const assignment = breaks.find(b => b.rank === 9 && b.depth === 0)?.at ?? 0;
  const usable = breaks.filter(b => b.rank < 9 && b.at > assignment);
  const depth = Math.min(...usable.map(b => b.depth));
  const rank = Math.min(...usable.filter(b => b.depth === depth).map(b => b.rank));
  const chosen = usable.filter(b => b.depth === depth && b.rank === rank);
  if (chosen.length === 0) return [line];
  const pieces: string[] = [];
  let from = indent;
  for (const { at, leads } of chosen) {
    pieces.push(line.slice(from, leads ? at : at + lengthOf(line, at)).trim());
    from = leads ? at + 1 : at + lengthOf(line, at);
  }
  pieces.push(line.slice(from).trim());
  const packed = rank === 0 ? pack(pieces, width - indent - 4) : pieces;
  return packed.flatMap((piece, k) =>
    wrap(' '.repeat(k === 0 ? indent : indent + (rank === 0 && line.endsWith('{') ? 4 : 2)) + piece, width),
  );
}

/** Items of a list share lines as far as they fit. */
function pack(pieces: readonly string[], width: number): readonly string[] {
  const out: string[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= width) out[out.length - 1] = `${last} ${piece}`;
    else out.push(piece);
  }
  return out;
}

function lengthOf(line: string, at: number): number {
  return (operators.find(o => line.startsWith(o.text, at)) as { text: string }).text.length;
}

function findBreaks(line: string, from: number): readonly Break[] {
  const found: Break[] = [];
  let depth = 0;
  for (let k = from; k < line.length; k++) {
    const c = line[k] as string;
    if (c === "'") {
      for (k++; k < line.length && line[k] !== "'"; k++) if (line[k] === '\\') k++;
      continue;
    }
    if (c === '/' && line[k + 1] === '*') {
      k = line.indexOf('*/', k + 2) + 1;
      if (k === 0) break;
      continue;
    }
    if (c === '/' && line[k + 1] === '/') break;
    if ('([{'.includes(c)) depth++;
    if (')]}'.includes(c)) depth--;
    const operator = operators.find(o => line.startsWith(o.text, k));
    if (operator !== undefined) found.push({ at: k, depth, rank: operator.rank, leads: operator.leads });
  }
  return found;
}
