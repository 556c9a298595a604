/** Labels of players, strategies, actions and information sets. */

/**
 * Makes labels usable as names: empty ones become `_1`, `_2`, ...; those that occur more than once, `x`, become `x_1`, `x_2`, ...
 * A label that is taken already is passed over, so that all results differ. Labels that are fine stay as they are.
 */
export function distinctLabels(labels: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const label of labels) times.set(label, (times.get(label) ?? 0) + 1);
  const taken = new Set(labels);
  const next = new Map<string, number>();
  return labels.map(label => {
    if (label !== '' && times.get(label) === 1) return label;
    let k = next.get(label) ?? 1;
    while (taken.has(`${label}_${k}`)) k++;
    next.set(label, k + 1);
    taken.add(`${label}_${k}`);
    return `${label}_${k}`;
  });
}

/**
 * A label in quotes. `\"` is the only escape of the formats, so a backslash before a quote cannot be told from one: a space is put
 * between them, and `warn` hears of it.
 */
export function quoted(label: string, warn: (sentence: string) => void): string {
  const safe = label.replace(/\\(?="|$)/g, '\\ ');
  if (safe !== label)
    warn(
      `a space was put behind a backslash in the label ${JSON.stringify(label)}: before a quote it would be an escape`,
    );
  return `"${safe.replaceAll('"', '\\"')}"`;
}
