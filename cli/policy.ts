/** A learned policy at the playing table. */

import { resolve } from 'node:path';
import { emitGame } from '../compiler/emit/game.ts';
import type { GameModel } from '../compiler/game/model.ts';
import type { Stepped } from '../compiler/game/stepped.ts';
import { loadGame } from '../runtime/games/load.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import { purposes, Stream } from '../runtime/rng/stream.ts';
import { loadPolicy as readPolicy, readRunFolder, seedsIn } from '../runtime/train/folder.ts';
import { exitCode } from './io.ts';
import type { Got } from './open.ts';
import type { Reply } from './reply.ts';

export interface PlayPolicy {
  /** What the policy does for this agent now, greedily. */
  act(agent: number, game: Stepped): number;
}

/** Reads the policy of a run folder (its first seed) and checks that it was learned in this game. */
export async function loadPolicy(reply: Reply, dir: string, model: GameModel): Promise<Got<PlayPolicy>> {
  const folder = resolve(reply.io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) return { exit: reply.problem(exitCode.wrong, `${run.error}.`) };
  const { spec } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const difference = differs(run.game, spec);
  if (difference !== undefined) {
    const message = `the policy in ${dir} was learned in another game than ${model.name}: ${difference}.`;
    return { exit: reply.problem(exitCode.wrong, message, 'Give the game the parameters of the training with --set.') };
  }
  const [seed] = seedsIn(folder);
  if (seed === undefined) return { exit: reply.problem(exitCode.wrong, `${dir} holds no learned tables.`) };
  const policy = readPolicy(folder, seed);
  if ('error' in policy) return { exit: reply.problem(exitCode.wrong, `${policy.error}.`) };
  const stream = new Stream(seed, purposes.evaluationPolicy, 0, 0);
  const counts = spec.actionCount;
  const maskOf = (game: Stepped, agent: number): Uint8Array => {
    const mask = new Uint8Array(counts[agent] as number);
    for (const { action } of game.legal(agent)) mask[action] = 1;
    return mask;
  };
  return {
    value: {
      act(agent, game) {
        if (!policy.central)
          return policy.act(agent, game.observation(agent).numbers, maskOf(game, agent), stream, true);
        const agents = model.agents.map((_, i) => i);
        const observations = Float32Array.from(agents.flatMap(i => [...game.observation(i).numbers]));
        const masks = Uint8Array.from(agents.flatMap(i => [...maskOf(game, i)]));
        return policy.actAll(observations, masks, stream, true)[agent] as number;
      },
    },
  };
}

/** How two games differ for a learner, in words; undefined if they do not. */
export function differs(learned: GameSpec, here: GameSpec): string | undefined {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!same(learned.agents, here.agents)) return `its agents are ${learned.agents.join(', ')}`;
  if (!same(learned.actionNames, here.actionNames)) return 'its agents have other actions';
  if (!same(learned.observationLength, here.observationLength)) return 'its agents see other things';
  return undefined;
}
