/**
 * Facts that the form of a game shows without visiting its states: what `reward zero_sum`, `reward = e`, `turn = e` and the
 * absence of chance say. These also hold for games with real numbers and for games too large to enumerate.
 */
import type { GameModel, IrExpr, Local } from '../game/model.ts';
import { type Fact, type PropertyName, proved } from './base.ts';

/** A fact that the model shows by its form; undefined where the form alone does not decide. */
export function staticFact(model: GameModel, property: PropertyName): Fact | undefined {
  const { rewards } = model;
  const n = model.agents.length;
  switch (property) {
    case 'zero_sum':
      return n === 2 && opposite(rewards[0] as IrExpr, rewards[1] as IrExpr)
        ? proved('construction', "each agent's reward is the other's negative as written")
        : undefined;
    case 'constant_sum':
      return staticFact(model, 'zero_sum');
    case 'common_reward':
      return n > 1 && rewards.every(reward => equal(reward, rewards[0] as IrExpr, []))
        ? proved('construction', 'all agents get the value of the same expression')
        : undefined;
    case 'deterministic':
      return model.hasChance ? undefined : proved('construction', 'nothing is drawn');
    case 'turn_based':
      return model.turn === undefined ? undefined : proved('construction', '`turn` names the one agent that acts');
    case 'simultaneous':
      return n > 1 && model.turn === undefined && model.active === undefined
        ? proved('construction', 'no agent ever waits')
        : undefined;
    case 'finite':
    case 'perfect_information':
    case 'terminating':
    case 'symmetric':
      return undefined;
  }
}

type Bound = readonly (readonly [Local, Local])[];

/** Is `a` the negative of `b`, by form? */
function opposite(a: IrExpr, b: IrExpr): boolean {
  if (a.op === 'unary' && a.operator === 'neg' && equal(a.operand, b, [])) return true;
  if (b.op === 'unary' && b.operator === 'neg' && equal(b.operand, a, [])) return true;
  if (a.op === 'const' && b.op === 'const') return `${negated(a.value)}` === `${b.value}`;
  if (a.op === 'select' && b.op === 'select')
    return equal(a.condition, b.condition, []) && opposite(a.then, b.then) && opposite(a.else, b.else);
  if (a.op === 'unary' && b.op === 'unary' && a.operator === 'toReal' && b.operator === 'toReal')
    return opposite(a.operand, b.operand);
  return false;
}

function negated(value: number | { neg(): { toString(): string } }): number | { toString(): string } {
  return typeof value === 'number' ? 0 - value : value.neg();
}

/** The same value by form; `bound` pairs the loop variables of the two sides. */
function equal(a: IrExpr, b: IrExpr, bound: Bound): boolean {
  if (a === b && bound.length === 0) return true;
  const both = (pairs: readonly (readonly [IrExpr, IrExpr])[]): boolean => pairs.every(([x, y]) => equal(x, y, bound));
  switch (a.op) {
    case 'const':
      return b.op === 'const' && `${a.value}` === `${b.value}`;
    case 'local':
      return b.op === 'local' && sameLocal(a.local, b.local, bound);
    case 'load':
      return b.op === 'load' && a.store === b.store && equal(a.index, b.index, bound);
    case 'action':
      return (
        b.op === 'action' &&
        a.part === b.part &&
        equal(a.agent, b.agent, bound) &&
        (a.component === undefined || b.component === undefined
          ? a.component === b.component
          : equal(a.component, b.component, bound))
      );
    case 'time':
      return b.op === 'time';
    case 'unary':
      return b.op === 'unary' && a.operator === b.operator && equal(a.operand, b.operand, bound);
    case 'binary':
      return (
        b.op === 'binary' &&
        a.operator === b.operator &&
        both([
          [a.left, b.left],
          [a.right, b.right],
        ])
      );
    case 'and':
    case 'or':
      return (
        b.op === a.op &&
        both([
          [a.left, b.left],
          [a.right, b.right],
        ])
      );
    case 'select':
      return (
        b.op === 'select' &&
        both([
          [a.condition, b.condition],
          [a.then, b.then],
          [a.else, b.else],
        ])
      );
    case 'call':
      return b.op === 'call' && a.fn === b.fn && a.args.every((arg, k) => equal(arg, b.args[k] as IrExpr, bound));
    case 'reduce': {
      if (b.op !== 'reduce' || a.operator !== b.operator || !equal(a.count, b.count, bound)) return false;
      const inner: Bound = [...bound, [a.variable, b.variable]];
      const conditions =
        a.condition === undefined || b.condition === undefined
          ? a.condition === b.condition
          : equal(a.condition, b.condition, inner);
      return conditions && equal(a.body, b.body, inner);
    }
  }
}

function sameLocal(a: Local, b: Local, bound: Bound): boolean {
  for (let k = bound.length - 1; k >= 0; k--) {
    const [left, right] = bound[k] as readonly [Local, Local];
    if (left.id === a.id || right.id === b.id) return left.id === a.id && right.id === b.id;
  }
  return a.id === b.id;
}
