/**
 * The stepped reading: one game, step by step, with named values. It draws from the same streams as the sampled reading and
 * does the same arithmetic, so that game g of seed s goes the same way in both.
 */
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { describe, printState, type Shown, stateValues } from './describe.ts';
import { Evaluator } from './evaluate.ts';
import { NoLegalActionError, NotActingError, OverflowError, ProbabilityError } from './evaluateErrors.ts';
import { copyData, readerOf, type StoreData, spaceOf } from './evaluateMemory.ts';
import type { ActionSpace, GameModel, Scalar } from './model.ts';
import { printSight } from './sight.ts';
import { StreamChance } from './steppedChance.ts';

export type Ended = 'running' | 'terminated' | 'truncated';

export interface LegalAction {
  /** Flat action index, what `step` takes. */
  readonly action: number;
  readonly name: string;
}

export interface SteppedObservation {
  /** What a learner is given: `ObservationSpace.length` numbers. */
  readonly numbers: Float32Array;
  /** The same by piece, before one-hot. */
  readonly pieces: readonly { readonly label: string; readonly values: readonly number[] }[];
}

export interface StepResult {
  /** One per agent. */
  readonly rewards: readonly number[];
  readonly ended: Ended;
}

/** A moment of a game, to go back to. Plain data. */
export interface Snapshot {
  readonly stores: readonly (readonly Scalar[])[];
  readonly episode: number;
  /** Numbers drawn from the episode's stream so far. */
  readonly counter: number;
  readonly time: number;
  readonly rewards: readonly number[];
  readonly ended: Ended;
}

/** An action that cannot be taken: names the agent and what is wrong. */
export class IllegalActionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IllegalActionError';
  }
}

export class Stepped {
  readonly model: GameModel;
  readonly seed: number;
  /** Number of this game among the parallel ones of the seed. */
  readonly game: number;
  private readonly evaluator: Evaluator;
  private readonly chance: StreamChance;
  private currentEpisode = 0;
  private lastRewards: readonly number[];
  private lastEnded: Ended = 'running';

  /**
   * Starts episode 0.
   * @throws ZeroMassError, ProbabilityError when `init` draws the impossible; NoLegalActionError when an agent that acts can do nothing.
   */
  constructor(model: GameModel, seed: number, game = 0) {
    this.model = model;
    this.seed = seed;
    this.game = game;
    this.chance = new StreamChance(new Stream(seed, purposes.game, game, 0));
    this.evaluator = new Evaluator(model, 'float', this.chance);
    this.lastRewards = model.agents.map(() => 0);
    this.reset(0);
  }

  /** Starts an episode: by default the one after the current, as the automatic restart of the sampled reading does. */
  reset(episode: number = this.currentEpisode + 1): void {
    this.currentEpisode = episode;
    this.chance.stream = new Stream(this.seed, purposes.game, this.game, episode);
    this.evaluator.memory.actions.fill(-1);
    this.evaluator.init();
    this.lastRewards = this.model.agents.map(() => 0);
    this.lastEnded = 'running';
    this.requireLegal();
  }

  get episode(): number {
    return this.currentEpisode;
  }

  /** Steps taken in this episode. */
  get time(): number {
    return this.evaluator.memory.time;
  }

  /** How the last step left the episode. */
  get ended(): Ended {
    return this.lastEnded;
  }

  /** Rewards of the last step; zeros before the first. */
  get rewards(): readonly number[] {
    return this.lastRewards;
  }

  /** The state as plain values by name. */
  state(): { readonly [name: string]: Shown } {
    return stateValues(this.model, readerOf(this.evaluator.memory));
  }

  /** The state as text, one variable after the other, boards as boards. */
  print(): string {
    return printState(this.model, readerOf(this.evaluator.memory));
  }

  /** The state on one line, in the words of the exact reading. */
  describe(): string {
    return describe(this.model, readerOf(this.evaluator.memory), this.model.usesTime ? this.time : undefined);
  }

  /** The values of a state store by its name in the model, for comparisons with the other readings. */
  store(name: string): readonly number[] {
    const store = this.model.state.find(candidate => candidate.name === name);
    if (store === undefined) throw new RangeError(`${this.model.name} has no state store ${name}`);
    return Array.from(this.evaluator.memory.store(store) as ArrayLike<number>);
  }

  /** What an agent sees now. Agents that do not act see too. */
  observation(agent: number): SteppedObservation {
    const cls = this.model.classes[this.agentOf(agent).cls];
    const numbers = new Float32Array(cls?.observation.length ?? 0);
    this.evaluator.observe(agent, numbers);
    return { numbers, pieces: this.evaluator.observeValues(agent) };
  }

  /** The whole state as numbers, as central critics and mixers read it. */
  globalState(): Float32Array {
    const numbers = new Float32Array(this.model.globalState.length);
    this.evaluator.observeState(numbers);
    return numbers;
  }

  /** An observation as lines of text, boards as boards. */
  printObservation(agent: number): string {
    const pieces = this.model.classes[this.agentOf(agent).cls]?.observation.pieces ?? [];
    const seen = this.evaluator.observeValues(agent);
    return printSight(pieces.map((piece, p) => ({ piece, values: seen[p]?.values ?? [] })));
  }

  /** Agents that choose now; none once the episode has ended. */
  acting(): readonly number[] {
    if (this.lastEnded !== 'running') return [];
    return this.model.agents.map((_, agent) => agent).filter(agent => this.evaluator.acts(agent));
  }

  /** What an agent may choose now; nothing if it does not act. */
  legal(agent: number): readonly LegalAction[] {
    if (this.lastEnded !== 'running') return [];
    const found: number[] = [];
    this.evaluator.legalActions(agent, found);
    const { names } = this.spaceOf(agent);
    return found.map(action => ({ action, name: names[action] ?? `${action}` }));
  }

  /**
   * Takes one step. `actions[i]` is the flat action of agent i, ignored where it does not act; `realActions[i]` its real components,
   * inside their bounds, needed where its actions have real parts.
   * @throws IllegalActionError for a missing or illegal action and after the end of the episode; GameError when chance is ill-defined.
   */
  step(
    actions: readonly (number | undefined)[],
    realActions: readonly (ArrayLike<number> | undefined)[] = [],
  ): StepResult {
    if (this.lastEnded !== 'running') throw new IllegalActionError('the episode has ended; reset starts the next one');
    const { evaluator, model } = this;
    const { memory } = evaluator;
    const chosen = model.agents.map((_, agent) => {
      if (!evaluator.acts(agent)) return -1;
      const action = actions[agent];
      this.requireAction(agent, action);
      this.requireReals(agent, realActions[agent]);
      return action as number;
    });
    memory.actions.set(chosen);
    model.agents.forEach((_, agent) => {
      const start = memory.realStart[agent] as number;
      const size = this.spaceOf(agent).realSize;
      const given = (chosen[agent] as number) >= 0 ? realActions[agent] : undefined;
      for (let k = 0; k < size; k++) memory.realActions[start + k] = given?.[k] ?? 0;
    });
    // A step that fails midway leaves the state as it was, but for the numbers drawn.
    let rewards: readonly number[];
    let over: boolean;
    try {
      evaluator.step();
      rewards = model.agents.map((_, agent) => evaluator.reward(agent) as number);
      over = evaluator.ended();
    } catch (error) {
      const where = `in step ${memory.time + 1}, where ${describe(model, readerOf(memory))}`;
      if (error instanceof OverflowError) throw new OverflowError(error.message, where);
      if (error instanceof ProbabilityError) throw new ProbabilityError(error.message, error.span, where);
      if (error instanceof NotActingError) throw new NotActingError(error.message, error.origin, where);
      throw error;
    }
    evaluator.commit();
    const horizon = model.horizon ?? Infinity;
    this.lastRewards = rewards;
    this.lastEnded = over ? 'terminated' : memory.time >= horizon ? 'truncated' : 'running';
    if (this.lastEnded === 'running') this.requireLegal();
    return { rewards, ended: this.lastEnded };
  }

  snapshot(): Snapshot {
    const { memory } = this.evaluator;
    return {
      stores: this.model.state.map(store => Array.from<Scalar>(memory.store(store))),
      episode: this.currentEpisode,
      counter: this.chance.stream.counter,
      time: memory.time,
      rewards: this.lastRewards,
      ended: this.lastEnded,
    };
  }

  /** Goes back (or forward) to a snapshot of the same model, seed and game; what follows is drawn as it was then. */
  restore(snapshot: Snapshot): void {
    const { memory } = this.evaluator;
    this.model.state.forEach((store, k) => {
      copyData(snapshot.stores[k] as Scalar[] as StoreData, memory.store(store));
    });
    this.currentEpisode = snapshot.episode;
    this.chance.stream = new Stream(this.seed, purposes.game, this.game, snapshot.episode, snapshot.counter);
    memory.time = snapshot.time;
    this.lastRewards = snapshot.rewards;
    this.lastEnded = snapshot.ended;
  }

  private requireLegal(): void {
    for (const agent of this.acting()) {
      if (this.legal(agent).length > 0) continue;
      throw new NoLegalActionError(agent, this.agentOf(agent).label, this.moment());
    }
  }

  /** `after 3 steps, in the state n = 2` */
  private moment(): string {
    const { memory } = this.evaluator;
    const after = `after ${this.time} ${this.time === 1 ? 'step' : 'steps'}`;
    return this.model.view.length === 0 ? after : `${after}, in the state ${describe(this.model, readerOf(memory))}`;
  }

  private requireAction(agent: number, action: number | undefined): void {
    const { label } = this.agentOf(agent);
    if (action === undefined) throw new IllegalActionError(`${label} acts now and needs an action`);
    const { count, names } = this.spaceOf(agent);
    if (!(Number.isInteger(action) && action >= 0 && action < count)) {
      throw new IllegalActionError(`the actions of ${label} are numbered 0..${count - 1}, but ${action} was given`);
    }
    if (!this.evaluator.isLegal(agent, action)) {
      throw new IllegalActionError(`${names[action] ?? action} is not legal for ${label} now`);
    }
  }

  private requireReals(agent: number, given: ArrayLike<number> | undefined): void {
    const { label } = this.agentOf(agent);
    for (const part of this.spaceOf(agent).parts) {
      if (part.kind !== 'real') continue;
      const { low, high } = part.bounds;
      for (let k = 0; k < part.size; k++) {
        const value = given?.[part.offset + k];
        if (value === undefined || !(value >= low && value <= high)) {
          throw new IllegalActionError(
            `\`${part.name}\` of ${label} must lie in ${low}..${high}, but component ${k} is ${value ?? 'missing'}`,
          );
        }
      }
    }
  }

  private agentOf(agent: number): GameModel['agents'][number] {
    const found = this.model.agents[agent];
    if (found === undefined) throw new RangeError(`${this.model.name} has no agent ${agent}`);
    return found;
  }

  private spaceOf(agent: number): ActionSpace {
    return spaceOf(this.model, this.agentOf(agent).cls);
  }
}
