/** The runtime: what a training program, a solver run or a simulation needs, without the compiler. */
export { type LoadedGame, loadGame } from './games/load.ts';
export { Rational } from './games/rational.ts';
export { type SimulateOptions, type Simulation, simulate } from './games/simulate.ts';
export { legalOf, type TabularGame } from './games/tabular.ts';
export {
  allocateBuffers,
  type CreateVectorGame,
  type GameBuffers,
  type GameSpec,
  offsets,
  running,
  terminated,
  truncated,
  type VectorGame,
} from './games/vector.ts';
export {
  type Algorithm,
  algorithmNamed,
  algorithms,
  completeSettings,
} from './learners/catalogue.ts';
export type { LearnedTable, Learner } from './learners/shared/learner.ts';
export { purposes, Stream } from './rng/stream.ts';
export {
  type Answer,
  type AnswerJson,
  type Concept,
  concepts,
  format,
  isRefusal,
  methodsOf,
  type Refusal,
  type SolveContext,
  type SolveOptions,
  type SolverRow,
  solve,
  solverTable,
  toJson,
} from './solvers/index.ts';
export { type Estimate, type Evaluation, evaluate } from './train/evaluate.ts';
export { loadPolicy, type RunDescription, readRunFolder, readSummary, type Summary } from './train/folder.ts';
export { type Policy, policyFrom } from './train/policy.ts';
export { type Pool, type PoolHooks, trainSeeds } from './train/pool.ts';
export { type Game, type Hooks, type SeedResult, trainSeed } from './train/run.ts';
export { type Outcome, resumeSession, type Session, startSession } from './train/session.ts';
export type { Quantity, Reduction, Reported, Schedule, SettingDoc, SettingValue, TrainSpec } from './train/spec.ts';
export type { Certificate, Claim, Policy as StatePolicy, Profile, Solution, Strategy } from './verify/claim.ts';
export { verify } from './verify/verify.ts';
