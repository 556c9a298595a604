/** Zero sum, constant sum and common reward by calculation, from the shallowest reading that shows it. */
import type { Rational } from '../../../runtime/games/rational.ts';
import type { GameModel, IrExpr, IrFunction, IrStmt } from '../../game/model.ts';
import { blocksOf, expressionsOf, partsOf } from '../../game/parts.ts';
import { isZero, numberOf } from './decide.ts';
import { Poly } from './polynomial.ts';
import { printed } from './print.ts';
import { Exhausted, Session } from './session.ts';
import { type Depth, Rewards } from './view.ts';

/** Families of at most this many elements are written out when nothing else helps. */
export const unrolled = 64;
export const depths: readonly Depth[] = [
  { open: false, unroll: 0 },
  { open: true, unroll: 0 },
  { open: false, unroll: unrolled },
  { open: true, unroll: unrolled },
];

/** Terms that one reading, and then one question about it, may make. */
export const work = 10_000;

/** What has been read and answered of a game already: several properties ask the same. */
interface Memory {
  readonly readings: (Rewards | undefined)[];
  total?: { readonly value: Rational | undefined };
  same?: boolean;
}
const memories = new WeakMap<GameModel, Memory>();

function memoryOf(model: GameModel): Memory {
  let memory = memories.get(model);
  if (memory === undefined) {
    memory = { readings: [] };
    memories.set(model, memory);
  }
  return memory;
}

/** The game read at one depth; undefined where that is too much work, or the deepest reading after one that was. */
function reading(model: GameModel, k: number): Rewards | undefined {
  const { readings } = memoryOf(model);
  if (!(k in readings)) {
    const hopeless = k === depths.length - 1 && reading(model, 1) === undefined;
    readings[k] = hopeless
      ? undefined
      : attempt(() => {
          const rewards = new Rewards(new Session(work), model, depths[k] as Depth);
          rewards.total();
          return rewards;
        });
  }
  return readings[k];
}

/** What `look` finds at the first depth where it finds something. */
export function atDepth<T>(model: GameModel, look: (rewards: Rewards) => T | undefined): T | undefined {
  for (let k = 0; k < depths.length; k++) {
    const rewards = reading(model, k);
    if (rewards === undefined) continue;
    const found = attempt(() => {
      rewards.session.renew(work);
      return look(rewards);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined where the calculation grows too long. */
export function attempt<T>(calculate: () => T | undefined): T | undefined {
  try {
    return calculate();
  } catch (error) {
    // Expressions may also nest deeper than the stack.
    if (error instanceof Exhausted || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The one number that the rewards of every step add up to, if it is shown. */
export function constantTotal(model: GameModel): Rational | undefined {
  const memory = memoryOf(model);
  memory.total ??= { value: atDepth(model, rewards => numberOf(rewards.session, rewards.total())) };
  return memory.total.value;
}

/** Is every agent's reward shown to be the same? */
export function sameForAll(model: GameModel): boolean {
  const memory = memoryOf(model);
  memory.same ??= compareAll(model);
  return memory.same;
}

function compareAll(model: GameModel): boolean {
  const n = model.agents.length;
  return (
    atDepth(model, rewards => {
      const members = rewards.members();
      const first = members[0]?.reward ?? Poly.zero;
      const families = members.every(({ variable, reward }) => {
        const own = variable?.shape.kind === 'var' ? variable.shape.id : 0;
        return !reward.dependsOn(own) && isZero(rewards.session, reward.sub(first));
      });
      if (families) return true;
      if (n > unrolled) return undefined;
      const mine = rewards.of(0);
      for (let agent = 1; agent < n; agent++)
        if (!isZero(rewards.session, rewards.of(agent).sub(mine))) return undefined;
      return true;
    }) ?? false
  );
}

/** What the rewards add up to, in the game's own names. */
export function totalText(model: GameModel): string | undefined {
  return shallow(model, rewards => rewards.total());
}

/** How the rewards of two agents differ, in the game's own names: those of the first agents that may differ. */
export function differenceText(model: GameModel): string | undefined {
  return shallow(model, rewards => {
    const mine = rewards.of(0);
    for (let agent = 1; agent < model.agents.length; agent++) {
      const difference = rewards.of(agent).sub(mine);
      if (!difference.isZero) return difference.neg();
    }
    return undefined;
  });
}

/** The step's own names say more than what they stand for. */
function shallow(model: GameModel, what: (rewards: Rewards) => Poly | undefined): string | undefined {
  const rewards = reading(model, 0);
  if (rewards === undefined) return undefined;
  return attempt(() => {
    rewards.session.renew(work);
    const found = what(rewards);
    return found === undefined ? undefined : printed(rewards.session, model, found);
  });
}

/** May a function look at what agents choose? */
export function readsActions(fn: IrFunction): boolean {
  const inExpression = (e: IrExpr): boolean =>
    e.op === 'action' || (e.op === 'call' && readsActions(e.fn)) || partsOf(e).some(inExpression);
  const inBlock = (body: readonly IrStmt[]): boolean =>
    body.some(stmt => expressionsOf(stmt).some(inExpression) || blocksOf(stmt).some(inBlock));
  return inExpression(fn.result) || inBlock(fn.body);
}
