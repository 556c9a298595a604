import type { Span } from '../../grammar/ast.ts';
import { EvaluationError, OverflowError, ZeroMassError } from './evaluateErrors.ts';
import { Expressions, type NumberFn, type ScalarFn } from './evaluateExpr.ts';
import { copyData, type IntCell, type Memory, type RealCell, type StoreData } from './evaluateMemory.ts';
import type { Distribution, IrStmt, Scalar, Store } from './model.ts';

/** Everything a conditioned draw may write, so that one outcome of it can be kept and put back. */
export interface Written {
  readonly cells: readonly (IntCell | RealCell)[];
  readonly stores: readonly StoreData[];
}

/** A part of a run that begins at a draw (or at the start of the run). */
export interface Segment {
  readonly run: () => void;
  /** What is written both before this segment and in it or after it: to run it anew, this must be as it was. */
  readonly shared: Written;
}

/** Where draws come from: a stream (stepped) or all cases one after the other (exact). */
export interface Chance {
  uniformInt(low: number, count: number, span: Span): number;
  bernoulli(probability: Scalar, span: Span): number;
  /** `drawn` is the variable that gets the value, for messages. */
  categorical(weights: readonly Scalar[], span: Span, drawn: string): number;
  uniformReal(low: Scalar, high: Scalar, span: Span): number;
  normal(mean: Scalar, deviation: Scalar, span: Span): number;
  /** Makes `attempt` (which writes `written`) return true, with the distribution conditioned on that. */
  suchThat(attempt: () => boolean, written: Written, span: Span): void;
}

/** Turns statements into closures. */
export class Statements {
  readonly expressions: Expressions;
  private readonly memory: Memory;
  private readonly chance: Chance;

  constructor(memory: Memory, chance: Chance) {
    this.memory = memory;
    this.chance = chance;
    this.expressions = new Expressions(memory, body => this.block(body));
  }

  block(body: readonly IrStmt[]): () => void {
    const steps = body.map(stmt => this.statement(stmt));
    const [a, b, c] = steps;
    if (a === undefined) return () => {};
    if (b === undefined) return a;
    if (c === undefined) {
      return () => {
        a();
        b();
      };
    }
    return () => {
      for (let k = 0; k < steps.length; k++) (steps[k] as () => void)();
    };
  }

  /** The statements as segments, to be run one after the other. */
  segments(body: readonly IrStmt[]): readonly Segment[] {
    const parts: IrStmt[][] = [[]];
    for (const stmt of body) {
      if (draws(stmt) && parts.at(-1)?.length !== 0) parts.push([]);
      parts.at(-1)?.push(stmt);
    }
    return parts.map((part, k) => {
      const before = this.written(parts.slice(0, k).flat());
      const after = this.written(parts.slice(k).flat());
      const shared = {
        cells: after.cells.filter(cell => before.cells.includes(cell)),
        stores: after.stores.filter(store => before.stores.includes(store)),
      };
      return { run: this.block(part), shared };
    });
  }

  private statement(stmt: IrStmt): () => void {
    switch (stmt.op) {
      case 'let': {
        if (stmt.local.scalar === 'int') {
          const cell = this.memory.int(stmt.local);
          const value = this.expressions.number(stmt.value);
          return () => {
            cell.value = value();
          };
        }
        const cell = this.memory.real(stmt.local);
        const value = this.expressions.scalar(stmt.value);
        return () => {
          cell.value = value();
        };
      }
      case 'store':
        return this.store(stmt);
      case 'copy': {
        const from = this.memory.store(stmt.from);
        const to = this.memory.store(stmt.to);
        return () => copyData(from, to);
      }
      case 'for': {
        const variable = this.memory.int(stmt.variable);
        const count = this.expressions.number(stmt.count);
        const body = this.block(stmt.body);
        return () => {
          const n = count();
          for (let k = 0; k < n; k++) {
            variable.value = k;
            body();
          }
        };
      }
      case 'if': {
        const condition = this.expressions.number(stmt.condition);
        const yes = this.block(stmt.then);
        const no = this.block(stmt.else);
        return () => {
          if (condition() !== 0) yes();
          else no();
        };
      }
      case 'draw': {
        const draw = this.draw(stmt.dist, stmt.span, stmt.local.name);
        if (stmt.local.scalar === 'int') {
          const cell = this.memory.int(stmt.local);
          return () => {
            cell.value = draw();
          };
        }
        const cell = this.memory.real(stmt.local);
        return () => {
          cell.value = draw();
        };
      }
      case 'such_that': {
        const { chance } = this;
        const body = this.block(stmt.body);
        const condition = this.expressions.number(stmt.condition);
        const written = this.written(stmt.body);
        const attempt = () => {
          body();
          return condition() !== 0;
        };
        return () => chance.suchThat(attempt, written, stmt.span);
      }
    }
  }

  private store(stmt: Extract<IrStmt, { op: 'store' }>): () => void {
    const { store } = stmt;
    const index = this.expressions.number(stmt.index);
    const data = this.memory.store(store);
    if (store.scalar === 'real') {
      const value = this.expressions.scalar(stmt.value);
      return () => {
        const v = value();
        const k = index();
        if (!(k >= 0 && k < store.size)) wrongIndex(store, k);
        data[k] = v as number;
      };
    }
    const value = stmt.sequence === undefined ? this.expressions.whole(stmt.value) : this.lengthOf(stmt, stmt.sequence);
    const { low, high } = store.bounds;
    return () => {
      const v = value();
      const k = index();
      if (!(k >= 0 && k < store.size)) wrongIndex(store, k);
      if (!(v >= low && v <= high)) wrongValue(store, v);
      data[k] = v;
    };
  }

  /** The length that is stored, refused where it exceeds the capacity. */
  private lengthOf(stmt: Extract<IrStmt, { op: 'store' }>, sequence: string): NumberFn {
    const { value } = stmt;
    if (value.op !== 'binary') return this.expressions.number(value);
    const left = this.expressions.number(value.left);
    const right = this.expressions.number(value.right);
    const capacity = stmt.store.bounds.high;
    return () => {
      // One of the two is the capacity.
      const a = left();
      const b = right();
      if (a <= capacity && b <= capacity) return Math.min(a, b);
      const most = capacity === 1 ? '1 element' : `${capacity} elements`;
      throw new OverflowError(
        `the sequence \`${sequence}\` holds at most ${most}, but one of ${Math.max(a, b)} is stored in it`,
      );
    };
  }

  private draw(dist: Distribution, span: Span, drawn: string): NumberFn {
    const { chance, expressions } = this;
    switch (dist.kind) {
      case 'uniform_int': {
        const low = expressions.number(dist.low);
        const count = expressions.number(dist.count);
        return () => {
          const first = low();
          const n = count();
          if (!(n >= 1))
            throw new ZeroMassError('a draw needs at least one value to choose from, but there is none', span);
          return chance.uniformInt(first, n, span);
        };
      }
      case 'bernoulli': {
        const probability = expressions.scalar(dist.probability);
        return () => chance.bernoulli(probability(), span);
      }
      case 'categorical': {
        const weights = dist.weights.map(weight => expressions.scalar(weight));
        const values: Scalar[] = weights.map(() => 0);
        return () => {
          for (let k = 0; k < weights.length; k++) values[k] = (weights[k] as ScalarFn)();
          return chance.categorical(values, span, drawn);
        };
      }
      case 'uniform_real': {
        const low = expressions.scalar(dist.low);
        const high = expressions.scalar(dist.high);
        return () => chance.uniformReal(low(), high(), span);
      }
      case 'normal': {
        const mean = expressions.scalar(dist.mean);
        const deviation = expressions.scalar(dist.deviation);
        return () => chance.normal(mean(), deviation(), span);
      }
    }
  }

  private written(body: readonly IrStmt[]): Written {
    const cells = new Set<IntCell | RealCell>();
    const stores = new Set<StoreData>();
    const visit = (stmts: readonly IrStmt[]) => {
      for (const stmt of stmts) {
        if (stmt.op === 'let' || stmt.op === 'draw') {
          cells.add(stmt.local.scalar === 'int' ? this.memory.int(stmt.local) : this.memory.real(stmt.local));
        } else if (stmt.op === 'store') stores.add(this.memory.store(stmt.store));
        else if (stmt.op === 'copy') stores.add(this.memory.store(stmt.to));
        else if (stmt.op === 'if') {
          visit(stmt.then);
          visit(stmt.else);
        } else visit(stmt.body);
      }
    };
    visit(body);
    return { cells: [...cells], stores: [...stores] };
  }
}

function draws(stmt: IrStmt): boolean {
  switch (stmt.op) {
    case 'draw':
    case 'such_that':
      return true;
    case 'for':
      return stmt.body.some(draws);
    case 'if':
      return stmt.then.some(draws) || stmt.else.some(draws);
    default:
      return false;
  }
}

function wrongIndex(store: Store, index: number): never {
  throw new EvaluationError(`\`${store.name}\` has elements 0..${store.size - 1}, but element ${index} was written`);
}

function wrongValue(store: Store, value: number): never {
  throw new EvaluationError(
    `\`${store.name}\` holds values in ${store.bounds.low}..${store.bounds.high}, but it was given ${value}`,
  );
}
