/** The best and the worst episode of an evaluation, with the actions to play them again in another reading of the game. */
import { type CreateVectorGame, type GameSpec, running, terminated } from '../games/vector.ts';
import type { Learner } from '../learners/shared/learner.ts';
import type { Shape } from '../learners/shared/shape.ts';
import { type Evaluation, type EvaluationPlan, evaluate } from '../train/evaluate.ts';
import { reducedAt, reductionOf } from '../train/reduction.ts';

export interface Episode {
  /** Number in the evaluation: game `episode` of the seed `games`, its first episode. */
  readonly episode: number;
  readonly games: number;
  /** Undiscounted, by agent, and as the evaluation counts it. */
  readonly returns: readonly number[];
  readonly return: number;
  readonly length: number;
  readonly ended: 'terminated' | 'truncated' | 'cut';
  /** length x agents: what was chosen; read for agents that acted only. */
  readonly actions: Int32Array;
  /** length x real numbers of all agents, one agent's behind the other's; empty in games without them. */
  readonly reals: Float64Array;
}

export interface Extremes {
  readonly evaluation: Evaluation;
  readonly best: Episode;
  readonly worst: Episode;
}

/** By what episodes are compared: the return of the evaluation, or of one agent where the agents' returns cancel. */
export type Score = (episode: Pick<Episode, 'return' | 'returns'>) => number;

/**
 * Plays evaluation number `round` of a seed once more, in the same games with the same random numbers; of equal episodes the first is
 * kept.
 */
export function extremes(
  shape: Shape,
  plan: EvaluationPlan,
  spec: GameSpec,
  create: CreateVectorGame,
  learner: Learner,
  seed: number,
  round: number,
  score: Score,
): Extremes {
  const watch = new Watch(shape, plan, score);
  const evaluation = evaluate(shape, plan, spec, watch.watched(create), learner, seed, round);
  const { best, worst } = watch.found();
  return { evaluation, best, worst };
}

/** One of the games played side by side. */
interface Played {
  readonly actions: number[];
  readonly reals: number[];
  readonly earned: Float64Array;
  length: number;
  ended: Episode['ended'] | undefined;
}

class Watch {
  readonly #shape: Shape;
  readonly #plan: EvaluationPlan;
  readonly #score: Score;
  #games = 0;
  #first = 0;
  #played: readonly Played[] = [];
  #best: Episode | undefined;
  #worst: Episode | undefined;

  constructor(shape: Shape, plan: EvaluationPlan, score: Score) {
    this.#shape = shape;
    this.#plan = plan;
    this.#score = score;
  }

  /** The same games; what happens in them is written down. */
  watched(create: CreateVectorGame): CreateVectorGame {
    return (envs, seed, first, buffers) => {
      this.#judge();
      const game = create(envs, seed, first, buffers);
      const count = Math.min(envs, this.#plan.evaluate.episodes - first);
      const { agents } = this.#shape;
      this.#games = seed;
      this.#first = first;
      this.#played = Array.from({ length: count }, () => ({
        actions: [],
        reals: [],
        earned: new Float64Array(agents),
        length: 0,
        ended: undefined,
      }));
      return {
        envs: game.envs,
        buffers: game.buffers,
        state: game.state,
        reset: () => game.reset(),
        step: () => {
          const reals = buffers.realActions.length / envs;
          for (const [e, played] of this.#played.entries()) {
            if (played.ended !== undefined) continue;
            for (let i = 0; i < agents; i++) played.actions.push(buffers.actions[e * agents + i]!);
            for (let k = 0; k < reals; k++) played.reals.push(buffers.realActions[e * reals + k]!);
          }
          game.step();
          for (const [e, played] of this.#played.entries()) {
            if (played.ended !== undefined) continue;
            for (let i = 0; i < agents; i++) played.earned[i]! += buffers.rewards[e * agents + i]!;
            played.length++;
            const ended = buffers.ended[e]!;
            if (ended !== running) played.ended = ended === terminated ? 'terminated' : 'truncated';
          }
        },
      };
    };
  }

  found(): { readonly best: Episode; readonly worst: Episode } {
    this.#judge();
    if (this.#best === undefined || this.#worst === undefined) throw new RangeError('an evaluation without episodes');
    return { best: this.#best, worst: this.#worst };
  }

  /** Compares the games that were played side by side, and forgets their actions. */
  #judge(): void {
    for (const [e, { actions, reals, earned, length, ended }] of this.#played.entries()) {
      const found = {
        episode: this.#first + e,
        games: this.#games,
        returns: [...earned],
        return: reducedAt(reductionOf(this.#plan), earned, 0, [...earned.keys()]),
        length,
        ended: ended ?? 'cut',
      } as const;
      const score = this.#score(found);
      if (this.#best === undefined || score > this.#score(this.#best))
        this.#best = { ...found, actions: Int32Array.from(actions), reals: Float64Array.from(reals) };
      if (this.#worst === undefined || score < this.#score(this.#worst))
        this.#worst = { ...found, actions: Int32Array.from(actions), reals: Float64Array.from(reals) };
    }
    this.#played = [];
  }
}
