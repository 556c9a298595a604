/** The game's own functions, as functions of the game number and their parameters. */
import type { IrExpr, IrFunction, Store } from '../game/model.ts';
import { declarations, type EmittedFunction, newBody, primary, type Unit, Writer } from './gameCode.ts';
import { emit } from './gameExpr.ts';
import { walkExpr, walkStmts } from './gameFold.ts';
import { docComment } from './gameNames.ts';
import { planScopes } from './gameScopes.ts';
import { emitStmts } from './gameStmt.ts';

/** The text of one of the game's functions. */
export interface FunctionText {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Emits every function that something calls, callees first, and registers them in `unit.functions`. */
export function declareFunctions(
  unit: Unit,
  held: (key: string) => (store: Store) => boolean,
): readonly FunctionText[] {
  const out: FunctionText[] = [];
  const visit = (fn: IrFunction): void => {
    if (unit.functions.has(fn.id)) return;
    for (const callee of calleesOf(fn)) visit(callee);
    const lines = emitFunction(unit, fn, held(`function${fn.id}`));
    out.push({ name: (unit.functions.get(fn.id) as EmittedFunction).name, lines });
  };
  for (const fn of rootFunctions(unit)) visit(fn);
  return out;
}

/** The functions that `texts` mention, and those that these mention; the others were put in place where they were called. */
export function mentionedFunctions(
  functions: readonly FunctionText[],
  texts: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const kept: (readonly string[])[] = [];
  // Callees come first, so from the last one on every mention is known.
  for (const { name, lines } of [...functions].reverse()) {
    const call = new RegExp(`\\b${name}\\(`);
    if ([...texts, ...kept].some(text => text.some(line => call.test(line)))) kept.unshift(lines);
  }
  return kept;
}

function emitFunction(unit: Unit, fn: IrFunction, inVariable: (store: Store) => boolean): readonly string[] {
  const name = unit.names.declare(fn.name);
  const inner = new Writer(1);
  const body = newBody(unit, {
    out: inner,
    scopes: planScopes(fn.body, [fn.result], inVariable, []),
    readsOnce: false,
    inVariable,
  });
  const params = fn.params.map(param => {
    const text = body.names.declare(param.name);
    body.locals.set(param.id, primary(text));
    return text;
  });
  emitStmts(body, fn.body);
  const result = emit(body, fn.result, 'result');
  inner.line(`return ${result.text};`);
  const typed = (text: string): string => (unit.types ? `${text}: number` : text);
  const perGame = body.usesGame;
  unit.functions.set(fn.id, { name, bool: result.bool, perGame });
  const out = new Writer();
  if (fn.doc !== undefined && fn.doc.trim() !== '') out.all(docComment(fn.doc.trim().split('\n')));
  const list = (perGame ? ['e', ...params] : params).map(typed).join(', ');
  out.line(`function ${name}(${list})${unit.types ? (result.bool ? ': boolean' : ': number') : ''} {`);
  for (const text of declarations(body)) out.line(`  ${text}`);
  out.all(inner.lines);
  out.line('}');
  return out.lines;
}

/** Functions that the parts of the model call directly, in order. */
function rootFunctions(unit: Unit): ReadonlySet<IrFunction> {
  const { model } = unit;
  const found = new Set<IrFunction>();
  const visit = (expr: IrExpr): void => {
    if (expr.op === 'call') found.add(expr.fn);
  };
  for (const stmts of [model.init, model.step, model.after, ...model.classes.map(c => c.observation.prelude)])
    walkStmts(stmts, () => {}, visit);
  const exprs = [
    ...model.rewards,
    model.end,
    model.turn,
    model.active?.condition,
    ...model.legal.map(legal => legal?.condition),
    ...model.classes.flatMap(c => c.observation.pieces.map(piece => piece.value)),
  ];
  for (const expr of exprs) if (expr !== undefined) walkExpr(expr, visit);
  return found;
}

function calleesOf(fn: IrFunction): ReadonlySet<IrFunction> {
  const found = new Set<IrFunction>();
  const visit = (expr: IrExpr): void => {
    if (expr.op === 'call') found.add(expr.fn);
  };
  walkStmts(fn.body, () => {}, visit);
  walkExpr(fn.result, visit);
  return found;
}
