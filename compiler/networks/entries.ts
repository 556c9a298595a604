/** What the numbers of an observation or of the state stand for, as `embedding` needs to know it. */
import { embeddedLength } from '../../runtime/tensor/layers/embedding.ts';
import type { EntrySpec } from '../../runtime/tensor/layers/spec.ts';
import type { IrExpr, ObservationPiece } from '../game/model.ts';

export { embeddedLength };

/** Values of one entry: a table has a row for each. */
export const mostValues = 65_536;

/** Whole numbers of the state are divided by their magnitude, in single precision: beyond this two could look the same. */
const mostMagnitude = 1_000_000;

/** The entries of some pieces; numbers that are real, or have no bounds, are handed on. */
export function entriesOf(pieces: readonly ObservationPiece[], at = 0): readonly EntrySpec[] {
  return pieces.map(({ offset, count, stride, width, value }): EntrySpec => {
    const several = count === 1 ? {} : stride === 1 ? { count } : { count, stride };
    const place = { from: at + offset, ...several };
    if (width > 1) return { ...place, values: width };
    const found = wholeNumber(value);
    if (found === undefined) return { ...place, values: 1 };
    const { low, high, scale } = found;
    const values = high - low + 1;
    const fits = values <= mostValues && Math.max(Math.abs(low), Math.abs(high)) <= mostMagnitude;
    if (!fits) return { ...place, values: 1 };
    return { ...place, values, low, ...(scale === 1 ? {} : { scale }) };
  });
}

/** So many numbers of which one is 1, the others 0; nothing where there are none. */
export function oneHotEntry(from: number, values: number): readonly EntrySpec[] {
  return values === 0 ? [] : [{ from, values }];
}

/** Bounds of a whole number, and what it is divided by. */
function wholeNumber(e: IrExpr): { readonly low: number; readonly high: number; readonly scale: number } | undefined {
  let inner = e;
  let scale = 1;
  if (inner.op === 'binary' && inner.operator === 'div' && inner.right.op === 'const') {
    const { value } = inner.right;
    scale = typeof value === 'number' ? value : value.toNumber();
    inner = inner.left;
  }
  if (inner.op === 'unary' && inner.operator === 'toReal') inner = inner.operand;
  const { low, high } = inner.bounds;
  if (inner.scalar !== 'int' || !Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return { low, high, scale };
}
