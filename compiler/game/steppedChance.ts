import type { Span } from '../../grammar/ast.ts';
import type { Stream } from '../../runtime/rng/stream.ts';
import { sumTolerance } from './draws.ts';
import { ProbabilityError, wrongSum, ZeroMassError } from './evaluateErrors.ts';
import type { Chance } from './evaluateStmt.ts';
import { requireProbability } from './exactChance.ts';
import type { Scalar } from './model.ts';

/** Attempts at a conditioned draw before it is called impossible. */
export const maxAttempts = 100_000;

/** Draws from one stream, number by number as the emitted code does. */
export class StreamChance implements Chance {
  /** The stream of the current episode. */
  stream: Stream;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  uniformInt(low: number, count: number): number {
    return low + this.stream.below(count);
  }

  bernoulli(probability: Scalar, span: Span): number {
    requireProbability(probability, span);
    return this.stream.bernoulli(probability as number) ? 1 : 0;
  }

  categorical(weights: readonly Scalar[], span: Span, drawn: string): number {
    let total = 0;
    for (const weight of weights) {
      requireProbability(weight, span);
      total += weight as number;
    }
    if (!(Math.abs(total - 1) <= sumTolerance)) {
      throw new ProbabilityError(wrongSum(drawn, `${total}`), span);
    }
    return this.stream.categorical(weights as readonly number[]);
  }

  uniformReal(low: Scalar, high: Scalar): number {
    return (low as number) + ((high as number) - (low as number)) * this.stream.unit();
  }

  normal(mean: Scalar, deviation: Scalar): number {
    return (mean as number) + (deviation as number) * this.stream.normal();
  }

  suchThat(attempt: () => boolean, _written: unknown, span: Span): void {
    for (let tries = 0; tries < maxAttempts; tries++) if (attempt()) return;
    throw new ZeroMassError(
      `no outcome of this draw satisfied its \`such that\` condition in ${maxAttempts} attempts`,
      span,
    );
  }
}
