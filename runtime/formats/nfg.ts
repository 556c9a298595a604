/**
 * Gambit's strategic form, `.nfg`: two ways to list strategies, two ways to give payoffs. Player 1's strategy varies fastest, then
 * player 2's. A lost comma or number is an error that counts, never a shifted table.
 */
import { Rational } from '../games/rational.ts';
import { readHeading, readPayoffs } from './heading.ts';
import { distinctLabels, quoted } from './labels.ts';
import { found, Lexer } from './lexer.ts';
import { exactText, NumberReader } from './numbers.ts';
import { judged, type Parsed, type Printed } from './problem.ts';

export interface NfgGame {
  readonly title: string;
  readonly comment: string;
  readonly players: readonly string[];
  /** Per player, distinct and not empty. */
  readonly strategies: readonly (readonly string[])[];
  /** `payoffs[k * players + i]` is what player i gets in profile k; player 0's strategy varies fastest in k. */
  readonly payoffs: readonly Rational[];
  /** Of the outcome form: the list, and per profile the place in it, or -1 for the outcome that pays nobody. */
  readonly outcomes: { readonly list: readonly NfgOutcome[]; readonly of: readonly number[] } | undefined;
}

export interface NfgOutcome {
  readonly label: string;
  readonly payoffs: readonly Rational[];
}

/** Reads a `.nfg` file. Time is linear in its length; the error says what was expected and what was found. */
export function parseNfg(text: string): Parsed<NfgGame> {
  return judged(text, scrutiny => {
    const lexer = new Lexer(scrutiny);
    const numbers = new NumberReader(scrutiny);
    const { title, players } = readHeading(lexer, 'NFG', 1);
    const counts = readStrategies(lexer, players.length);
    const comment = lexer.takeIf('string')?.text ?? '';
    const body = lexer.peek().kind === '{' ? outcomeBody(lexer, numbers, players.length) : undefined;
    const profiles = counts.sizes.reduce((product, size) => product * size, 1);
    const per = body === undefined ? players.length : 1;
    const tail = numberTail(lexer, profiles * per, body === undefined ? 'payoff' : 'outcome number', () =>
      body === undefined
        ? `${profiles} profiles (${counts.sizes.join(' x ')}) of ${players.length} players need ${profiles * per} payoffs`
        : `${profiles} profiles (${counts.sizes.join(' x ')}) need as many outcome numbers`,
    );
    const strategies = counts.labels ?? counts.sizes.map(size => Array.from({ length: size }, (_, k) => `${k + 1}`));
    const common = { title, comment, players, strategies };
    if (body === undefined)
      return { ...common, payoffs: tail.map(({ text, at }) => numbers.read(text, at)), outcomes: undefined };
    const of = tail.map(({ text, at }) => {
      const id = Number(text);
      if (!/^[+-]?\d+$/.test(text) || id < 0 || id > body.length)
        scrutiny.fail(at, `outcomes are numbered from 1 to ${body.length}, and 0 pays nobody`, `${text} stands here`);
      return id - 1;
    });
    const zeros = players.map(() => Rational.zero);
    return { ...common, payoffs: of.flatMap(k => body[k]?.payoffs ?? zeros), outcomes: { list: body, of } };
  });
}

interface Strategies {
  readonly sizes: readonly number[];
  /** Undefined where only counts are given: they are made when the body is known to be as long as that. */
  readonly labels: readonly (readonly string[])[] | undefined;
}

function readStrategies(lexer: Lexer, players: number): Strategies {
  const { scrutiny } = lexer;
  const open = lexer.expect('{', 'behind the players stand their strategies in braces');
  const sizes: number[] = [];
  const labels: (readonly string[])[] = [];
  if (lexer.peek().kind === '{') {
    for (let list = lexer.takeIf('{'); list !== undefined; list = lexer.takeIf('{')) {
      const names: string[] = [];
      for (let token = lexer.takeIf('string'); token !== undefined; token = lexer.takeIf('string'))
        names.push(token.text);
      lexer.expect('}', 'strategies are labels in quotes, and a brace ends the list of a player');
      if (names.length === 0) scrutiny.fail(list.at, 'a player has at least one strategy', 'this list is empty');
      labels.push(distinctLabels(names));
      sizes.push(names.length);
    }
  } else {
    while (lexer.peek().kind === 'number') {
      const { value, at } = lexer.integer('the number of strategies of a player is a whole number');
      if (value < 1) scrutiny.fail(at, 'a player has at least one strategy', `${value} stands here`);
      sizes.push(value);
    }
  }
  lexer.expect('}', 'strategies are counts, or a list of labels for every player, and a brace ends them');
  if (sizes.length !== players)
    scrutiny.fail(open.at, `each of the ${players} players has strategies`, `${sizes.length} entries stand here`);
  return { sizes, labels: labels.length > 0 ? labels : undefined };
}

function outcomeBody(lexer: Lexer, numbers: NumberReader, players: number): readonly NfgOutcome[] {
  const list: NfgOutcome[] = [];
  lexer.expect('{', 'outcomes stand in braces');
  while (lexer.takeIf('{') !== undefined) {
    const label = lexer.expect('string', 'an outcome begins with its label in quotes').text;
    const payoffs = readPayoffs(lexer, players, 'an outcome').map(({ text, at }) => numbers.read(text, at));
    list.push({ label, payoffs });
  }
  lexer.expect('}', 'an outcome stands in braces, and another brace ends the outcomes');
  return list;
}

/** All that is left of the file: exactly so many numbers. */
function numberTail(lexer: Lexer, expected: number, noun: string, rule: () => string): { text: string; at: number }[] {
  const { scrutiny } = lexer;
  const tail: { text: string; at: number }[] = [];
  for (let token = lexer.takeIf('number'); token !== undefined; token = lexer.takeIf('number'))
    tail.push({ text: token.text, at: token.at });
  const behind = lexer.peek();
  if (behind.kind !== 'end')
    scrutiny.fail(
      behind.at,
      `behind the strategies stand ${noun}s up to the end of the file`,
      found(behind),
      behind.kind === ',' ? 'payoffs outside of outcomes have no commas between them' : undefined,
    );
  if (tail.length !== expected) {
    const extra = tail[expected];
    scrutiny.fail(extra?.at ?? behind.at, rule(), `the file has ${tail.length}`);
  }
  return tail;
}

/**
 * Writes a game: label lists, exact numbers, and payoffs profile by profile (or, where `form` says so and the game has them, its
 * outcomes). `parseNfg` of the text gives the same game again.
 */
export function printNfg(game: NfgGame, form: 'payoffs' | 'outcomes' = 'payoffs'): Printed {
  const warnings: string[] = [];
  const quote = (label: string): string => quoted(label, sentence => warnings.push(sentence));
  const lines = [
    `NFG 1 R ${quote(game.title)} { ${game.players.map(quote).join(' ')} }`,
    '',
    '{',
    ...game.strategies.map(labels => `  { ${labels.map(quote).join(' ')} }`),
    '}',
    quote(game.comment),
    '',
  ];
  if (form === 'outcomes' && game.outcomes !== undefined) {
    lines.push('{');
    for (const { label, payoffs } of game.outcomes.list)
      lines.push(`  { ${quote(label)} ${payoffs.map(exactText).join(', ')} }`);
    lines.push(
      '}',
      ...chunks(
        game.outcomes.of.map(k => `${k + 1}`),
        game.strategies[0]?.length ?? 1,
      ),
    );
  } else {
    lines.push(...chunks(game.payoffs.map(exactText), game.players.length));
  }
  return { text: `${lines.join('\n')}\n`, warnings };
}

function chunks(words: readonly string[], size: number): string[] {
  const lines: string[] = [];
  for (let k = 0; k < words.length; k += size) lines.push(words.slice(k, k + size).join(' '));
  return lines;
}
