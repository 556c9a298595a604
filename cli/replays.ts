/** Episodes of an evaluation played again in the stepped reading, which knows the state by its names. */
import type { GameModel } from '../compiler/game/model.ts';
import { Stepped } from '../compiler/game/stepped.ts';
import { type Episode, extremes, type Score } from '../runtime/report/episodes.ts';
import type { Replay, ReplayedStep } from '../runtime/report/replay.ts';
import type { Engine } from '../runtime/tensor/engine.ts';
import { type RunDescription, readSeed } from '../runtime/train/folder.ts';
import { learnerFrom } from '../runtime/train/policy.ts';
import { learnerFor } from '../runtime/train/run.ts';
import { actionText } from './actions.ts';
import { readKeys } from './observed.ts';
import type { RecordedGame } from './recorded.ts';

/** Steps of an episode that are shown. */
const mostSteps = 200;
/** Agents, and characters of what one of them sees, that are shown. */
const mostAgents = 50;
const longestSight = 400;

export interface Replays {
  readonly best: Replay;
  readonly worst: Replay;
}

/**
 * The best and the worst episode of the last evaluation of every seed, played by what its checkpoint holds; with the same random
 * numbers as in the training, so where the checkpoint is that of the evaluation these are the episodes that were evaluated.
 */
export function replaysOf(
  run: RunDescription,
  game: RecordedGame,
  folder: string,
  seeds: readonly number[],
  score: Score,
  engine: Engine | undefined,
): Replays | { readonly why: string } {
  const { train } = run;
  const { model, spec, create } = game;
  const { shape } = learnerFor(train, spec, engine);
  interface Found {
    readonly seed: number;
    readonly round: number;
    readonly episode: Episode;
  }
  let best: Found | undefined;
  let worst: Found | undefined;
  for (const seed of seeds) {
    const read = readSeed(folder, seed);
    if ('error' in read) return { why: read.error };
    const learner = learnerFrom(train, spec, read.arrays, engine);
    const round = Math.max(0, read.manifest.evaluations - 1);
    const found = extremes(shape, train, spec, create, learner, seed, round, score);
    if (best === undefined || score(found.best) > score(best.episode)) best = { seed, round, episode: found.best };
    if (worst === undefined || score(found.worst) < score(worst.episode)) worst = { seed, round, episode: found.worst };
  }
  if (best === undefined || worst === undefined) return { why: 'no seed has a checkpoint' };
  const shown = ({ seed, round, episode }: Found): Replay => replay(model, episode, seed, round);
  return { best: shown(best), worst: shown(worst) };
}

/** An episode step by step, with the state and what everybody saw before each. */
export function replay(model: GameModel, episode: Episode, seed: number, evaluation: number): Replay {
  const stepped = new Stepped(model, episode.games, episode.episode);
  const n = model.agents.length;
  const agents = model.agents.slice(0, mostAgents);
  const read = readKeys(model);
  const steps: ReplayedStep[] = [];
  const shown = Math.min(episode.length, mostSteps);
  for (let t = 0; t < shown; t++) {
    const state = stepped.print();
    const acting = new Set(stepped.acting());
    const before = agents.map((_, i) => shortened(read(i, stepped.observation(i).numbers)));
    const actions = Array.from({ length: n }, (_, i) => episode.actions[t * n + i] as number);
    const reals = realsOf(model, episode, t);
    const { rewards } = stepped.step(actions, reals);
    steps.push({
      state,
      agents: agents.map(({ label, cls }, i) => {
        const space = model.actionSpaces[model.classes[cls]?.actionSpace ?? 0];
        return {
          name: label,
          sees: before[i] as string,
          action: acting.has(i) ? actionText(space, actions[i] as number, reals[i] ?? []) : undefined,
          reward: rewards[i] as number,
        };
      }),
    });
  }
  return {
    seed,
    evaluation,
    episode: episode.episode,
    return: episode.return,
    returns: episode.returns,
    length: episode.length,
    steps,
    end: shown === episode.length ? stepped.print() : undefined,
    ended: episode.ended,
  };
}

/** The real numbers that every agent chose in step t. */
function realsOf(model: GameModel, episode: Episode, t: number): readonly (readonly number[])[] {
  const sizes = model.agents.map(({ cls }) => model.actionSpaces[model.classes[cls]?.actionSpace ?? 0]?.realSize ?? 0);
  let at = t * sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map(size => {
    at += size;
    return [...episode.reals.subarray(at - size, at)];
  });
}

function shortened(text: string): string {
  return text.length <= longestSight ? text : `${text.slice(0, longestSight)}...`;
}
