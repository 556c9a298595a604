/** Checks of whole numbers that nothing keeps below 2^53; which those are is said in compiler/game/wholes.ts. */
import type { IrExpr } from '../game/model.ts';
import { beyondWholes } from '../game/wholes.ts';
import { type Body, type Code, primary } from './gameCode.ts';
import { stringLiteral } from './gameNames.ts';

/** The code of a sum, difference or product, in a check where it can be too large. */
export function checkedWhole(body: Body, expr: IrExpr, code: Code): Code {
  return body.unit.wholes.mayLeave(expr) && code.value === undefined ? inCheck(body, expr, code) : code;
}

/** The code of a whole number where it is stored or divided: only rounded reals can still be too large there. */
export function keptWhole(body: Body, expr: IrExpr, code: Code): Code {
  return body.unit.wholes.isUnchecked(expr) && code.value === undefined ? inCheck(body, expr, code) : code;
}

function inCheck(body: Body, expr: IrExpr, code: Code): Code {
  body.unit.usesWhole = true;
  return primary(`whole(${code.text}, ${stringLiteral(body.unit.wholes.names(expr).join(', '))})`);
}

/** The message of the error that an emitted game throws, as code in which `of` names the variables. */
export function beyondWholesText(game: string): string {
  const [before, after] = beyondWholes('\n').split('\n') as [string, string];
  const remedy = '. Give it a range, such as `0..9`, or keep it small with `%`, `min` or `clamp`.';
  return `${stringLiteral(`${game}: ${before}`)} + of + ${stringLiteral(`${after}${remedy}`)}`;
}
