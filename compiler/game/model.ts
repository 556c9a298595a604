/**
 * GameModel: one game at concrete parameters, lowered to scalars. It is the single meaning of a game; the exact, sampled and
 * stepped readings are interpreters or emitters of this data and nothing else.
 *
 * Values are scalars: integers (ranges, enums, agents, indices as ordinals; bools as 0/1) and reals. Composite values live in
 * *stores*: fixed-length arrays of scalars. A record field, an array of records and so on become one store per scalar leaf
 * (`at.row`, `at.col`), flattened row-major over the array indices. A `seq<T, n>` becomes a store for its length (`moves.len`)
 * and one per leaf with n slots per sequence; slots past the length always hold 0, so that equal sequences have equal slots.
 */
import type { Span } from '../../grammar/ast.ts';
import type { Rational } from '../../runtime/games/rational.ts';

export type ScalarKind = 'int' | 'real';

/** Inclusive bounds; `-Infinity`/`Infinity` when open. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** One flat array of scalars. Names are unique inside a model and are safe identifiers (letters, digits, `_`). */
export interface Store {
  readonly id: number;
  readonly name: string;
  readonly scalar: ScalarKind;
  readonly bounds: Bounds;
  readonly size: number;
  readonly role: /** Part of the state: kept from step to step. `next` is the store holding its new value during a step, if it is assigned at all. */
    | { readonly kind: 'state'; readonly next: Store | undefined }
    /** Written during a step, copied to its state store when the step commits. */
    | { readonly kind: 'next' }
    /** Scratch: arrays bound by `let`; valid from where they are written to the end of the same block. */
    | { readonly kind: 'scratch' }
    /** Constant data (maps, payoff tables, constant arrays). */
    | { readonly kind: 'constant'; readonly data: readonly Scalar[] };
}

export type Scalar = number | Rational;

/** A scalar variable: `let`, loop variable, drawn value, function parameter. Ids are unique inside a model. */
export interface Local {
  readonly id: number;
  readonly name: string;
  readonly scalar: ScalarKind;
  readonly bounds: Bounds;
}

export type BinaryOperator =
  /** int x int -> int, or real if either is real */
  | 'add'
  | 'sub'
  | 'mul'
  | 'min'
  | 'max'
  /** exact division, always real */
  | 'div'
  /** integer division rounded down, remainder with the sign of the divisor */
  | 'idiv'
  | 'mod'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge';

export type UnaryOperator =
  | 'neg'
  | 'not'
  | 'abs'
  | 'sign'
  /** real -> int */
  | 'floor'
  | 'ceil'
  | 'round'
  /** int -> real, exact */
  | 'toReal'
  /** irrational: the exact reading turns to doubles here */
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'sin'
  | 'cos'
  | 'tanh';

/** The place of an expression: a name, a call, or a fold over a set. Of several, the innermost comes first. */
export interface Origin {
  readonly file: string;
  readonly span: Span;
  readonly what: 'name' | 'call' | 'fold';
  /** The name that is used or called. */
  readonly name: string;
  readonly outer: Origin | undefined;
}

/** Scalar expressions. `scalar` is the kind of the result; `bounds` are those the checker proved (used for widths and tests). */
export type IrExpr = {
  readonly scalar: ScalarKind;
  readonly bounds: Bounds;
  /** Where in the program it stands; only kept while a path through the program is looked for (`elaborate/trace.ts`). */
  readonly origin?: Origin;
} & (
  | { readonly op: 'const'; readonly value: Scalar }
  | { readonly op: 'local'; readonly local: Local }
  /** `store[index]`; index is int and proved in range. For a state store this is the value before the step. */
  | { readonly op: 'load'; readonly store: Store; readonly index: IrExpr }
  /**
   * What an agent chose this step. Finite parts: `part` of the action as an ordinal; real parts: component of the vector.
   * Only in step, reward, end. `agent` is an int expression over agents of one action space.
   */
  | { readonly op: 'action'; readonly agent: IrExpr; readonly part: number; readonly component: IrExpr | undefined }
  /** Number of steps taken in this episode before this step. */
  | { readonly op: 'time' }
  | { readonly op: 'unary'; readonly operator: UnaryOperator; readonly operand: IrExpr }
  | { readonly op: 'binary'; readonly operator: BinaryOperator; readonly left: IrExpr; readonly right: IrExpr }
  /** Short-circuit. */
  | { readonly op: 'and' | 'or'; readonly left: IrExpr; readonly right: IrExpr }
  /** Only the chosen branch is evaluated. */
  | { readonly op: 'select'; readonly condition: IrExpr; readonly then: IrExpr; readonly else: IrExpr }
  /**
   * Fold over `variable` = 0 .. count-1 in order; elements with false `condition` are skipped. `count`/`any`/`all` fold bools.
   * `argmin`/`argmax` give the first best `variable`. `min`, `max`, `argmin`, `argmax` are proved non-empty.
   */
  | {
      readonly op: 'reduce';
      readonly operator: 'sum' | 'product' | 'min' | 'max' | 'any' | 'all' | 'argmin' | 'argmax';
      readonly variable: Local;
      readonly count: IrExpr;
      readonly condition: IrExpr | undefined;
      readonly body: IrExpr;
    }
  | { readonly op: 'call'; readonly fn: IrFunction; readonly args: readonly IrExpr[] }
);

/** A scalar function of scalars; may load state stores and constants. Never recursive. */
export interface IrFunction {
  readonly id: number;
  readonly name: string;
  readonly params: readonly Local[];
  readonly body: readonly IrStmt[];
  readonly result: IrExpr;
  readonly doc: string | undefined;
}

export type IrStmt =
  | { readonly op: 'let'; readonly local: Local; readonly value: IrExpr }
  /**
   * `store[index] = value`. `sequence` names the sequence whose length this is, where `value` is `min(length, capacity)` because the
   * checker could not show that it fits: a greater length is an error of the game in the exact and stepped readings.
   */
  | {
      readonly op: 'store';
      readonly store: Store;
      readonly index: IrExpr;
      readonly value: IrExpr;
      readonly sequence?: string;
    }
  /** Copy all of `from` to `to` (same size). */
  | { readonly op: 'copy'; readonly from: Store; readonly to: Store }
  | { readonly op: 'for'; readonly variable: Local; readonly count: IrExpr; readonly body: readonly IrStmt[] }
  | {
      readonly op: 'if';
      readonly condition: IrExpr;
      readonly then: readonly IrStmt[];
      readonly else: readonly IrStmt[];
    }
  /** Chance: gives `local` a value. */
  | { readonly op: 'draw'; readonly local: Local; readonly dist: Distribution; readonly span: Span }
  /** Repeat `body` (it draws) until `condition` holds: the distribution of what it writes, conditioned on `condition`. */
  | { readonly op: 'such_that'; readonly body: readonly IrStmt[]; readonly condition: IrExpr; readonly span: Span };

export type Distribution =
  /** low, low+1, ..., low+count-1, equally likely; count is proved positive or checked when drawn. */
  | { readonly kind: 'uniform_int'; readonly low: IrExpr; readonly count: IrExpr }
  /** 1 with this probability, else 0. */
  | { readonly kind: 'bernoulli'; readonly probability: IrExpr }
  /** 0..n-1 with these weights, which sum to one. */
  | { readonly kind: 'categorical'; readonly weights: readonly IrExpr[] }
  | { readonly kind: 'uniform_real'; readonly low: IrExpr; readonly high: IrExpr }
  | { readonly kind: 'normal'; readonly mean: IrExpr; readonly deviation: IrExpr };

// ---------------------------------------------------------------------------------------------- agents

export interface Agent {
  readonly name: string;
  /** `Player[0]`, `Row`: as messages show it. */
  readonly label: string;
  readonly cls: number;
  readonly indexInClass: number;
}

export interface AgentClass {
  readonly name: string;
  /** Global agent numbers; consecutive. */
  readonly first: number;
  readonly count: number;
  readonly actionSpace: number;
  readonly observation: ObservationSpace;
}

/**
 * Actions of one or more classes. Finite parts are numbered by one flat action index (LAST part fastest); `names[k]` is the printed
 * action. Real parts come beside it as a vector of `realSize` doubles.
 */
export interface ActionSpace {
  readonly parts: readonly ActionPart[];
  /** Product of the finite parts' sizes, at least 1. */
  readonly count: number;
  readonly names: readonly string[];
  readonly realSize: number;
}

export type ActionPart =
  | {
      readonly kind: 'finite';
      readonly name: string;
      readonly size: number;
      readonly low: number;
      readonly valueNames: readonly string[];
    }
  | {
      readonly kind: 'real';
      readonly name: string;
      readonly size: number;
      readonly bounds: Bounds;
      readonly offset: number;
    };

/** What agents of one class see: `write` fills `length` slots. */
export interface ObservationSpace {
  /** Length of the numeric encoding, the same for every agent of the class. */
  readonly length: number;
  /** The agent whose observation is computed (global agent number). */
  readonly self: Local;
  /** Pieces in order; offsets are consecutive. Statements of `prelude` run first (sequences are built in scratch stores). */
  readonly prelude: readonly IrStmt[];
  readonly pieces: readonly ObservationPiece[];
}

/** One loop of the encoding: element k of `count` fills `width` slots from `offset + k * stride` on (arrays of records interleave). */
export interface ObservationPiece {
  readonly label: string;
  readonly offset: number;
  readonly variable: Local;
  readonly count: number;
  readonly stride: number;
  readonly value: IrExpr;
  /** Slots per element: 1 writes the number; n > 1 writes one-hot of value - low in 0..n-1 (all zeros when outside). */
  readonly width: number;
  readonly low: number;
  /** What the values of a named set are called, from `low` on; only people read it. */
  readonly names?: readonly string[];
  /** How people draw the elements, where they stand for an array over two axes. */
  readonly board?: Board;
  /** The one element of that array that the piece is part of, where no one loop reaches all of them. */
  readonly element?: number;
}

// ---------------------------------------------------------------------------------------------- the model

export interface GameModel {
  readonly name: string;
  readonly doc: string | undefined;
  /** Concrete parameters, printed values. */
  readonly params: readonly { readonly name: string; readonly value: string }[];
  readonly agents: readonly Agent[];
  readonly classes: readonly AgentClass[];
  readonly actionSpaces: readonly ActionSpace[];
  readonly stores: readonly Store[];
  /** State stores in declaration order: these make up the state. */
  readonly state: readonly Store[];
  /** Named, typed view of the state for people; leaves refer to state stores. */
  readonly view: readonly { readonly name: string; readonly value: ViewValue }[];
  /** The whole state, encoded as observations are but for scale (bounded numbers are divided by their largest magnitude): what central critics and mixers read in training. */
  readonly globalState: ObservationSpace;
  readonly functions: readonly IrFunction[];
  /** Writes every state store. May contain draws. */
  readonly init: readonly IrStmt[];
  /** Turn-based games: an int expression giving the acting agent; else undefined. */
  readonly turn: IrExpr | undefined;
  /** Whether agent `self` acts in this state (turn already folded in); undefined: everyone acts. */
  readonly active: { readonly self: Local; readonly condition: IrExpr } | undefined;
  /** Per action space: is action `action` (flat index) legal for agent `self`? undefined: everything is. */
  readonly legal: readonly ({ readonly self: Local; readonly action: Local; readonly condition: IrExpr } | undefined)[];
  /** Lets and draws, then stores into `next` stores. State stores are untouched until the step commits. */
  readonly step: readonly IrStmt[];
  /** Evaluated after `step` and before commit: may use its locals, scratch, `next` stores. One entry per agent, in order. */
  readonly rewards: readonly IrExpr[];
  /** Statements needed by the rewards or by the end condition only (same scope as step; run before both). */
  readonly after: readonly IrStmt[];
  /** Terminates after this step; same scope as rewards (bare state names were resolved to the new values). */
  readonly end: IrExpr | undefined;
  readonly horizon: number | undefined;
  readonly discount: Scalar;
  /** Does any expression read `time`? Then time is part of the state. */
  readonly usesTime: boolean;
  /**
   * False where the program mentions `time` in rewards and observations only, as written: expressions are made simpler by the horizon, so
   * that the model may not show it any more. Undefined where nobody noted it.
   */
  readonly movesReadTime?: boolean | undefined;
  readonly hasChance: boolean;
  /** True when every state store and action part is finite (no reals, bounded ints). */
  readonly finite: boolean;
  /** True for a game of one step without state (payoff tables and the like). */
  readonly oneShot: boolean;
}

/** How to show a state value: leaves read `store[offset]`. */
export type ViewValue =
  | { readonly kind: 'number'; readonly store: Store; readonly offset: number }
  | {
      readonly kind: 'named';
      readonly store: Store;
      readonly offset: number;
      readonly low: number;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'record';
      readonly type: string;
      readonly fields: readonly { readonly name: string; readonly value: ViewValue }[];
    }
  | {
      readonly kind: 'array';
      readonly keys: readonly string[];
      readonly items: readonly ViewValue[];
      readonly board: Board | undefined;
    }
  | {
      readonly kind: 'seq';
      readonly length: { readonly store: Store; readonly offset: number };
      readonly items: readonly ViewValue[];
    }
  | { readonly kind: 'tuple'; readonly items: readonly ViewValue[] };

/**
 * An array over two axes as people draw it, rows down and columns across. Of table k, with r rows and c columns, the cell in row i and
 * column j is element `k * r * c + i * rows.stride + j * columns.stride`.
 */
export interface Board {
  /** What the tables are called, the further indices that lead to them; one nameless table where there are none. */
  readonly tables: readonly string[];
  readonly rows: Axis;
  readonly columns: Axis;
}

/** One side of a board. */
export interface Axis {
  /** The field or set that it runs over; undefined where the labels say enough. */
  readonly name: string | undefined;
  readonly labels: readonly string[];
  /** Elements of the array from one label to the next. */
  readonly stride: number;
}
