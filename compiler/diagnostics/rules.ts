/**
 * The catalogue of what can be wrong with a program that parses. The holes of a message are the parameters of its function, so a
 * missing one does not compile. Each rule says what holds (rule), what was found (fact) and what to do (remedy). Longer explanations
 * and an example of a bad program for every rule stand in `explanations.ts`.
 */

import { didYouMean, error, warning } from './rules/base.ts';
import { flowRules } from './rules/flow.ts';
import { mixerRules } from './rules/mixers.ts';
import { networkRules } from './rules/networks.ts';
import { strictRules } from './rules/strict.ts';

/** What is wrong with a second `name`. */
function twice(name: string, what: string): string {
  if (what.includes(' and ')) return `\`${name}\` is a ${what}`;
  return /^(member|field|action|part|parameter|setting)$/.test(what)
    ? `two ${what}s are named \`${name}\``
    : `\`${name}\` is declared twice`;
}

/** Digits in groups of three. */
function grouped(digits: string): string {
  return /^\d+$/.test(digits) ? digits.replace(/\B(?=(\d{3})+$)/g, ',') : digits;
}

export const rules = {
  // ------------------------------------------------------------------------------------------ 02 names and files
  'unknown-name': error(
    'M0201',
    (a: { name: string; what: string; suggestion: string | undefined; known: string }) =>
      `There is no ${a.what} named \`${a.name}\` here.`,
    a => didYouMean(a) ?? (a.known === '' ? undefined : `Known here: ${a.known}.`),
  ),
  'duplicate-name': error(
    'M0202',
    (a: { name: string; what: string }) => `A name stands for one thing, but ${twice(a.name, a.what)}.`,
    a => `Rename or remove one \`${a.name}\`.`,
  ),
  'ambiguous-member': error(
    'M0203',
    (a: { name: string; types: string }) => `\`${a.name}\` belongs to more than one type: ${a.types}.`,
    () => 'Rename one of them, or use it where only one of the types fits.',
  ),
  'import-not-found': error(
    'M0204',
    (a: { name: string; reason: string; suggestion: string | undefined }) =>
      `\`${a.name}\` cannot be imported: ${a.reason}.`,
    didYouMean,
  ),
  'import-cycle': error(
    'M0205',
    (a: { path: string }) => `Files may not import each other in a circle: ${a.path}.`,
    () => 'Move what both need into a third file.',
  ),
  'recursive-declaration': error(
    'M0206',
    (a: { name: string; path: string }) => `Nothing may be defined by itself, but \`${a.name}\` is: ${a.path}.`,
    () => 'Functions are total: use `sum`, `any`, `all` or a sequence instead of recursion.',
  ),
  'unreadable-file': error(
    'M0207',
    (a: { path: string; reason: string }) => `${a.path} cannot be read: ${a.reason}.`,
    () => 'Check the path; the file must be UTF-8 text.',
  ),

  // ------------------------------------------------------------------------------------------ 03 types
  'type-mismatch': error(
    'M0301',
    (a: { expected: string; found: string; because: string | undefined }) =>
      `${a.because === undefined ? 'This must be' : `${a.because} must be`} ${a.expected}, but it is ${a.found}.`,
    (a: { expected: string; found: string; because: string | undefined; remedy?: string }) => a.remedy,
  ),
  'wrong-arity': error(
    'M0302',
    (a: { name: string; expected: string; found: number; call?: string }) =>
      `\`${a.name}\` takes ${a.expected}, but ${a.found} ${a.found === 1 ? 'is' : 'are'} given.`,
    a => (a.call === undefined ? 'Give exactly what the declaration asks for.' : `Write \`${a.call}\`.`),
  ),
  'unknown-argument': error(
    'M0303',
    (a: { name: string; of: string; suggestion: string | undefined; known: string }) =>
      `\`${a.of}\` has no parameter \`${a.name}\`.`,
    a => didYouMean(a) ?? (a.known === '' ? `\`${a.of}\` has no parameters.` : `It has: ${a.known}.`),
  ),
  'missing-argument': error(
    'M0304',
    (a: { name: string; of: string }) => `\`${a.of}\` needs a value for \`${a.name}\`, which has no default.`,
    a => `Write \`${a.of}(${a.name}: ...)\`.`,
  ),
  'not-callable': error(
    'M0305',
    (a: { what: string }) => `Only functions, records and types can be called, and this is ${a.what}.`,
    () => undefined,
  ),
  'not-indexable': error(
    'M0306',
    (a: { what: string; remedy?: string }) => `Only arrays, sequences and sets can be indexed, and this is ${a.what}.`,
    a => a.remedy,
  ),
  'index-count': error(
    'M0307',
    (a: { expected: number; found: number }) =>
      `This array has ${a.expected} ${a.expected === 1 ? 'index' : 'indices'}, but ${a.found} ${a.found === 1 ? 'is' : 'are'} given.`,
    () => undefined,
  ),
  'no-such-field': error(
    'M0308',
    (a: { field: string; of: string; suggestion: string | undefined; known: string }) =>
      `${a.of} has no field \`${a.field}\`.`,
    a => didYouMean(a) ?? (a.known === '' ? undefined : `It has: ${a.known}.`),
  ),
  'not-finite': error(
    'M0309',
    (a: { what: string; type: string }) => `${a.what} must be a finite set, but ${a.type} is not.`,
    () => 'Use a range such as `0..9`, an enum, an index or an agent class.',
  ),
  'not-constant': error(
    'M0310',
    (a: { what: string }) =>
      `${a.what} must be known when the game is built: it may use parameters and constants, not the state or chance.`,
    () => undefined,
  ),
  'match-incomplete': error(
    'M0311',
    (a: { missing: string }) => `Every value must be covered, but nothing covers ${a.missing}.`,
    () => 'Add it, or `_` for the rest.',
  ),
  'match-unreachable': warning(
    'M0312',
    () => 'This arm is never reached: the arms above cover its values.',
    () => 'Remove it, or move it up.',
  ),
  'bad-size': error(
    'M0313',
    (a: { what: string; size: string; limit: string }) =>
      `${a.what} must have ${a.limit} elements, but it would have ${grouped(a.size)}.`,
    a => (a.size === '0' || a.size.startsWith('-') ? 'Choose a size from 1.' : 'Choose a smaller size.'),
  ),
  'empty-range': error(
    'M0314',
    (a: { low: string; high: string }) => `A range goes upwards, but ${a.low}..${a.high} holds nothing.`,
    () => 'Swap the ends, or check the parameters they use.',
  ),
  'not-here': error(
    'M0315',
    (a: { what: string; where: string }) => `${a.what} cannot be used here: ${a.where}.`,
    (a: { what: string; where: string; remedy?: string }) => a.remedy,
  ),
  'bad-map': error(
    'M0316',
    (a: { problem: string }) => `A map is a rectangle of characters from its legend: ${a.problem}.`,
    () => 'Give every character of the map one legend entry and all rows one length.',
  ),
  'not-a-distribution': error(
    'M0317',
    (a: { found: string }) => `After \`~\` stands a distribution, and this is ${a.found}.`,
    () =>
      'Use `uniform(...)`, `bernoulli(p)`, `categorical(...)`, `normal(mean, sd)`, `permutation(T)`, `sample n of T` or `point(x)`; or `=` for a plain value.',
  ),
  'too-large': error(
    'M0318',
    (a: { what: string; reason: string }) =>
      `There are limits to what is compiled, and ${a.what} exceeds one: ${a.reason}.`,
    () => 'Choose smaller sizes, or name intermediate results so that they are computed once.',
  ),

  // ------------------------------------------------------------------------------------------ 04 ranges
  'out-of-range': error(
    'M0401',
    (a: { what: string; allowed: string; found: string }) =>
      /\.\.|^at (least|most) |^any /.test(a.found)
        ? `${a.what} holds ${a.allowed}, but this is not shown to lie there: the ranges of its parts give ${a.found}.`
        : `${a.what} holds ${a.allowed}, but this is ${a.found}.`,
    (a: { what: string; allowed: string; found: string; remedy?: string }) =>
      a.remedy ??
      'Use `clamp(x, low, high)`, `abs(x)` for a distance, a condition that rules the other values out, or a wider type.',
  ),
  'index-out-of-bounds': error(
    'M0402',
    (a: { allowed: string; found: string }) => `This index must be in ${a.allowed}, but it can be ${a.found}.`,
    () => 'Guard it with `if`, or clamp it.',
  ),
  'division-by-zero': error(
    'M0403',
    (a: { divisor: string; bounds: string; sign: '<' | '>' }) =>
      `A divisor may not be 0, but \`${a.divisor}\` can be: it lies in ${a.bounds}.`,
    a => `Guard it: \`if ${a.divisor} ${a.sign} 0 then ... else ...\`.`,
  ),
  'probability-range': error(
    'M0404',
    (a: { found: string }) => `A probability lies in 0..1, but this can be ${a.found}.`,
    () => 'A percentage is divided by 100: 30 percent is `0.3`. What is computed can be clamped: `clamp(p, 0, 1)`.',
  ),
  'probability-sum': error(
    'M0405',
    (a: { sum: string }) => `Probabilities add up to 1, but these add up to ${a.sum}.`,
    () => 'Change one so that the sum is 1.',
  ),
  'empty-choice': error(
    'M0406',
    (a: { what: string; remedy?: string }) => `${a.what} needs at least one element, and there may be none.`,
    a => a.remedy ?? 'Guard it with `if`.',
  ),
  'outside-domain': error(
    'M0407',
    (a: { fn: string; domain: string; found: string }) =>
      `\`${a.fn}\` is defined for ${a.domain}, but its argument can be ${a.found}.`,
    () => 'Guard it with `if`, or use `max(x, ...)`.',
  ),
  'inexact-integer': error(
    'M0408',
    (a: { found: string; isProduct: boolean }) =>
      `Whole numbers are exact up to 9,007,199,254,740,991 (2^53 - 1), but this may lie beyond: the ranges of its parts give ${a.found}.`,
    a =>
      a.isProduct
        ? 'Give its factors smaller types. Before `%`, a product can be taken in two parts: `(a * div(x, k) % m * k + a * (x % k)) % m` is `a * x % m`.'
        : 'Give what it is made of smaller types.',
  ),

  // ------------------------------------------------------------------------------------------ 05 games
  'missing-item': error(
    'M0501',
    (a: { game: string; item: string }) => `A game says its ${a.item}, but \`${a.game}\` does not.`,
    (a: { game: string; item: string; remedy?: string }) => a.remedy,
  ),
  'duplicate-item': error(
    'M0502',
    (a: { item: string }) => `A game has one \`${a.item}\`, but this is the second.`,
    () => 'Join the two.',
  ),
  'missing-initial': error(
    'M0503',
    (a: { name: string; partly: boolean }) =>
      a.partly
        ? `Every state variable has an initial value, but only some elements of \`${a.name}\` get one.`
        : `Every state variable has an initial value, but \`${a.name}\` gets none.`,
    a =>
      a.partly
        ? `Assign every element in \`init\`, as in \`${a.name}[k] = ...\`.`
        : `Write \`${a.name}: ... = value\`, or assign it in \`init\`.`,
  ),
  'not-state': error(
    'M0504',
    (a: { name: string; suggestion: string | undefined }) =>
      `Only state variables have a next value, and \`${a.name}\` is not one.`,
    didYouMean,
  ),
  'next-too-early': error(
    'M0505',
    (a: { name: string }) => `\`next ${a.name}\` is read before its equation.`,
    () => 'Move the equation up; equations are read from top to bottom.',
  ),
  'action-unavailable': error(
    'M0506',
    (a: { where: string }) => `An action exists only during a step, and ${a.where} does not see one.`,
    () => 'Keep what you need of it in the state.',
  ),
  'assigned-twice': error(
    'M0507',
    (a: { name: string }) => `A state variable has one equation, but \`${a.name}\` gets a second.`,
    () => 'Join the two with `if`.',
  ),
  'payoff-shape': error(
    'M0508',
    (a: { problem: string }) => `A payoff table has a cell for every joint action: ${a.problem}.`,
    () => 'Give each row one cell per column, and each cell one number per agent.',
  ),
  'zero-sum-agents': error(
    'M0509',
    (a: { found: number }) => `\`reward zero_sum\` is for two agents, but this game has ${a.found}.`,
    () => 'Write `reward[p] = ...` for each agent.',
  ),
  'never-ends': warning(
    'M0510',
    (a: { game: string }) =>
      `\`${a.game}\` never ends: it has neither \`end when\` nor \`horizon\`, and its discount is 1.`,
    () => 'Add `end when`, `horizon n` or `discount`.',
  ),
  'parameter-out-of-range': error(
    'M0511',
    (a: { name: string; type: string; value: string }) =>
      `Parameter \`${a.name}\` is ${a.type}, but it is given ${a.value}.`,
    () => undefined,
  ),
  'parameter-constraint': error(
    'M0512',
    (a: { game: string; condition: string; values: string }) =>
      `\`${a.game}\` needs \`${a.condition}\`, which does not hold for ${a.values}.`,
    () => 'Choose other parameters.',
  ),
  unplayable: error(
    'M0520',
    (a: { game: string; fact: string; notActing: boolean }) =>
      `A game goes on from every state it reaches, but \`${a.game}\` does not: ${a.fact}.`,
    (a: { game: string; fact: string; notActing: boolean; remedy?: string }) =>
      a.remedy ??
      (a.notActing
        ? 'Read it only where the agent acts: put `if turn == Name then ... else ...` around it, or `action[turn]` where all have the same actions.'
        : 'Change the state, condition or legality so that something can always happen.'),
  ),
  'bad-horizon': error(
    'M0513',
    (a: { found: string }) => `A horizon is a whole number of steps, at least 1, but this is ${a.found}.`,
    () => undefined,
  ),
  'bad-discount': error(
    'M0514',
    (a: { found: string }) => `A discount lies in 0..1, but this is ${a.found}.`,
    () => undefined,
  ),
  'not-one-step': error(
    'M0515',
    (a: { game: string }) => `\`repeated\` takes a game of one step without state, and \`${a.game}\` is not one.`,
    () => 'Give it a `payoff` game.',
  ),
  'too-many-agents': error(
    'M0516',
    (a: { found: string; limit: number }) =>
      `A game has 1 to ${grouped(`${a.limit}`)} agents, but this one has ${grouped(a.found)}.`,
    () => 'Use fewer, or a mean-field model.',
  ),
  'instance-of': error(
    'M0517',
    (a: { game: string; problem: string }) => `With these parameters \`${a.game}\` is not a valid game: ${a.problem}`,
    () => 'Choose other parameters.',
  ),

  'read-before-set': error(
    'M0518',
    (a: { name: string }) =>
      `\`init\` runs from top to bottom, and \`${a.name}\` has no value yet where it is read here.`,
    a => `Assign \`${a.name}\` earlier in \`init\`, or give it an initial value where it is declared.`,
  ),

  // ------------------------------------------------------------------------------------------ 06 solve, train, sweep, assert
  'unknown-concept': error(
    'M0601',
    (a: { name: string; suggestion: string | undefined; known: string }) =>
      `There is no solution concept \`${a.name}\`.`,
    a => didYouMean(a) ?? `Known: ${a.known}.`,
  ),
  'unknown-algorithm': error(
    'M0602',
    (a: { name: string; suggestion: string | undefined; known: string }) => `There is no algorithm \`${a.name}\`.`,
    a => didYouMean(a) ?? `Known: ${a.known}.`,
  ),
  'unknown-setting': error(
    'M0603',
    (a: { name: string; of: string; suggestion: string | undefined; known: string }) =>
      `\`${a.of}\` has no setting \`${a.name}\`.`,
    (a: { name: string; of: string; suggestion: string | undefined; known: string; elsewhere?: string | undefined }) =>
      a.elsewhere ?? didYouMean(a) ?? `It has: ${a.known}.`,
  ),
  'bad-setting': error(
    'M0604',
    (a: { name: string; expected: string; found: string }) => `\`${a.name}\` is ${a.expected}, but this is ${a.found}.`,
    (a: { name: string; expected: string; found: string; remedy?: string }) => a.remedy,
  ),
  'missing-clause': error(
    'M0605',
    (a: { of: string; clause: string }) => `A training says its ${a.clause}, but \`${a.of}\` does not.`,
    (a: { of: string; clause: string; remedy?: string }) => a.remedy,
  ),
  'unknown-property': error(
    'M0607',
    (a: { name: string; suggestion: string | undefined; known: string }) =>
      `There is no property or quantity \`${a.name}\`.`,
    a => didYouMean(a) ?? `Known: ${a.known}.`,
  ),
  'bad-claim': error(
    'M0608',
    (a: { found: string }) =>
      `An assertion is a property such as \`zero_sum\` or a comparison such as \`states == 12\`, and this is ${a.found}.`,
    () => undefined,
  ),
  'does-not-fit': error(
    'M0609',
    (a: { algorithm: string; needs: string; fact: string }) => `\`${a.algorithm}\` needs ${a.needs}, but ${a.fact}.`,
    (a: { algorithm: string; needs: string; fact: string; remedy?: string }) => a.remedy,
  ),
  'may-not-fit': warning(
    'M0611',
    (a: { algorithm: string; needs: string; fact: string }) =>
      `\`${a.algorithm}\` is meant for ${a.needs}, and ${a.fact}.`,
    (a: { algorithm: string; needs: string; fact: string; remedy?: string }) => a.remedy,
  ),
  'not-available': error(
    'M0613',
    (a: { name: string }) => `\`${a.name}\` is announced, but this version cannot run it.`,
    (a: { name: string; remedy?: string }) => a.remedy,
  ),
  'endless-training': error(
    'M0612',
    (a: { problem: string }) => `A training plays episodes to their ends: ${a.problem}.`,
    () => 'Give the game `end when` or a `horizon`.',
  ),
  'bad-sweep': error(
    'M0610',
    (a: { problem: string; suggestion: string | undefined }) =>
      `A sweep varies settings of its training: ${a.problem}.`,
    didYouMean,
  ),

  // ------------------------------------------------------------------------------------------ 07 assertions
  'assertion-failed': error(
    'M0701',
    (a: { claim: string; fact: string }) => `\`${a.claim}\` does not hold: ${a.fact}.`,
    () => undefined,
  ),
  'assertion-unknown': error(
    'M0702',
    (a: { claim: string; reason: string; large: boolean }) => `\`${a.claim}\` could not be decided: ${a.reason}.`,
    a => (a.large ? 'Assert it of a smaller instance of the game.' : undefined),
  ),

  ...networkRules,
  ...mixerRules,
  ...flowRules,
  ...strictRules,
} as const;

export type RuleName = keyof typeof rules;
export type RuleArgs<N extends RuleName> = Parameters<(typeof rules)[N]['message']>[0] &
  Parameters<(typeof rules)[N]['remedy']>[0];
