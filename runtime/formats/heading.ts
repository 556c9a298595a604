/** What `.nfg` and `.efg` begin with. */
import { distinctLabels } from './labels.ts';
import { found, type Lexer } from './lexer.ts';

export interface Heading {
  readonly title: string;
  /** Distinct and not empty. */
  readonly players: readonly string[];
}

/** `NFG 1 R "title" { "A" "B" }`. The letters D and R mean the same. */
export function readHeading(lexer: Lexer, format: 'NFG' | 'EFG', version: number): Heading {
  const { scrutiny } = lexer;
  const magic = lexer.take();
  if (magic.kind !== 'symbol' || magic.text !== format)
    scrutiny.fail(magic.at, `a game file of this kind begins with the word ${format}`, found(magic));
  const number = lexer.integer(`behind ${format} stands the version of the format`);
  if (number.value !== version)
    scrutiny.fail(number.at, `only version ${version} of ${format} is known`, `this is version ${number.value}`);
  const letter = lexer.take();
  if (letter.kind !== 'symbol' || (letter.text !== 'D' && letter.text !== 'R'))
    scrutiny.fail(letter.at, 'behind the version stands D or R', found(letter));
  const title = lexer.expect('string', 'behind D or R stands the title in quotes').text;
  const open = lexer.expect('{', 'behind the title stand the players in braces');
  const labels: string[] = [];
  for (let token = lexer.takeIf('string'); token !== undefined; token = lexer.takeIf('string')) labels.push(token.text);
  lexer.expect('}', 'players are labels in quotes, and a brace ends them');
  if (labels.length === 0) scrutiny.fail(open.at, 'a game has at least one player', 'none is named');
  return { title, players: distinctLabels(labels) };
}

/**
 * `{ 1, 2 3/4, }`: a number for every player, at most one comma behind each.
 * @returns the texts of the numbers and their offsets
 */
export function readPayoffs(lexer: Lexer, players: number, what: string): { text: string; at: number }[] {
  const numbers: { text: string; at: number }[] = [];
  for (let token = lexer.takeIf('number'); token !== undefined; token = lexer.takeIf('number')) {
    numbers.push({ text: token.text, at: token.at });
    lexer.takeIf(',');
  }
  const close = lexer.expect('}', `${what} has payoffs that are numbers, with at most one comma behind each`);
  if (numbers.length !== players)
    lexer.scrutiny.fail(
      close.at,
      `${what} has one payoff for each of the ${players} player${players === 1 ? '' : 's'}`,
      `${numbers.length} stand here`,
    );
  return numbers;
}
