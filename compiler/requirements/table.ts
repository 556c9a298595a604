/**
 * The one table of requirements: every algorithm and every solver, existing or announced, and what it needs of a game. The checker,
 * `marl info --fits`, `marl explain`, the page `docs/algorithms-and-solvers.md` and the editor read it, and nothing else says it.
 */
import type { LearnerRow, Row, SolverRow } from './base.ts';
import { learnerRows } from './learners.ts';
import { solverRows } from './solvers.ts';

export { learnerRows } from './learners.ts';
export { solverRows } from './solvers.ts';

export const table: readonly Row[] = [...learnerRows, ...solverRows];

/** Every concept, those first that can be solved for. */
export const conceptNames: readonly string[] = [
  ...new Set([
    ...solverRows.filter(row => row.available).map(row => row.concept),
    ...solverRows.map(row => row.concept),
  ]),
];

export function learnerNamed(name: string): LearnerRow | undefined {
  return learnerRows.find(row => row.name === name);
}

/** The rows of a concept, or of one method of it. */
export function solversOf(concept: string, method?: string): readonly SolverRow[] {
  return solverRows.filter(row => row.concept === concept && (method === undefined || row.method === method));
}
