/** Symmetry of one-step games by calculation: exchanging two agents exchanges their rewards. */
import type { GameModel } from '../../game/model.ts';
import { type Fact, proved } from '../base.ts';
import { isZero } from './decide.ts';
import { type Atom, Poly } from './polynomial.ts';
import { Session } from './session.ts';
import { actionKey, rewrite } from './sums.ts';
import { attempt, unrolled, work } from './sumsOfRewards.ts';
import { Rewards } from './view.ts';

/**
 * Neighbours of a class are exchanged one pair at a time, which generates all permutations: with the actions of k and k+1
 * exchanged, the reward of k must become that of k+1 and the other way round, and nobody else's may change. Decided for games of
 * one step without state, whose rewards are functions of the actions alone.
 */
export function exchangeable(model: GameModel): Fact | undefined {
  const n = model.agents.length;
  if (!oneStep(model) || n > unrolled || model.classes.some(cls => cls.actionSpace !== 0)) return undefined;
  if (model.hasChance) return undefined;
  const shown = attempt(() => {
    const session = new Session(5 * work);
    const rewards = new Rewards(session, model, { open: true, unroll: unrolled });
    const all = model.agents.map((_, agent) => rewards.of(agent));
    if (!all.every(onlyActions)) return undefined;
    for (let first = 0; first + 1 < n; first++)
      for (let agent = 0; agent < n; agent++) {
        const other = agent === first ? first + 1 : agent === first + 1 ? first : agent;
        const exchanged = exchange(session, all[agent] as Poly, first);
        if (!isZero(session, exchanged.sub(all[other] as Poly))) return undefined;
      }
    return true;
  });
  return shown === true
    ? proved('algebra', 'exchanging the actions of two agents exchanges their rewards, as expressions')
    : undefined;
}

/** One step from one state, with every action legal. */
function oneStep(model: GameModel): boolean {
  const ends = model.oneShot || (model.end?.op === 'const' && Number(model.end.value) !== 0);
  return ends && model.state.length === 0 && model.active === undefined && model.legal.every(l => l === undefined);
}

/** Actions of known agents and nothing else. */
function onlyActions(poly: Poly): boolean {
  const ok = (atom: Atom): boolean => {
    const { shape } = atom;
    switch (shape.kind) {
      case 'action':
        return shape.agent.constant !== undefined && (shape.component === undefined || onlyActions(shape.component));
      case 'load':
        return shape.store.role.kind === 'constant' && onlyActions(shape.index);
      case 'less':
      case 'equal':
      case 'inverse':
      case 'abs':
      case 'apply':
        return onlyActions(shape.of);
      case 'all':
        return shape.of.every(onlyActions);
      case 'choice':
        return [shape.condition, shape.then, shape.else].every(onlyActions);
      case 'min':
        return onlyActions(shape.left) && onlyActions(shape.right);
      case 'mod':
        return onlyActions(shape.of) && onlyActions(shape.by);
      default:
        return false;
    }
  };
  return [...poly.terms.values()].every(term => term.atoms.every(ok));
}

function exchange(session: Session, poly: Poly, first: number): Poly {
  return rewrite(
    session,
    poly,
    atom => {
      const { shape } = atom;
      const who = shape.kind === 'action' ? shape.agent.constant?.toNumber() : undefined;
      if (shape.kind !== 'action' || (who !== first && who !== first + 1)) return undefined;
      const agent = Poly.int(who === first ? first + 1 : first);
      const key = actionKey(agent, shape.part, shape.component);
      return Poly.atom(session.intern(key, { ...shape, agent }, atom.bounds, atom.whole));
    },
    () => true,
  );
}
