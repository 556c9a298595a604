/** A moment of play, for games that cannot be listed: does a draw, a full sequence or an agent without a legal action break it off? */
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { GameError, type GameFault } from '../game/evaluateErrors.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import { type Problem, problemOf } from '../game/exact.ts';
import type { GameModel, IrStmt } from '../game/model.ts';
import { blocksOf } from '../game/parts.ts';
import { Stepped } from '../game/stepped.ts';
import { workOf } from '../game/work.ts';
import { wellFormedByForm } from './chance.ts';
import type { Listed } from './facts.ts';
import { realsOf } from './random.ts';
import { glance } from './search.ts';

/** Longer episodes than this are left. */
const longest = 100;

/** What a play that was met proves. A condition that no draw satisfied for long may still be satisfied by one. */
const certain: ReadonlySet<GameFault> = new Set<GameFault>(['probability', 'overflow', 'no-legal-action', 'no-action']);

/**
 * What breaks off the play of a game: met when it was listed or, where the listing gave up, in a moment of play. The command line and
 * the editor say the same because both ask here.
 */
export function breakOffOf(
  model: GameModel,
  { game, problem }: Listed & { readonly problem?: Problem },
): Problem | undefined {
  if (game !== undefined) return undefined;
  const open = problem === undefined || problem.kind === 'budget' || problem.kind === 'not-finite';
  return open ? problemInPlay(model) : problem;
}

/** Can play break off, as far as the form of the game shows it? Elsewhere no time is spent on playing. */
function mayBreakOff(model: GameModel): boolean {
  const { legal, active, state } = model;
  if (wellFormedByForm(model) === undefined || active !== undefined || legal.some(one => one !== undefined))
    return true;
  const unbounded = state.some(({ scalar, bounds }) => scalar === 'int' && !Number.isFinite(bounds.high - bounds.low));
  const fills = (stmts: readonly IrStmt[]): boolean =>
    stmts.some(stmt => (stmt.op === 'store' && stmt.sequence !== undefined) || blocksOf(stmt).some(fills));
  return unbounded || fills(model.init) || fills(model.step);
}

/** What breaks off a few hundred steps of random play, always the same ones; undefined where nothing does. */
export function problemInPlay(model: GameModel): Problem | undefined {
  if (!mayBreakOff(model)) return undefined;
  const most = Math.min(glance.steps, Math.floor(glance.work / workOf(model).step));
  const stream = new Stream(glance.seed, purposes.policy, 0, 0);
  let steps = 0;
  try {
    const game = most === 0 ? undefined : new Stepped(model, glance.seed);
    for (let episode = 0; game !== undefined && steps < most; episode++) {
      if (episode > 0) game.reset(episode);
      for (let time = 0; time < longest && steps < most && game.ended === 'running'; time++, steps++) {
        const legal = model.agents.map((_, agent) => game.legal(agent));
        game.step(
          legal.map(actions => (actions.length === 0 ? undefined : actions[stream.below(actions.length)]?.action)),
          model.agents.map((agent, i) => {
            const space = spaceOf(model, agent.cls);
            return legal[i]?.length === 0 || space.realSize === 0 ? undefined : realsOf(space, stream);
          }),
        );
      }
    }
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    if (certain.has(error.fault)) return problemOf(error, 0);
  }
  return undefined;
}
