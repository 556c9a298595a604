/** One game declaration at concrete parameters, lowered to a GameModel. */
import type { Expr, GameDecl, GameItem } from '../../grammar/ast.ts';
import type { AgentClass, GameModel, IrExpr, IrStmt, Scalar, Store } from '../game/model.ts';
import { declareActions, declareAgents } from './agents.ts';
import { coerce, expectBool, expectNumber } from './coerce.ts';
import { type Builder, type Context, report, Scope } from './context.ts';
import { declare, declareAll } from './declare.ts';
import { elaborate, intConstant } from './expr.ts';
import { bind, checkFunction } from './functions.ts';
import { initialState } from './initial.ts';
import * as ir from './ir.ts';
import { globalStateOf, observationOf } from './observe.ts';
import { type Argument, bindParams } from './params.ts';
import { payoff } from './payoff.ts';
import { activity, legality, rewardsOf } from './rewards.ts';
import { assignedNames, statements } from './stmts.ts';
import { allocate, leaves, mirror } from './storage.ts';
import { resolveType } from './typeexpr.ts';
import * as T from './types.ts';
import * as V from './values.ts';
import { viewOf } from './view.ts';

type Items = { [K in GameItem['kind']]: Extract<GameItem, { kind: K }>[] };

/** The model, or undefined when something was reported. */
export function elaborateGame(
  build: Builder,
  fileScope: Scope,
  file: string,
  decl: GameDecl,
  args: ReadonlyMap<string, Argument>,
): GameModel | undefined {
  const scope = new Scope(fileScope);
  const constant: Context = { build, scope, file, phase: 'constant', out: undefined, calling: [] };
  const params = bindParams(constant, decl.params, args, decl.name.text, decl.where);
  const items = sortItems(constant, decl);
  const { agents, classes } = declareAgents(constant, scope, items.Agents);
  const force = declareAll(constant, scope, decl.items, true);
  // A class whose size is wrong has been reported.
  if (agents.length === 0 && items.Agents.length === 0) {
    report(constant, decl.name.span, 'missing-item', {
      game: decl.name.text,
      item: 'agents',
      remedy: 'Add `agents Row, Column` or `agents Player[n]`.',
    });
  }
  const pending = announceState(scope, items);
  build.horizon = items.Horizon[0] === undefined ? undefined : horizon(constant, items.Horizon[0].steps);
  const actions = declareActions(constant, scope, items.Actions, classes);
  if (actions === undefined && classes.length > 0) {
    const without = items.Actions.length === 0 ? '' : ' of every agent class';
    if (items.Actions.every(item => item.of !== undefined)) {
      report(constant, decl.name.span, 'missing-item', {
        game: decl.name.text,
        item: `actions${without}`,
        remedy: 'Add `actions { ... }`.',
      });
    }
  }
  for (const get of force) get();
  for (const name of pending) scope.names.delete(name);
  declareState(constant, scope, items);
  const turnItem = items.Turn[0];
  if (turnItem !== undefined) build.turn = { expr: turnItem.agent, file, scope, inStep: undefined };
  const ctx: Context = { ...constant, phase: 'state' };
  for (const binding of [...scope.names.values()]) if (binding.kind === 'fn') checkFunction(ctx, binding.fn);
  const init = initialState(
    ctx,
    items.State,
    items.Init.flatMap(item => item.stmts),
  );

  // From here on every part is elaborated even if another failed, so that all mistakes are reported at once.
  const payoffItem = items.Payoff[0];
  const step: IrStmt[] = [];
  const table =
    payoffItem === undefined || actions === undefined
      ? undefined
      : payoff({ ...ctx, phase: 'step' }, payoffItem, {
          names: agents.map(agent => actions.spaces[actions.spaceOf[agent.cls] as number]?.ir.names ?? []),
          agentLabels: agents.map(a => a.label),
        });
  step.push(...(table?.step ?? []));
  const stepContext: Context = { ...ctx, phase: 'step' };
  const turn = turnItem === undefined ? undefined : turnExpr(ctx, turnItem.agent);
  if (turn !== undefined && build.turn !== undefined && build.agentsType !== undefined) {
    // Most turn-based steps ask for the acting agent several times.
    build.turn.inStep = bind(stepContext, 'turn', V.scalar(build.agentsType, turn), step);
  }
  const inner = statements(
    stepContext,
    items.Step.flatMap(item => item.stmts),
    step,
  );
  for (const variable of build.states.values()) variable.nextReady = true;
  const after: IrStmt[] = [];
  build.valuing = true;
  const rewards = table?.rewards ?? rewardsOf({ ...stepContext, scope: inner }, items.Reward, agents.length, after);
  if (payoffItem === undefined && items.Reward.length === 0) {
    report(ctx, decl.name.span, 'missing-item', {
      game: decl.name.text,
      item: 'rewards',
      remedy: 'Add `reward[p] = ...`, `reward = ...` or a `payoff` table.',
    });
  }
  build.valuing = false;
  let end = endOf({ ...stepContext, scope: inner, phase: 'end', out: after }, items);
  const oneStep = build.states.size === 0 && items.End.length === 0 && items.Horizon.length === 0;
  if (oneStep) end = ir.bool(true);
  const active = activity(ctx, items.Active, turn, agents.length);
  const legal = actions === undefined ? [] : legality(ctx, items.Legal, classes, actions);
  build.valuing = true;
  const observations = classes.map(cls => observationOf(ctx, items.Observe, cls));
  // Without agents, which was reported, there is still a state to look at.
  const someone = classes[0] ?? { name: decl.name.text, first: 0, count: 1, nameNode: decl.name };
  const globalState = globalStateOf(ctx, someone);
  build.valuing = false;
  const discount = discountOf(constant, items);
  if (
    end === undefined &&
    items.End.length === 0 &&
    items.Horizon.length === 0 &&
    Number(discount instanceof Object ? discount.toNumber() : discount) >= 1
  ) {
    report(ctx, decl.name.span, 'never-ends', { game: decl.name.text });
  }
  if (build.reporter.hasErrors || actions === undefined) return undefined;
  build.inside = { ctx, decl, classes };
  const state = [...build.states.values()].flatMap(variable => leaves(variable.storage));
  return {
    name: decl.name.text,
    doc: decl.doc,
    params,
    agents,
    classes: classes.map(
      (cls, k): AgentClass => ({
        name: cls.name,
        first: cls.first,
        count: cls.count,
        actionSpace: actions.spaceOf[k] as number,
        observation: observations[k] as AgentClass['observation'],
      }),
    ),
    actionSpaces: actions.spaces.map(space => space.ir),
    stores: build.stores,
    state,
    view: [...build.states.values()].map(variable => ({
      name: variable.name,
      value: viewOf(
        variable.storage,
        agents.map(a => a.label),
      ),
    })),
    globalState,
    functions: build.functions,
    init,
    turn,
    active,
    legal,
    step,
    rewards,
    after,
    end,
    horizon: build.horizon,
    discount,
    usesTime: build.usesTime,
    movesReadTime: build.movesReadTime,
    hasChance: draws(init) || draws(step),
    finite: state.every(isFiniteStore) && actions.spaces.every(space => space.ir.realSize === 0),
    oneShot: state.length === 0 && end !== undefined && ir.constantOf(end) === 1,
  };
}

function isFiniteStore(store: Store): boolean {
  return store.scalar === 'int' && Number.isFinite(store.bounds.low) && Number.isFinite(store.bounds.high);
}

function draws(stmts: readonly IrStmt[]): boolean {
  return stmts.some(
    stmt =>
      stmt.op === 'draw' ||
      stmt.op === 'such_that' ||
      (stmt.op === 'for' && draws(stmt.body)) ||
      (stmt.op === 'if' && (draws(stmt.then) || draws(stmt.else))),
  );
}

// ---------------------------------------------------------------------------------------------- parts

const single: readonly GameItem['kind'][] = ['State', 'Init', 'Step', 'Turn', 'Horizon', 'Discount', 'Payoff'];

function sortItems(ctx: Context, decl: GameDecl): Items {
  const items: Items = {
    Agents: [],
    Index: [],
    Enum: [],
    Record: [],
    Const: [],
    Fn: [],
    Actions: [],
    State: [],
    Init: [],
    Legal: [],
    Active: [],
    Turn: [],
    Step: [],
    Reward: [],
    Observe: [],
    End: [],
    Horizon: [],
    Discount: [],
    Payoff: [],
    Assert: [],
  };
  for (const item of decl.items) {
    const list = items[item.kind] as GameItem[];
    if (single.includes(item.kind) && list.length > 0) {
      const first = list[0] as GameItem;
      const related = [{ at: { file: ctx.file, span: first.span }, message: 'the first one' }];
      report(ctx, item.span, 'duplicate-item', { item: item.kind.toLowerCase() }, { related });
    } else list.push(item);
  }
  const table = items.Payoff[0];
  const clash = items.Reward[0] ?? items.Step[0] ?? items.State[0];
  if (table !== undefined && clash !== undefined) {
    report(ctx, clash.span, 'payoff-shape', {
      problem: 'a game with a table has no state, step or rewards of its own',
    });
  }
  return items;
}

function horizon(ctx: Context, e: Expr): number | undefined {
  const steps = intConstant(ctx, e, 'A horizon');
  if (steps !== undefined && (steps < 1 || steps > 1_000_000_000)) {
    report(ctx, e.span, 'bad-horizon', { found: `${steps}` });
    return undefined;
  }
  return steps;
}

function discountOf(ctx: Context, items: Items): Scalar {
  const item = items.Discount[0];
  if (item === undefined) return 1;
  const value = expectNumber(ctx, elaborate(ctx, item.factor), item.factor.span, 'A discount');
  if (value === undefined) return 1;
  if (value.op !== 'const' || value.bounds.low < 0 || value.bounds.high > 1) {
    report(ctx, item.factor.span, 'bad-discount', {
      found: value.op === 'const' ? `${value.bounds.low}` : 'not a constant',
    });
    return 1;
  }
  return value.value;
}

// ---------------------------------------------------------------------------------------------- state

/** Names of the state, known before the state is: constants and sizes may not use them, and are told so. */
function announceState(scope: Scope, items: Items): readonly string[] {
  const names = items.State.flatMap(item => item.fields.map(field => field.name.text));
  const free = [...new Set(names)].filter(name => !scope.names.has(name));
  for (const name of free) scope.names.set(name, { kind: 'later' });
  return free;
}

function declareState(ctx: Context, scope: Scope, items: Items): void {
  const assigned = assignedNames(items.Step.flatMap(item => item.stmts));
  for (const field of items.State.flatMap(item => item.fields)) {
    const name = field.name.text;
    const type = resolveType(ctx, field.type);
    if (type.kind === 'invalid') {
      scope.names.set(name, { kind: 'value', value: V.invalid });
      continue;
    }
    const next = assigned.has(name);
    const storage = allocate(ctx.build, type, name, (leaf, scalar, bounds, size) => ({
      kind: 'state',
      next: next ? ctx.build.store(`next_${leaf}`, scalar, bounds, size, { kind: 'next' }) : undefined,
    }));
    if (storage === undefined) {
      report(ctx, field.span, 'bad-size', { what: `\`${name}\``, size: 'more', limit: 'at most 4,194,304' });
      scope.names.set(name, { kind: 'value', value: V.invalid });
      continue;
    }
    const target = next
      ? mirror(storage, leaf => (leaf.role.kind === 'state' ? (leaf.role.next ?? leaf) : leaf))
      : undefined;
    const variable = {
      name,
      type,
      storage,
      next: target,
      nextReady: false,
      span: field.name.span,
      readable: false,
      covered: new Set<number>(),
    };
    declare(ctx, scope, field.name, 'state variable', { kind: 'state', variable });
    ctx.build.states.set(name, variable);
  }
}

// ---------------------------------------------------------------------------------------------- end and turn

function endOf(ctx: Context, items: Items): IrExpr | undefined {
  let end: IrExpr | undefined;
  for (const item of items.End) {
    const condition = expectBool(
      ctx,
      elaborate(ctx, item.condition, T.boolType),
      item.condition.span,
      'The condition of `end when`',
    );
    if (condition !== undefined) end = end === undefined ? condition : ir.or(end, condition);
  }
  return end;
}

function turnExpr(ctx: Context, e: Expr): IrExpr | undefined {
  const agents = ctx.build.agentsType;
  if (agents === undefined) return undefined;
  const value = coerce(ctx, elaborate(ctx, e, agents), agents, e.span, '`turn`');
  return value.kind === 'scalar' ? value.e : undefined;
}
