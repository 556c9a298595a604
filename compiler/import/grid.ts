/** Tables as `match`: what is common to many rows is written once. */

/**
 * The arms of a `match` over a tuple for a table of cells, the last dimension fastest. The most frequent cell becomes `_`; where a
 * dimension makes no difference it is `_` too.
 *
 * @param values names of the values of each dimension
 * @param cells what an arm says, as text
 * @returns the arms, and which dimensions they look at; arms of one dimension have no parentheses
 */
export function arms(
  values: readonly (readonly string[])[],
  cells: readonly string[],
): { readonly used: readonly boolean[]; readonly lines: readonly string[] } {
  const ids = new Map<string, number>();
  const table = Int32Array.from(cells, cell => {
    const id = ids.get(cell) ?? ids.size;
    ids.set(cell, id);
    return id;
  });
  const texts = [...ids.keys()];
  const times = new Int32Array(texts.length);
  for (const id of table) times[id] = (times[id] as number) + 1;
  const common = times.indexOf(times.reduce((most, n) => Math.max(most, n), 0));
  const found: { readonly pattern: readonly string[]; readonly id: number }[] = [];
  const walk = (dimension: number, from: number, length: number, pattern: readonly string[]): void => {
    if (constant(table, from, length)) {
      const id = table[from] as number;
      if (id !== common) found.push({ pattern: values.map((_, d) => pattern[d] ?? '_'), id });
      return;
    }
    const names = values[dimension] as readonly string[];
    const part = length / names.length;
    if (names.every((_, k) => equal(table, from, from + k * part, part))) {
      walk(dimension + 1, from, part, [...pattern, '_']);
      return;
    }
    names.forEach((name, k) => {
      walk(dimension + 1, from + k * part, part, [...pattern, name]);
    });
  };
  walk(0, 0, table.length, []);
  const used = values.map((_, d) => found.some(({ pattern }) => pattern[d] !== '_'));
  const lines = found.map(({ pattern, id }) => {
    const kept = pattern.filter((_, d) => used[d]);
    return `${kept.length === 1 ? kept[0] : `(${kept.join(', ')})`} => ${texts[id]}`;
  });
  return { used, lines: [...lines, `_ => ${texts[common]}`] };
}

function constant(table: Int32Array, from: number, length: number): boolean {
  for (let k = 1; k < length; k++) if (table[from + k] !== table[from]) return false;
  return true;
}

function equal(table: Int32Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (table[a + k] !== table[b + k]) return false;
  return true;
}

/**
 * A function of the dimensions that a table looks at, as lines; and how to call it with all arguments at hand.
 *
 * @param dimensions parameter, type, values and argument of each
 */
export function tableFunction(
  name: string,
  result: string,
  dimensions: readonly {
    readonly parameter: string;
    readonly type: string;
    readonly values: readonly string[];
    readonly argument: string;
  }[],
  cells: readonly string[],
): { readonly lines: readonly string[]; readonly call: string; readonly arms: number } {
  const { used, lines } = arms(
    dimensions.map(({ values }) => values),
    cells,
  );
  const kept = dimensions.filter((_, d) => used[d]);
  const call = `${name}(${kept.map(({ argument }) => argument).join(', ')})`;
  const head = `  fn ${name}(${kept.map(({ parameter, type }) => `${parameter}: ${type}`).join(', ')}): ${result} =`;
  if (kept.length === 0) return { lines: [`${head} ${lines[0]?.slice('_ => '.length)}`], call, arms: 1 };
  const subject = kept.map(({ parameter }) => parameter).join(', ');
  return {
    lines: [
      `${head} match ${kept.length === 1 ? subject : `(${subject})`} {`,
      ...lines.map(line => `    ${line}`),
      '  }',
    ],
    call,
    arms: lines.length,
  };
}
