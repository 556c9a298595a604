const long = 1n << 2048n;

/** An exact fraction of two BigInts in lowest terms, denominator positive. */
export class Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    this.numerator = numerator;
    this.denominator = denominator;
  }

  static readonly zero: Rational = new Rational(0n, 1n);
  static readonly one: Rational = new Rational(1n, 1n);

  /** @throws RangeError when the denominator is 0. */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
    let n = BigInt(numerator);
    let d = BigInt(denominator);
    if (d === 0n) throw new RangeError('a fraction cannot have denominator 0');
    if (d < 0n) {
      n = -n;
      d = -d;
    }
    const g = gcd(n < 0n ? -n : n, d);
    return g === 1n ? new Rational(n, d) : new Rational(n / g, d / g);
  }

  /** Reads `3`, `-0.25`, `5e-4` or `1/3` exactly. */
  static parse(text: string): Rational | undefined {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?(?:\/(\d+))?$/.exec(text.trim());
    if (match === null) return undefined;
    const [, sign, whole = '', fraction = '', exponent = '0', over = '1'] = match;
    if (whole === '' && fraction === '') return undefined;
    const shift = Number(exponent) - fraction.length;
    if (Math.abs(shift) > 400 || /^0+$/.test(over)) return undefined;
    const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
    const scale = 10n ** BigInt(Math.abs(shift));
    return shift >= 0 ? Rational.of(digits * scale, BigInt(over)) : Rational.of(digits, scale * BigInt(over));
  }

  /** The exact value of a finite double. */
  static fromNumber(value: number): Rational {
    if (Number.isSafeInteger(value)) return new Rational(BigInt(value), 1n);
    if (!Number.isFinite(value)) throw new RangeError('only finite numbers are fractions');
    let scaled = value;
    let denominator = 1n;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      denominator *= 2n;
    }
    return Rational.of(BigInt(scaled), denominator);
  }

  add(other: Rational): Rational {
    if (this.denominator === other.denominator) return Rational.of(this.numerator + other.numerator, this.denominator);
    return Rational.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }
  sub(other: Rational): Rational {
    return this.add(other.neg());
  }
  mul(other: Rational): Rational {
    return Rational.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }
  /** @throws RangeError on division by zero. */
  div(other: Rational): Rational {
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }
  neg(): Rational {
    return new Rational(-this.numerator, this.denominator);
  }
  abs(): Rational {
    return this.numerator < 0n ? this.neg() : this;
  }
  /** Rounded down. */
  floor(): bigint {
    const q = this.numerator / this.denominator;
    return this.numerator < 0n && q * this.denominator !== this.numerator ? q - 1n : q;
  }
  /** Negative, zero or positive. */
  compare(other: Rational): number {
    const left = this.numerator * other.denominator;
    const right = other.numerator * this.denominator;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  equals(other: Rational): boolean {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }
  get sign(): number {
    return this.numerator < 0n ? -1 : this.numerator > 0n ? 1 : 0;
  }
  get isInteger(): boolean {
    return this.denominator === 1n;
  }
  /** Has it more than about 600 digits above or below the line? */
  get isLong(): boolean {
    return this.denominator > long || this.numerator > long || this.numerator < -long;
  }
  /** The nearest double. */
  toNumber(): number {
    const n = Number(this.numerator);
    const d = Number(this.denominator);
    if (
      Number.isFinite(n) &&
      Number.isFinite(d) &&
      Math.abs(n) <= Number.MAX_SAFE_INTEGER &&
      d <= Number.MAX_SAFE_INTEGER
    )
      return n / d;
    // Keep 64 significant bits of the quotient, then scale back.
    const bits = this.numerator.toString(2).length - this.denominator.toString(2).length;
    const shift = 64 - bits;
    const quotient =
      shift >= 0
        ? (this.numerator << BigInt(shift)) / this.denominator
        : this.numerator / (this.denominator << BigInt(-shift));
    return Number(quotient) * 2 ** -shift;
  }
  /** `3`, `-1/18` */
  toString(): string {
    return this.denominator === 1n ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

function gcd(a: bigint, b: bigint): bigint {
  while (b > safe) [a, b] = [b, a % b];
  if (b === 0n) return a;
  // Remainders of doubles are exact, and much faster.
  let x = Number(b);
  let y = Number(a % b);
  while (y !== 0) [x, y] = [y, x % y];
  return BigInt(x);
}
