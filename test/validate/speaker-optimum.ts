/**
 * What speaker-listener allows at best, as far as a search can tell: the return of a listener who knows the goal from the start. Its moves are
 * deterministic, so a beam search looks for the best sequence of them for each start; written from the equations of the game, not from its model.
 */
import { purposes, Stream } from '../../runtime/rng/stream.ts';

const steps = 25;
const moves: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];

/** Sequences kept after each move: with five times as many the mean of 600 starts changes by 0.02. */
const width = 300;

interface Walk {
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
  readonly cost: number;
  /** `cost` and a guess of what is to come: half the squared distance after coasting, for every step left. */
  readonly guess: number;
}

function leastCost(x: number, y: number): number {
  let walks: Walk[] = [{ x, y, vx: 0, vy: 0, cost: 0, guess: 0 }];
  for (let t = 0; t < steps; t++) {
    const next: Walk[] = [];
    for (const walk of walks)
      for (const [pushX, pushY] of moves) {
        const vx = 0.75 * walk.vx + 0.5 * pushX;
        const vy = 0.75 * walk.vy + 0.5 * pushY;
        const x = walk.x + 0.1 * vx;
        const y = walk.y + 0.1 * vy;
        const cost = walk.cost + x * x + y * y;
        const [restX, restY] = [x + 0.3 * vx, y + 0.3 * vy];
        next.push({ x, y, vx, vy, cost, guess: cost + (restX * restX + restY * restY) * (steps - 1 - t) * 0.5 });
      }
    walks = next.sort((a, b) => a.guess - b.guess).slice(0, width);
  }
  return Math.min(...walks.map(({ cost }) => cost));
}

/** Mean over starts of the sum over both agents, and its standard error. */
export function speakerOptimum(starts = 10_000): { readonly mean: number; readonly error: number } {
  const stream = new Stream(1, purposes.sampling, 0, 0);
  const side = () => 2 * stream.unit() - 1;
  const returns = Array.from({ length: starts }, () => -2 * leastCost(side() - side(), side() - side()));
  const mean = returns.reduce((sum, x) => sum + x, 0) / starts;
  const variance = returns.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (starts - 1);
  return { mean, error: Math.sqrt(variance / starts) };
}
