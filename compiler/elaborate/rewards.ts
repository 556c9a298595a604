/** Rewards, legality and turns. */
import type { ActiveItem, LegalItem, RewardItem } from '../../grammar/ast.ts';
import type { GameModel, IrExpr, IrStmt } from '../game/model.ts';
import type { AgentClassInfo, declareActions } from './agents.ts';
import * as B from './bounds.ts';
import { expectBool, expectNumber } from './coerce.ts';
import { type Context, report } from './context.ts';
import { branch, elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { binderType } from './stmts.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import * as V from './values.ts';

/** One expression per agent; families over several agents are filled in a loop first. */
export function rewardsOf(
  ctx: Context,
  items: readonly RewardItem[],
  agents: number,
  out: IrStmt[],
): readonly IrExpr[] {
  const rewards: (IrExpr | undefined)[] = Array.from({ length: agents }, () => undefined);
  const put = (agent: number, value: IrExpr, item: RewardItem) => {
    if (rewards[agent] !== undefined) report(ctx, item.span, 'duplicate-item', { item: 'reward' });
    rewards[agent] = ir.toReal(value);
  };
  const here: Context = { ...ctx, out };
  for (const item of items) {
    const { form } = item;
    if (form.kind === 'common') {
      const value = expectNumber(here, elaborate(here, item.value), item.value.span, 'A reward');
      if (value !== undefined) {
        const shared = shareValue(here, value, out);
        for (let i = 0; i < agents; i++) put(i, shared, item);
      }
      continue;
    }
    if (form.kind === 'zero_sum') {
      if (agents !== 2) {
        report(ctx, item.span, 'zero-sum-agents', { found: agents });
        continue;
      }
      const agent = elaborate(
        here,
        { kind: 'NameExpr', name: form.agent, span: form.agent.span },
        ctx.build.agentsType,
      );
      const value = expectNumber(here, elaborate(here, item.value), item.value.span, 'A reward');
      if (agent.kind === 'invalid' || value === undefined) continue;
      const who = agent.kind === 'scalar' && agent.type.kind === 'agent' ? ir.constantOf(agent.e) : undefined;
      if (who === undefined) {
        report(ctx, form.agent.span, 'type-mismatch', {
          expected: 'an agent',
          found: T.describe(V.typeOf(agent)),
          because: 'What `zero_sum` names',
        });
        continue;
      }
      const shared = shareValue(here, value, out);
      put(who, shared, item);
      put(1 - who, ir.unary('neg', shared), item);
      continue;
    }
    const lone = ctx.scope.lookup(form.binder.name.text);
    if (form.binder.type === undefined && lone?.kind === 'type' && lone.lone?.kind === 'scalar') {
      const value = expectNumber(here, elaborate(here, item.value), item.value.span, 'A reward');
      const who = ir.constantOf(lone.lone.e);
      if (value !== undefined && who !== undefined) put(who, value, item);
      continue;
    }
    const type = binderType(here, form.binder);
    if (type?.kind !== 'agent') {
      if (type !== undefined)
        report(ctx, form.binder.span, 'type-mismatch', {
          expected: 'an agent class',
          found: T.nameOf(type),
          because: 'What `reward` runs over',
        });
      continue;
    }
    each(here, item, type, form.binder.name.text, out, put);
  }
  return rewards.map(reward => reward ?? ir.real(0));
}

/** Not evaluated once per agent. */
function shareValue(ctx: Context, value: IrExpr, out: IrStmt[]): IrExpr {
  if (value.op === 'const' || value.op === 'local' || value.op === 'load') return value;
  const real = ir.toReal(value);
  const local = ctx.build.local('reward', 'real', real.bounds);
  out.push({ op: 'let', local, value: real });
  return ir.local(local);
}

function each(
  ctx: Context,
  item: RewardItem,
  type: Extract<Type, { kind: 'agent' }>,
  name: string,
  out: IrStmt[],
  put: (agent: number, value: IrExpr, item: RewardItem) => void,
): void {
  const variable = ctx.build.local(name, 'int', B.between(0, type.count - 1));
  const body: IrStmt[] = [];
  const inner: Context = { ...ctx, out: body, scope: ctx.scope.with(name, V.fromOrdinal(type, ir.local(variable))) };
  const value = expectNumber(inner, elaborate(inner, item.value), item.value.span, 'A reward');
  if (value === undefined) return;
  const real = ir.toReal(value);
  const store = ctx.build.store(`reward_${type.name}`, 'real', real.bounds, type.count, { kind: 'scratch' });
  body.push({ op: 'store', store, index: ir.local(variable), value: real });
  out.push({ op: 'for', variable, count: ir.int(type.count), body });
  for (let k = 0; k < type.count; k++) put(type.first + k, ir.load(store, ir.int(k)), item);
}

/** Per action space: the condition on (agent, flat action), or undefined where no clause applies. */
export function legality(
  ctx: Context,
  items: readonly LegalItem[],
  classes: readonly AgentClassInfo[],
  actions: NonNullable<ReturnType<typeof declareActions>>,
): GameModel['legal'] {
  const result = actions.spaces.map((space, s) => {
    const mine = classes.filter((_, k) => actions.spaceOf[k] === s);
    const first = Math.min(...mine.map(cls => cls.first));
    const last = Math.max(...mine.map(cls => cls.first + cls.count - 1));
    const self = ctx.build.local('self', 'int', B.between(first, last));
    const action = ctx.build.local('action', 'int', B.between(0, space.ir.count - 1));
    let condition = ir.bool(true);
    for (const item of items) {
      const who = agentTypeOf(ctx, item);
      if (who === undefined || who.first > last || who.first + who.count - 1 < first) continue;
      const covered = ir.and(
        ir.binary('ge', ir.local(self), ir.int(who.first)),
        ir.binary('le', ir.local(self), ir.int(who.first + who.count - 1)),
      );
      const clause = branch(ctx, covered, true, inner => {
        const scoped: Context = {
          ...inner,
          phase: 'state',
          scope: inner.scope.with(item.binder.name.text, V.scalar(who, ir.local(self))),
        };
        return legalClause(scoped, item, space, ir.local(action));
      });
      if (clause !== undefined) condition = ir.and(condition, ir.or(ir.not(covered), clause));
    }
    return ir.constantOf(condition) === 1 ? undefined : { self, action, condition };
  });
  return result;
}

function agentTypeOf(ctx: Context, item: LegalItem): Extract<Type, { kind: 'agent' }> | undefined {
  const lone = ctx.scope.lookup(item.binder.name.text);
  const type =
    item.binder.type === undefined && lone?.kind === 'type' && lone.lone !== undefined
      ? lone.get()
      : binderType(ctx, item.binder);
  if (type?.kind === 'agent') return type;
  if (type !== undefined)
    report(ctx, item.binder.span, 'type-mismatch', {
      expected: 'an agent class',
      found: T.nameOf(type),
      because: 'What `legal` runs over',
    });
  return undefined;
}

function legalClause(
  ctx: Context,
  item: LegalItem,
  space: NonNullable<ReturnType<typeof declareActions>>['spaces'][number],
  action: IrExpr,
): IrExpr | undefined {
  const only = item.actions[0];
  const members = space.type.kind === 'enum' ? space.type.members : [];
  if (item.actions.length === 1 && only !== undefined && !members.includes(only.text)) {
    const value = space.decode(action);
    if (value === undefined) {
      report(ctx, only.span, 'not-here', { what: '`legal`', where: 'actions with real parts cannot be listed' });
      return undefined;
    }
    const inner: Context = { ...ctx, scope: ctx.scope.with(only.text, value) };
    return expectBool(
      inner,
      elaborate(inner, item.condition, T.boolType),
      item.condition.span,
      'The condition of `legal`',
    );
  }
  let named = ir.bool(false);
  for (const name of item.actions) {
    const k = members.indexOf(name.text);
    if (k < 0) {
      report(ctx, name.span, 'unknown-name', {
        name: name.text,
        what: 'action',
        suggestion: undefined,
        known: members.join(', '),
      });
      return undefined;
    }
    named = ir.or(named, ir.binary('eq', action, ir.int(k)));
  }
  const condition = branch(ctx, named, true, inner =>
    expectBool(inner, elaborate(inner, item.condition, T.boolType), item.condition.span, 'The condition of `legal`'),
  );
  return condition === undefined ? undefined : ir.or(ir.not(named), condition);
}

/** Who acts: the agent of `turn`, those of `active`, or everyone (undefined). */
export function activity(
  ctx: Context,
  items: readonly ActiveItem[],
  turn: IrExpr | undefined,
  agents: number,
): GameModel['active'] {
  if (items.length === 0 && turn === undefined) return undefined;
  const self = ctx.build.local('self', 'int', B.between(0, agents - 1));
  let condition = turn === undefined ? ir.bool(true) : ir.binary('eq', turn, ir.local(self));
  for (const item of items) {
    const lone = ctx.scope.lookup(item.binder.name.text);
    const type =
      item.binder.type === undefined && lone?.kind === 'type' && lone.lone !== undefined
        ? lone.get()
        : binderType(ctx, item.binder);
    if (type?.kind !== 'agent') continue;
    const covered = ir.and(
      ir.binary('ge', ir.local(self), ir.int(type.first)),
      ir.binary('le', ir.local(self), ir.int(type.first + type.count - 1)),
    );
    const holds = branch(ctx, covered, true, inner => {
      const scoped: Context = {
        ...inner,
        phase: 'state',
        scope: inner.scope.with(item.binder.name.text, V.scalar(type, ir.local(self))),
      };
      return expectBool(
        scoped,
        elaborate(scoped, item.condition, T.boolType),
        item.condition.span,
        'The condition of `active`',
      );
    });
    if (holds !== undefined) condition = ir.and(condition, ir.or(ir.not(covered), holds));
  }
  return { self, condition };
}
