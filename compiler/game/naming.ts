/**
 * Names of what has the same name as something else, in models and in emitted programs. An index stands behind an underscore (`at_2`,
 * `at_p`: element 2 or p of `at`), so the number of a further variable never does.
 */

/** What the k-th variable of one name is called, from 2 on: `p2`, `p3`, and behind a digit `x1b`, `x1c`. */
export function again(name: string, k: number): string {
  if (!/\d$/.test(name)) return `${name}${k}`;
  return k <= 26 ? `${name}${'abcdefghijklmnopqrstuvwxyz'[k - 1]}` : `${name}v${k}`;
}

/** The name that differs from this one by the underscore before its number only: `at_2` of `at2`, `at2` of `at_2`. */
export function twin(name: string): string | undefined {
  const [, word, line, number] = /^(.*[^_\d])(_?)(\d+)$/.exec(name) ?? [];
  return word === undefined ? undefined : `${word}${line === '' ? '_' : ''}${number}`;
}
