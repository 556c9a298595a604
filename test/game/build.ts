/**
 * A small builder for game models written by hand. It does not fold constants, so that the readings are tested on the very
 * operators written; bounds come from interval arithmetic where that is easy and are open where it is not.
 */
import { axisOf, boardOver } from '../../compiler/game/board.ts';
import type {
  ActionPart,
  ActionSpace,
  Agent,
  AgentClass,
  Axis,
  BinaryOperator,
  Bounds,
  Distribution,
  GameModel,
  IrExpr,
  IrFunction,
  IrStmt,
  Local,
  ObservationPiece,
  ObservationSpace,
  Scalar,
  ScalarKind,
  Store,
  UnaryOperator,
  ViewValue,
} from '../../compiler/game/model.ts';

const open: Bounds = { low: -Infinity, high: Infinity };
const truth: Bounds = { low: 0, high: 1 };
export const span = { start: 0, end: 0 };

// ---------------------------------------------------------------------------------------------- expressions

export function int(value: number): IrExpr {
  return { op: 'const', scalar: 'int', value, bounds: { low: value, high: value } };
}
export function real(value: Scalar): IrExpr {
  const number = typeof value === 'number' ? value : value.toNumber();
  return { op: 'const', scalar: 'real', value, bounds: { low: number, high: number } };
}
export function get(local: Local): IrExpr {
  return { op: 'local', scalar: local.scalar, local, bounds: local.bounds };
}
export function load(store: Store, index: IrExpr | number = 0): IrExpr {
  const at = typeof index === 'number' ? int(index) : index;
  return { op: 'load', scalar: store.scalar, store, index: at, bounds: store.bounds };
}
/** The ordinal of a finite part of what `agent` chose. */
export function chosen(agent: IrExpr | number, part = 0, size = 2): IrExpr {
  const who = typeof agent === 'number' ? int(agent) : agent;
  return { op: 'action', scalar: 'int', agent: who, part, component: undefined, bounds: { low: 0, high: size - 1 } };
}
/** A component of a real part of what `agent` chose. */
export function chosenReal(agent: IrExpr | number, part: number, component: number, bounds: Bounds): IrExpr {
  const who = typeof agent === 'number' ? int(agent) : agent;
  return { op: 'action', scalar: 'real', agent: who, part, component: int(component), bounds };
}
export function time(): IrExpr {
  return { op: 'time', scalar: 'int', bounds: { low: 0, high: Infinity } };
}

export function unary(operator: UnaryOperator, operand: IrExpr): IrExpr {
  const toInt = ['not', 'floor', 'ceil', 'round', 'sign'].includes(operator);
  const same = ['neg', 'abs'].includes(operator);
  const scalar: ScalarKind = toInt ? 'int' : same ? operand.scalar : 'real';
  const { low, high } = operand.bounds;
  const bounds =
    operator === 'not'
      ? truth
      : operator === 'toReal'
        ? operand.bounds
        : operator === 'neg'
          ? { low: 0 - high, high: 0 - low }
          : operator === 'sign'
            ? { low: -1, high: 1 }
            : open;
  return { op: 'unary', operator, scalar, operand, bounds };
}
export function not(e: IrExpr): IrExpr {
  return unary('not', e);
}
export function toReal(e: IrExpr): IrExpr {
  return e.scalar === 'real' ? e : unary('toReal', e);
}

export function binary(operator: BinaryOperator, left: IrExpr, right: IrExpr): IrExpr {
  const compares = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(operator);
  const whole = operator === 'idiv' || operator === 'mod' || compares;
  const mixed = left.scalar === 'real' || right.scalar === 'real' || operator === 'div';
  const a = mixed ? toReal(left) : left;
  const b = mixed ? toReal(right) : right;
  return {
    op: 'binary',
    operator,
    scalar: whole || !mixed ? 'int' : 'real',
    left: a,
    right: b,
    bounds: compares ? truth : boundsOf(operator, a.bounds, b.bounds),
  };
}

function boundsOf(operator: BinaryOperator, a: Bounds, b: Bounds): Bounds {
  if (operator === 'add') return { low: a.low + b.low, high: a.high + b.high };
  if (operator === 'sub') return { low: a.low - b.high, high: a.high - b.low };
  if (operator === 'min') return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
  if (operator === 'max') return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
  if (operator === 'mod' && b.low > 0) return { low: 0, high: b.high - 1 };
  if (operator === 'mul' && [a.low, a.high, b.low, b.high].every(Number.isFinite)) {
    const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
    return { low: Math.min(...products), high: Math.max(...products) };
  }
  return open;
}

export const add = (left: IrExpr, right: IrExpr): IrExpr => binary('add', left, right);
export const sub = (left: IrExpr, right: IrExpr): IrExpr => binary('sub', left, right);
export const mul = (left: IrExpr, right: IrExpr): IrExpr => binary('mul', left, right);
export const div = (left: IrExpr, right: IrExpr): IrExpr => binary('div', left, right);
export const eq = (left: IrExpr, right: IrExpr): IrExpr => binary('eq', left, right);
export const ne = (left: IrExpr, right: IrExpr): IrExpr => binary('ne', left, right);
export const lt = (left: IrExpr, right: IrExpr): IrExpr => binary('lt', left, right);
export const ge = (left: IrExpr, right: IrExpr): IrExpr => binary('ge', left, right);
export function clamp(e: IrExpr, low: number, high: number): IrExpr {
  const end = (n: number) => (e.scalar === 'real' ? real(n) : int(n));
  return binary('max', binary('min', e, end(high)), end(low));
}

export function and(first: IrExpr, ...rest: readonly IrExpr[]): IrExpr {
  return rest.reduce((left, right): IrExpr => ({ op: 'and', scalar: 'int', left, right, bounds: truth }), first);
}
export function or(first: IrExpr, ...rest: readonly IrExpr[]): IrExpr {
  return rest.reduce((left, right): IrExpr => ({ op: 'or', scalar: 'int', left, right, bounds: truth }), first);
}
export function select(condition: IrExpr, yes: IrExpr, no: IrExpr): IrExpr {
  const mixed = yes.scalar !== no.scalar;
  const bounds = { low: Math.min(yes.bounds.low, no.bounds.low), high: Math.max(yes.bounds.high, no.bounds.high) };
  const [a, b] = mixed ? [toReal(yes), toReal(no)] : [yes, no];
  return { op: 'select', scalar: a.scalar, condition, then: a, else: b, bounds };
}

type Reduce = Extract<IrExpr, { op: 'reduce' }>['operator'];
export function reduce(
  operator: Reduce,
  variable: Local,
  count: IrExpr | number,
  body: IrExpr,
  condition?: IrExpr,
): IrExpr {
  const n = typeof count === 'number' ? int(count) : count;
  const logical = operator === 'any' || operator === 'all';
  const index = operator === 'argmin' || operator === 'argmax';
  const bounds = logical
    ? truth
    : index
      ? { low: 0, high: n.bounds.high - 1 }
      : operator === 'min' || operator === 'max'
        ? body.bounds
        : operator === 'sum' && Number.isFinite(body.bounds.low) && Number.isFinite(body.bounds.high)
          ? { low: Math.min(0, body.bounds.low * n.bounds.high), high: Math.max(0, body.bounds.high * n.bounds.high) }
          : open;
  const scalar: ScalarKind = logical || index ? 'int' : body.scalar;
  return { op: 'reduce', operator, scalar, variable, count: n, condition, body, bounds };
}
export function call(fn: IrFunction, ...args: readonly IrExpr[]): IrExpr {
  return { op: 'call', scalar: fn.result.scalar, fn, args, bounds: fn.result.bounds };
}

// ---------------------------------------------------------------------------------------------- statements

export function bind(local: Local, value: IrExpr): IrStmt {
  return { op: 'let', local, value };
}
export function put(store: Store, index: IrExpr | number, value: IrExpr): IrStmt {
  return { op: 'store', store, index: typeof index === 'number' ? int(index) : index, value };
}
export function copy(from: Store, to: Store): IrStmt {
  return { op: 'copy', from, to };
}
export function loop(variable: Local, count: IrExpr | number, ...body: readonly IrStmt[]): IrStmt {
  return { op: 'for', variable, count: typeof count === 'number' ? int(count) : count, body };
}
export function when(condition: IrExpr, yes: readonly IrStmt[], no: readonly IrStmt[] = []): IrStmt {
  return { op: 'if', condition, then: yes, else: no };
}
export function draw(local: Local, dist: Distribution, at = span): IrStmt {
  return { op: 'draw', local, dist, span: at };
}
export function suchThat(condition: IrExpr, ...body: readonly IrStmt[]): IrStmt {
  return { op: 'such_that', body, condition, span };
}
export const uniform = (count: IrExpr | number, low: IrExpr | number = 0): Distribution => ({
  kind: 'uniform_int',
  low: typeof low === 'number' ? int(low) : low,
  count: typeof count === 'number' ? int(count) : count,
});
export const bernoulli = (probability: IrExpr): Distribution => ({ kind: 'bernoulli', probability });
export const categorical = (...weights: readonly IrExpr[]): Distribution => ({ kind: 'categorical', weights });

// ---------------------------------------------------------------------------------------------- the model

type Observed = Omit<ObservationPiece, 'offset' | 'stride'>;

/** Collects the stores and locals of one model; `finish` puts the model together. */
export class Builder {
  private readonly stores: Store[] = [];
  private readonly states: Store[] = [];
  private readonly functions: IrFunction[] = [];
  private locals = 0;

  local(name: string, bounds: Bounds = open, scalar: ScalarKind = 'int'): Local {
    return { id: this.locals++, name, scalar, bounds };
  }
  /** A state store; with `next` (the default) it can change. Returns both. */
  state(name: string, size: number, bounds: Bounds, scalar: ScalarKind = 'int', changes = true): [Store, Store] {
    const next: Store = { id: this.stores.length, name: `next_${name}`, scalar, bounds, size, role: { kind: 'next' } };
    if (changes) this.stores.push(next);
    const role = { kind: 'state', next: changes ? next : undefined } as const;
    const store: Store = { id: this.stores.length, name, scalar, bounds, size, role };
    this.stores.push(store);
    this.states.push(store);
    return [store, next];
  }
  scratch(name: string, size: number, bounds: Bounds, scalar: ScalarKind = 'int'): Store {
    const store: Store = { id: this.stores.length, name, scalar, bounds, size, role: { kind: 'scratch' } };
    this.stores.push(store);
    return store;
  }
  constant(name: string, data: readonly Scalar[], scalar: ScalarKind = 'int'): Store {
    const numbers = data.map(v => (typeof v === 'number' ? v : v.toNumber()));
    const bounds = { low: Math.min(...numbers), high: Math.max(...numbers) };
    const store: Store = {
      id: this.stores.length,
      name,
      scalar,
      bounds,
      size: data.length,
      role: { kind: 'constant', data },
    };
    this.stores.push(store);
    return store;
  }
  fn(name: string, params: readonly Local[], body: readonly IrStmt[], result: IrExpr): IrFunction {
    const made: IrFunction = { id: this.functions.length, name, params, body, result, doc: undefined };
    this.functions.push(made);
    return made;
  }
  /** A plain number or a one-hot piece of an observation of `count` elements. */
  sees(label: string, count: number, value: (k: IrExpr) => IrExpr, width = 1, low = 0): Observed {
    const variable = this.local('k', { low: 0, high: count - 1 });
    return { label, variable, count, value: value(get(variable)), width, low };
  }

  finish(parts: {
    readonly name: string;
    readonly classes: readonly {
      readonly name: string;
      readonly count: number;
      readonly actionSpace?: number;
      readonly self: Local;
      readonly prelude?: readonly IrStmt[];
      /** Pieces one after the other; those of an inner list interleave, as the fields of an array of records do. */
      readonly sees?: readonly (Observed | readonly Observed[])[];
    }[];
    readonly actions: readonly ActionSpace[];
    readonly view?: GameModel['view'];
    readonly init?: readonly IrStmt[];
    readonly step?: readonly IrStmt[];
    readonly after?: readonly IrStmt[];
    readonly rewards: readonly IrExpr[];
    readonly end?: IrExpr;
    readonly turn?: IrExpr;
    readonly active?: GameModel['active'];
    readonly legal?: GameModel['legal'];
    readonly horizon?: number;
    readonly discount?: Scalar;
    readonly usesTime?: boolean;
    readonly hasChance?: boolean;
    readonly finite?: boolean;
    readonly oneShot?: boolean;
  }): GameModel {
    const agents: Agent[] = [];
    const classes: AgentClass[] = parts.classes.map((c, cls) => {
      const first = agents.length;
      for (let k = 0; k < c.count; k++) {
        const label = c.count === 1 ? c.name : `${c.name}[${k}]`;
        agents.push({ name: c.count === 1 ? c.name : `${c.name}${k}`, label, cls, indexInClass: k });
      }
      let length = 0;
      const pieces = (c.sees ?? []).flatMap(group => {
        const parts = Array.isArray(group) ? (group as readonly Observed[]) : [group as Observed];
        const stride = parts.reduce((sum, piece) => sum + piece.width, 0);
        let offset = length;
        length += stride * (parts[0]?.count ?? 0);
        return parts.map(piece => {
          const placed = { ...piece, offset, stride };
          offset += piece.width;
          return placed;
        });
      });
      const observation = { length, self: c.self, prelude: c.prelude ?? [], pieces };
      return { name: c.name, first, count: c.count, actionSpace: c.actionSpace ?? 0, observation };
    });
    return {
      name: parts.name,
      doc: undefined,
      params: [],
      agents,
      classes,
      actionSpaces: parts.actions,
      stores: this.stores,
      state: this.states,
      globalState: wholeState(this.states),
      view: parts.view ?? this.states.map(store => ({ name: store.name, value: plainView(store) })),
      functions: this.functions,
      init: parts.init ?? [],
      turn: parts.turn,
      active: parts.active,
      legal: parts.legal ?? parts.actions.map(() => undefined),
      step: parts.step ?? [],
      after: parts.after ?? [],
      rewards: parts.rewards,
      end: parts.end,
      horizon: parts.horizon,
      discount: parts.discount ?? 1,
      usesTime: parts.usesTime ?? false,
      hasChance: parts.hasChance ?? false,
      finite: parts.finite ?? true,
      oneShot: parts.oneShot ?? false,
    };
  }
}

/** Every number of the state, one after the other. */
function wholeState(states: readonly Store[]): ObservationSpace {
  const self: Local = { id: 1_000_000, name: 'self', scalar: 'int', bounds: truth };
  let length = 0;
  const pieces = states.map(store => {
    const variable: Local = {
      id: 1_000_001 + store.id,
      name: 'k',
      scalar: 'int',
      bounds: { low: 0, high: store.size - 1 },
    };
    const piece = {
      label: store.name,
      offset: length,
      variable,
      count: store.size,
      stride: 1,
      value: load(store, get(variable)),
      width: 1,
      low: 0,
    };
    length += store.size;
    return piece;
  });
  return { length, self, prelude: [], pieces };
}

/** One enum-like action per agent and step. */
export function actions(...names: readonly string[]): ActionSpace {
  const part: ActionPart = { kind: 'finite', name: '', size: names.length, low: 0, valueNames: names };
  return { parts: [part], count: names.length, names, realSize: 0 };
}

/** View leaves. */
export const shown = {
  number: (store: Store, offset = 0): ViewValue => ({ kind: 'number', store, offset }),
  named: (store: Store, names: readonly string[], offset = 0, low = 0): ViewValue => ({
    kind: 'named',
    store,
    offset,
    low,
    names,
  }),
  array: (keys: readonly string[], items: readonly ViewValue[], grid?: readonly [number, number]): ViewValue => ({
    kind: 'array',
    keys,
    items,
    board: grid === undefined ? undefined : boardOver([''], plainAxis(grid[0], grid[1]), plainAxis(grid[1], 1)),
  }),
  record: (type: string, fields: Readonly<Record<string, ViewValue>>): ViewValue => ({
    kind: 'record',
    type,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  }),
};

function plainAxis(size: number, stride: number): Axis {
  return axisOf(
    Array.from({ length: size }, (_, k) => `${k}`),
    stride,
  );
}

function plainView(store: Store): ViewValue {
  if (store.size === 1) return shown.number(store);
  const keys = Array.from({ length: store.size }, (_, k) => `${k}`);
  return shown.array(
    keys,
    keys.map((_, k) => shown.number(store, k)),
  );
}
