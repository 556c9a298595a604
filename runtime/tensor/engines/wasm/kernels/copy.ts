/** Moving blocks of numbers, and storing the valid part of a vector. */
import type { KernelWriter, Place } from '../place.ts';

/** Blocks of at most this many numbers are copied vector by vector, longer ones by one instruction. */
const inlineNumbers = 256;

/** Copies `count` numbers; `movedTo` and `movedFrom` are locals with bytes to add. */
export function copyNumbers(
  w: KernelWriter,
  to: Place,
  movedTo: number | undefined,
  from: Place,
  movedFrom: number | undefined,
  count: number,
): void {
  const { fn } = w;
  if (count > inlineNumbers) {
    w.wholeAddress(to, movedTo);
    w.wholeAddress(from, movedFrom);
    fn.i32(count * 4);
    fn.copyMemory();
    return;
  }
  const value = fn.local('v128');
  for (let k = 0; k < count; k += 4) {
    const source = w.address(from, movedFrom);
    fn.loadVector(source + k * 4);
    fn.set(value);
    storeLanes(w, to, movedTo, k * 4, value, Math.min(4, count - k));
  }
}

export function fillZeros(w: KernelWriter, to: Place, count: number): void {
  w.wholeAddress(to);
  w.fn.i32(0);
  w.fn.i32(count * 4);
  w.fn.fillMemory();
}

/** Stores the first `lanes` lanes of a local at `place` + `moved` + `extra` bytes. */
export function storeLanes(
  w: KernelWriter,
  place: Place,
  moved: number | undefined,
  extra: number,
  value: number,
  lanes: number,
): void {
  const { fn } = w;
  const offset = w.address(place, moved) + extra;
  fn.get(value);
  if (lanes === 4) {
    fn.storeVector(offset);
    return;
  }
  if (lanes === 1) {
    fn.storeLane(offset, 0);
    return;
  }
  fn.storePair(offset, 0);
  if (lanes === 2) return;
  const again = w.address(place, moved) + extra;
  fn.get(value);
  fn.storeLane(again + 8, 2);
}
