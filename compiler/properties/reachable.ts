/** Can every reward that the game speaks of be earned? */
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import * as ir from '../elaborate/ir.ts';
import { Evaluator } from '../game/evaluate.ts';
import { GameError } from '../game/evaluateErrors.ts';
import { Explorer } from '../game/exactExplore.ts';
import { KeyTable } from '../game/exactPacking.ts';
import type { GameModel, IrExpr, IrStmt, Store } from '../game/model.ts';
import { StreamChance } from '../game/steppedChance.ts';
import { workOf } from '../game/work.ts';
import { type Fact, proved, refuted, unknown } from './base.ts';
import type { Listed } from './facts.ts';
import { printExpr } from './print.ts';
import { chooseRandomly } from './random.ts';

/** Branches of reward expressions looked at; more are not counted. */
const maxBranches = 200;
const searchSteps = 4_000;
/** Expressions evaluated, about, by the random plays. */
const searchEffort = 4e6;

/**
 * Every branch of a reward expression (`then`, `else`, arms of a `match`) that is not the constant 0 is taken in some reachable
 * step, and some reward is not 0. One play per branch shows it, so that plays at random are tried first; that a branch is never
 * taken shows only when all states have been visited.
 */
export function rewardsReachable(model: GameModel, list: () => Listed): Fact {
  if (model.rewards.every(reward => isZero(reward)))
    return refuted('No agent is ever rewarded: every reward is 0 as written.');
  const watched = watch(model);
  const { branches } = watched;
  const taken = new Uint8Array(branches.length + 1);
  const steps = byChance(watched, taken);
  if (taken.every(t => t === 1))
    return proved(
      'example',
      branches.length === 0
        ? 'a play was found with a reward'
        : `for each of the ${branches.length} branches a play was found`,
    );
  const listed = list();
  const missing = (): readonly string[] => branches.filter((_, b) => taken[b] === 0).map(branch => branch.text);
  if (listed.game === undefined) {
    const never = missing();
    const what = never.length === 0 ? 'no reward other than 0 was met' : `${never[0]} was not met`;
    return unknown(
      `${what} in ${steps.toLocaleString('en-US')} random steps, and not all states were visited: ${listed.why}`,
    );
  }
  if (!everywhere(watched, taken)) return unknown('the game could not be visited once more to watch its rewards');
  const never = missing();
  if (never.length === 0) {
    if (taken.at(-1) === 1) return proved('exhaustive', `checked in all ${listed.game.stateCount} states`);
    return refuted('No agent is ever rewarded: every reward of every reachable step is 0.', undefined, undefined, {
      sides: { left: { text: 'rewards other than 0', value: '0' }, right: { text: 'at least', value: '1' } },
    });
  }
  const more = never.length === 1 ? '' : ` (and ${never.length - 1} more)`;
  return refuted(`No reachable step pays ${never[0]}${more}.`, undefined, undefined, {
    sides: {
      left: { text: 'branches of rewards that are taken', value: `${branches.length - never.length}` },
      right: { text: 'branches', value: `${branches.length}` },
    },
  });
}

interface Branch {
  /** `the reward 5 for at == 3` */
  readonly text: string;
}

interface Watched {
  /** The game with, instead of rewards, one flag per branch that tells whether it has been taken, and one for any reward. */
  readonly model: GameModel;
  readonly branches: readonly Branch[];
}

/** Flags the branches of whatever the rewards are computed from. */
function watch(model: GameModel): Watched {
  const branches: Branch[] = [];
  const flags: Store = {
    id: model.stores.reduce((most, store) => Math.max(most, store.id), 0) + 1,
    name: 'watched_rewards',
    scalar: 'int',
    bounds: { low: 0, high: 1 },
    size: maxBranches + 1,
    role: { kind: 'scratch' },
  };
  const sources = sourcesOf(model.rewards);
  const raise = (index: number, condition: IrExpr): IrStmt => ({
    op: 'if',
    condition,
    then: [{ op: 'store', store: flags, index: ir.int(index), value: ir.int(1) }],
    else: [],
  });
  const watchValue = (value: IrExpr): IrStmt[] =>
    branchesOf(value, undefined).flatMap(({ leaf, condition }) => {
      if (branches.length === maxBranches) return [];
      branches.push({ text: `the reward \`${printExpr(leaf)}\` for \`${printExpr(condition)}\`` });
      return [raise(branches.length - 1, condition)];
    });
  const instrument = (stmts: readonly IrStmt[]): IrStmt[] =>
    stmts.flatMap((stmt): IrStmt[] => {
      switch (stmt.op) {
        case 'let':
          return sources.locals.has(stmt.local.id) ? [...watchValue(stmt.value), stmt] : [stmt];
        case 'store':
          return sources.stores.has(stmt.store.id) ? [...watchValue(stmt.value), stmt] : [stmt];
        case 'for':
          return [{ ...stmt, body: instrument(stmt.body) }];
        case 'if':
          return [{ op: 'if', condition: stmt.condition, then: instrument(stmt.then), else: instrument(stmt.else) }];
        default:
          return [stmt];
      }
    });
  const step = instrument(model.step);
  const after = instrument(model.after);
  const direct = model.rewards.flatMap(watchValue);
  const paid = model.rewards.map(reward => raise(maxBranches, ir.binary('ne', reward, ir.real(0))));
  const rewards = [...branches.map((_, b) => ir.load(flags, ir.int(b))), ir.load(flags, ir.int(maxBranches))];
  return {
    branches,
    model: { ...model, stores: [...model.stores, flags], step, after: [...after, ...direct, ...paid], rewards },
  };
}

/** The variables and arrays that the rewards read directly. */
function sourcesOf(rewards: readonly IrExpr[]): { locals: ReadonlySet<number>; stores: ReadonlySet<number> } {
  const locals = new Set<number>();
  const stores = new Set<number>();
  const visit = (e: IrExpr): void => {
    if (e.op === 'local') locals.add(e.local.id);
    else if (e.op === 'load' && e.store.role.kind === 'scratch') stores.add(e.store.id);
    else if (e.op === 'unary') visit(e.operand);
    else if (e.op === 'binary') {
      visit(e.left);
      visit(e.right);
    }
  };
  rewards.forEach(visit);
  return { locals, stores };
}

interface Found {
  readonly leaf: IrExpr;
  readonly condition: IrExpr;
}

/** The leaves of the choices in a value, each with the condition under which it counts. */
function branchesOf(e: IrExpr, condition: IrExpr | undefined): readonly Found[] {
  const under = (c: IrExpr): IrExpr => (condition === undefined ? c : ir.and(condition, c));
  switch (e.op) {
    case 'select':
      return [...branchesOf(e.then, under(e.condition)), ...branchesOf(e.else, under(ir.not(e.condition)))];
    case 'unary':
      return condition !== undefined && !hasChoice(e.operand) ? leafOf(e, condition) : branchesOf(e.operand, condition);
    case 'binary':
      if (condition !== undefined && !hasChoice(e.left) && !hasChoice(e.right)) return leafOf(e, condition);
      return [e.left, e.right].flatMap(part => (hasChoice(part) ? branchesOf(part, condition) : []));
    case 'reduce': {
      if (e.operator !== 'sum' || !hasChoice(e.body)) return condition === undefined ? [] : leafOf(e, condition);
      const inner = branchesOf(e.body, undefined);
      return inner.map(found => ({
        leaf: found.leaf,
        condition: under({ ...e, operator: 'any', body: found.condition, scalar: 'int', bounds: { low: 0, high: 1 } }),
      }));
    }
    default:
      return condition === undefined ? [] : leafOf(e, condition);
  }
}

function leafOf(leaf: IrExpr, condition: IrExpr): readonly Found[] {
  return isZero(leaf) ? [] : [{ leaf, condition }];
}

function hasChoice(e: IrExpr): boolean {
  switch (e.op) {
    case 'select':
      return true;
    case 'unary':
      return hasChoice(e.operand);
    case 'binary':
      return hasChoice(e.left) || hasChoice(e.right);
    case 'reduce':
      return e.operator === 'sum' && hasChoice(e.body);
    default:
      return false;
  }
}

function isZero(e: IrExpr): boolean {
  if (e.op === 'unary') return (e.operator === 'toReal' || e.operator === 'neg') && isZero(e.operand);
  return e.op === 'const' && `${e.value}` === '0';
}

/** Plays at random until all flags are up or the effort is spent; returns the steps taken. */
function byChance({ model }: Watched, taken: Uint8Array): number {
  const most = Math.max(50, Math.min(searchSteps, Math.floor(searchEffort / workOf(model).step)));
  const chance = new StreamChance(new Stream(1, purposes.game, 0, 0));
  const choice = new Stream(1, purposes.policy, 0, 0);
  const evaluator = new Evaluator(model, 'float', chance);
  let steps = 0;
  let missing = taken.length;
  try {
    for (let episode = 0; steps < most && missing > 0; episode++) {
      chance.stream = new Stream(1, purposes.game, 0, episode);
      evaluator.memory.actions.fill(-1);
      evaluator.init();
      const length = Math.min(model.horizon ?? 200, 200);
      for (let time = 0; time < length && steps < most && missing > 0; time++) {
        if (!chooseRandomly(evaluator, choice, episode)) return steps;
        evaluator.step();
        steps++;
        missing -= note(evaluator, taken);
        const over = evaluator.ended();
        evaluator.commit();
        if (over) break;
      }
    }
  } catch (error) {
    // Whoever breaks off here is reported by the facts about chance and legality.
    if (!(error instanceof GameError)) throw error;
  }
  return steps;
}

/** Visits every state once more. */
function everywhere({ model }: Watched, taken: Uint8Array): boolean {
  try {
    const explorer = new Explorer(model, 1_000_000);
    const states = new KeyTable(explorer.packing.width);
    explorer.start(() => states.add(explorer.key));
    let missing = taken.length - taken.reduce((sum, t) => sum + t, 0);
    for (let state = 0; state < states.count && missing > 0; state++) {
      explorer.open(states, state);
      do {
        explorer.outcomes((_, ended) => {
          missing -= note(explorer.evaluator, taken);
          const last =
            model.usesTime && explorer.evaluator.memory.time + 1 >= (model.horizon ?? Number.POSITIVE_INFINITY);
          if (!ended && !last) states.add(explorer.key);
        });
      } while (explorer.nextJoint());
    }
    return true;
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    return false;
  }
}

/** Takes over the flags that are up; returns how many are new. The last flag of the model is the one for any reward. */
function note(evaluator: Evaluator, taken: Uint8Array): number {
  let fresh = 0;
  for (let b = 0; b < taken.length; b++)
    if (taken[b] === 0 && Number(evaluator.reward(b)) !== 0) {
      taken[b] = 1;
      fresh++;
    }
  return fresh;
}
