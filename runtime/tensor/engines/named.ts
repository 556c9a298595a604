/** What programs and engines keep by name, and what is said where a name or its kind of number is wrong. */

export type Buffer = Float32Array | Int32Array;

/** @throws Error with the names there are. */
export function lookUp<T>(map: ReadonlyMap<string, T>, what: string, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${what} ${name}; there are ${[...map.keys()].join(', ')}`);
  return value;
}

/** @throws Error where the buffer holds indices. */
export function floats(buffer: Buffer, name: string): Float32Array {
  if (buffer instanceof Float32Array) return buffer;
  throw new Error(`${name} holds indices; use indices() or indexOutput()`);
}

/** @throws Error where the buffer holds numbers. */
export function integers(buffer: Buffer, name: string): Int32Array {
  if (buffer instanceof Int32Array) return buffer;
  throw new Error(`${name} holds numbers; use input() or output()`);
}
