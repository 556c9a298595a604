/** What a suite of validations yields, and how it is printed. */
import { bootstrap } from '../../runtime/report/bootstrap.ts';

export interface Validation {
  readonly name: string;
  /** Undefined: reported only, nothing known to hold it against. */
  readonly passed: boolean | undefined;
  readonly detail: string;
  /** The runs behind it, where it is about trainings of one algorithm on one game. */
  readonly runs?: Runs;
}

/** Trainings of one algorithm on one game that differ by seed only. */
export interface Runs {
  readonly game: string;
  readonly algorithm: string;
  /** What differs from the defaults, as in a program. */
  readonly settings: string;
  readonly seeds: readonly number[];
  readonly steps: number;
  /** What is measured, by seed. */
  readonly measure: string;
  readonly finals: readonly number[];
  /** Seconds of all seeds together, one after the other. */
  readonly wall: number;
  readonly cpu: number;
  readonly reference: string;
  /** The best explanation of a miss, or what to keep in mind. */
  readonly note?: string;
}

export interface Suite {
  readonly name: string;
  /** One sentence for the page of results. */
  readonly about: string;
  /** Not part of a plain `npm run validate`. */
  readonly long?: boolean;
  validate(): Generator<Validation> | AsyncGenerator<Validation>;
}

/** `1.23 [1.1, 1.3]`: mean and 95 % bootstrap interval over seeds. */
export function meanText(finals: readonly number[]): string {
  const { mean, low, high } = bootstrap(finals);
  const text = (x: number): string => `${Math.round(x * 1000) / 1000}`;
  return low === undefined || high === undefined ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`;
}

export function verdictOf({ passed }: Validation): 'ok' | 'FAILED' | 'reported' {
  return passed === undefined ? 'reported' : passed ? 'ok' : 'FAILED';
}

/** A validation that only its runs describe. */
export function ofRuns(runs: Runs, passed: boolean | undefined, wanted: string): Validation {
  const finals = runs.finals.map(x => `${Math.round(x * 1000) / 1000}`).join(', ');
  return {
    name: `${runs.algorithm} on ${runs.game}, ${runs.steps} steps, ${runs.seeds.length} seeds`,
    passed,
    detail: `${runs.measure} ${finals}; ${wanted}`,
    runs,
  };
}

/** Seeds 1 .. N of a long suite, or as many as `--seeds` asks for. */
export function seedsFrom(usual: number): readonly number[] {
  const at = process.argv.indexOf('--seeds');
  const count = at < 0 ? usual : Number(process.argv[at + 1]);
  if (!Number.isInteger(count) || count < 1) throw new RangeError('--seeds takes a whole number from 1 on');
  return Array.from({ length: count }, (_, k) => k + 1);
}
