/** `r.field`, `t.0`, `Enum.Member` and `action[p]`. */
import type { Expr } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import * as B from './bounds.ts';
import { mismatch } from './coerce.ts';
import { type Context, report } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export function memberExpr(ctx: Context, e: Extract<Expr, { kind: 'Member' }>): Value {
  const object = elaborate(ctx, e.object);
  const name = e.member.text;
  if (object.kind === 'invalid') return V.invalid;
  if (object.kind === 'record') {
    const k = object.type.fields.findIndex(field => field.name === name);
    if (k >= 0) return object.fields[k] ?? V.invalid;
    noField(
      ctx,
      e,
      object.type.name,
      object.type.fields.map(field => field.name),
    );
    return V.invalid;
  }
  if (object.kind === 'tuple') {
    const k = Number(name);
    if (Number.isInteger(k) && k >= 0 && k < object.items.length) return object.items[k] ?? V.invalid;
    noField(
      ctx,
      e,
      'A tuple',
      object.items.map((_, i) => `${i}`),
    );
    return V.invalid;
  }
  if (object.kind === 'set' && object.type.kind === 'enum') {
    const k = object.type.members.indexOf(name);
    if (k >= 0) return V.scalar(object.type, ir.int(k));
    noField(ctx, e, `The enum ${object.type.name}`, object.type.members);
    return V.invalid;
  }
  noField(ctx, e, sentence(T.describe(V.typeOf(object))), []);
  return V.invalid;
}

function noField(ctx: Context, e: Extract<Expr, { kind: 'Member' }>, of: string, known: readonly string[]): void {
  const suggestion = suggest(e.member.text, known);
  const fixes =
    suggestion === undefined ? [] : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, e.member.span, suggestion)];
  report(
    ctx,
    e.member.span,
    'no-such-field',
    { field: e.member.text, of, suggestion, known: known.join(', ') },
    { fixes },
  );
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `action[p]`; `Action[Class]` as a type is resolved elsewhere. */
export function actionExpr(ctx: Context, e: Extract<Expr, { kind: 'IndexExpr' }>): Value {
  const only = e.indices[0];
  if (only === undefined || e.indices.length !== 1) {
    report(ctx, e.span, 'index-count', { expected: 1, found: e.indices.length });
    return V.invalid;
  }
  const agent = elaborate(ctx, only, ctx.build.agentsType);
  if (agent.kind === 'invalid') return V.invalid;
  if (ctx.phase !== 'step' && ctx.phase !== 'end') {
    report(ctx, e.span, 'action-unavailable', { where: ctx.phase === 'init' ? '`init`' : 'this place' });
    return V.invalid;
  }
  if (agent.kind !== 'scalar' || agent.type.kind !== 'agent') {
    mismatch(ctx, only.span, 'an agent', agent, 'The index of `action`');
    return V.invalid;
  }
  // What is known of the agent here decides which actions it has; where nothing can be (a branch never taken) its type does.
  const known = B.intersect(agent.e.bounds, T.boundsOf(agent.type));
  const { low: first, high: last } = B.isEmpty(known) ? T.boundsOf(agent.type) : known;
  const found = ctx.build.actions?.typeFor(first, last - first + 1);
  if (found === undefined) return V.invalid;
  if ('problem' in found) {
    report(ctx, e.span, 'not-here', { what: '`action`', where: found.problem });
    return V.invalid;
  }
  return ctx.build.actions?.read(agent.e, found.type, first) ?? V.invalid;
}
