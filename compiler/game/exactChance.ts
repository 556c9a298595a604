import type { Span } from '../../grammar/ast.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { BudgetError, NotFiniteError, ProbabilityError, ZeroMassError } from './evaluateErrors.ts';
import { copyData } from './evaluateMemory.ts';
import type { Chance, Written } from './evaluateStmt.ts';
import { compare, ExactNumbers, numberOf, rationalOf, simplest } from './exactNumbers.ts';
import type { Scalar } from './model.ts';

/** One draw on the current path: its outcomes with positive probability and the one being followed. */
interface Choice {
  readonly values: readonly number[] | undefined;
  readonly low: number;
  readonly count: number;
  readonly probabilities: readonly Scalar[] | Scalar;
  /** What each outcome of a conditioned draw left behind. */
  readonly kept: readonly Kept[] | undefined;
  /** Probability of the path before this draw. */
  readonly before: Scalar;
  /** `before` times the probability of the outcome followed. */
  after: Scalar;
  k: number;
}

interface Kept {
  readonly cells: readonly Scalar[];
  readonly stores: readonly (readonly Scalar[])[];
}

/** Doubles may miss [0, 1] and a sum of one by this much; fractions by nothing. */
const tolerance = 1e-9;

/**
 * Lists all outcomes of a run that draws: the run is repeated, each time following the draws one branch further (an odometer
 * over the tree of choices), so that the run itself stays ordinary code. A conditioned draw is a tree of its own whose accepted
 * leaves become the outcomes of one choice, renormalised: conditional on everything drawn before it.
 */
export class ChanceTree implements Chance {
  readonly numbers: ExactNumbers = new ExactNumbers();
  private readonly maxOutcomes: number;
  private path: Choice[] = [];
  private cursor = 0;
  private leaves = 0;

  /** `maxOutcomes` bounds the leaves visited by one call of `enumerate`, those inside `such that` included. */
  constructor(maxOutcomes: number) {
    this.maxOutcomes = maxOutcomes;
  }

  /** Calls `run` once per outcome and then `visit` with its probability. */
  enumerate(run: () => void, visit: (probability: Scalar) => void): void {
    this.leaves = 0;
    this.walk(run, visit);
  }

  private walk(run: () => void, visit: (probability: Scalar) => void): void {
    const outerPath = this.path;
    const outerCursor = this.cursor;
    this.path = [];
    try {
      do {
        if (++this.leaves > this.maxOutcomes) {
          throw new BudgetError(`one step has more than ${this.maxOutcomes} outcomes of chance`);
        }
        this.cursor = 0;
        run();
        visit(this.path.at(-1)?.after ?? 1);
      } while (this.advance());
    } finally {
      this.path = outerPath;
      this.cursor = outerCursor;
    }
  }

  uniformInt(low: number, count: number): number {
    const choice =
      this.path[this.cursor] ??
      this.push({ values: undefined, low, count, probabilities: oneOver(count), kept: undefined });
    this.cursor++;
    return choice.low + choice.k;
  }

  bernoulli(probability: Scalar, span: Span): number {
    if (this.path[this.cursor] === undefined) {
      requireProbability(probability, span);
      this.pushWeighted([1, 0], [probability, this.numbers.sub(1, probability)]);
    }
    return this.follow();
  }

  categorical(weights: readonly Scalar[], span: Span): number {
    if (this.path[this.cursor] === undefined) {
      let total: Scalar = 0;
      for (const weight of weights) {
        requireProbability(weight, span);
        total = this.numbers.add(total, weight);
      }
      const exact = weights.every(weight => rationalOf(weight) !== undefined);
      if (exact ? total !== 1 : !(Math.abs(numberOf(total) - 1) <= tolerance)) {
        throw new ProbabilityError(`the probabilities of a draw must sum to 1, but these sum to ${total}`, span);
      }
      this.pushWeighted(
        weights.map((_, k) => k),
        weights,
      );
    }
    return this.follow();
  }

  uniformReal(_low: Scalar, _high: Scalar, span: Span): number {
    throw continuous(span);
  }

  normal(_mean: Scalar, _deviation: Scalar, span: Span): number {
    throw continuous(span);
  }

  suchThat(attempt: () => boolean, written: Written, span: Span): void {
    let choice = this.path[this.cursor];
    if (choice === undefined) {
      const kept: Kept[] = [];
      const probabilities: Scalar[] = [];
      let mass: Scalar = 0;
      let accepted = false;
      this.walk(
        () => {
          accepted = attempt();
        },
        probability => {
          if (!accepted) return;
          kept.push(keep(written));
          probabilities.push(probability);
          mass = this.numbers.add(mass, probability);
        },
      );
      if (kept.length === 0)
        throw new ZeroMassError('no outcome of this draw satisfies its `such that` condition', span);
      const renormalised = probabilities.map(probability => this.numbers.div(probability, mass));
      choice = this.push({ values: undefined, low: 0, count: kept.length, probabilities: renormalised, kept });
    }
    this.cursor++;
    putBack(written, choice.kept?.[choice.k] as Kept);
  }

  private follow(): number {
    const choice = this.path[this.cursor++] as Choice;
    return choice.values === undefined ? choice.low + choice.k : (choice.values[choice.k] as number);
  }

  private pushWeighted(values: readonly number[], weights: readonly Scalar[]): void {
    const possible = values.filter((_, k) => numberOf(weights[k] as Scalar) > 0);
    const probabilities = weights.filter(weight => numberOf(weight) > 0);
    this.push({ values: possible, low: 0, count: possible.length, probabilities, kept: undefined });
  }

  private push(choice: Pick<Choice, 'values' | 'low' | 'count' | 'probabilities' | 'kept'>): Choice {
    const before = this.path.at(-1)?.after ?? 1;
    const made: Choice = { ...choice, before, after: before, k: 0 };
    made.after = this.numbers.mul(before, probabilityOf(made));
    this.path.push(made);
    return made;
  }

  /** Moves on to the next path; false when all have been followed. */
  private advance(): boolean {
    for (;;) {
      const last = this.path.at(-1);
      if (last === undefined) return false;
      last.k++;
      if (last.k < last.count) {
        last.after = this.numbers.mul(last.before, probabilityOf(last));
        return true;
      }
      this.path.pop();
    }
  }
}

function probabilityOf(choice: Choice): Scalar {
  const { probabilities } = choice;
  return Array.isArray(probabilities) ? (probabilities[choice.k] as Scalar) : (probabilities as Scalar);
}

const shares = new Map<number, Scalar>();

/** 1/n, made once. */
function oneOver(n: number): Scalar {
  let share = shares.get(n);
  if (share === undefined) {
    share = simplest(Rational.of(1, n));
    shares.set(n, share);
  }
  return share;
}

/** @throws ProbabilityError when the value is outside [0, 1]. */
export function requireProbability(value: Scalar, span: Span): void {
  const slack = rationalOf(value) === undefined ? tolerance : 0;
  const number = numberOf(value);
  if (!(slack === 0 ? compare(value, 0) >= 0 && compare(value, 1) <= 0 : number >= -slack && number <= 1 + slack)) {
    throw new ProbabilityError(`a probability must lie in 0..1, but this one is ${value}`, span);
  }
}

function continuous(span: Span): NotFiniteError {
  return new NotFiniteError(
    'this game draws real numbers, so its outcomes cannot be listed; sample or train it, or draw from a finite set',
    span,
  );
}

function keep(written: Written): Kept {
  return {
    cells: written.cells.map(cell => cell.value),
    stores: written.stores.map(store => Array.from<Scalar>(store)),
  };
}

function putBack(written: Written, kept: Kept): void {
  for (let k = 0; k < written.cells.length; k++)
    (written.cells[k] as { value: Scalar }).value = kept.cells[k] as Scalar;
  for (let k = 0; k < written.stores.length; k++) {
    copyData(kept.stores[k] as Scalar[], written.stores[k] as (typeof written.stores)[number]);
  }
}
