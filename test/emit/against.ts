/** Runs an emitted game beside the stepped reading and reports the first difference. */
import { emitGame } from '../../compiler/emit/game.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { type LoadedGame, loadGame } from '../../runtime/games/load.ts';
import { allocateBuffers, type GameBuffers, offsets, type VectorGame } from '../../runtime/games/vector.ts';
import { Stream } from '../../runtime/rng/stream.ts';

export interface Running {
  readonly loaded: LoadedGame;
  readonly buffers: GameBuffers;
  readonly game: VectorGame;
}

export function load(model: GameModel, unroll = true): LoadedGame {
  return loadGame(emitGame(model, { types: false, module: 'function', unroll, state: true }));
}

export function start(loaded: LoadedGame, envs: number, seed: number, firstGame = 0): Running {
  const buffers = allocateBuffers(loaded.spec, envs);
  const game = loaded.create(envs, seed, firstGame, buffers);
  game.reset();
  return { loaded, buffers, game };
}

/** Fills the action buffers with uniformly random legal play from a stream per game. */
export function chooseRandomly({ loaded: { spec }, buffers }: Running, streams: readonly Stream[]): void {
  const agents = spec.agents.length;
  const maskAt = offsets(spec.actionCount);
  const realAt = offsets(spec.realActionLength);
  for (const [e, stream] of streams.entries()) {
    for (let i = 0; i < agents; i++) {
      const row = e * (maskAt.at(-1) as number) + (maskAt[i] as number);
      const legal = [...buffers.masks.subarray(row, row + (spec.actionCount[i] as number)).entries()].filter(
        ([, m]) => m === 1,
      );
      const pick = legal[stream.below(Math.max(1, legal.length))];
      buffers.actions[e * agents + i] = pick === undefined ? -99 : pick[0];
      for (let k = 0; k < (spec.realActionLength[i] as number); k++) {
        const low = spec.realActionLow[i]?.[k] as number;
        const high = spec.realActionHigh[i]?.[k] as number;
        const at = e * (realAt.at(-1) as number) + (realAt[i] as number) + k;
        buffers.realActions[at] = low + (high - low) * stream.unit();
      }
    }
  }
}

const kinds = ['running', 'terminated', 'truncated'] as const;

/** Plays `steps` steps in both readings; throws at the first difference. Returns how many episodes ended and how. */
export function compareReadings(
  model: GameModel,
  options: {
    readonly unroll: boolean;
    readonly envs: number;
    readonly steps: number;
    readonly seed: number;
    readonly firstGame?: number;
  },
): { terminated: number; truncated: number } {
  const { unroll, envs, steps, seed, firstGame = 0 } = options;
  const running = start(load(model, unroll), envs, seed, firstGame);
  const { buffers, game, loaded } = running;
  const { spec } = loaded;
  const agents = spec.agents.length;
  const twins = Array.from({ length: envs }, (_, e) => new Stepped(model, seed, firstGame + e));
  const streams = twins.map((_, e) => new Stream(seed, 99, e, 0));
  const seenAt = offsets(spec.observationLength);
  const maskAt = offsets(spec.actionCount);
  const realAt = offsets(spec.realActionLength);
  const ends = { terminated: 0, truncated: 0 };
  let where = '';
  const same = (what: string, actual: number | undefined, expected: number | undefined): void => {
    // Integers have no negative zero here; the stepped reading may show one. A zero is a zero.
    if (actual === expected) return;
    throw new Error(`${model.name} ${where}: ${what} is ${actual} in emitted code, ${expected} stepped`);
  };
  const observations = (e: number, twin: Stepped, from: Float32Array, what: string): void => {
    for (let i = 0; i < agents; i++) {
      const expected = twin.observation(i).numbers;
      const row = e * (seenAt.at(-1) as number) + (seenAt[i] as number);
      for (const [k, value] of expected.entries()) same(`${what} ${k} of ${spec.agents[i]}`, from[row + k], value);
    }
  };
  const states = (e: number, twin: Stepped, from: Float32Array, what: string): void => {
    for (const [k, value] of twin.globalState().entries())
      same(`${what} ${k}`, from[e * model.globalState.length + k], value);
  };
  const masks = (e: number, twin: Stepped, from: Uint8Array, what: string): void => {
    for (let i = 0; i < agents; i++) {
      const legal = new Set(twin.legal(i).map(a => a.action));
      const row = e * (maskAt.at(-1) as number) + (maskAt[i] as number);
      for (let a = 0; a < (spec.actionCount[i] as number); a++)
        same(`${what} ${a} of ${spec.agents[i]}`, from[row + a], legal.has(a) ? 1 : 0);
    }
  };
  const everything = (e: number, twin: Stepped): void => {
    for (const store of model.state)
      for (const [k, value] of twin.store(store.name).entries())
        same(`${store.name}[${k}]`, game.state[store.name]?.[e * store.size + k], value);
    same('time', game.state.$time?.[e], twin.time);
    same('episode', game.state.$episode?.[e], twin.episode);
    same('counter', game.state.$counter?.[e], twin.snapshot().counter);
    observations(e, twin, buffers.observations, 'observation');
    states(e, twin, buffers.states, 'state');
    masks(e, twin, buffers.masks, 'mask');
  };
  for (const [e, twin] of twins.entries()) {
    where = `game ${e}, start`;
    everything(e, twin);
  }
  for (let t = 0; t < steps; t++) {
    chooseRandomly(running, streams);
    const actions = twins.map((_, e) =>
      Array.from(buffers.actions.subarray(e * agents, (e + 1) * agents), a => (a < 0 ? undefined : a)),
    );
    const reals = twins.map((_, e) =>
      spec.realActionLength.map((length, i) => {
        const at = e * (realAt.at(-1) as number) + (realAt[i] as number);
        return buffers.realActions.slice(at, at + length);
      }),
    );
    game.step();
    for (const [e, twin] of twins.entries()) {
      where = `game ${e}, step ${t}`;
      const { rewards, ended } = twin.step(actions[e] as (number | undefined)[], reals[e]);
      for (const [i, reward] of rewards.entries())
        same(`reward of ${spec.agents[i]}`, buffers.rewards[e * agents + i], reward);
      same('ended', buffers.ended[e], kinds.indexOf(ended));
      if (ended !== 'running') {
        ends[ended]++;
        observations(e, twin, buffers.finalObservations, 'final observation');
        states(e, twin, buffers.finalStates, 'final state');
        if (ended === 'truncated' && model.globalState.length > 0) {
          // What would be legal if the play went on.
          twin.restore({ ...twin.snapshot(), ended: 'running' });
          masks(e, twin, buffers.finalMasks, 'final mask');
        }
        twin.reset();
      }
      everything(e, twin);
    }
  }
  return ends;
}
