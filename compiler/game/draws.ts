/** Which draws are shown to be draws by their form: their weights lie in 0..1 by their types, and here is whether they sum to 1. */
import { Rational } from '../../runtime/games/rational.ts';
import { rationalOf } from './exactNumbers.ts';
import type { Distribution, IrExpr } from './model.ts';

/** Doubles that are probabilities may miss a sum of 1 by this much: what rounding leaves of weights that are carried on for many steps. */
export const sumTolerance = 1e-9;

type Weights = Extract<Distribution, { kind: 'categorical' }>['weights'];

/** Sums with more choices between conditions than this are not followed. */
const mostCases = 64;

/**
 * Do the weights sum to 1 whatever the variables are? Shown where they are sums of fractions of the same expressions, such as `[p, 1 - p]`,
 * on every side of their conditions. Real-number arithmetic: in doubles such sums miss 1 by a few ulps.
 */
export function sumsToOne(weights: Weights): boolean {
  let cases = 0;
  const holds = (given: ReadonlyMap<string, boolean>): boolean => {
    if (++cases > mostCases) return false;
    const sum = new Linear(given);
    for (const weight of weights) sum.add(weight, Rational.one);
    if (sum.open !== undefined) return [true, false].every(side => holds(new Map(given).set(sum.open as string, side)));
    return sum.isOne;
  };
  return holds(new Map());
}

/** A sum of fractions of expressions that are not looked into, under conditions taken as given. */
class Linear {
  /** A condition that is not given yet. */
  open: string | undefined;
  private constant = Rational.zero;
  private readonly parts = new Map<string, Rational>();
  private readonly given: ReadonlyMap<string, boolean>;

  constructor(given: ReadonlyMap<string, boolean>) {
    this.given = given;
  }

  get isOne(): boolean {
    return this.constant.equals(Rational.one) && [...this.parts.values()].every(share => share.sign === 0);
  }

  add(e: IrExpr, times: Rational): void {
    switch (e.op) {
      case 'const': {
        const value = rationalOf(e.value);
        if (value === undefined) break;
        this.constant = this.constant.add(value.mul(times));
        return;
      }
      case 'unary':
        if (e.operator === 'toReal') {
          this.add(e.operand, times);
          return;
        }
        if (e.operator === 'neg') {
          this.add(e.operand, times.neg());
          return;
        }
        break;
      case 'binary': {
        const { operator, left, right } = e;
        if (operator === 'add' || operator === 'sub') {
          this.add(left, times);
          this.add(right, operator === 'add' ? times : times.neg());
          return;
        }
        const [l, r] = [factorOf(left), factorOf(right)];
        if (operator === 'mul' && r !== undefined) {
          this.add(left, times.mul(r));
          return;
        }
        if (operator === 'mul' && l !== undefined) {
          this.add(right, times.mul(l));
          return;
        }
        if (operator === 'div' && r !== undefined && r.sign !== 0) {
          this.add(left, times.div(r));
          return;
        }
        break;
      }
      case 'select': {
        const key = keyOf(e.condition);
        const side = this.given.get(key);
        if (side === undefined) this.open ??= key;
        else this.add(side ? e.then : e.else, times);
        return;
      }
      default:
        break;
    }
    const key = keyOf(e);
    this.parts.set(key, (this.parts.get(key) ?? Rational.zero).add(times));
  }
}

function factorOf(e: IrExpr): Rational | undefined {
  if (e.op === 'unary' && e.operator === 'toReal') return factorOf(e.operand);
  return e.op === 'const' ? rationalOf(e.value) : undefined;
}

/** The same text for the same expression; between two weights of one draw nothing is stored or drawn. */
function keyOf(e: IrExpr): string {
  return JSON.stringify(e, (name, value) => {
    if (name === 'local' || name === 'store' || name === 'fn' || name === 'variable')
      return `${name} ${(value as { id: number }).id}`;
    // Ranges may be told more narrowly in one place than in another; fractions are written as such.
    if (name === 'bounds' || name === 'span') return undefined;
    return value instanceof Rational || typeof value === 'bigint' ? `${value}` : value;
  });
}
