/**
 * How far what an agent is paid may be from what its reward says, because doubles were rounded on the way. A listing computes in
 * fractions until a function such as `exp` turns to doubles; from there every operation may add a rounding of what it comes to, so that
 * `1e16 + exp(x) - 1e16` is off by more than its own last digits. Bounded from the program, before anything is computed: for every
 * expression the absolute and the relative error, whichever is known (Higham 2002, sections 2.2 and 3.1), with the checker's bounds as
 * sizes. Comparisons of rounded numbers are taken as they fell.
 */
import type { Bounds, GameModel, IrExpr, IrStmt } from '../game/model.ts';
import { blocksOf } from '../game/parts.ts';

/** An error of which nothing is known. */
const noBound = Number.POSITIVE_INFINITY;

/** Both 0: a fraction, or a whole number. An error of a value v is at most `absolute` and at most `relative * |v|`. */
export interface Rounding {
  readonly absolute: number;
  readonly relative: number;
}

const exact: Rounding = { absolute: 0, relative: 0 };
const unlimited: Rounding = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
/** One operation, its operands converted from fractions; and a function, which is good to an ulp or two. */
const perOperation = 3 * 2 ** -53;
const perFunction = 4 * 2 ** -52;
/** Expressions looked at before nothing more is said. */
const mostExpressions = 300_000;

/** By agent, over every step of the game; unlimited where the program does not show a bound. */
export function rewardErrors(model: GameModel): readonly Rounding[] {
  const reader = new Reader();
  const blocks = [model.init, model.step, model.after];
  // What is written in a loop may be read in its next round.
  for (let round = 0; round < 3; round++) for (const block of blocks) reader.run(block);
  const before = reader.version;
  for (const block of blocks) reader.run(block);
  const settled = reader.version === before && !reader.spent;
  return model.rewards.map(reward => {
    const found = reader.of(reward);
    return settled && !reader.spent ? found : unlimited;
  });
}

/** By how much a reward of this value may be off. */
export function errorOf({ absolute, relative }: Rounding, value: number): number {
  if (relative === 0) return 0;
  return Math.min(absolute, relative < 0.5 ? (relative / (1 - relative)) * Math.abs(value) : Number.POSITIVE_INFINITY);
}

const largest = ({ low, high }: Bounds): number => Math.max(Math.abs(low), Math.abs(high));
const smallest = ({ low, high }: Bounds): number => (low > 0 ? low : high < 0 ? -high : 0);
const oneSided = (a: Bounds, b: Bounds): boolean => (a.low >= 0 && b.low >= 0) || (a.high <= 0 && b.high <= 0);
const isExact = (rounding: Rounding): boolean => rounding.absolute === 0 && rounding.relative === 0;
/** No error of something infinite is none. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

/** Each bound where the other gives a smaller one. */
function sharpened(absolute: number, relative: number, bounds: Bounds): Rounding {
  const least = smallest(bounds);
  return {
    absolute: Math.min(absolute, times(relative, largest(bounds))),
    relative: Math.min(relative, least > 0 ? absolute / least : Number.POSITIVE_INFINITY),
  };
}

function either(a: Rounding, b: Rounding): Rounding {
  return { absolute: Math.max(a.absolute, b.absolute), relative: Math.max(a.relative, b.relative) };
}

class Reader {
  /** Grows whenever something is found to be less exact than before. */
  version = 0;
  readonly #locals = new Map<number, Rounding>();
  readonly #stores = new Map<number, Rounding>();
  #left = mostExpressions;

  get spent(): boolean {
    return this.#left <= 0;
  }

  run(block: readonly IrStmt[]): void {
    for (const stmt of block) {
      if (stmt.op === 'let') this.#note(this.#locals, stmt.local.id, this.of(stmt.value));
      else if (stmt.op === 'store') this.#note(this.#stores, stmt.store.id, this.of(stmt.value));
      else if (stmt.op === 'copy') this.#note(this.#stores, stmt.to.id, this.#stores.get(stmt.from.id) ?? exact);
      else if (stmt.op === 'draw' && stmt.local.scalar === 'real') this.#note(this.#locals, stmt.local.id, unlimited);
      for (const inner of blocksOf(stmt)) this.run(inner);
    }
  }

  #note(map: Map<number, Rounding>, id: number, found: Rounding): void {
    const before = map.get(id) ?? exact;
    const joined = either(before, found);
    if (joined.absolute === before.absolute && joined.relative === before.relative) return;
    map.set(id, joined);
    this.version++;
  }

  of(e: IrExpr): Rounding {
    if (--this.#left <= 0) return unlimited;
    switch (e.op) {
      case 'const':
        return typeof e.value === 'number' && !Number.isInteger(e.value)
          ? sharpened(Number.POSITIVE_INFINITY, perFunction, e.bounds)
          : exact;
      case 'local':
        return this.#locals.get(e.local.id) ?? exact;
      case 'load':
        return this.#loaded(e);
      case 'select':
        return either(this.of(e.then), this.of(e.else));
      case 'unary':
        return this.#unary(e);
      case 'binary':
        return this.#binary(e);
      case 'reduce':
        return this.#reduce(e);
      case 'call':
        return this.#call(e);
      case 'action':
        return e.component === undefined ? exact : unlimited;
      default:
        return exact;
    }
  }

  #loaded(e: IrExpr & { op: 'load' }): Rounding {
    const { store } = e;
    if (store.scalar === 'int') return exact;
    if (store.role.kind === 'constant')
      return store.role.data.some(value => typeof value === 'number' && !Number.isInteger(value))
        ? sharpened(Number.POSITIVE_INFINITY, perFunction, e.bounds)
        : exact;
    // Errors of a real state would add up from step to step.
    if (store.role.kind === 'state') return unlimited;
    return this.#stores.get(store.id) ?? exact;
  }

  #call(e: IrExpr & { op: 'call' }): Rounding {
    e.fn.params.forEach((param, i) => {
      const argument = e.args[i];
      if (argument !== undefined) this.#note(this.#locals, param.id, this.of(argument));
    });
    this.run(e.fn.body);
    return this.of(e.fn.result);
  }

  #unary(e: IrExpr & { op: 'unary' }): Rounding {
    const x = this.of(e.operand);
    const { bounds } = e.operand;
    switch (e.operator) {
      case 'neg':
      case 'abs':
      case 'toReal':
        return x;
      case 'not':
      case 'sign':
      case 'floor':
      case 'ceil':
      case 'round':
        return exact;
      case 'exp':
        return sharpened(noBound, Math.expm1(x.absolute) + perFunction, e.bounds);
      case 'sqrt':
        return sharpened(
          Math.sqrt(x.absolute) + times(perFunction, largest(e.bounds)),
          x.relative + perFunction,
          e.bounds,
        );
      case 'log': {
        const moved = Math.min(x.relative, bounds.low > 0 ? x.absolute / bounds.low : noBound);
        const own = times(perFunction, largest(e.bounds));
        return sharpened(moved < 0.5 ? -Math.log1p(-moved) + own : noBound, noBound, e.bounds);
      }
      case 'sin':
      case 'cos':
        return sharpened(x.absolute + perFunction, noBound, e.bounds);
      case 'tanh':
        return sharpened(x.absolute + perFunction, x.relative + perFunction, e.bounds);
    }
  }

  #binary(e: IrExpr & { op: 'binary' }): Rounding {
    const [a, b] = [this.of(e.left), this.of(e.right)];
    const [sizeA, sizeB] = [largest(e.left.bounds), largest(e.right.bounds)];
    // Fractions stay fractions.
    if (isExact(a) && isExact(b)) return exact;
    switch (e.operator) {
      case 'add':
      case 'sub': {
        const { low, high } = e.right.bounds;
        const right = e.operator === 'add' ? e.right.bounds : { low: -high, high: -low };
        const grows = oneSided(e.left.bounds, right);
        return sharpened(
          a.absolute + b.absolute + perOperation * (sizeA + sizeB),
          grows ? Math.max(a.relative, b.relative) + perOperation : noBound,
          e.bounds,
        );
      }
      case 'mul':
        return sharpened(
          times(a.absolute, sizeB) +
            times(b.absolute, sizeA) +
            times(a.absolute, b.absolute) +
            times(perOperation, times(sizeA, sizeB)),
          a.relative + b.relative + times(a.relative, b.relative) + perOperation,
          e.bounds,
        );
      case 'div': {
        const least = Math.max(smallest(e.right.bounds), e.right.scalar === 'int' ? 1 : 0);
        const divisor = Math.min(b.relative, least > 0 ? b.absolute / least : noBound);
        if (!(divisor < 0.5)) return unlimited;
        const moved = (a.absolute + times(sizeA, divisor)) / (1 - divisor) + times(perOperation, sizeA);
        return sharpened(
          least > 0 ? moved / least : noBound,
          (a.relative + divisor) / (1 - divisor) + perOperation,
          e.bounds,
        );
      }
      case 'min':
      case 'max': {
        const found = either(a, b);
        return { absolute: found.absolute, relative: 2 * found.relative };
      }
      default:
        return exact;
    }
  }

  #reduce(e: IrExpr & { op: 'reduce' }): Rounding {
    const body = this.of(e.body);
    const count = e.count.bounds.high;
    if (isExact(body)) return exact;
    const size = largest(e.body.bounds);
    switch (e.operator) {
      case 'sum':
        return sharpened(
          times(count, body.absolute) + times(perOperation * count, times(count, size)),
          oneSided(e.body.bounds, e.body.bounds) ? body.relative + perOperation * count : Number.POSITIVE_INFINITY,
          e.bounds,
        );
      case 'product': {
        const relative = count * (body.relative + perOperation);
        return relative < 0.5 ? sharpened(Number.POSITIVE_INFINITY, 2 * relative, e.bounds) : unlimited;
      }
      case 'min':
      case 'max':
        return { absolute: body.absolute, relative: 2 * body.relative };
      default:
        return exact;
    }
  }
}
