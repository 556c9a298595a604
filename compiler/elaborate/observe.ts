/** What agents see: values into a flat numeric encoding. */
import type { Binder, ObserveItem, ObservePart } from '../../grammar/ast.ts';
import type { Board, IrExpr, IrStmt, Local, ObservationPiece, ObservationSpace } from '../game/model.ts';
import type { AgentClassInfo } from './agents.ts';
import { warnForAll } from './binders.ts';
import * as B from './bounds.ts';
import { coerce } from './coerce.ts';
import { type Context, report, sourceText } from './context.ts';
import { elaborate } from './expr.ts';
import { refine } from './facts.ts';
import * as ir from './ir.ts';
import { binderType } from './stmts.ts';
import { read } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { boardOf } from './view.ts';

/** The observation of one class: all `observe` items that cover it; without any in the game, the whole state. */
export function observationOf(ctx: Context, items: readonly ObserveItem[], cls: AgentClassInfo): ObservationSpace {
  const self = ctx.build.local('self', 'int', B.between(cls.first, cls.first + cls.count - 1));
  const prelude: IrStmt[] = [];
  const pieces: ObservationPiece[] = [];
  let offset = 0;
  const base: Context = { ...ctx, phase: 'state', out: prelude };
  if (items.length === 0) {
    const whole = wholeState(base, 'as declared');
    offset = whole.length;
    pieces.push(...whole.pieces);
  }
  for (const item of items) {
    const here = viewer(base, item.binder, cls, self, 'What observes');
    if (here === undefined) continue;
    if (cls.first === 0) warnForAll(base, item.binder, item.parts);
    for (const part of item.parts) {
      const encoded = encodePart(here, part, offset);
      offset += encoded.length;
      pieces.push(...encoded.pieces);
    }
  }
  return { length: offset, self, prelude, pieces };
}

/** The state as critics and mixers read it in training, by numbers of the size of 1. */
export function globalStateOf(ctx: Context, cls: AgentClassInfo): ObservationSpace {
  const self = ctx.build.local('self', 'int', B.between(cls.first, cls.first + cls.count - 1));
  const prelude: IrStmt[] = [];
  return { ...wholeState({ ...ctx, phase: 'state', out: prelude }, 'scaled'), self, prelude };
}

/**
 * How numbers are written: themselves, or divided by the largest magnitude that their type allows, and x / (1 + |x|) where it allows any.
 * Networks of a state, and above all hypernetworks, start at sizes that suit numbers of about 1: weights of coordinates up to 8 make
 * values of tens. Weights that grow with a number without bounds give states far out, where nobody was yet, values that grow with it too,
 * and learning from one's own estimates diverges there (Tsitsiklis and Van Roy 1997).
 */
export type Scale = 'as declared' | 'scaled';

export interface Encoded {
  readonly length: number;
  readonly pieces: readonly ObservationPiece[];
}

/** Every state variable. */
export function wholeState(ctx: Context, scale: Scale): Encoded {
  const pieces: ObservationPiece[] = [];
  let length = 0;
  for (const variable of ctx.build.states.values()) {
    const encoded = encoding(ctx, variable.name, read(variable.storage), undefined, length, scale);
    length += encoded.length;
    pieces.push(...encoded.pieces);
  }
  return { length, pieces };
}

/** The names that a block for `binder` sees when `self` of `cls` looks; undefined where the block is not for that class. */
export function viewer(
  base: Context,
  binder: Binder | undefined,
  cls: Pick<AgentClassInfo, 'name' | 'first' | 'count'>,
  self: Local,
  what: string,
): Context | undefined {
  if (binder === undefined) return base;
  const lone = base.scope.lookup(binder.name.text);
  const one = binder.type === undefined && lone?.kind === 'type' && lone.lone !== undefined ? lone.get() : undefined;
  const type = one ?? binderType(base, binder);
  if (type?.kind !== 'agent') {
    if (type !== undefined)
      report(base, binder.span, 'type-mismatch', {
        expected: 'an agent class',
        found: T.nameOf(type),
        because: what,
      });
    return undefined;
  }
  const covers = type.first <= cls.first && cls.first + cls.count <= type.first + type.count;
  if (!covers) return undefined;
  const mine: Type = { kind: 'agent', name: cls.name, first: cls.first, count: cls.count };
  return one === undefined
    ? { ...base, scope: base.scope.with(binder.name.text, V.scalar(mine, ir.local(self))) }
    : base;
}

const nothing: Encoded = { length: 0, pieces: [] };

/** One part of what is seen, from `offset` on; nothing where it was refused. */
export function encodePart(here: Context, part: ObservePart, offset: number): Encoded {
  const value = elaborate(here, part.value);
  const pad = part.pad === undefined ? undefined : elaborate(here, part.pad);
  if (pad !== undefined && value.kind !== 'seq' && value.kind !== 'invalid') {
    report(here, part.span, 'type-mismatch', {
      expected: 'a sequence',
      found: T.describe(V.typeOf(value)),
      because: 'What `else` fills up',
    });
    return nothing;
  }
  if (value.kind === 'set') {
    report(here, part.value.span, 'type-mismatch', {
      expected: 'a value',
      found: `the type ${T.nameOf(value.type)}`,
      because: 'What is observed',
    });
    return nothing;
  }
  const element =
    value.kind === 'seq' && pad !== undefined
      ? (coercible(here, pad, value.element, part.pad?.span ?? part.span) ?? undefined)
      : undefined;
  return encoding(here, part.name?.text ?? sourceText(here, part.value.span), value, element, offset, 'as declared');
}

function encoding(
  ctx: Context,
  label: string,
  value: Value,
  pad: Value | undefined,
  offset: number,
  scale: Scale,
): Encoded {
  if (value.kind === 'invalid') return nothing;
  const encoder = new Encoder(ctx, label, offset, scale);
  const length = encoder.encode(value, pad, 0);
  return { length, pieces: encoder.pieces };
}

function coercible(ctx: Context, pad: Value, element: Type, span: ObserveItem['span']): Value | undefined {
  if (pad.kind === 'invalid') return undefined;
  // A pad may lie outside the element's range (that is its point): only its shape must fit.
  const value = coerce(ctx, pad, open(element), span, 'What `else` fills up with');
  return value.kind === 'invalid' ? undefined : value;
}

function open(type: Type): Type {
  switch (type.kind) {
    case 'int':
      return T.intType;
    case 'real':
      return T.realType;
    case 'tuple':
      return { kind: 'tuple', items: type.items.map(open) };
    default:
      return type;
  }
}

/** Lays out one value. Loops over an array's elements where one stride reaches them all, else piece by piece. */
class Encoder {
  readonly pieces: ObservationPiece[] = [];
  private readonly ctx: Context;
  private readonly label: string;
  private readonly base: number;
  private readonly scale: Scale;

  constructor(ctx: Context, label: string, base: number, scale: Scale) {
    this.ctx = ctx;
    this.label = label;
    this.base = base;
    this.scale = scale;
  }

  /** Pieces for `value` from `offset` on; returns its length. */
  encode(value: Value, pad: Value | undefined, offset: number): number {
    const once = this.ctx.build.local('k', 'int', B.exactly(0));
    if (value.kind === 'array' || value.kind === 'seq') return this.elements(value, pad, offset);
    if (value.kind === 'record' || value.kind === 'tuple') {
      let length = 0;
      for (const part of value.kind === 'record' ? value.fields : value.items)
        length += this.encode(part, undefined, offset + length);
      return length;
    }
    return this.leaf(value, { variable: once, count: 1, stride: 0 }, offset);
  }

  private elements(value: Extract<Value, { kind: 'array' | 'seq' }>, pad: Value | undefined, offset: number): number {
    const sizes = value.kind === 'array' ? value.type.keys.map(key => T.sizeOf(key) ?? 0) : [value.capacity];
    const total = sizes.reduce((a, b) => a * b, 1);
    if (total === 0) return 0;
    const at = (k: IrExpr): Value => {
      if (value.kind === 'seq') return value.at(k);
      const indices: IrExpr[] = [];
      let rest = k;
      for (let d = sizes.length - 1; d >= 0; d--) {
        const size = ir.int(sizes[d] as number);
        indices.unshift(d === 0 ? rest : ir.binary('mod', rest, size));
        rest = ir.binary('idiv', rest, size);
      }
      return value.at(indices);
    };
    const variable = this.ctx.build.local('k', 'int', B.between(0, total - 1));
    const k = ir.local(variable);
    const present =
      value.kind === 'seq' && ir.constantOf(value.length) === undefined ? ir.binary('lt', k, value.length) : undefined;
    const element = present === undefined ? at(k) : ir.withFacts(refine(present, true, this.ctx.build), () => at(k));
    const board = value.kind === 'array' ? boardOf(value.type.keys, this.ctx.build.agentLabels) : undefined;
    if (!isFlat(element)) {
      let length = 0;
      for (let i = 0; i < total; i++) {
        const from = this.pieces.length;
        length += this.encode(at(ir.int(i)), undefined, offset + length);
        if (board !== undefined)
          this.pieces.push(...this.pieces.splice(from).map(piece => ({ ...piece, board, element: i })));
      }
      return length;
    }
    const stride = leafLength(element);
    this.flat(element, pad, present, { variable, count: total, stride, board }, offset);
    return stride * total;
  }

  private flat(
    element: Value,
    pad: Value | undefined,
    present: IrExpr | undefined,
    loop: Loop,
    offset: number,
  ): number {
    if (element.kind === 'record' || element.kind === 'tuple') {
      let length = 0;
      const parts = element.kind === 'record' ? element.fields : element.items;
      parts.forEach((part, i) => {
        const padding = pad?.kind === 'record' ? pad.fields[i] : pad?.kind === 'tuple' ? pad.items[i] : undefined;
        length += this.flat(part, padding, present, loop, offset + length);
      });
      return length;
    }
    if (element.kind !== 'scalar') return 0;
    if (present === undefined) return this.leaf(element, loop, offset);
    const { width, low } = encodingOf(element.type, this.ctx);
    const missing =
      pad?.kind === 'scalar'
        ? pad.e
        : width > 1
          ? ir.int(low - 1)
          : element.e.scalar === 'real'
            ? ir.real(0)
            : ir.int(0);
    return this.leaf({ ...element, e: ir.select(present, element.e, missing) }, loop, offset);
  }

  private leaf(value: Value, loop: Loop, offset: number): number {
    if (value.kind !== 'scalar') return 0;
    const { width, low, names } = encodingOf(value.type, this.ctx);
    this.pieces.push({
      label: this.label,
      offset: this.base + offset,
      variable: loop.variable,
      count: loop.count,
      stride: loop.stride,
      value: this.scale === 'scaled' ? scaled(value) : value.e,
      width,
      low,
      ...(names === undefined ? {} : { names }),
      ...(loop.board === undefined ? {} : { board: loop.board }),
    });
    return width;
  }
}

interface Loop {
  readonly variable: Local;
  readonly count: number;
  readonly stride: number;
  readonly board?: Board | undefined;
}

function scaled({ type, e }: Extract<Value, { kind: 'scalar' }>): IrExpr {
  if (type.kind !== 'int' && type.kind !== 'real') return e;
  const most = B.magnitude(type.bounds);
  if (most === 0) return e;
  const size = Number.isFinite(most) ? ir.real(most) : ir.binary('add', ir.real(1), ir.unary('abs', ir.toReal(e)));
  return ir.binary('div', ir.toReal(e), size);
}

function isFlat(value: Value): boolean {
  if (value.kind === 'record') return value.fields.every(isFlat);
  if (value.kind === 'tuple') return value.items.every(isFlat);
  return value.kind === 'scalar';
}

function leafLength(value: Value): number {
  if (value.kind === 'record') return value.fields.reduce((n, field) => n + leafLength(field), 0);
  if (value.kind === 'tuple') return value.items.reduce((n, item) => n + leafLength(item), 0);
  return value.kind === 'scalar' ? encodingOf(value.type, undefined).width : 0;
}

interface Encoding {
  readonly width: number;
  readonly low: number;
  readonly names?: readonly string[];
}

/** Names are one-hot, numbers are themselves. */
function encodingOf(type: Type, ctx: Context | undefined): Encoding {
  switch (type.kind) {
    case 'enum':
      return { width: Math.max(1, type.members.length), low: 0, names: type.members };
    case 'index': {
      const names = Array.from({ length: type.count }, (_, k) => `${type.name}[${k}]`);
      return { width: Math.max(1, type.count), low: 0, names };
    }
    case 'agent': {
      const labels = ctx?.build.agentLabels ?? [];
      return {
        width: Math.max(1, type.count),
        low: type.first,
        names: labels.slice(type.first, type.first + type.count),
      };
    }
    case 'bool':
      return { width: 1, low: 0, names: ['no', 'yes'] };
    default:
      return { width: 1, low: 0 };
  }
}
