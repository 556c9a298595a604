/** Exact numbers in game files. */
import { Rational } from '../games/rational.ts';
import { excerpt, type Scrutiny } from './problem.ts';

/** Characters of one number: reading longer ones takes more than linear time, and nobody means them. */
const longest = 1000;

/** Reads numbers; equal texts give the same object, so that large tables stay small. */
export class NumberReader {
  readonly #known = new Map<string, Rational>();
  readonly #scrutiny: Scrutiny;

  constructor(scrutiny: Scrutiny) {
    this.#scrutiny = scrutiny;
  }

  /** @param text of the form that the lexer has checked; what is too long or has denominator 0 is refused */
  read(text: string, offset: number): Rational {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (text.length > longest)
      this.#scrutiny.fail(offset, `a number has at most ${longest} characters`, `this one has ${text.length}`);
    const value = Rational.parse(text);
    if (value === undefined)
      this.#scrutiny.fail(
        offset,
        text.includes('/') ? 'a fraction has a denominator other than 0' : 'an exponent lies within -400 and 400',
        `${excerpt(text)} stands here`,
      );
    if (this.#known.size < 100_000) this.#known.set(text, value);
    return value;
  }
}

/** The sum; undefined where it would need more than about 600 digits. */
export function exactSum(values: Iterable<Rational>): Rational | undefined {
  let sum = Rational.zero;
  for (const value of values) {
    sum = sum.add(value);
    if (sum.isLong) return undefined;
  }
  return sum;
}

/** `-0.25`, digits without end in neither direction; undefined for fractions such as 1/3. */
export function terminatingDecimal(value: Rational): string | undefined {
  let rest = value.denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  if (rest !== 1n) return undefined;
  const places = Math.max(twos, fives);
  const scaled = (value.numerator * 10n ** BigInt(places)) / value.denominator;
  if (places === 0) return `${scaled}`;
  const digits = `${scaled < 0n ? -scaled : scaled}`.padStart(places + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The shortest exact writing: an integer, a decimal of at most 12 places, or `p/q`. */
export function exactText(value: Rational): string {
  const decimal = terminatingDecimal(value);
  return decimal !== undefined && decimal.length - decimal.indexOf('.') <= 13 ? decimal : value.toString();
}
