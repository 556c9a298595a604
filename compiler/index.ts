/** The compiler: text in, checked programs and game models out. Does no input or output of its own. */

export type * from './api.ts';
export type * from './game/model.ts';
export { compile } from './project/compile.ts';
