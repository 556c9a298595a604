/** Writes `.dpomdp` files. */
import type { Rational } from '../games/rational.ts';
import { type DecPomdp, jointCount, type SparseRow, splitJoint } from './dpomdp.ts';
import { dpomdpWords } from './dpomdp-lines.ts';
import { terminatingDecimal } from './numbers.ts';
import type { Printed } from './problem.ts';

/**
 * Writes a problem with names throughout and an entry per line; uniform rows are called so. `parseDpomdp` of the text gives the same
 * problem again, except for fractions such as 1/3, which the format cannot hold: these get 17 digits, with a warning. Names that the
 * format does not allow are replaced.
 */
export function printDpomdp(game: DecPomdp): Printed {
  const warnings: string[] = [];
  let rounded = 0;
  const number = (value: Rational): string => {
    const exact = terminatingDecimal(value);
    if (exact !== undefined) return exact;
    rounded++;
    return value.toNumber().toPrecision(17);
  };
  const named = (names: readonly string[], noun: string): readonly string[] => {
    const made = identifiers(names, noun);
    const k = made.findIndex((name, at) => name !== names[at]);
    if (k >= 0)
      warnings.push(
        `names begin with a letter and hold letters, digits, _ and -: ${JSON.stringify(names[k])} became ${made[k]}`,
      );
    return made;
  };
  const agents = named(game.agents, 'agent');
  const states = named(game.states, 'state');
  const actions = game.actions.map(list => named(list, 'action'));
  const observations = game.observations.map(list => named(list, 'observation'));
  const joint = (k: number, lists: readonly (readonly string[])[]): string =>
    splitJoint(k, lists)
      .map((choice, i) => lists[i]?.[choice])
      .join(' ');
  const lines = [
    `agents: ${agents.join(' ')}`,
    `discount: ${number(game.discount)}`,
    'values: reward',
    `states: ${states.join(' ')}`,
    'start:',
    uniform(game.start) ? 'uniform' : game.start.map(number).join(' '),
    'actions:',
    ...actions.map(list => list.join(' ')),
    'observations:',
    ...observations.map(list => list.join(' ')),
  ];
  const size = states.length;
  const heads = Array.from({ length: jointCount(actions) }, (_, ja) => joint(ja, actions));
  const seen = Array.from({ length: jointCount(observations) }, (_, jo) => joint(jo, observations));
  const table = (name: 'T' | 'O', rows: readonly SparseRow[], columns: readonly string[]): void => {
    rows.forEach(({ rest, entries }, at) => {
      const head = `${name}: ${heads[Math.floor(at / size)]} : ${states[at % size]} :`;
      if (entries.length === 0 && rest.sign !== 0) lines.push(head, 'uniform');
      for (const [column, value] of entries) lines.push(`${head} ${columns[column]} : ${number(value)}`);
    });
  };
  table('T', game.transition, states);
  table('O', game.observation, seen);
  game.reward.forEach(({ rest, entries }, at) => {
    const head = `R: ${heads[Math.floor(at / size)]} : ${states[at % size]} :`;
    if (rest.sign !== 0) lines.push(`${head} * : * : ${number(rest)}`);
    for (const [column, value] of entries)
      lines.push(
        `${head} ${states[Math.floor(column / seen.length)]} : ${seen[column % seen.length]} : ${number(value)}`,
      );
  });
  if (rounded > 0)
    warnings.push(
      `${rounded} number${rounded === 1 ? '' : 's'} without a finite decimal were rounded to 17 digits: the format has no fractions`,
    );
  return { text: `${lines.join('\n')}\n`, warnings };
}

function uniform(row: readonly Rational[]): boolean {
  return row.length > 1 && row.every(value => value.equals(row[0] as Rational));
}

/** Names that the format allows: distinct, and those that are fine unchanged. */
function identifiers(names: readonly string[], noun: string): readonly string[] {
  const fine = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && !dpomdpWords.has(name);
  const taken = new Set(names.filter(fine));
  const used = new Set<string>();
  return names.map(name => {
    const stem = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '');
    if (fine(name) && !used.has(name)) {
      used.add(name);
      return name;
    }
    const base = stem === '' || dpomdpWords.has(stem) ? `${noun}${stem}` : stem;
    let made = base;
    for (let k = 2; taken.has(made) || used.has(made); k++) made = `${base}-${k}`;
    used.add(made);
    return made;
  });
}
