/** A learned policy at the playing table. */

import { resolve } from 'node:path';
import type { GameModel } from '../compiler/game/model.ts';
import type { Stepped } from '../compiler/game/stepped.ts';
import { loadGame } from '../runtime/games/load.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import type { Seen } from '../runtime/learners/shared/learner.ts';
import { purposes, Stream } from '../runtime/rng/stream.ts';
import { engineFor } from '../runtime/train/engines.ts';
import { loadPolicy as readPolicy, readRunFolder, soundSeedsIn } from '../runtime/train/folder.ts';
import { exitCode } from './io.ts';
import type { Got } from './open.ts';
import type { Reply } from './reply.ts';
import { quoted } from './text.ts';
import { gameTextOf, recordedModel, targetOf } from './training.ts';

/** A finite action and the real numbers beside it, none where the agent chooses none. */
export interface PolicyChoice {
  readonly action: number;
  readonly reals: readonly number[];
}

export interface PlayPolicy {
  /** What the policy does for this agent now, greedily, after what it saw since the beginning of the episode. */
  act(agent: number, game: Stepped): PolicyChoice;
  /** To be called before every step, also again after steps were taken back, and with what everybody then does (0: it does not act). */
  see(game: Stepped): void;
  did(game: Stepped, actions: readonly number[]): void;
}

/** Reads the policy of a run folder (its first seed) and checks that it was learned in this game. */
export async function loadPolicy(reply: Reply, dir: string, model: GameModel): Promise<Got<PlayPolicy>> {
  const folder = resolve(reply.io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) return { exit: reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`) };
  const { spec } = loadGame(gameTextOf(model, run.train));
  const learned = recordedModel(run);
  const difference = differs(run.game, spec);
  const changed = learned !== undefined && JSON.stringify(learned.params) !== JSON.stringify(model.params);
  if (difference !== undefined || changed) {
    const there = learned === undefined ? run.train.game : titleOf(learned);
    const message =
      there === titleOf(model)
        ? `the policy in ${dir} was learned in another game of the name ${there}: ${difference}.`
        : `the policy in ${dir} was learned in ${there}, but this game is ${titleOf(model)}.`;
    const target = targetOf(run);
    const own = target === undefined ? '' : `, as in \`marl play ${target} --policy ${quoted(dir)}\``;
    return { exit: reply.problem(exitCode.wrong, message, `Play the game of the training${own}.`) };
  }
  const [seed] = soundSeedsIn(folder);
  if (seed === undefined) return { exit: reply.problem(exitCode.wrong, `${dir} holds no checkpoints.`) };
  const engine = run.engine === undefined ? undefined : await engineFor(run.engine.name);
  if (engine !== undefined && 'error' in engine)
    return {
      exit: reply.problem(
        exitCode.wrong,
        `the engine ${run.engine?.name} of this training cannot be used: ${engine.error}.`,
      ),
    };
  const policy = readPolicy(folder, seed, engine);
  if ('error' in policy) return { exit: reply.problem(exitCode.wrong, `${policy.error.replaceAll(folder, dir)}.`) };
  const stream = new Stream(seed, purposes.evaluationPolicy, 0, 0);
  const counts = spec.actionCount;
  const maskOf = (game: Stepped, agent: number): Uint8Array => {
    const mask = new Uint8Array(counts[agent] as number);
    for (const { action } of game.legal(agent)) mask[action] = 1;
    return mask;
  };
  const seen: Seen[][] = model.agents.map(() => []);
  const done: (readonly number[])[] = [];
  /** What a central policy does now: drawn once for all agents, whose parts belong together. */
  let joint: Int32Array | undefined;
  return {
    value: {
      see(game) {
        joint = undefined;
        for (const [i, past] of seen.entries()) {
          // Steps that were taken back are forgotten, and a new episode begins with nothing.
          past.length = Math.min(past.length, game.time);
          const observation = Float32Array.from(game.observation(i).numbers);
          past.push({ observation, mask: maskOf(game, i), before: done[game.time - 1]?.[i] ?? -1 });
        }
      },
      did(game, actions) {
        done.length = Math.min(done.length, game.time);
        done.push(actions);
      },
      act(agent, game) {
        const numbers = new Float64Array(spec.realActionLength[agent] as number);
        if (!policy.central) {
          const action = policy.act(agent, seen[agent] as Seen[], stream, true, numbers);
          return { action, reals: [...numbers] };
        }
        const agents = model.agents.map((_, i) => i);
        const observations = Float32Array.from(agents.flatMap(i => [...game.observation(i).numbers]));
        const masks = Uint8Array.from(agents.flatMap(i => [...maskOf(game, i)]));
        joint ??= policy.actAll(observations, masks, stream, true);
        return { action: joint[agent] as number, reals: [] };
      },
    },
  };
}

/** `Foraging(size: 5, coop: true)` */
export function titleOf({ name, params }: GameModel): string {
  return params.length === 0 ? name : `${name}(${params.map(p => `${p.name}: ${p.value}`).join(', ')})`;
}

/** How two games differ for a learner, in words; undefined if they do not. */
export function differs(learned: GameSpec, here: GameSpec): string | undefined {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!same(learned.agents, here.agents)) return `its agents are ${learned.agents.join(', ')}`;
  if (!same(learned.actionNames, here.actionNames)) return 'its agents have other actions';
  const reals = ({ realActionLength, realActionLow, realActionHigh }: GameSpec) => [
    realActionLength,
    realActionLow,
    realActionHigh,
  ];
  if (!same(reals(learned), reals(here))) return 'the real numbers of its actions are others, or have other bounds';
  if (!same(learned.observationLength, here.observationLength)) return 'its agents see other things';
  return undefined;
}
