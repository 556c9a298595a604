/** Numbers by which structurally equal expressions are known, so that facts about one hold for the other. */
import type { IrExpr } from '../game/model.ts';
import { dropNotes, noteOf } from './notes.ts';

/** Keys of what has a short code, and of the rest by its text. */
let coded = new Map<number, number>();
let interned = new Map<string, number>();

let next = 0;

/**
 * Forgets all keys, which otherwise add up: tables that grow make everything slower. An expression asked about before and after
 * this has two keys, so a fact of before says nothing any more; none speaks of another expression.
 */
export function forgetKeys(): void {
  dropNotes();
  coded = new Map();
  interned = new Map();
}

/** Also begins to count anew, as small keys have short codes. Facts of before are void after this. */
export function restartKeys(): void {
  forgetKeys();
  next = 0;
}

/** Structurally equal expressions have equal keys (bounds do not count). */
export function keyOf(e: IrExpr): number {
  // A code is quicker to make and to find than a text, and locals and small numbers need not be remembered.
  if (e.op === 'local') return coded.get(e.local.id) ?? newKey(coded, e.local.id);
  if (isSmall(e)) {
    const code = pack('const', e.value, 0) as number;
    return coded.get(code) ?? newKey(coded, code);
  }
  const note = noteOf(e);
  if (note.key >= 0) return note.key;
  const code = codeOf(e);
  if (code !== undefined) note.key = coded.get(code) ?? newKey(coded, code);
  else {
    const text = keyText(e);
    note.key = interned.get(text) ?? newKey(interned, text);
  }
  return note.key;
}

function newKey<K>(map: Map<K, number>, of: K): number {
  map.set(of, next);
  return next++;
}

/** Codes are `head * 2^46 + left * 2^23 + right`; those of locals are their ids, below all others. */
const part = 2 ** 23;
const heads: Readonly<Partial<Record<string, number>>> = Object.fromEntries(
  [
    ...[
      'const',
      'load',
      'and',
      'or',
      'add',
      'sub',
      'mul',
      'min',
      'max',
      'div',
      'idiv',
      'mod',
      'eq',
      'ne',
      'lt',
      'le',
      'gt',
      'ge',
    ],
    ...['neg', 'not', 'abs', 'sign', 'floor', 'ceil', 'round', 'toReal', 'sqrt', 'exp', 'log', 'sin', 'cos', 'tanh'],
  ].map((name, k) => [name, k + 1]),
);

/** A whole number that is its own part of a code. */
function isSmall(e: IrExpr): e is IrExpr & { readonly op: 'const'; readonly value: number } {
  return (
    e.op === 'const' &&
    e.scalar === 'int' &&
    Number.isInteger(e.value) &&
    (e.value as number) >= 0 &&
    (e.value as number) < part
  );
}

/** One number for expressions of at most two parts; undefined for others and where the numbers are too large. */
function codeOf(e: IrExpr): number | undefined {
  if (e.op === 'load') return pack('load', e.store.id, keyOf(e.index));
  if (e.op === 'binary') return pack(e.operator, keyOf(e.left), keyOf(e.right));
  if (e.op === 'and' || e.op === 'or') return pack(e.op, keyOf(e.left), keyOf(e.right));
  return e.op === 'unary' ? pack(e.operator, keyOf(e.operand), 0) : undefined;
}

function pack(name: string, left: number, right: number): number | undefined {
  const head = heads[name];
  return head === undefined || left >= part || right >= part ? undefined : (head * part + left) * part + right;
}

function keyText(e: IrExpr): string {
  switch (e.op) {
    case 'const':
      return `c${e.scalar}${e.value}`;
    case 'local':
      return `l${e.local.id}`;
    case 'load':
      return `s${e.store.id}[${keyOf(e.index)}]`;
    case 'action':
      return `a${keyOf(e.agent)}.${e.part}.${e.component === undefined ? '' : keyOf(e.component)}`;
    case 'time':
      return 't';
    case 'unary':
      return `${e.operator}(${keyOf(e.operand)})`;
    case 'binary':
      return `${e.operator}(${keyOf(e.left)},${keyOf(e.right)})`;
    case 'and':
    case 'or':
      return `${e.op}(${keyOf(e.left)},${keyOf(e.right)})`;
    case 'select':
      return `?(${keyOf(e.condition)},${keyOf(e.then)},${keyOf(e.else)})`;
    case 'reduce':
      return `${e.operator}[${e.variable.id}](${keyOf(e.count)},${e.condition === undefined ? '' : keyOf(e.condition)},${keyOf(e.body)})`;
    case 'call':
      return `f${e.fn.id}(${e.args.map(keyOf).join(',')})`;
  }
}
