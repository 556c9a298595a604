import type { Certificate, ClaimKind } from './claim.ts';
import { type Field, type Num, showNum, toFloat } from './number.ts';
import { massErrors } from './reading.ts';

/** Name and version of the verifier, printed in every certificate. */
export const checkedBy = 'verifier@1';

/** Probabilities may miss feasibility by this much. */
const massTolerance = 1e-10;

export const outOfTime = 'the time was up before the certificate was finished: what an agent could gain is not known';
export const valueConfirmed =
  'the value was recomputed; the time was up before it was known what an agent could gain alone';

export const valueConfirmedOfTeam =
  'what a member could gain alone was not followed through, for it takes too many histories; it is no more than the bound leaves to all of them';

/** Collects what the checks find and turns it into a certificate. */
export class Findings<T extends Num> {
  private readonly field: Field<T>;
  private readonly tolerance: number;
  private regret: T[];
  private firstValues: readonly T[] | undefined;
  private firstResponses: readonly number[] | undefined;
  private bounds: { lower: T; upper: T } | undefined;
  private regretJudged = false;
  private gapAllowed = 0;
  private negativeMass = 0;
  private sumError = 0;
  private rounding = 0;
  private worst: number | undefined;
  private readonly problems: string[] = [];
  private left: string | undefined;
  private unknown = false;
  private gainsUnknown = false;

  constructor(field: Field<T>, agents: number, tolerance: number) {
    this.field = field;
    this.tolerance = tolerance;
    this.regret = new Array<T>(agents).fill(field.zero);
  }

  problem(text: string | undefined): void {
    if (text !== undefined) this.problems.push(text);
  }

  /** Part of the check was left undone: that refutes nothing, and is said. */
  unfinished(text: string): void {
    this.left ??= text;
  }

  /** The check came to no end: nothing is known about gains, and nothing is confirmed. */
  abandon(text: string): void {
    this.unknown = true;
    this.unfinished(text);
    this.problem(text);
  }

  /** What agents could gain is not known, and the claim does not rest on it. */
  unjudged(text: string): void {
    this.gainsUnknown = true;
    this.unfinished(text);
  }

  mass(probabilities: readonly Num[]): void {
    const { negative, sum } = massErrors(probabilities);
    this.negativeMass = Math.max(this.negativeMass, negative);
    this.sumError = Math.max(this.sumError, sum);
  }

  /** Keeps the worst regret over all profiles, the values and best responses of the first. */
  profile(check: {
    readonly values: readonly T[];
    readonly regret: readonly T[];
    readonly bestResponses?: readonly number[];
  }): void {
    this.firstValues ??= check.values;
    this.firstResponses ??= check.bestResponses;
    this.regret = this.regret.map((worst, i) =>
      this.field.compare(check.regret[i] as T, worst) > 0 ? (check.regret[i] as T) : worst,
    );
  }

  device(check: { readonly values: readonly T[]; readonly regret: readonly T[] }): void {
    this.profile(check);
  }

  /** The claim is about equilibrium: regrets above the tolerance refute it. */
  judgeRegret(): void {
    this.regretJudged = true;
  }

  /** The claim is about an optimum: a distance between the bounds above what is allowed refutes it. */
  gap(lower: T, upper: T, allowed = this.tolerance * 10): void {
    this.bounds = { lower, upper };
    this.gapAllowed = allowed;
  }

  /** Error bounds of iterative checks, added to epsilon. */
  uncertainty(rounding: number, worstState: number | undefined): void {
    this.rounding = rounding;
    this.worst = worstState;
  }

  /** Compares the values that were claimed with those recomputed. */
  values(claimed: readonly Num[] | undefined): void {
    if (claimed === undefined || this.firstValues === undefined) return;
    this.firstValues.forEach((value, i) => {
      const difference = Math.abs(toFloat(this.field.sub(this.field.of(claimed[i] as Num), value)));
      if (!(difference <= this.tolerance + this.rounding))
        this.problem(`agent ${i + 1} was said to get ${showNum(claimed[i] as Num, 12)} and gets ${showNum(value, 12)}`);
    });
  }

  private nothingKnown(kind: Certificate['kind']): Certificate {
    return {
      kind,
      values: this.firstValues,
      regret: this.regret.map(() => Number.NaN),
      nashConv: Number.NaN,
      epsilon: Number.NaN,
      ...(this.bounds === undefined ? {} : { gap: this.bounds }),
      feasibility: { negativeMass: this.negativeMass, sumError: this.sumError, maxViolation: Number.NaN },
      arithmetic: this.field.exact ? 'rational' : 'float64',
      tolerance: this.tolerance,
      checkedBy,
      ...(this.left === undefined ? {} : { unfinished: this.left }),
      problems: this.problems,
    };
  }

  certificate(kind: ClaimKind): Certificate {
    if (this.unknown) return this.nothingKnown('approximate');
    const { field } = this;
    const most = this.regret.reduce((best, regret) => (field.compare(regret, best) > 0 ? regret : best), field.zero);
    const epsilon: Num = this.rounding > 0 ? toFloat(most) + this.rounding : most;
    const allowed = this.tolerance;
    if (this.regretJudged && !(toFloat(epsilon) <= allowed))
      this.problem(`an agent could gain ${showNum(epsilon)} by deviating, more than the tolerance ${showNum(allowed)}`);
    if (this.bounds !== undefined) {
      const width = toFloat(field.sub(this.bounds.upper, this.bounds.lower)) + this.rounding;
      if (!(width <= this.gapAllowed))
        this.problem(
          `the optimum lies between ${showNum(this.bounds.lower, 12)} and ${showNum(this.bounds.upper, 12)}; the gap is above the tolerance`,
        );
    }
    const allowedMass = field.exact ? 0 : massTolerance;
    if (this.negativeMass > allowedMass) this.problem(`probabilities are negative by ${showNum(this.negativeMass)}`);
    if (this.sumError > allowedMass) this.problem(`probabilities miss the sum 1 by ${showNum(this.sumError)}`);
    const confirmed = this.problems.length > 0 ? 'approximate' : kind;
    if (this.gainsUnknown) return this.nothingKnown(confirmed);
    return {
      kind: confirmed,
      values: this.firstValues,
      regret: this.regret,
      nashConv: this.regret.reduce((sum, regret) => field.add(sum, regret), field.zero),
      epsilon,
      ...(this.worst === undefined ? {} : { worstState: this.worst }),
      ...(this.firstResponses === undefined ? {} : { bestResponses: this.firstResponses }),
      ...(this.bounds === undefined ? {} : { gap: this.bounds }),
      feasibility: {
        negativeMass: this.negativeMass,
        sumError: this.sumError,
        maxViolation: Math.max(0, toFloat(most)),
      },
      arithmetic: field.exact ? 'rational' : 'float64',
      tolerance: allowed,
      checkedBy,
      ...(this.left === undefined ? {} : { unfinished: this.left }),
      problems: this.problems,
    };
  }
}
