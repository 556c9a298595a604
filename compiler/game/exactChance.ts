import type { Span } from '../../grammar/ast.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { BudgetError, NotFiniteError, ProbabilityError, wrongSum, ZeroMassError } from './evaluateErrors.ts';
import type { Chance, Segment, Written } from './evaluateStmt.ts';
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

/** The values of everything a draw may write, cells first, then the stores one after the other. */
type Kept = readonly Scalar[];

const nothing: Written = { cells: [], stores: [] };

/** Doubles may miss [0, 1] and a sum of one by this much; fractions by nothing. */
const tolerance = 1e-9;

/**
 * Lists all outcomes of a run that draws: the run is repeated, each time following the draws one branch further (an odometer
 * over the tree of choices), so that the run itself stays ordinary code. A run comes in segments that begin at draws; what lies
 * before the segment of the choice that moves on is not run again. A conditioned draw is a tree of its own whose accepted
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

  /** Runs the segments to the end once per outcome and then calls `visit` with its probability. */
  enumerate(segments: readonly Segment[], visit: (probability: Scalar) => void): void {
    this.leaves = 0;
    this.walk(segments, visit);
  }

  private walk(segments: readonly Segment[], visit: (probability: Scalar) => void): void {
    const outerPath = this.path;
    const outerCursor = this.cursor;
    // Where each segment was entered last: draws made before it, and what it or a later one overwrites.
    const starts: number[] = [];
    const saved: (Kept | undefined)[] = [];
    this.path = [];
    this.cursor = 0;
    try {
      let from = 0;
      for (;;) {
        if (++this.leaves > this.maxOutcomes) {
          throw new BudgetError(`one step has more than ${this.maxOutcomes} outcomes of chance`);
        }
        for (let k = from; k < segments.length; k++) {
          const { run, shared } = segments[k] as Segment;
          if (k === from && starts.length > k) {
            this.cursor = starts[k] as number;
            const before = saved[k];
            if (before !== undefined) putBack(shared, before);
          } else {
            starts[k] = this.cursor;
            saved[k] = shared.cells.length + shared.stores.length === 0 ? undefined : keep(shared);
          }
          run();
        }
        visit(this.path.at(-1)?.after ?? 1);
        if (!this.advance()) return;
        const moved = this.path.length - 1;
        from = segments.length - 1;
        while (from > 0 && (starts[from] as number) > moved) from--;
      }
    } finally {
      this.path = outerPath;
      this.cursor = outerCursor;
    }
  }

  uniformInt(low: number, count: number): number {
    if (count === 1) return low;
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

  categorical(weights: readonly Scalar[], span: Span, drawn: string): number {
    if (this.path[this.cursor] === undefined) {
      let total: Scalar = 0;
      for (const weight of weights) {
        requireProbability(weight, span);
        total = this.numbers.add(total, weight);
      }
      const exact = weights.every(weight => rationalOf(weight) !== undefined);
      if (exact ? total !== 1 : !(Math.abs(numberOf(total) - 1) <= tolerance)) {
        throw new ProbabilityError(wrongSum(drawn, `${total}`), span);
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
      let attempts = 0;
      const run = () => {
        accepted = attempt();
        attempts++;
      };
      this.walk([{ run, shared: nothing }], probability => {
        if (!accepted) return;
        kept.push(keep(written));
        probabilities.push(probability);
        mass = this.numbers.add(mass, probability);
      });
      if (kept.length === 0)
        throw new ZeroMassError('no outcome of this draw satisfies its `such that` condition', span);
      // Nothing was drawn: what was written stands.
      if (attempts === 1) return;
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

// Plain loops into one plain array: this runs once per outcome, and small typed arrays are dear to make.
function keep(written: Written): Kept {
  const kept: Scalar[] = [];
  for (const cell of written.cells) kept.push(cell.value);
  for (const store of written.stores) for (let k = 0; k < store.length; k++) kept.push(store[k] as Scalar);
  return kept;
}

function putBack(written: Written, kept: Kept): void {
  let at = 0;
  for (const cell of written.cells) (cell as { value: Scalar }).value = kept[at++] as Scalar;
  for (const store of written.stores) for (let k = 0; k < store.length; k++) store[k] = kept[at++] as number;
}
