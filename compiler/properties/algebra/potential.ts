/** Potentials and agreement of interests by calculation. */
import { Rational } from '../../../runtime/games/rational.ts';
import type { ActionSpace, GameModel, IrStmt, Local } from '../../game/model.ts';
import { expressionsOf } from '../../game/parts.ts';
import { type Fact, proved } from '../base.ts';
import { isZero } from './decide.ts';
import type { Atom, Poly } from './polynomial.ts';
import { partsOf, Session } from './session.ts';
import { atDepth, attempt, readsActions, unrolled, work } from './sumsOfRewards.ts';
import { Rewards } from './view.ts';

/** Combinations of actions of two agents, over all pairs. */
const mostCycles = 2_000;

/**
 * Exact potential (Monderer & Shapley 1996, theorem 2.8): for any two agents, whatever the others choose, the gains around every
 * cycle of four profiles add up to 0: `D(x, y) - D(0, y) - D(x, 0) + D(0, 0) = 0` where D is the difference of their rewards.
 * Decided for games whose one step ends them, or in which no choice changes what follows: there a potential of every step is
 * one of the game.
 */
export function exactPotential(model: GameModel): Fact | undefined {
  if (!choicesAreIdle(model)) return undefined;
  const n = model.agents.length;
  const spaces = model.agents.map(agent => model.actionSpaces[model.classes[agent.cls]?.actionSpace ?? 0]);
  if (n > unrolled || spaces.some(space => space === undefined || space.realSize > 0)) return undefined;
  const counts = spaces.map(space => space?.count ?? 1);
  let cycles = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) cycles += ((counts[i] as number) - 1) * ((counts[j] as number) - 1);
  if (cycles > mostCycles) return undefined;
  const drawn = freeDraws(model.step);
  const shown = attempt(() => {
    const session = new Session(10 * work);
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) {
        const difference = (x: number, y: number): Poly => {
          const chosen = new Map([
            [i, partsOfAction(spaces[i] as ActionSpace, x)],
            [j, partsOfAction(spaces[j] as ActionSpace, y)],
          ]);
          const rewards = new Rewards(session, model, { open: true, unroll: unrolled, chosen });
          return rewards.of(i).sub(rewards.of(j));
        };
        const corners = new Map<number, Poly>();
        const at = (x: number, y: number): Poly => {
          const key = x * (counts[j] as number) + y;
          const known = corners.get(key) ?? difference(x, y);
          corners.set(key, known);
          return known;
        };
        for (let x = 1; x < (counts[i] as number); x++)
          for (let y = 1; y < (counts[j] as number); y++) {
            const parts = [at(x, y), at(0, y), at(x, 0), at(0, 0)] as const;
            if (!parts.every(part => followed(part, drawn))) return false;
            if (!isZero(session, parts[0].sub(parts[1]).sub(parts[2]).add(parts[3]))) return false;
          }
      }
    return true;
  });
  return shown === true
    ? proved('algebra', 'the gains around every cycle of the choices of two agents add up to 0')
    : undefined;
}

/** The finite parts of flat action `flat`, the last one fastest. */
function partsOfAction(space: ActionSpace, flat: number): readonly number[] {
  const values = space.parts.map(() => 0);
  let rest = flat;
  for (let k = space.parts.length - 1; k >= 0; k--) {
    const part = space.parts[k];
    if (part?.kind !== 'finite') continue;
    values[k] = rest % part.size;
    rest = Math.floor(rest / part.size);
  }
  return values;
}

/** Does nothing that agents choose change what follows? */
function choicesAreIdle(model: GameModel): boolean {
  if (model.oneShot) return true;
  if (model.end?.op === 'const' && Number(model.end.value) !== 0) return true;
  const assigned = model.state.some(store => store.role.kind === 'state' && store.role.next !== undefined);
  return !assigned && (model.end === undefined || model.end.op === 'const');
}

/** Draws on which no choice has an influence: their chances are constants. */
function freeDraws(body: readonly IrStmt[]): ReadonlySet<Local> {
  const found = new Set<Local>();
  for (const stmt of body) {
    if (stmt.op === 'draw' && expressionsOf(stmt).every(e => e.op === 'const')) found.add(stmt.local);
    // A condition or a repetition may depend on anything.
    if (stmt.op === 'for') for (const local of freeDraws(stmt.body)) found.add(local);
  }
  return found;
}

/** Is everything that the actions decide spelt out? */
function followed(poly: Poly, drawn: ReadonlySet<Local>): boolean {
  const seen = new Set<Atom>();
  const atomOk = (atom: Atom): boolean => {
    if (seen.has(atom)) return true;
    seen.add(atom);
    const { shape } = atom;
    if (shape.kind === 'load' && (shape.version !== 0 || shape.store.role.kind === 'scratch')) return false;
    if (shape.kind === 'load' && shape.store.role.kind === 'next') return false;
    if (shape.kind === 'local' && !drawn.has(shape.local)) return false;
    if (shape.kind === 'call' && readsActions(shape.fn)) return false;
    return partsOf(shape).every(polyOk);
  };
  const polyOk = (part: Poly): boolean => [...part.terms.values()].every(term => term.atoms.every(atomOk));
  return polyOk(poly);
}

/** Is every reward a positive multiple of the first one that is not always 0? Then what is best for one is best for all. */
export function positiveMultiples(model: GameModel): boolean {
  const n = model.agents.length;
  if (n > unrolled) return false;
  return (
    atDepth(model, rewards => {
      const first = rewards.of(0);
      const some = [...first.terms.values()][0];
      if (some === undefined) return undefined;
      for (let agent = 1; agent < n; agent++) {
        const other = rewards.of(agent);
        const key = some.atoms.map(atom => atom.id).join(',');
        const factor = other.terms.get(key)?.coefficient.div(some.coefficient) ?? Rational.zero;
        if (factor.sign <= 0 || !isZero(rewards.session, other.sub(first.scale(factor)))) return undefined;
      }
      return true;
    }) ?? false
  );
}
