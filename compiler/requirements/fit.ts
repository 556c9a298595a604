/** Which rows of the table fit a game, and what to use instead where one does not. */
import { type LearnerRow, nameOf, type Row, type SolverRow } from './base.ts';
import { Subject } from './subject.ts';
import { learnerNamed, learnerRows, solverRows, solversOf, table } from './table.ts';
import { factText, type Verdict, verdictOf } from './verdict.ts';

export type FitStatus =
  /** Every requirement is met. */
  | 'fits'
  /** All but advice is met: it runs, and what is known of it need not hold. */
  | 'meant for other games'
  /** It fits once the training declares `team reward`. */
  | 'with team reward'
  /** A requirement is not met. */
  | 'no'
  /** No requirement is known not to be met, and one is undecided. */
  | 'undecided';

export interface Fit {
  readonly row: Row;
  readonly status: FitStatus;
  /** One per requirement, in the order of the table. */
  readonly verdicts: readonly Verdict[];
}

export function fitOf(row: Row, subject: Subject): Fit {
  const verdicts = row.requires.map(requirement => verdictOf(requirement, subject));
  return { row, status: statusOf(verdicts), verdicts };
}

function statusOf(verdicts: readonly Verdict[]): FitStatus {
  const binding = verdicts.filter(v => v.requirement.advice !== true);
  const unmet = binding.filter(v => v.fact.status === 'refuted');
  if (unmet.some(v => v.repair === undefined)) return 'no';
  if (binding.some(v => v.fact.status === 'unknown' && v.repair === undefined)) return 'undecided';
  if (binding.some(v => v.fact.status !== 'proved')) return unmet.length > 0 ? 'with team reward' : 'undecided';
  return verdicts.some(v => v.fact.status === 'refuted') ? 'meant for other games' : 'fits';
}

const order: readonly FitStatus[] = ['fits', 'meant for other games', 'with team reward', 'undecided', 'no'];

/** The whole table on one game; of a method that has several forms, the one that comes nearest. */
export function fitsOf(subject: Subject): readonly Fit[] {
  const best = new Map<string, Fit>();
  for (const row of table) {
    const fit = fitOf(row, subject);
    const other = best.get(nameOf(row));
    if (other === undefined || distance(fit) < distance(other)) best.set(nameOf(row), fit);
  }
  return [...best.values()];
}

function distance({ status, verdicts }: Fit): number {
  return order.indexOf(status) * 100 + verdicts.filter(v => v.fact.status === 'refuted').length;
}

/** The first requirement that is not met, else the first that is undecided; advice last. */
export function decisive({ verdicts }: Fit): Verdict | undefined {
  const rank = ({ requirement, fact, repair }: Verdict): number =>
    (fact.status === 'refuted' ? 0 : 1) + (requirement.advice === true ? 4 : repair === undefined ? 0 : 2);
  const [worst] = verdicts.filter(v => v.fact.status !== 'proved').sort((a, b) => rank(a) - rank(b));
  return worst;
}

/** `zero-sum rewards: in the state ..., they sum to 1` in one line, for lists. */
export function reason(fit: Fit): string {
  const verdict = decisive(fit);
  return verdict === undefined ? '' : `needs ${verdict.needs}: ${factText(verdict.fact)}`;
}

/** Available learners that fit, nearest first: those that the row names, then any that is here. */
export function learnersInstead(row: LearnerRow, subject: Subject): readonly LearnerRow[] {
  const named = row.instead.flatMap(name => learnerNamed(name) ?? []);
  const rest = learnerRows.filter(other => !named.includes(other));
  const fitting = (rows: readonly LearnerRow[]): readonly LearnerRow[] =>
    rows.filter(other => other.available && other !== row && fitOf(other, subject).status === 'fits');
  const near = fitting(named);
  if (near.length > 0) return near;
  const any = fitting(rest);
  if (any.length > 0) return any.slice(0, 3);
  return [...named, ...rest]
    .filter(other => other.available && other !== row && fitOf(other, subject).status === 'meant for other games')
    .slice(0, 1);
}

/** Announced learners among those that a row names which would fit. */
export function announcedInstead(row: Row, subject: Subject): readonly Row[] {
  const named: readonly Row[] =
    row.kind === 'learner'
      ? row.instead.flatMap(name => learnerNamed(name) ?? [])
      : solverRows.filter(other => other.concept === row.concept);
  return named.filter(other => !other.available && other !== row && fitOf(other, subject).status === 'fits');
}

/** Available solvers that fit: other methods of the concept first, then the concepts that the row names. */
export function solversInstead(row: SolverRow, subject: Subject): readonly SolverRow[] {
  const candidates = [...solversOf(row.concept), ...row.instead.flatMap(concept => solversOf(concept))];
  const found: SolverRow[] = [];
  for (const other of candidates) {
    if (!other.available || other === row || found.some(f => f.concept === other.concept)) continue;
    if (fitOf(other, subject).status === 'fits') found.push(other);
  }
  return found;
}

/** The fit of a concept: of the method asked for, or of the first method that fits, or that comes nearest. */
export function fitOfConcept(concept: string, method: string | undefined, subject: Subject): Fit | undefined {
  const rows = solversOf(concept, method);
  const here = rows.filter(row => row.available);
  const fits = (here.length > 0 ? here : rows).map(row => fitOf(row, subject));
  // A method for games of another length is the furthest.
  const unmet = (fit: Fit): number =>
    fit.verdicts
      .filter(v => v.fact.status === 'refuted')
      .reduce((sum, v) => sum + (['one-step', 'many-steps'].includes(v.requirement.kind) ? 10 : 1), 0);
  return (
    fits.find(fit => fit.status === 'fits') ??
    fits.find(fit => fit.status === 'undecided') ??
    [...fits].sort((a, b) => unmet(a) - unmet(b))[0]
  );
}

export { nameOf, Subject };
