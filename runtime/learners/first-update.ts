/** When a deep learner first learns: batches and rollouts have to be full before, which short trainings never see. */
import type { Quantity, TrainSpec } from '../train/spec.ts';
import { isNetwork, isQuantity } from '../train/written.ts';
import { algorithmNamed, settledSettings } from './catalogue.ts';
import { isRecurrent } from './deep/q-networks.ts';
import { stepsKept } from './deep/replay.ts';

/** What is known of the episodes of a training's game. */
export interface Episodes {
  /** Most steps of one, as `episodeLimit` gives them. */
  readonly limit: number;
  /** Steps of every one, where all are equally long. */
  readonly length: number | undefined;
  /** Does the game end every episode within `limit` steps? */
  readonly bounded: boolean;
}

export interface FirstUpdate {
  /** Joint steps by the end of those in which the first update is made, at the earliest; infinite where there never is one. */
  readonly step: number;
  /** The setting that it waits for, and what that asks for: `512 transitions`. */
  readonly setting: string;
  readonly asks: string;
}

/** The first update of a learner with networks; undefined for learners that keep tables, which learn from every step. */
export function firstUpdate(spec: TrainSpec, episodes: Episodes): FirstUpdate | undefined {
  const algorithm = algorithmNamed(spec.algorithm);
  if (algorithm?.deep !== true) return undefined;
  const { envs } = spec;
  const settings = settledSettings(spec.settings, episodes.limit);
  const { rollout, batch, warmup = 0, train_every: every, replay, network, window, n_step: n } = settings;
  if (typeof rollout === 'number') {
    // As long as an episode may be, up to a thousand steps.
    const whole = algorithm.wholeEpisodes === true ? Math.min(episodes.limit, 1000) : 0;
    const steps = Math.max(rollout, whole);
    const games = envs === 1 ? '' : ` of each of ${envs} games`;
    return { step: steps * envs, setting: 'rollout', asks: counted(steps, 'step') + games };
  }
  if (typeof batch !== 'number' || typeof warmup !== 'number' || !isQuantity(every) || !isQuantity(replay))
    return undefined;
  const need = Math.max(batch, warmup);
  const recurrent = isNetwork(network) && isRecurrent(network);
  const most = recurrent ? Math.min(episodes.limit, Number(window)) : 1;
  const remembered = episodes.limit <= Number(window) ? 'episode' : 'window';
  const kept = recurrent ? remembered : typeof n === 'number' && n > 1 ? 'run of steps' : 'transition';
  const capacity = Math.max(Math.ceil(stepsKept(replay, episodes.limit) / most), batch);
  if (need > capacity)
    return {
      step: Number.POSITIVE_INFINITY,
      setting: 'warmup',
      asks: `${counted(need, kept)}, and \`replay\` keeps ${counted(capacity, kept)}`,
    };
  // Vector steps until the replay holds as many windows.
  const each = Math.ceil(need / envs);
  const filled = recurrent ? windowsFilled(each, episodes.length, most) : each;
  const due = dueAfter(filled, every, envs, episodes.length);
  return due > 2 * filled
    ? { step: due * envs, setting: 'train_every', asks: counted(every.amount, every.unit.slice(0, -1)) }
    : { step: due * envs, setting: warmup > batch ? 'warmup' : 'batch', asks: counted(need, kept) };
}

/** Steps of a game until `windows` of its windows are complete; each ends after `most` steps, or with the episode. */
function windowsFilled(windows: number, length: number | undefined, most: number): number {
  // An episode may be over after a step.
  if (length === undefined) return windows;
  const perEpisode = Math.ceil(length / most);
  const whole = Math.floor((windows - 1) / perEpisode);
  return whole * length + Math.min((windows - whole * perEpisode) * most, length);
}

/** The first vector step from number `from` on after which an update is due. */
function dueAfter(from: number, every: Quantity, envs: number, length: number | undefined): number {
  const { amount, unit } = every;
  // The next multiple of what so much play is done between.
  const after = (played: number): number => (Math.floor(played / amount) + 1) * amount;
  if (unit === 'steps') return Math.ceil(after((from - 1) * envs) / envs);
  const steps = length ?? 1;
  const before = Math.ceil(from / steps) - 1;
  return Math.ceil(after(before * envs) / envs) * steps;
}

/** Joint steps that a training has at most; undefined where that is not known. */
export function mostSteps(
  { budget, envs }: Pick<TrainSpec, 'budget' | 'envs'>,
  episodes: Episodes,
): number | undefined {
  const rounds = Math.ceil(budget.amount / envs);
  if (budget.unit === 'steps') return rounds * envs;
  return episodes.bounded ? rounds * episodes.limit * envs : undefined;
}

function counted(amount: number, one: string): string {
  return `${`${amount}`.replace(/\B(?=(\d{3})+(?!\d))/g, ' ')} ${amount === 1 ? one : one.replace(/^\w+/, '$&s')}`;
}
