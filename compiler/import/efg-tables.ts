/** Large trees: what a `match` says of a node stands in constant arrays over nodes, which cost the compiler little. */
import type { Rational } from '../../runtime/games/rational.ts';
import { numberText } from './program.ts';

/** Columns of a line. */
const widest = 116;

/** `let name: type[over] = { N1: x, N2: y, _: other }`, several entries a line. */
export function constantTable(
  name: string,
  type: string,
  over: string,
  pairs: readonly (readonly [key: string, value: string])[],
  other: string,
): readonly string[] {
  const entries = pairs.filter(([, value]) => value !== other).map(([key, value]) => `${key}: ${value}`);
  const lines = [`  let ${name}: ${type}[${over}] = {`];
  let line = '   ';
  for (const entry of [...entries, `_: ${other}`]) {
    if (line.length + entry.length + 2 > widest) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${entry}${entry.startsWith('_:') ? '' : ','}`;
  }
  return [...lines, line, '  }'];
}

/**
 * What stands in column k of the row of a node, as a function `name(node, k)`: one table for each column, since what a computed index finds in
 * a table of one dimension is a number in an array, however many rows there are.
 */
export function columnTables(
  name: string,
  rows: readonly (readonly [node: string, cells: readonly string[]])[],
  width: number,
  other: string,
): readonly string[] {
  const columns = Array.from({ length: width }, (_, k) => k);
  const picked = columns
    .slice(0, -1)
    .map(k => `if k == ${k} then ${name}${k + 1}[node] else `)
    .join('');
  return [
    ...columns.flatMap(k =>
      constantTable(
        `${name}${k + 1}`,
        'Node',
        'Node',
        rows.map(([node, cells]) => [node, cells[k] ?? other] as const),
        other,
      ),
    ),
    `  fn ${name}(node: Node, k: 0..${width - 1}): Node = ${picked}${name}${width}[node]`,
  ];
}

/** A chance move: its name, and per branch the probability and the node it leads to. */
export interface NamedDraw {
  readonly name: string;
  readonly branches: readonly (readonly [to: string, probability: Rational])[];
}

/**
 * Chance moves of equal probabilities draw together; where the draw leads to is looked up.
 *
 * @returns declarations of the game, and the lines of `step` that give `next at` from `to`
 */
export function chanceTables(
  draws: readonly NamedDraw[],
  anyNode: string,
): { readonly tables: readonly string[]; readonly step: readonly string[] } {
  if (draws.length === 0) return { tables: [], step: ['    next at = to'] };
  const most = Math.max(...draws.map(({ branches }) => branches.length));
  const padded = <T>(items: readonly T[], filler: T): readonly T[] =>
    Array.from({ length: most }, (_, k) => items[k] ?? filler);
  const kinds = new Map<string, string[]>();
  for (const { name, branches } of draws) {
    const weights = padded(
      branches.map(([, p]) => numberText(p)),
      '0',
    ).join(', ');
    kinds.set(weights, [...(kinds.get(weights) ?? []), name]);
  }
  const entries = [...kinds.keys()];
  const rows = draws.map(({ name, branches }) => [name, branches.map(([to]) => to)] as const);
  const kindOf = [...kinds].flatMap(([, names], k) => names.map(name => [name, `${k + 1}`] as const));
  return {
    tables: [
      '  /// What chance draws at a node (0: nothing), and where each of its branches leads.',
      ...constantTable('luck', `(0..${entries.length})`, 'Node', kindOf, '0'),
      ...columnTables('lands', rows, most, anyNode),
    ],
    step: [
      '    let branch ~',
      ...entries.map(
        (weights, k) => `      ${k === 0 ? '' : 'else '}if luck[to] == ${k + 1} then categorical([${weights}])`,
      ),
      '      else point(0)',
      '    next at = if luck[to] == 0 then to else lands(to, branch)',
    ],
  };
}
