/** Values of all states by one rule per state, along the course of a game. Generic in the rule: an optimum, a stage game, ... */
import type { TabularGame } from '../games/tabular.ts';
import { expired, type SolveContext } from './answer.ts';
import type { Course } from './markov.ts';

/** Value of a state when play goes on with `values`. */
export type Backup<T> = (state: number, values: ArrayLike<T>) => T;

export interface Induction<T> {
  /** Values of all states; for timed courses with `steps` steps to go. */
  readonly values: ArrayLike<T> & Iterable<T>;
  /** For timed courses: values after t steps, `later[t]`, t = 0 .. steps. */
  readonly later: readonly (ArrayLike<T> & Iterable<T>)[] | undefined;
  /** Largest change in the last sweep, 0 where one pass is enough. */
  readonly residual: number;
  readonly finished: boolean;
}

/** One pass per state or per step. @throws whatever `backup` throws. */
export function inducePasses<T>(
  game: TabularGame,
  course: Exclude<Course, { kind: 'cyclic' }>,
  zero: T,
  backup: Backup<T>,
  ctx: SolveContext,
): Induction<T> {
  let values = new Array<T>(game.stateCount).fill(zero);
  if (course.kind === 'acyclic') {
    for (let k = 0; k < course.order.length; k++) {
      if (k % 1024 === 1023) {
        ctx.onProgress?.(k, course.order.length, 'states');
        if (expired(ctx)) return { values, later: undefined, residual: Number.POSITIVE_INFINITY, finished: false };
      }
      const s = course.order[k] as number;
      values[s] = backup(s, values);
    }
    return { values, later: undefined, residual: 0, finished: true };
  }
  const later: T[][] = [values];
  for (let t = course.steps - 1; t >= 0; t--) {
    ctx.onProgress?.(course.steps - 1 - t, course.steps, 'steps');
    if (expired(ctx)) return { values, later: undefined, residual: Number.POSITIVE_INFINITY, finished: false };
    const after = values;
    values = Array.from({ length: game.stateCount }, (_, s) => backup(s, after));
    later.push(values);
  }
  return { values, later: later.reverse(), residual: 0, finished: true };
}

/**
 * What `for n iterations` asks for: every sweep values all states by the values that the sweep before found, all 0 at first, so that
 * the result is the value of the first n steps. Ends before the last sweep where nothing moves any more.
 */
export function iterate(
  game: TabularGame,
  scale: number,
  backup: Backup<number>,
  iterations: number,
  ctx: SolveContext,
): Induction<number> & { readonly sweeps: number } {
  let values = new Float64Array(game.stateCount);
  let residual = Number.POSITIVE_INFINITY;
  let sweep = 0;
  while (sweep < iterations) {
    const before = values;
    values = Float64Array.from(before, (_, s) => backup(s, before));
    residual = values.reduce((most, value, s) => Math.max(most, Math.abs(value - (before[s] as number))), 0);
    sweep++;
    if (residual <= 2e-16 * scale) break;
    if (sweep % 16 === 0) {
      ctx.onProgress?.(sweep, iterations, 'iterations');
      if (expired(ctx)) break;
    }
  }
  return { values, later: undefined, residual, finished: residual <= 2e-16 * scale, sweeps: sweep };
}

/** What a limited number of iterations came to, as the end of an answer's note or as a warning. */
export function describeIterations(ctx: SolveContext, cut: Induction<number> & { readonly sweeps: number }): string {
  const done = `${cut.sweeps} ${cut.sweeps === 1 ? 'iteration' : 'iterations'}`;
  if (cut.finished) return `the values settled after ${done}`;
  const why = cut.sweeps === ctx.iterations ? 'as asked' : 'at the time limit';
  return `stopped after ${done} ${why}, before the values settled; the last one moved them by up to ${Number(cut.residual.toPrecision(3))}`;
}

const mostSweeps = 1_000_000;

/**
 * Gauss-Seidel sweeps over all states, latest first, until nothing moves by more than rounding. `between` may improve the values after
 * a sweep (evaluating the choices just made, say); it must keep the fixed point. Values begin at `start`, one number or one per state.
 */
export function induceFixedPoint(
  game: TabularGame,
  scale: number,
  backup: Backup<number>,
  ctx: SolveContext,
  between?: (values: Float64Array) => void,
  start: number | Float64Array = 0,
): Induction<number> {
  const values = typeof start === 'number' ? new Float64Array(game.stateCount).fill(start) : start.slice();
  const target = 2e-16 * scale;
  let best = Number.POSITIVE_INFINITY;
  let stalled = 0;
  let residual = Number.POSITIVE_INFINITY;
  for (let sweep = 1; sweep <= mostSweeps; sweep++) {
    residual = 0;
    for (let s = game.stateCount - 1; s >= 0; s--) {
      const value = backup(s, values);
      residual = Math.max(residual, Math.abs(value - (values[s] as number)));
      values[s] = value;
    }
    if (residual <= target) return { values, later: undefined, residual, finished: true };
    // At the limit of the doubles the last bits may go round in circles.
    if (residual < best * 0.99) {
      best = residual;
      stalled = 0;
    } else if (++stalled > 200 || (stalled > 20 && residual < 1e-13 * scale))
      return { values, later: undefined, residual, finished: true };
    if (sweep % 16 === 0) {
      ctx.onProgress?.(sweep, undefined, 'sweeps');
      if (expired(ctx)) return { values, later: undefined, residual, finished: false };
    }
    between?.(values);
  }
  return { values, later: undefined, residual, finished: false };
}
