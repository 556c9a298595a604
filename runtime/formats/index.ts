/** The field's own file formats: Gambit's `.nfg` and `.efg`, MADP's `.dpomdp`. Pure: texts in, data out, and back. */

export * from './dpomdp.ts';
export { parseDpomdp } from './dpomdp-parse.ts';
export { printDpomdp } from './dpomdp-print.ts';
export * from './efg.ts';
export { parseEfg } from './efg-parse.ts';
export { type EfgTree, printEfg, toEfg, UnfitTree } from './efg-print.ts';
export { toDecPomdp, toNfg, type Unfit } from './listed.ts';
export * from './nfg.ts';
export { describeProblem, type Parsed, type Place, type Printed, type Problem } from './problem.ts';
export { gameToEfg } from './unrolled.ts';
