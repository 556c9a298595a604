/**
 * Places of expressions in the lowered game. Lowering forgets them, because hardly anybody asks; who explains how a value reaches
 * a place elaborates the game again with `withTrace`, and then names, calls and folds carry their origins with them.
 */
import type { Expr } from '../../grammar/ast.ts';
import type { IrExpr, Origin } from '../game/model.ts';
import type { Value } from './values.ts';

let tracing = false;

/** Runs `body`; expressions made in it know where they stand. */
export function withTrace<T>(body: () => T): T {
  const outer = tracing;
  tracing = true;
  try {
    return body();
  } finally {
    tracing = outer;
  }
}

/** Are places kept now? A game that was lowered before has none. */
export function isTracing(): boolean {
  return tracing;
}

/** Hears of every expression and its value. */
export type Listener = (file: string, e: Expr, value: Value) => void;

let listener: Listener | undefined;

/** Runs `body`; `listen` is told the value of every expression that is elaborated in it. The editor shows their types. */
export function withListener<T>(listen: Listener, body: () => T): T {
  const outer = listener;
  listener = listen;
  try {
    return body();
  } finally {
    listener = outer;
  }
}

/** The value of `e` with its place, while places are kept. */
export function traced(file: string, e: Expr, value: Value): Value {
  listener?.(file, e, value);
  if (!tracing) return value;
  const place = placeOf(e);
  return place === undefined ? value : marked(value, { file, span: e.span, ...place });
}

type Place = Omit<Origin, 'outer'>;

function placeOf(e: Expr): Pick<Place, 'what' | 'name'> | undefined {
  switch (e.kind) {
    case 'NameExpr':
    case 'NextExpr':
      return { what: 'name', name: e.name.text };
    case 'IndexExpr':
      return e.object.kind === 'NameExpr' ? { what: 'name', name: e.object.name.text } : undefined;
    case 'Member':
      return e.object.kind === 'IndexExpr' || e.object.kind === 'NameExpr' ? placeOf(e.object) : undefined;
    case 'Call':
      if (e.callee.kind !== 'NameExpr') return undefined;
      return { what: e.args[0]?.kind === 'Comprehension' ? 'fold' : 'call', name: e.callee.name.text };
    default:
      return undefined;
  }
}

function marked(value: Value, place: Place): Value {
  switch (value.kind) {
    case 'scalar':
      return { ...value, e: markedExpr(value.e, place) };
    case 'record':
      return { ...value, fields: value.fields.map(field => marked(field, place)) };
    case 'tuple':
      return { ...value, items: value.items.map(item => marked(item, place)) };
    case 'array':
      return { ...value, at: (indices: readonly IrExpr[]) => marked(value.at(indices), place) };
    case 'seq':
      return {
        ...value,
        length: markedExpr(value.length, place),
        at: (index: IrExpr) => marked(value.at(index), place),
      };
    default:
      return value;
  }
}

/** The place around what the expression already stands at; of places of one name only the widest counts. */
function markedExpr(e: IrExpr, place: Place): IrExpr {
  if (e.op === 'const') return e;
  return { ...e, origin: around(e.origin, place) };
}

function around(inner: Origin | undefined, place: Place): Origin {
  if (inner === undefined) return { ...place, outer: undefined };
  if (inner.outer !== undefined) return { ...inner, outer: around(inner.outer, place) };
  const same = inner.file === place.file && inner.what === place.what && inner.name === place.name;
  const contained = inner.span.start >= place.span.start && inner.span.end <= place.span.end;
  if (same && contained) return { ...place, outer: undefined };
  return { ...inner, outer: { ...place, outer: undefined } };
}
