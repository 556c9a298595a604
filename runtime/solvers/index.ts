export { type Answer, type Concept, isRefusal, type Refusal, type SolveContext, type SolveOptions } from './answer.ts';
export { memberOf, solveMeanField } from './crowd/solve.ts';
export { format } from './format.ts';
export { mayIterate } from './iterating.ts';
export { type AnswerJson, toJson } from './json.ts';
export { type NormalForm, normalForm } from './normal-form.ts';
export { solve } from './solve.ts';
export { concepts, methodsOf, type SolverRow, solverTable } from './table.ts';
