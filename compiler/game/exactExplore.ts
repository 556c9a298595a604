import { describe } from './describe.ts';
import { Evaluator } from './evaluate.ts';
import {
  NoLegalActionError,
  NotActingError,
  NotFiniteError,
  OverflowError,
  ProbabilityError,
  RewardError,
} from './evaluateErrors.ts';
import { readerOf, spaceOf } from './evaluateMemory.ts';
import { ChanceTree } from './exactChance.ts';
import { type KeyTable, StatePacking } from './exactPacking.ts';
import type { GameModel, Scalar } from './model.ts';

/** Walks a finite game state by state: its initial states, the joint actions of a state, the outcomes of a joint action. */
export class Explorer {
  readonly model: GameModel;
  readonly evaluator: Evaluator;
  readonly packing: StatePacking;
  /** The packed state that an outcome reaches; valid inside the visitors. */
  readonly key: Int32Array;
  /** Legal flat actions of every agent in the state opened last; empty where it does not act. */
  readonly legal: readonly number[][];
  private readonly chance: ChanceTree;
  private readonly choice: Int32Array;

  /** @throws NotFiniteError for real states or real actions. */
  constructor(model: GameModel, maxOutcomes: number) {
    this.model = model;
    for (const agent of model.agents) {
      if (spaceOf(model, agent.cls).realSize > 0) {
        throw new NotFiniteError(
          `the actions of ${agent.label} hold real numbers, so its choices cannot be listed; sample or train this game instead`,
        );
      }
    }
    this.chance = new ChanceTree(maxOutcomes);
    this.evaluator = new Evaluator(model, 'exact', this.chance);
    this.packing = new StatePacking(model, this.evaluator.memory);
    this.key = new Int32Array(this.packing.width);
    this.legal = model.agents.map(() => []);
    this.choice = new Int32Array(model.agents.length);
  }

  /** False once a result went through doubles unnoticed (results that are doubles show it themselves). */
  get rational(): boolean {
    return this.evaluator.rational && !this.chance.numbers.inexact;
  }

  /** Visits the outcomes of `init`; equal states may come several times. */
  start(visit: (probability: Scalar) => void): void {
    this.evaluator.memory.actions.fill(-1);
    this.chance.enumerate(this.evaluator.initSegments, probability => {
      this.packing.pack(this.key, false, 0);
      visit(probability);
    });
  }

  /**
   * Makes a packed state the current one, lists the legal actions and chooses the first joint action.
   * @throws NoLegalActionError when an agent that acts can do nothing.
   */
  open(states: KeyTable, index: number): void {
    this.packing.unpack(states.words, index * states.width);
    const { actions } = this.evaluator.memory;
    for (let i = 0; i < this.legal.length; i++) {
      const legal = this.legal[i] as number[];
      legal.length = 0;
      this.evaluator.legalActions(i, legal);
      if (legal.length === 0 && this.evaluator.acts(i)) this.stuck(i);
      this.choice[i] = 0;
      actions[i] = legal[0] ?? -1;
    }
  }

  /** Number of joint actions of the current state; beyond 2^53 only roughly. */
  jointCount(): number {
    return this.legal.reduce((product, legal) => product * Math.max(1, legal.length), 1);
  }

  /** `4,096 joint actions`, `about 10^3010 joint actions` */
  describeJoints(): string {
    const count = this.jointCount();
    const digits = this.legal.reduce((sum, legal) => sum + Math.log10(Math.max(1, legal.length)), 0);
    return `${count < 1e12 ? count.toLocaleString('en-US') : `about 10^${Math.floor(digits)}`} joint actions`;
  }

  /** Chooses the next joint action, the last agent's changing fastest; false after the last one. */
  nextJoint(): boolean {
    const { actions } = this.evaluator.memory;
    for (let i = this.legal.length - 1; i >= 0; i--) {
      const legal = this.legal[i] as number[];
      const k = (this.choice[i] as number) + 1;
      if (k < legal.length) {
        this.choice[i] = k;
        actions[i] = legal[k] as number;
        return true;
      }
      this.choice[i] = 0;
      actions[i] = legal[0] ?? -1;
    }
    return false;
  }

  /** Visits the outcomes of the current joint action: `key` is the state reached, rewards can be read from the evaluator. */
  outcomes(visit: (probability: Scalar, ended: boolean) => void): void {
    const { evaluator } = this;
    const { memory } = evaluator;
    try {
      this.chance.enumerate(evaluator.stepSegments, probability => {
        const ended = evaluator.ended();
        this.packing.pack(this.key, true, memory.time + 1);
        visit(probability, ended);
      });
    } catch (error) {
      if (error instanceof OverflowError) throw new OverflowError(error.message, this.occasion());
      if (error instanceof RewardError) throw new RewardError(error.message, this.occasion());
      if (error instanceof ProbabilityError) throw new ProbabilityError(error.message, error.span, this.occasion());
      if (error instanceof NotActingError) throw new NotActingError(error.message, error.origin, this.occasion());
      throw error;
    }
  }

  /** The current state and the joint action taken in it. */
  private occasion(): string {
    const { actions } = this.evaluator.memory;
    const chosen = this.model.agents.flatMap((agent, i) => {
      const name = spaceOf(this.model, agent.cls).names[actions[i] as number];
      return name === undefined ? [] : [`${agent.label} chooses ${name}`];
    });
    return `where ${this.describe()}${chosen.length === 0 ? '' : ` and ${chosen.join(', ')}`}`;
  }

  /** The current state in the game's own words. */
  describe(): string {
    const { memory } = this.evaluator;
    const time = this.model.usesTime ? memory.time : undefined;
    return describe(this.model, readerOf(memory), time);
  }

  private stuck(agent: number): never {
    const label = this.model.agents[agent]?.label ?? `agent ${agent}`;
    const state = this.describe();
    throw new NoLegalActionError(
      agent,
      label,
      state === '(no state)' ? 'when it is to choose' : `in the state ${state}`,
    );
  }
}
