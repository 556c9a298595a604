import { EvaluationError, NotActingError, NotFiniteError } from './evaluateErrors.ts';
import { type Memory, type StoreData, spaceOf } from './evaluateMemory.ts';
import { compare, ExactNumbers, numberOf } from './exactNumbers.ts';
import type { BinaryOperator, IrExpr, IrFunction, IrStmt, Origin, Scalar, Store, UnaryOperator } from './model.ts';
import { binary, unary } from './operators.ts';
import { requireExact, type Wholes, wholesOf } from './wholes.ts';

export type NumberFn = () => number;
export type ScalarFn = () => Scalar;
type Of<O extends IrExpr['op']> = Extract<IrExpr, { op: O }>;

/**
 * Turns expressions into closures. `number` serves integers in both modes and reals in the float mode, with the very operations
 * the emitted code uses; `scalar` serves reals of the exact mode.
 */
export class Expressions {
  readonly numbers = new ExactNumbers();
  private readonly memory: Memory;
  private readonly wholes: Wholes;
  private readonly block: (body: readonly IrStmt[]) => () => void;
  private readonly functions = new Map<number, { enter: (() => void)[]; run: () => void; result: ScalarFn }>();

  /** `block` compiles the statements of function bodies. */
  constructor(memory: Memory, block: (body: readonly IrStmt[]) => () => void) {
    this.memory = memory;
    this.block = block;
    this.wholes = wholesOf(memory.model);
  }

  /** A whole number that is refused where it may not be exact; the same as `number` where that is known not to happen. */
  whole(e: IrExpr, of = this.wholes.names(e)): NumberFn {
    const value = this.number(e);
    return this.wholes.isUnchecked(e) ? () => requireExact(value(), of) : value;
  }

  /** An integer, or in the float mode any value. */
  number(e: IrExpr): NumberFn {
    switch (e.op) {
      case 'const': {
        const value = numberOf(e.value);
        return () => value;
      }
      case 'local': {
        const cell = e.local.scalar === 'int' ? this.memory.int(e.local) : this.memory.real(e.local);
        return () => cell.value as number;
      }
      case 'load':
        return this.load(e);
      case 'action':
        return e.component === undefined ? this.finiteAction(e) : this.realAction(e);
      case 'time': {
        const memory = this.memory;
        return () => memory.time;
      }
      case 'unary':
        return this.unary(e.operator, e.operand);
      case 'binary':
        return this.checked(e, this.binary(e.operator, e.left, e.right));
      case 'and': {
        const left = this.number(e.left);
        const right = this.number(e.right);
        return () => (left() !== 0 && right() !== 0 ? 1 : 0);
      }
      case 'or': {
        const left = this.number(e.left);
        const right = this.number(e.right);
        return () => (left() !== 0 || right() !== 0 ? 1 : 0);
      }
      case 'select': {
        const condition = this.number(e.condition);
        const yes = this.number(e.then);
        const no = this.number(e.else);
        return () => (condition() !== 0 ? yes() : no());
      }
      case 'reduce':
        return this.reduce(e);
      case 'call':
        return this.call(e.fn, e.args) as NumberFn;
    }
  }

  /** Any value; in the exact mode a real is a `Scalar`. */
  scalar(e: IrExpr): ScalarFn {
    if (e.scalar === 'int' || !this.memory.exact) return this.number(e);
    const numbers = this.numbers;
    switch (e.op) {
      case 'const': {
        const value = e.value;
        return () => value;
      }
      case 'local': {
        const cell = e.local.scalar === 'int' ? this.memory.int(e.local) : this.memory.real(e.local);
        return () => cell.value;
      }
      case 'load': {
        const data = this.memory.store(e.store);
        const index = this.number(e.index);
        const { store } = e;
        return () => {
          const value = data[index()];
          return value === undefined ? outside(store, index()) : value;
        };
      }
      case 'action':
        return () => {
          throw new NotFiniteError('real-valued actions cannot be listed; sample or train this game instead');
        };
      case 'time':
        return this.number(e);
      case 'unary':
        return this.exactUnary(e.operator, e.operand);
      case 'binary':
        return this.exactBinary(e.operator, e.left, e.right);
      case 'and':
      case 'or':
        return this.number(e);
      case 'select': {
        const condition = this.number(e.condition);
        const yes = this.scalar(e.then);
        const no = this.scalar(e.else);
        return () => (condition() !== 0 ? yes() : no());
      }
      case 'reduce': {
        const start = e.operator === 'product' ? 1 : 0;
        const join =
          e.operator === 'sum'
            ? (a: Scalar, b: Scalar) => numbers.add(a, b)
            : e.operator === 'product'
              ? (a: Scalar, b: Scalar) => numbers.mul(a, b)
              : undefined;
        if (join === undefined) return this.best(e).value;
        const { variable, count, condition, body } = this.fold(e);
        return () => {
          const n = count();
          let total: Scalar = start;
          for (let k = 0; k < n; k++) {
            variable.value = k;
            if (condition() !== 0) total = join(total, body());
          }
          return total;
        };
      }
      case 'call':
        return this.call(e.fn, e.args);
    }
  }

  // ------------------------------------------------------------------------------------------ leaves

  private load(e: Of<'load'>): NumberFn {
    const data = this.memory.store(e.store) as Exclude<StoreData, Scalar[]>;
    const { store } = e;
    if (e.index.op === 'const') {
      const k = numberOf(e.index.value);
      if (!(k >= 0 && k < store.size)) outside(store, k);
      return () => data[k] as number;
    }
    if (e.index.op === 'local') {
      const cell = this.memory.int(e.index.local);
      return () => data[cell.value] ?? outside(store, cell.value);
    }
    const index = this.number(e.index);
    return () => {
      const k = index();
      return data[k] ?? outside(store, k);
    };
  }

  private finiteAction(e: Of<'action'>): NumberFn {
    const { memory } = this;
    const { model, actions } = memory;
    // The flat index counts the finite parts with the last one fastest.
    const tables = model.actionSpaces.map(space => {
      let stride = 1;
      for (const part of space.parts.slice(e.part + 1)) if (part.kind === 'finite') stride *= part.size;
      const part = space.parts[e.part];
      const size = part?.kind === 'finite' ? part.size : 1;
      return Int32Array.from({ length: space.count }, (_, flat) => Math.floor(flat / stride) % size);
    });
    const tableOf = model.agents.map(agent => tables[model.classes[agent.cls]?.actionSpace ?? 0] as Int32Array);
    const agent = this.number(e.agent);
    return () => {
      const i = agent();
      return tableOf[i]?.[actions[i] as number] ?? notActing(memory, i, e.origin);
    };
  }

  private realAction(e: Of<'action'>): NumberFn {
    const { memory } = this;
    const { model, actions, realActions, realStart } = memory;
    const offset = model.agents.map((agent, i) => {
      const part = spaceOf(model, agent.cls).parts[e.part];
      return (realStart[i] as number) + (part?.kind === 'real' ? part.offset : 0);
    });
    const agent = this.number(e.agent);
    const component = e.component === undefined ? () => 0 : this.number(e.component);
    return () => {
      const i = agent();
      if (!((actions[i] ?? -1) >= 0)) notActing(memory, i, e.origin);
      return realActions[(offset[i] as number) + component()] as number;
    };
  }

  // ------------------------------------------------------------------------------------------ operators

  private unary(operator: UnaryOperator, e: IrExpr): NumberFn {
    if (this.memory.exact && e.scalar === 'real') {
      const { numbers } = this;
      const x = this.scalar(e);
      // What is a double rounds to a double; the whole part of a fraction may be too large for one.
      const of = this.wholes.names(e);
      const whole = (round: (value: Scalar) => number) => () => {
        const value = x();
        return typeof value === 'number' ? round(value) : requireExact(round(value), of);
      };
      if (operator === 'floor') return whole(value => numbers.floor(value));
      if (operator === 'ceil') return whole(value => numbers.ceil(value));
      if (operator === 'round') return whole(value => numbers.round(value));
      if (operator === 'sign') return () => numbers.sign(x());
    }
    const x = this.number(e);
    // Exact numbers have no -0.
    return operator === 'neg' && this.memory.exact ? () => 0 - x() : unary(operator, x);
  }

  private exactUnary(operator: UnaryOperator, e: IrExpr): ScalarFn {
    const { numbers } = this;
    const x = this.scalar(e);
    switch (operator) {
      case 'neg':
        return () => numbers.neg(x());
      case 'abs':
        return () => numbers.abs(x());
      case 'toReal':
        return x;
      case 'sqrt':
      case 'exp':
      case 'log':
      case 'sin':
      case 'cos':
      case 'tanh':
        return () => numbers.irrational(operator, x());
      default:
        return this.unary(operator, e);
    }
  }

  private checked(e: IrExpr, value: NumberFn): NumberFn {
    if (!this.wholes.mayLeave(e)) return value;
    const of = this.wholes.names(e);
    return () => requireExact(value(), of);
  }

  private binary(operator: BinaryOperator, left: IrExpr, right: IrExpr): NumberFn {
    if (this.memory.exact && (left.scalar === 'real' || right.scalar === 'real')) {
      const a = this.scalar(left);
      const b = this.scalar(right);
      const test = comparisons[operator];
      if (test !== undefined) return () => (test(compare(a(), b())) ? 1 : 0);
    }
    if (operator === 'mod' || operator === 'idiv') return binary(operator, this.whole(left), this.whole(right));
    const a = this.number(left);
    if (right.op === 'const') {
      const special = withConstant(operator, a, numberOf(right.value));
      if (special !== undefined) return special;
    }
    return binary(operator, a, this.number(right));
  }

  private exactBinary(operator: BinaryOperator, left: IrExpr, right: IrExpr): ScalarFn {
    const { numbers } = this;
    const a = this.scalar(left);
    const b = this.scalar(right);
    switch (operator) {
      case 'add':
        return () => numbers.add(a(), b());
      case 'sub':
        return () => numbers.sub(a(), b());
      case 'mul':
        return () => numbers.mul(a(), b());
      case 'div':
        return () => numbers.div(a(), b());
      case 'min':
        return () => numbers.min(a(), b());
      case 'max':
        return () => numbers.max(a(), b());
      default:
        return this.binary(operator, left, right);
    }
  }

  // ------------------------------------------------------------------------------------------ folds and calls

  private fold(e: Of<'reduce'>) {
    return {
      variable: this.memory.int(e.variable),
      count: this.number(e.count),
      condition: e.condition === undefined ? () => 1 : this.number(e.condition),
      body: this.scalar(e.body),
    };
  }

  private reduce(e: Of<'reduce'>): NumberFn {
    const { operator } = e;
    if (operator === 'min' || operator === 'max') return this.best(e).value as NumberFn;
    if (operator === 'argmin' || operator === 'argmax') return this.best(e).index;
    const { variable, count, condition } = this.fold(e);
    const body = this.number(e.body);
    const of = this.wholes.mayLeave(e) ? this.wholes.names(e) : undefined;
    const kept = of === undefined ? (total: number) => total : (total: number) => requireExact(total, of);
    switch (operator) {
      case 'sum':
        return () => {
          const n = count();
          let total = 0;
          for (let k = 0; k < n; k++) {
            variable.value = k;
            if (condition() !== 0) total = kept(total + body());
          }
          return total;
        };
      case 'product':
        return () => {
          const n = count();
          let total = 1;
          for (let k = 0; k < n; k++) {
            variable.value = k;
            if (condition() !== 0) total = kept(total * body());
          }
          return total;
        };
      case 'any':
      case 'all': {
        const stop = operator === 'any' ? 1 : 0;
        return () => {
          const n = count();
          for (let k = 0; k < n; k++) {
            variable.value = k;
            if (condition() !== 0 && (body() !== 0 ? 1 : 0) === stop) return stop;
          }
          return 1 - stop;
        };
      }
    }
  }

  /** The best value of a non-empty fold and the first variable that attains it. */
  private best(e: Of<'reduce'>): { value: ScalarFn; index: NumberFn } {
    const { variable, count, condition, body } = this.fold(e);
    const sign = e.operator === 'min' || e.operator === 'argmin' ? 1 : -1;
    const inexact = !this.memory.exact || e.body.scalar === 'int';
    const better = inexact
      ? (a: Scalar, b: Scalar) => (sign > 0 ? a < b : a > b)
      : (a: Scalar, b: Scalar) => sign * compare(a, b) < 0;
    let best: Scalar = 0;
    const search = () => {
      const n = count();
      let at = -1;
      let found: Scalar = 0;
      for (let k = 0; k < n; k++) {
        variable.value = k;
        if (condition() === 0) continue;
        const value = body();
        if (at < 0 || better(value, found)) {
          at = k;
          found = value;
        }
      }
      if (at < 0) throw new EvaluationError(`\`${e.operator}\` needs at least one element, but there is none here`);
      best = found;
      return at;
    };
    const value = () => {
      search();
      return best;
    };
    return { value, index: search };
  }

  private call(fn: IrFunction, args: readonly IrExpr[]): ScalarFn {
    let made = this.functions.get(fn.id);
    if (made === undefined) {
      made = { enter: [], run: this.block(fn.body), result: this.scalar(fn.result) };
      this.functions.set(fn.id, made);
    }
    const { run, result } = made;
    const values = args.map(arg => this.scalar(arg));
    const cells = fn.params.map(param => (param.scalar === 'int' ? this.memory.int(param) : this.memory.real(param)));
    // All arguments first: one of them may call the same function (at another place, so `held` is not shared).
    const held: Scalar[] = values.map(() => 0);
    return () => {
      for (let k = 0; k < held.length; k++) held[k] = (values[k] as ScalarFn)();
      for (let k = 0; k < held.length; k++) (cells[k] as { value: Scalar }).value = held[k] as Scalar;
      run();
      return result();
    };
  }
}

const comparisons: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  eq: order => order === 0,
  ne: order => order !== 0,
  lt: order => order < 0,
  le: order => order <= 0,
  gt: order => order > 0,
  ge: order => order >= 0,
};

/** The commonest forms with a constant on the right: one call less each. */
function withConstant(operator: BinaryOperator, a: NumberFn, b: number): NumberFn | undefined {
  switch (operator) {
    case 'add':
      return () => a() + b;
    case 'sub':
      return () => a() - b;
    case 'mul':
      return () => a() * b;
    case 'eq':
      return () => (a() === b ? 1 : 0);
    case 'ne':
      return () => (a() !== b ? 1 : 0);
    case 'lt':
      return () => (a() < b ? 1 : 0);
    case 'ge':
      return () => (a() >= b ? 1 : 0);
    default:
      return undefined;
  }
}

function outside(store: Store, index: number): never {
  throw new EvaluationError(`\`${store.name}\` has elements 0..${store.size - 1}, but element ${index} was read`);
}

function notActing(memory: Memory, agent: number, origin: Origin | undefined): never {
  const label = memory.model.agents[agent]?.label ?? `agent ${agent}`;
  throw new NotActingError(`an agent that does not act has no action, but the action of ${label} was read`, origin);
}
