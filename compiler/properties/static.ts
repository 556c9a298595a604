/**
 * Facts that the form of a game shows without visiting its states: what `reward zero_sum`, `reward = e`, `turn = e` and the
 * absence of chance say. These also hold for games with real numbers and for games too large to enumerate.
 */

import { spaceOf } from '../game/evaluateMemory.ts';
import type { GameModel, IrExpr, Local } from '../game/model.ts';
import { type Fact, type PropertyName, proved, refuted } from './base.ts';
import { wellFormedByForm } from './chance.ts';
import { constantObservation } from './observations.ts';
import { showsAll } from './sight.ts';

/** A fact that the model shows by its form; undefined where the form alone does not decide. */
export function staticFact(model: GameModel, property: PropertyName): Fact | undefined {
  const { rewards } = model;
  const n = model.agents.length;
  switch (property) {
    case 'zero_sum':
      if (n < 2) return refuted('Zero-sum is about two or more agents, and the game has one.');
      return n === 2 && opposite(rewards[0] as IrExpr, rewards[1] as IrExpr)
        ? proved('construction', "each agent's reward is the other's negative as written")
        : undefined;
    case 'constant_sum':
      if (n < 2) return refuted('Constant-sum is about two or more agents, and the game has one.');
      return staticFact(model, 'zero_sum');
    case 'common_reward':
      if (n < 2) return proved('construction', 'there is one agent');
      return rewards.every(reward => equal(reward, rewards[0] as IrExpr, []))
        ? proved('construction', 'all agents get the value of the same expression')
        : undefined;
    case 'no_conflict':
    case 'exact_potential':
      return staticFact(model, 'common_reward');
    case 'deterministic':
      return model.hasChance ? undefined : proved('construction', 'nothing is drawn');
    case 'turn_based':
      if (n < 2) return proved('construction', 'there is one agent');
      return model.turn === undefined ? undefined : proved('construction', '`turn` names the one agent that acts');
    case 'simultaneous':
      if (n < 2) return refuted('There is one agent, so nobody moves at the same time as another.');
      return model.turn === undefined && model.active === undefined
        ? proved('construction', 'no agent ever waits')
        : undefined;
    case 'finite':
      return finite(model);
    case 'legal_action':
      return model.legal.every(legal => legal === undefined)
        ? proved('construction', 'every action is always legal')
        : undefined;
    case 'well_formed_chance':
      return wellFormedByForm(model);
    case 'perfect_recall':
      return proved('construction', 'an information set is the history of what the agent itself observed and did');
    case 'informative_observations':
      return constantObservation(model);
    case 'symmetric':
      return n < 2 ? refuted('Symmetry is about two or more agents, and the game has one.') : undefined;
    case 'perfect_information':
      return staticFact(model, 'turn_based')?.status === 'proved' && showsAll(model)
        ? proved('construction', 'one agent acts at a time, and every agent sees the state')
        : undefined;
    case 'distinguishing':
      return showsAll(model) ? proved('construction', 'every agent sees the state') : undefined;
    case 'terminating':
    case 'rewards_reachable':
      return undefined;
  }
}

/** A range for every variable and no real action: then states are finitely many, listed or not. */
function finite(model: GameModel): Fact | undefined {
  for (const agent of model.agents) {
    const part = spaceOf(model, agent.cls).parts.find(
      part => part.kind === 'real' && part.bounds.low < part.bounds.high,
    );
    if (part !== undefined && part.kind === 'real')
      return refuted(
        `The actions of ${agent.label} hold real numbers: \`${part.name}\` lies anywhere between ${part.bounds.low} and ${part.bounds.high}.`,
      );
  }
  if (!model.finite || (model.usesTime && model.horizon === undefined)) return undefined;
  return proved('construction', 'every variable and every action has finitely many values');
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
