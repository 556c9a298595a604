/** The facts of `marl info` as lines: what tells a game apart, or all of them. */
import type { Fact, Facts, PropertyName } from '../compiler/properties/base.ts';
import { pad } from './text.ts';

/** What belongs together, in the order in which it is asked. */
const groups: readonly (readonly [string, readonly PropertyName[]])[] = [
  [
    'rewards',
    ['common_reward', 'zero_sum', 'constant_sum', 'no_conflict', 'exact_potential', 'symmetric', 'rewards_reachable'],
  ],
  ['play', ['finite', 'terminating', 'turn_based', 'simultaneous', 'legal_action']],
  ['information', ['perfect_information', 'perfect_recall', 'informative_observations', 'distinguishing']],
  ['chance', ['deterministic', 'well_formed_chance']],
];

/** Properties that hold of nearly every game: worth a line where they do not. */
const usual: ReadonlySet<PropertyName> = new Set([
  'rewards_reachable',
  'finite',
  'legal_action',
  'perfect_recall',
  'informative_observations',
  'distinguishing',
  'well_formed_chance',
]);

/** Every fact under its heading, one sentence each. */
export function allFactLines(facts: Facts): readonly string[] {
  return groups.flatMap(([heading, properties]) => ['', heading, ...linesOf(facts, properties)]);
}

/** The facts that tell this game apart, and how many are left out. */
export function mainFactLines(facts: Facts): readonly string[] {
  const all = groups.flatMap(([, properties]) => properties);
  const shown = all.filter(property => !follows(property, facts));
  return ['', 'facts', ...linesOf(facts, shown), `       ${all.length - shown.length} more with --all`];
}

/** Is a fact what one expects, or clear from another that is shown? */
function follows(property: PropertyName, facts: Facts): boolean {
  const is = (other: PropertyName, status: Fact['status']): boolean => facts[other].status === status;
  const yes = is(property, 'proved');
  const no = is(property, 'refuted');
  if (yes && usual.has(property)) return true;
  switch (property) {
    case 'zero_sum':
      return no && (is('common_reward', 'proved') || is('constant_sum', 'proved'));
    case 'constant_sum':
      return (yes && is('zero_sum', 'proved')) || (no && is('zero_sum', 'refuted'));
    case 'no_conflict':
    case 'exact_potential':
      return yes && is('common_reward', 'proved');
    case 'common_reward':
      return no && is('zero_sum', 'proved');
    case 'turn_based':
      return no && is('simultaneous', 'proved');
    case 'simultaneous':
      return no && is('turn_based', 'proved');
    case 'perfect_information':
      return no && is('simultaneous', 'proved');
    default:
      return false;
  }
}

/** One line per fact; what is open for the same reason shares one. */
function linesOf(facts: Facts, properties: readonly PropertyName[]): readonly string[] {
  const lines = properties.flatMap(property => {
    const fact = facts[property];
    return fact.status === 'unknown' ? [] : [line(fact.status === 'proved' ? 'yes' : 'no', property, fact)];
  });
  const open = new Map<string, PropertyName[]>();
  for (const property of properties) {
    const fact = facts[property];
    if (fact.status === 'unknown') open.set(sentenceOf(fact), [...(open.get(sentenceOf(fact)) ?? []), property]);
  }
  const unknown = [...open].map(([why, names]) =>
    names.length === 1 ? entry('?', names[0] as string, why) : `  ?    ${names.join(', ')}: ${lowered(why)}`,
  );
  return [...lines, ...unknown];
}

function line(mark: string, property: PropertyName, fact: Fact): string {
  return entry(mark, property, sentenceOf(fact));
}

function entry(mark: string, name: string, text: string): string {
  return `  ${pad(mark, 4)} ${pad(name, 25)} ${text}`;
}

function sentenceOf(fact: Fact): string {
  const text = fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? fact.witness.text : fact.why;
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

function lowered(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}
