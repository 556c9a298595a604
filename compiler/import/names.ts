/** From labels, which may hold anything, to names of the language. Nothing of a label reaches a program except through here. */

/** Names of one program: each is given once. */
export class Names {
  readonly #used: Set<string>;

  /** @param used names that are taken already */
  constructor(used: Iterable<string> = []) {
    this.#used = new Set(used);
  }

  /**
   * A new name made of the letters and digits of a label: `hear-left` becomes `HearLeft`. It begins with an upper-case letter, so that it
   * is no word of the language, nor a function or variable of an imported game.
   *
   * @param fallback stands before what begins with a digit, and for a label without letters and digits; upper-case itself
   */
  fresh(label: string, fallback: string): string {
    const stem = stemOf(label, fallback);
    let name = stem;
    for (let k = 2; this.#used.has(name); k++) name = `${stem}_${k}`;
    this.#used.add(name);
    return name;
  }

  all(labels: readonly string[], fallback: string): readonly string[] {
    return labels.map(label => this.fresh(label, fallback));
  }

  get used(): ReadonlySet<string> {
    return this.#used;
  }
}

/** Names that the library of the language or the generated programs use themselves. */
export const reservedNames: readonly string[] = [
  'Action',
  'Learn',
  'Node',
  'Info',
  'Waiting',
  'Nothing',
  'State',
  'Observation',
];

function stemOf(label: string, fallback: string): string {
  const parts = label
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/[\p{M}'\u2019]/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(part => part !== '');
  let stem = '';
  for (const part of parts) {
    const digits = /[0-9]$/.test(stem) && /^[0-9]/.test(part);
    stem += `${digits ? '_' : ''}${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  }
  const begun = /^[A-Za-z]/.test(stem) ? stem : `${fallback}${stem}`;
  return begun.slice(0, 40).replace(/_$/, '');
}

/** A label as it may stand in a comment: one line, without what cannot be seen, not without end. */
export function said(label: string): string {
  const line = label
    .slice(0, 200)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return label.length > 200 ? `${line}...` : line;
}

/** Doc comments of a game: one line per sentence, empty ones left out. */
export function docLines(...texts: readonly string[]): readonly string[] {
  return texts
    .flatMap(text => text.slice(0, 4000).split(/\r?\n/))
    .map(said)
    .filter(line => line !== '')
    .map(line => `/// ${line}`);
}

/** Names in braces: on one line where they say what the labels say, else one a line with the label beside it. */
export function listing(
  head: string,
  names: readonly string[],
  labels: readonly string[],
  indent: string,
): readonly string[] {
  const line = `${indent}${head} { ${names.join(', ')} }`;
  if (line.length <= 118 && names.every((name, k) => plainly(name, labels[k] ?? name))) return [line];
  const rows = names.map((name, k) => {
    const label = said(labels[k] ?? name);
    const comma = k === names.length - 1 ? '' : ',';
    return `${indent}  ${name}${comma}${plainly(name, label) ? '' : `  // ${label}`}`;
  });
  return [`${indent}${head} {`, ...rows, `${indent}}`];
}

/** Would a reader miss nothing without the label? */
export function plainly(name: string, label: string): boolean {
  const words = label.toLowerCase().replace(/[ _-]/g, '');
  return name.toLowerCase().replaceAll('_', '') === words || (/^[0-9]+$/.test(label) && name.endsWith(label));
}
