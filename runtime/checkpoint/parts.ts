/**
 * The parts that a JSON file of ours must have. Files come from disks, copies and editors: what is missing or of another kind is named by
 * its place (`seeds[0].final.return is missing`), before anything counts on it.
 */

/** What is wrong with a value at a place of its file, a clause; undefined where nothing is. */
export type Part = (value: unknown, at: string) => string | undefined;

export const text: Part = (value, at) => kind(typeof value === 'string', value, at, 'a text');
export const flag: Part = (value, at) => kind(typeof value === 'boolean', value, at, 'true or false');
export const number: Part = (value, at) => kind(typeof value === 'number', value, at, 'a number');

/** A whole number from 0 on. */
export const count: Part = (value, at) =>
  kind(Number.isSafeInteger(value) && (value as number) >= 0, value, at, 'a whole number from 0 on');

/** Any value, but there must be one. */
export const present: Part = (value, at) => kind(true, value, at, 'a value');

export function oneOf(...words: readonly string[]): Part {
  return (value, at) => kind(words.includes(value as string), value, at, words.map(word => `"${word}"`).join(' or '));
}

/** What one of the parts takes. */
export function either(expected: string, ...parts: readonly Part[]): Part {
  return (value, at) =>
    kind(
      parts.some(part => part(value, at) === undefined),
      value,
      at,
      expected,
    );
}

export function optional(part: Part): Part {
  return (value, at) => (value === undefined ? undefined : part(value, at));
}

/** An object with these parts; others may stand beside them. */
export function record(parts: Readonly<Record<string, Part>>): Part {
  return (value, at) => {
    if (!isObject(value)) return kind(false, value, at, 'an object');
    for (const [name, part] of Object.entries(parts)) {
      const wrong = part(Object.hasOwn(value, name) ? value[name] : undefined, at === '' ? name : `${at}.${name}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** An object whose values are all alike. */
export function dictionary(part: Part): Part {
  return (value, at) => {
    if (!isObject(value)) return kind(false, value, at, 'an object');
    return firstWrong(
      Object.entries(value).map(([name, item]) => [item, `${at}.${name}`] as const),
      part,
    );
  };
}

export function list(part: Part): Part {
  return (value, at) => {
    if (!Array.isArray(value)) return kind(false, value, at, 'a list');
    return firstWrong(
      value.map((item: unknown, i) => [item, `${at}[${i}]`] as const),
      part,
    );
  };
}

/**
 * A JSON object with these parts, or what is wrong with the text. Means and standard errors that are no number stand in JSON as `null`,
 * and become NaN again.
 */
export function parseParts(json: string, part: Part): { readonly value: object } | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(json, (name, item: unknown) =>
      item === null && (name === 'mean' || name === 'stderr') ? Number.NaN : item,
    );
  } catch {
    return { error: 'it is no JSON' };
  }
  if (!isObject(value)) return { error: 'it is no JSON object' };
  const wrong = part(value, '');
  return wrong === undefined ? { value } : { error: wrong };
}

function firstWrong(items: readonly (readonly [unknown, string])[], part: Part): string | undefined {
  for (const [item, at] of items) {
    const wrong = part(item, at);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function kind(right: boolean, value: unknown, at: string, expected: string): string | undefined {
  if (value === undefined) return `${at} is missing`;
  return right ? undefined : `${at === '' ? 'it' : at} is not ${expected}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
