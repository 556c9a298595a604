/** Games of other formats as programs of the language. Pure: data in, text out. */
export { dpomdpProgram } from './dpomdp.ts';
export { efgProgram } from './efg.ts';
export { nfgProgram } from './nfg.ts';
export type { Imported } from './program.ts';
