/** The emitted `start` (a new episode of one game) and `step` (one step of every game). */
import type { GameModel, IrExpr, IrStmt, Store } from '../game/model.ts';
import {
  arrayName,
  type Body,
  type Code,
  declarations,
  level,
  newBody,
  operand,
  primary,
  row,
  type Unit,
  Writer,
  withHoistedReads,
} from './gameCode.ts';
import { asNumber, boolCode, emit, emitBool, emitNumber, numberCode, offset } from './gameExpr.ts';
import { intConst, walkStmts } from './gameFold.ts';
import { commentText } from './gameNames.ts';
import type { Views } from './gameObserve.ts';
import { assignsAll, planScopes } from './gameScopes.ts';
import { assignedIndices, copyAll, emitStmts } from './gameStmt.ts';
import { unrollStep } from './gameUnroll.ts';

/** `start(e, episode)`: keys of the new episode, then `init`. */
export function emitStart(unit: Unit, inVariable: (store: Store) => boolean): readonly string[] {
  const { model, types } = unit;
  const writer = new Writer(1);
  const stmts = [...zeroed(model), ...model.init];
  const body = newBody(unit, {
    out: writer,
    scopes: planScopes(stmts, [], inVariable, []),
    readsOnce: false,
    inVariable,
  });
  emitStmts(body, stmts);
  const out = new Writer();
  const num = types ? ': number' : '';
  out.line('/** Starts an episode of game e. */');
  out.block(`function start(e${num}, episode${num})${types ? ': void' : ''}`, () => {
    out.all(declarations(body));
    out.line('episodeOf[e] = episode;');
    out.line('timeOf[e] = 0;');
    if (drawsAnywhere(model)) {
      const keep = drawsIn([...model.step, ...model.after]);
      out.line('const k0 = gameKey0(seedOfGames, firstGame + e, episode);');
      out.line('const k1 = gameKey1(seedOfGames, firstGame + e, episode);');
      out.line('key0Of[e] = k0;');
      out.line('key1Of[e] = k1;');
      if (body.usesRandom) out.line('let counter = 0;');
      else if (keep) out.line('counterOf[e] = 0;');
    }
    out.all(writer.lines.map(text => text.slice(2)));
    if (body.usesRandom) out.line('counterOf[e] = counter;');
  });
  return out.lines;
}

/** Stores that `init` does not surely fill start at 0, so that nothing of the last episode is left. */
function zeroed(model: GameModel): IrStmt[] {
  return model.state
    .filter(store => !assignsAll(model.init, store, stmt => assignedIndices(stmt, store), true))
    .map(store => {
      const variable = {
        id: -1 - store.id,
        name: 'k',
        scalar: 'int',
        bounds: { low: 0, high: store.size - 1 },
      } as const;
      const index: IrExpr = { op: 'local', local: variable, scalar: 'int', bounds: variable.bounds };
      if (store.size === 1) return { op: 'store', store, index: intConst(0), value: intConst(0) };
      return {
        op: 'for',
        variable,
        count: intConst(store.size),
        body: [{ op: 'store', store, index, value: intConst(0) }],
      };
    });
}

function drawsIn(stmts: readonly IrStmt[]): boolean {
  let found = false;
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'draw') found = true;
    },
    () => {},
  );
  return found;
}

function drawsAnywhere(model: GameModel): boolean {
  return drawsIn([...model.init, ...model.step, ...model.after]);
}

/**
 * `step()`: every game, then observations and masks of all of them.
 * @param own the next and scratch stores that only steps touch
 */
export function emitStep(unit: Unit, own: (store: Store) => boolean, views: Views): readonly string[] {
  const { model, types } = unit;
  const writer = new Writer();
  const nexts = model.state.flatMap(store =>
    store.role.kind === 'state' && store.role.next !== undefined ? [{ store, next: store.role.next }] : [],
  );
  const given = [...model.step, ...model.after];
  // Equations for some elements only: the others keep their value.
  const kept: IrStmt[] = nexts
    .filter(({ next }) => !assignsAll(given, next, stmt => assignedIndices(stmt, next), false))
    .map(({ store, next }) => ({ op: 'copy', from: store, to: next }));
  const ending = model.end === undefined ? [] : [model.end];
  const { stmts, tail, elements } = unit.unroll
    ? unrollStep([...kept, ...given], [...model.rewards, ...ending], own, 1_000_000_000)
    : {
        stmts: [...kept, ...given],
        tail: [...model.rewards, ...ending],
        elements: new Map<number, readonly Store[]>(),
      };
  const rewards = tail.slice(0, model.rewards.length);
  const end = tail[model.rewards.length];
  const parts = new Set([...elements.values()].flat());
  const inVariable = (store: Store): boolean => parts.has(store) || (store.size === 1 && own(store));
  const body = newBody(unit, {
    out: writer,
    scopes: planScopes(
      stmts,
      tail,
      inVariable,
      nexts.flatMap(({ next }) => elements.get(next.id) ?? [next]).filter(inVariable),
    ),
    readsOnce: true,
    inVariable,
  });
  emitStmts(body, stmts);
  emitRewards(body, rewards);
  const over = model.oneShot ? boolCode(true) : end === undefined ? boolCode(false) : emitBool(body, end, 'over');
  const always = over.value === 1;
  const never = over.value === 0 && model.horizon === undefined;
  const overText = over.value !== undefined ? undefined : inVariableNow(body, over);
  const lines = withHoistedReads([{ body, writer }]);
  writer.lines.splice(0, Infinity, ...lines);
  if (!always) commit(body, nexts, elements);
  if (body.usesRandom && !always) writer.line('counterOf[e] = counter;');
  if (!always) emitTime(body, model, overText, never);
  if (always) {
    writer.line('ended[e] = 1;');
    if (views.observations === 'changing' || views.state) {
      commit(body, nexts, elements);
      writer.line('timeOf[e]++;');
      emitFinal(writer, views);
    }
    writer.line('start(e, episodeOf[e] + 1);');
  } else if (!never) {
    writer.block('if (end !== 0)', () => {
      emitFinal(writer, views);
      writer.line('start(e, episodeOf[e] + 1);');
    });
  }

  const out = new Writer();
  out.line('/** Steps every game with `actions`; games that end start again at once. */');
  out.block(`function step()${types ? ': void' : ''}`, () => {
    out.block('for (let e = 0; e < envs; e++)', () => {
      out.all(declarations(body));
      if (body.usesRandom) {
        out.line('const k0 = key0Of[e];');
        out.line('const k1 = key1Of[e];');
        out.line('let counter = counterOf[e];');
      }
      out.all(writer.lines);
    });
    if (views.observations === 'changing') out.line('observe(0, envs, observations);');
    if (views.state) out.line('observeState(0, envs, states);');
    if (views.masks === 'changing') out.line('writeMasks(0, envs, masks);');
  });
  return out.lines;
}

/** What is seen of the state in which a game ended, before the next begins. */
function emitFinal(out: Writer, views: Views): void {
  if (views.observations === 'changing') out.line('observe(e, e + 1, finalObservations);');
  if (views.state) out.line('observeState(e, e + 1, finalStates);');
  if (views.state && views.masks === 'changing') out.line('writeMasks(e, e + 1, finalMasks);');
}

function emitTime(body: Body, model: GameModel, over: string | undefined, never: boolean): void {
  const { out } = body;
  if (never || model.horizon === undefined) {
    out.line(body.usesTime ? 'timeOf[e] = time + 1;' : 'timeOf[e]++;');
    if (!never) out.line(`const end = ${over} ? 1 : 0;`);
  } else {
    out.line(`const steps = ${body.usesTime ? 'time' : 'timeOf[e]'} + 1;`);
    out.line('timeOf[e] = steps;');
    out.line(`const end = ${over === undefined ? '' : `${over} ? 1 : `}steps >= ${model.horizon} ? 2 : 0;`);
  }
  if (!never) out.line('ended[e] = end;');
}

/** The end condition is taken before the state changes. */
function inVariableNow(body: Body, over: Code): string {
  if (/^\w+$/.test(over.text)) return over.text;
  body.out.line(`const over = ${over.text};`);
  return 'over';
}

interface Pair {
  readonly store: Store;
  readonly next: Store;
}

/** New values become the state. */
function commit(body: Body, pairs: readonly Pair[], elements: ReadonlyMap<number, readonly Store[]>): void {
  const bySize = new Map<number, Pair[]>();
  for (const pair of pairs) {
    const { store, next } = pair;
    const parts = elements.get(next.id) ?? (body.inVariable(next) ? [next] : undefined);
    if (parts === undefined) {
      bySize.set(store.size, [...(bySize.get(store.size) ?? []), pair]);
      continue;
    }
    const array = arrayName(body.unit, store);
    for (const [k, part] of parts.entries()) {
      const value = body.slots.get(part.id);
      const place = `${array}[${offset(row(body, store.size), numberCode(k))}]`;
      // A part without a value was never assigned: it keeps the one it has.
      if (value !== undefined) body.out.line(`${place} = ${asNumber(value).text};`);
    }
  }
  for (const group of bySize.values()) {
    const copies = group.map(({ store, next }) => [next, store] as const);
    copyAll(body, copies);
  }
}

// -------------------------------------------------------------------------------------------- rewards

function emitRewards(body: Body, rewards: readonly IrExpr[]): void {
  const { model } = body.unit;
  const { out } = body;
  const at = (agent: Code): string => `rewards[${offset(row(body, model.agents.length), agent)}]`;
  const array = rewardArray(rewards);
  if (array !== undefined) {
    body.names.open();
    const p = body.names.declare('p');
    out.line(
      `for (let ${p} = 0; ${p} < ${model.agents.length}; ${p}++) ${at(primary(p))} = ${arrayName(body.unit, array)}[${p}];`,
    );
    body.names.close();
    return;
  }
  shareRewards(body, rewards);
  for (const [i, reward] of rewards.entries()) {
    const value = emitNumber(body, reward, 'reward');
    out.line(
      `${at(numberCode(i))} = ${operand(value, level.conditional)}; // ${commentText(model.agents[i]?.label ?? '')}`,
    );
  }
}

/** An array that holds the reward of agent i at i, if that is what the rewards are. */
function rewardArray(rewards: readonly IrExpr[]): Store | undefined {
  const [first] = rewards;
  if (first?.op !== 'load' || rewards.length <= 4 || first.store.role.kind === 'state') return undefined;
  const same = rewards.every(
    (reward, i) =>
      reward.op === 'load' && reward.store === first.store && reward.index.op === 'const' && reward.index.value === i,
  );
  return same && first.store.size > 1 ? first.store : undefined;
}

/** A value that several agents get, or that one gets and another pays, is computed once. */
function shareRewards(body: Body, rewards: readonly IrExpr[]): void {
  const core = (expr: IrExpr): IrExpr =>
    expr.op === 'unary' && (expr.operator === 'neg' || expr.operator === 'toReal') ? core(expr.operand) : expr;
  const times = new Map<IrExpr, number>();
  for (const reward of rewards) times.set(core(reward), (times.get(core(reward)) ?? 0) + 1);
  for (const [expr, count] of times) {
    if (count < 2 || expr.op === 'const' || expr.op === 'local') continue;
    const code = emit(body, expr, 'reward');
    if (code.value !== undefined || /^\w+$/.test(code.text)) {
      body.shared.set(expr, code);
      continue;
    }
    const name = body.names.declare('reward');
    body.out.line(`const ${name} = ${code.text};`);
    body.shared.set(expr, primary(name, code.bool));
  }
}
