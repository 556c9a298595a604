/** Plays a witness again, by the semantics of the game and without the code that found it. */
import { GameError } from '../game/evaluateErrors.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import { Explorer } from '../game/exactExplore.ts';
import { KeyTable } from '../game/exactPacking.ts';
import type { GameModel, Scalar } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import type { Place, Play, Witness } from './base.ts';
import { theEnd, theHorizon } from './evidence.ts';

/** The place of a witness as the game itself shows it. */
export interface Replayed {
  readonly state: string;
  /** Agents that act there. */
  readonly acting: readonly string[];
  /** Numbers that each agent observes there. */
  readonly observed: Readonly<Record<string, readonly number[]>>;
  /** What the joint action leads to; none where the witness has no joint action. One, if the play is a random one. */
  readonly outcomes: readonly ReplayedOutcome[];
  /** What broke off the game there, if that is what the witness is about. */
  readonly broken: string | undefined;
}

export interface ReplayedOutcome {
  /** As text; a fraction where the game is rational. */
  readonly probability: string | undefined;
  readonly rewards: Readonly<Record<string, string>>;
  readonly reached: string;
}

/** The witness cannot be played, with the step that fails. */
export interface NotReplayed {
  readonly failed: string;
}

/** Plays to the state of a witness and takes its joint action there. A witness without a play is about no state and fails. */
export function replay(
  model: GameModel,
  witness: Pick<Witness, 'state' | 'jointAction' | 'play' | 'real'>,
): Replayed | NotReplayed {
  const { play, state } = witness;
  if (play === undefined || state === undefined) return { failed: 'the witness names no play' };
  const found =
    play.drawn === undefined ? replayListed(model, play, witness.jointAction) : replayDrawn(model, play, witness);
  if ('failed' in found || found.state === state) return found;
  return { failed: `the play leads to ${found.state}, not to ${state}` };
}

/** The same for the second place of a witness. */
export function replayPlace(model: GameModel, { state, jointAction, real, play }: Place): Replayed | NotReplayed {
  return replay(model, { state, jointAction, real, play });
}

function replayListed(model: GameModel, play: Play, jointAction: Witness['jointAction']): Replayed | NotReplayed {
  const explorer = new Explorer(model, 1_000_000);
  const states = new KeyTable(explorer.packing.width);
  let candidates = new Set<number>();
  explorer.start(() => candidates.add(states.add(explorer.key)));
  let current = described(explorer, states, candidates, play.start);
  if (current === undefined) return { failed: `no initial state is ${play.start}` };
  for (const { jointAction, reached } of play.steps) {
    candidates = new Set();
    const problem = take(explorer, states, current, jointAction, (_, ended) => {
      if (!ended) candidates.add(states.add(explorer.key));
    });
    if (problem !== undefined) return { failed: problem };
    current = described(explorer, states, candidates, reached);
    if (current === undefined) return { failed: `no outcome of the step is ${reached}` };
  }
  const outcomes: { probability: Scalar; rewards: Record<string, string>; next: number }[] = [];
  let broken: string | undefined;
  try {
    explorer.open(states, current);
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    broken = error.message;
  }
  const acting = model.agents.filter((_, i) => explorer.evaluator.acts(i)).map(agent => agent.label);
  const observed = Object.fromEntries(
    model.agents.map((agent, i) => {
      const numbers = new Float64Array(model.classes[agent.cls]?.observation.length ?? 0);
      explorer.evaluator.observe(i, numbers);
      return [agent.label, [...numbers]];
    }),
  );
  if (jointAction !== undefined && broken === undefined) {
    const problem = take(explorer, states, current, jointAction, (probability, ended) => {
      const rewards = Object.fromEntries(
        model.agents.map((agent, i) => [agent.label, `${explorer.evaluator.reward(i)}`]),
      );
      const cut = model.usesTime && explorer.evaluator.memory.time + 1 >= (model.horizon ?? Number.POSITIVE_INFINITY);
      outcomes.push({ probability, rewards, next: ended ? -1 : cut ? -2 : states.add(explorer.key) });
    });
    if (problem !== undefined) return { failed: problem };
  }
  return {
    state: describeOf(explorer, states, current),
    acting,
    observed,
    outcomes: outcomes.map(({ probability, rewards, next }) => ({
      probability: `${probability}`,
      rewards,
      reached: next === -1 ? theEnd : next === -2 ? theHorizon : describeOf(explorer, states, next),
    })),
    broken,
  };
}

/** Takes a joint action by name; returns what speaks against it. */
function take(
  explorer: Explorer,
  states: KeyTable,
  state: number,
  jointAction: Readonly<Record<string, string>>,
  visit: (probability: Scalar, ended: boolean) => void,
): string | undefined {
  const { model, evaluator } = explorer;
  explorer.open(states, state);
  for (const [i, agent] of model.agents.entries()) {
    const name = jointAction[agent.label];
    const legal = explorer.legal[i] as readonly number[];
    const action = name === '-' ? -1 : spaceOf(model, agent.cls).names.indexOf(name ?? '');
    if (action === -1 ? legal.length > 0 || name !== '-' : !legal.includes(action))
      return `${agent.label} cannot choose ${name}`;
    evaluator.memory.actions[i] = action;
  }
  explorer.outcomes(visit);
  return undefined;
}

function described(
  explorer: Explorer,
  states: KeyTable,
  candidates: ReadonlySet<number>,
  text: string,
): number | undefined {
  for (const state of candidates) if (describeOf(explorer, states, state) === text) return state;
  return undefined;
}

function describeOf(explorer: Explorer, states: KeyTable, state: number): string {
  explorer.packing.unpack(states.words, state * states.width);
  return explorer.describe();
}

function replayDrawn(
  model: GameModel,
  play: Play,
  witness: Pick<Witness, 'jointAction' | 'real'>,
): Replayed | NotReplayed {
  const { seed, episode } = play.drawn as NonNullable<Play['drawn']>;
  const stepped = new Stepped(model, seed);
  let broken: string | undefined;
  const run = (body: () => void): void => {
    try {
      body();
    } catch (error) {
      if (!(error instanceof GameError)) throw error;
      broken = error.message;
    }
  };
  run(() => stepped.reset(episode));
  if (stepped.describe() !== play.start) return { failed: `the play starts in ${stepped.describe()}` };
  for (const { jointAction, real, reached } of play.steps) {
    if (broken !== undefined) return { failed: broken };
    run(() => stepped.step(...moveOf(model, jointAction, real)));
    if (stepped.describe() !== reached) return { failed: `the step leads to ${stepped.describe()}, not to ${reached}` };
  }
  const state = stepped.describe();
  const acting = stepped.acting().map(i => model.agents[i]?.label as string);
  const observed = Object.fromEntries(
    model.agents.map((agent, i) => [agent.label, [...stepped.observation(i).numbers]]),
  );
  const outcomes: ReplayedOutcome[] = [];
  const { jointAction } = witness;
  if (jointAction !== undefined && broken === undefined)
    run(() => {
      const { rewards, ended } = stepped.step(...moveOf(model, jointAction, witness.real));
      outcomes.push({
        probability: undefined,
        rewards: Object.fromEntries(model.agents.map((agent, i) => [agent.label, `${rewards[i]}`])),
        reached: ended === 'terminated' ? theEnd : stepped.describe(),
      });
    });
  return { state, acting, observed, outcomes, broken };
}

function moveOf(
  model: GameModel,
  jointAction: Readonly<Record<string, string>>,
  real: Witness['real'],
): [(number | undefined)[], (readonly number[] | undefined)[]] {
  const actions = model.agents.map(agent => {
    const action = spaceOf(model, agent.cls).names.indexOf(jointAction[agent.label] ?? '-');
    return action === -1 ? undefined : action;
  });
  return [actions, model.agents.map(agent => real?.[agent.label])];
}
