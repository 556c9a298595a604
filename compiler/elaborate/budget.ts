/**
 * Limits of what one program may make the compiler build. Twenty lines can stand for a petabyte (a function that calls the one
 * before twice, forty times over), so the size of an expression is counted as if everything shared in it were written out: the
 * evaluators and the emitter walk it that way.
 *
 * These limits are the one thing a user can cause that is thrown and not returned: they can be met in any constructor, and whoever
 * meets one can only give up the declaration at hand. `withinLimits` stands where that is done.
 */
import type { IrExpr, IrFunction, IrStmt } from '../game/model.ts';
import { blocksOf, expressionsOf, partsOf } from '../game/parts.ts';
import { forgetKeys } from './keys.ts';
import { noteOf } from './notes.ts';

/** Expressions one declaration may build, those folded away included. */
const maxWork = 300_000;
/** Nodes of one expression, functions it calls and shared parts written out. */
const maxSize = 50_000;
/** Expressions that enclose each other; everything that walks them is recursive. */
const maxDepth = 1_200;

/** What does not fit, as the end of a sentence that begins with "here". */
class Excess extends Error {
  override readonly name = 'Excess';
}

let work = 0;
/** Calls of `withinLimits` that are under way. */
let nested = 0;

/** Counts what is built; called by everything whose repetition could explode. */
export function spend(amount = 1): void {
  work += amount;
  if (work > maxWork)
    throw new Excess(`more than ${shown(maxWork)} expressions come of it when its parts are written out`);
}

/** Runs `body`; where that exceeds a limit, says why to `exceeded` and gives undefined. */
export function withinLimits<T>(body: () => T, exceeded: (reason: string) => void): T | undefined {
  const outer = work;
  work = 0;
  nested++;
  try {
    return body();
  } catch (error) {
    if (error instanceof Excess) exceeded(error.message);
    else if (isStackOverflow(error)) exceeded('definitions refer to each other through too many levels');
    else throw error;
    return undefined;
  } finally {
    work = outer;
    if (--nested === 0) forgetKeys();
  }
}

/** Tables of constants may be long. */
const constantWork = 0.2;

/** A constant is a number that the game can hold. */
export function requireFinite(value: number): void {
  spend(constantWork);
  if (!Number.isFinite(value)) throw new Excess('a constant is beyond 1.8e308, where numbers end');
}

export function requireWhole(value: number): void {
  spend(constantWork);
  if (!Number.isSafeInteger(value)) throw new Excess('a whole number is beyond 9,007,199,254,740,991, where they end');
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

interface Extent {
  readonly size: number;
  readonly depth: number;
}

const functions = new WeakMap<IrFunction, Extent>();

/** Takes note of a new expression. */
export function admit(e: IrExpr): void {
  spend();
  const { size, depth } = extentOf(e);
  if (size > maxSize) throw new Excess(`an expression has more than ${shown(maxSize)} parts when it is written out`);
  if (depth > maxDepth) throw new Excess(`expressions stand inside each other more than ${shown(maxDepth)} deep`);
}

function extentOf(e: IrExpr): Extent {
  if (e.op === 'const' || e.op === 'local' || e.op === 'time') return leaf;
  const note = noteOf(e);
  if (note.size === 0) {
    const { size, depth } = pairExtent(e) ?? sumExtent(e);
    note.size = size;
    note.depth = depth;
  }
  return note;
}

/** The frequent shapes, without a list of their parts. */
function pairExtent(e: IrExpr): Extent | undefined {
  if (e.op === 'binary' || e.op === 'and' || e.op === 'or') {
    const left = extentOf(e.left);
    const right = extentOf(e.right);
    return { size: left.size + right.size + 1, depth: Math.max(left.depth, right.depth) + 1 };
  }
  if (e.op !== 'load' && e.op !== 'unary') return undefined;
  const { size, depth } = extentOf(e.op === 'load' ? e.index : e.operand);
  return { size: size + 1, depth: depth + 1 };
}

function sumExtent(e: IrExpr): Extent {
  let size = 1;
  let depth = 0;
  const include = (part: Extent): void => {
    size += part.size;
    depth = Math.max(depth, part.depth);
  };
  for (const part of partsOf(e)) include(extentOf(part));
  if (e.op === 'call') include(extentOfFunction(e.fn));
  return { size, depth: depth + 1 };
}

const leaf: Extent = { size: 1, depth: 1 };

function extentOfFunction(fn: IrFunction): Extent {
  const known = functions.get(fn);
  if (known !== undefined) return known;
  const result = extentOf(fn.result);
  const extent = { size: result.size + sizeOfBlock(fn.body), depth: result.depth + 1 };
  functions.set(fn, extent);
  return extent;
}

function sizeOfBlock(stmts: readonly IrStmt[]): number {
  let size = 0;
  for (const stmt of stmts) {
    size++;
    for (const part of expressionsOf(stmt)) size += extentOf(part).size;
    for (const block of blocksOf(stmt)) size += sizeOfBlock(block);
  }
  return size;
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
