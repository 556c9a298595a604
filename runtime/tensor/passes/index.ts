import type { Program } from '../ir.ts';
import { cse } from './cse.ts';
import { removeDead } from './dce.ts';
import { fold } from './fold.ts';
import { rebuild } from './rebuild.ts';

/**
 * The program an engine should compile: constants folded, common subexpressions shared, dead code gone, no stopGradient left. Inputs,
 * outputs, states and assignments are the same. Dead code goes first, so that nothing is folded in vain, and last.
 */
export function optimise(program: Program): Program {
  return removeDead(rebuild(rebuild(removeDead(program), fold), cse));
}
