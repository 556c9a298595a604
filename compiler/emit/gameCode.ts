/** Pieces of emitted code and the places they go. */

import type { GameModel, IrExpr, Store } from '../game/model.ts';
import type { Wholes } from '../game/wholes.ts';
import { hoistReads, type Read } from './gameHoist.ts';
import type { Names } from './gameNames.ts';
import type { RandomHelper } from './gameRandom.ts';
import type { Scopes } from './gameScopes.ts';
import { ice } from './ice.ts';

/** How tightly the outermost operator of a piece of code binds. */
export const level = {
  conditional: 3,
  or: 4,
  and: 5,
  bitOr: 6,
  equality: 9,
  relational: 10,
  shift: 11,
  additive: 12,
  multiplicative: 13,
  unary: 15,
  primary: 20,
} as const;

/** The code of an expression. */
export interface Code {
  readonly text: string;
  readonly level: number;
  /** Is the value a JavaScript boolean (not 0/1)? */
  readonly bool: boolean;
  /** The value, when it is known. */
  readonly value?: number;
  /** Code of the negation, when it is simpler than `!(...)`. */
  readonly negated?: string;
}

export function primary(text: string, bool = false): Code {
  return { text, level: level.primary, bool };
}

/** Code as an operand of an operator at `least`. */
export function operand(code: Code, least: number): string {
  return code.level >= least ? code.text : `(${code.text})`;
}

/** Lines of code with indentation. */
export class Writer {
  readonly lines: string[] = [];
  private depth: number;

  constructor(depth = 0) {
    this.depth = depth;
  }

  line(text: string): void {
    this.lines.push(text === '' ? '' : '  '.repeat(this.depth) + text);
  }

  all(lines: readonly string[]): void {
    for (const text of lines) this.line(text);
  }

  /** `header {`, what `body` writes indented, `}`; one short statement needs no brackets. */
  block(header: string, body: () => void): void {
    const { lines } = this;
    const indent = '  '.repeat(this.depth);
    const joins = header === 'else' && lines.at(-1) === `${indent}}`;
    if (joins) lines.pop();
    const first = lines.length;
    this.line(`${joins ? '} ' : ''}${header}${header === '' ? '' : ' '}{`);
    this.depth++;
    body();
    this.depth--;
    const only = lines.length === first + 2 ? (lines.at(-1) as string).trim() : '';
    if (
      !joins &&
      /^(if|for) /.test(header) &&
      isShortStatement(header, only) &&
      indent.length + header.length + only.length < 100
    )
      lines.splice(first, 2, `${indent}${header} ${only}`);
    else this.line('}');
  }
}

/** May the statement stand behind `if (...)` or `for (...)` without brackets? A nested `if` could catch a later `else`. */
function isShortStatement(header: string, text: string): boolean {
  if (!text.endsWith(';') || /^(const|let) /.test(text)) return false;
  return !/^(if|for) /.test(text) || header.startsWith('for');
}

/** What all emitted functions of one game share. */
export interface Unit {
  readonly model: GameModel;
  readonly types: boolean;
  /** Are short loops written out for speed? */
  readonly unroll: boolean;
  /** Names at module level and in `create`. */
  readonly names: Names;
  /** Typed arrays of stores, by store id. */
  readonly arrays: ReadonlyMap<number, string>;
  /** Variables for one game's value of size-1 state stores, by store id. */
  readonly scalars: ReadonlyMap<number, string>;
  /** Emitted functions by function id. */
  readonly functions: Map<number, EmittedFunction>;
  readonly random: Set<RandomHelper>;
  /** Constant weight tables of `categorical` draws, declared at module level. */
  readonly tables: { readonly name: string; readonly values: readonly string[] }[];
  /** Longest list of weights that is computed while stepping. */
  weightSlots: number;
  usesMod: boolean;
  usesWhole: boolean;
  usesWeightCheck: boolean;
  /** Which whole numbers are checked as they are computed. */
  readonly wholes: Wholes;
  usesRealStart: boolean;
  usesOneHot: boolean;
  /** Stores whose arrays are mentioned. */
  readonly usedArrays: Set<number>;
  /** Start of each agent's real actions inside a row, and the row length at the end. */
  readonly realStart: readonly number[];
}

export interface EmittedFunction {
  readonly name: string;
  /** Does it return a boolean? */
  readonly bool: boolean;
  /** Does it read the game's state, actions or time (and so takes the game number first)? */
  readonly perGame: boolean;
}

/** One emitted function while it is written. */
export interface Body {
  readonly unit: Unit;
  readonly out: Writer;
  readonly names: Names;
  readonly scopes: Scopes;
  /** Are size-1 state stores and the time read once, into variables at the top? Not where they are being written. */
  readonly readsOnce: boolean;
  readonly known: Map<number, number>;
  readonly locals: Map<number, Code>;
  /** Variables of size-1 next and scratch stores, by store id; only those in `inVariable`. */
  readonly slots: Map<number, Code>;
  readonly inVariable: (store: Store) => boolean;
  /** Expressions that already have a variable. */
  readonly shared: Map<IrExpr, Code>;
  /** Temporaries: variables that nothing assigns again. */
  readonly temporaries: Set<string>;
  /** Reads of the state and of actions that give the same value wherever they stand, by their text. */
  readonly movable: Map<string, Read>;
  /** What must be declared at the top: row starts by length, scalar state stores, the time. */
  readonly rows: Set<number>;
  readonly reads: Set<Store>;
  usesTime: boolean;
  usesRandom: boolean;
  /** Is the game number a parameter or loop variable that has been used? */
  usesGame: boolean;
}

/** @param outer a body whose block encloses this one: its variables are visible here */
export function newBody(
  unit: Unit,
  options: Pick<Body, 'out' | 'scopes' | 'readsOnce' | 'inVariable'>,
  outer?: Body,
): Body {
  return {
    unit,
    out: options.out,
    names: (outer ?? unit).names.inner(),
    scopes: options.scopes,
    readsOnce: options.readsOnce,
    known: new Map(),
    locals: new Map(outer?.locals),
    slots: new Map(outer?.slots),
    inVariable: options.inVariable,
    shared: new Map(),
    temporaries: new Set(outer?.temporaries),
    movable: new Map(),
    rows: new Set(),
    reads: new Set(),
    usesTime: false,
    usesRandom: false,
    usesGame: false,
  };
}

/** The start of this game's row in an array with `size` numbers per game. */
export function row(body: Body, size: number): string {
  body.usesGame = true;
  if (size === 1) return 'e';
  body.rows.add(size);
  return `e${size}`;
}

/** Declarations of what a body used: row starts, values of this game that are read once, the time. */
export function declarations(body: Body): readonly string[] {
  const lines = [...body.rows].sort((a, b) => a - b).map(size => `const e${size} = e * ${size};`);
  for (const store of body.unit.model.state)
    if (body.reads.has(store))
      lines.push(`const ${body.unit.scalars.get(store.id)} = ${body.unit.arrays.get(store.id)}[e];`);
  if (body.usesTime && body.readsOnce) lines.push('const time = timeOf[e];');
  return lines;
}

/** A body and the lines written for it. */
export interface Part {
  readonly body: Body;
  readonly writer: Writer;
}

/** The lines that bodies in one block wrote, one after the other, with repeated reads moved up. */
export function withHoistedReads(parts: readonly Part[]): readonly string[] {
  const reads = new Map(parts.flatMap(({ body }) => [...body.movable]));
  const lines = parts.flatMap(({ writer }) => writer.lines);
  return hoistReads(lines, reads.values(), name => parts.some(({ body }) => body.names.has(name)));
}

/** The name of a store's array. */
export function arrayName(unit: Unit, store: Store): string {
  unit.usedArrays.add(store.id);
  return unit.arrays.get(store.id) ?? ice(`store ${store.name} has no array`);
}
