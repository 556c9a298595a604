/**
 * The interpreter under the exact and the stepped reading: a `GameModel` turned into closures over flat arrays.
 *
 * Order of a step: `step`, `after`, rewards, end; the caller commits. Two number modes: `float` does what the emitted code does,
 * operation by operation; `exact` keeps fractions (see `ExactNumbers`).
 */
import type { NumberFn, ScalarFn } from './evaluateExpr.ts';
import { type IntCell, Memory } from './evaluateMemory.ts';
import { type Chance, type Segment, Statements } from './evaluateStmt.ts';
import { numberOf } from './exactNumbers.ts';
import type { GameModel, ObservationPiece, ObservationSpace, Scalar } from './model.ts';

export type NumberMode = 'exact' | 'float';

interface Piece {
  readonly piece: ObservationPiece;
  readonly variable: IntCell;
  readonly value: ScalarFn;
}

interface Legality {
  readonly self: IntCell;
  readonly action: IntCell;
  readonly condition: NumberFn;
}

interface Observer {
  readonly length: number;
  readonly self: IntCell;
  readonly prelude: () => void;
  readonly pieces: readonly Piece[];
}

/** What a game does once it has begun. */
interface Play {
  readonly segments: readonly Segment[];
  readonly rewards: readonly ScalarFn[];
  readonly end: NumberFn | undefined;
  readonly turn: NumberFn | undefined;
  readonly active: { readonly self: IntCell; readonly condition: NumberFn } | undefined;
  readonly legals: readonly (Legality | undefined)[];
}

/** What is seen of it: one observer per class of agents, and one of the whole state. */
interface Sight {
  readonly classes: readonly Observer[];
  readonly state: Observer;
}

export class Evaluator {
  readonly model: GameModel;
  readonly memory: Memory;
  /** `init` in parts: running all parts is `init()`. */
  readonly initSegments: readonly Segment[];
  private readonly statements: Statements;
  private readonly spaceOfAgent: readonly number[];
  private readonly numbers: Statements['expressions']['numbers'];
  // Made when first needed: many a game has more initial states than a quick look lists, and is never played.
  private madePlay: Play | undefined;
  private madeSight: Sight | undefined;

  constructor(model: GameModel, mode: NumberMode, chance: Chance) {
    this.model = model;
    this.memory = new Memory(model, mode === 'exact');
    this.statements = new Statements(this.memory, chance);
    this.numbers = this.statements.expressions.numbers;
    const [first, ...others] = this.statements.segments(model.init);
    const start = () => {
      this.clear();
      first?.run();
    };
    this.initSegments = [{ run: start, shared: { cells: [], stores: [] } }, ...others];
    this.spaceOfAgent = model.agents.map(agent => model.classes[agent.cls]?.actionSpace ?? 0);
  }

  /** `step` with `after` in parts: running all parts is `step()`. */
  get stepSegments(): readonly Segment[] {
    return this.play.segments;
  }

  private get play(): Play {
    this.madePlay ??= this.makePlay();
    return this.madePlay;
  }

  private get sight(): Sight {
    this.madeSight ??= this.makeSight();
    return this.madeSight;
  }

  private makePlay(): Play {
    const { model, memory, statements } = this;
    const { expressions } = statements;
    const { active } = model;
    return {
      segments: statements.segments([...model.step, ...model.after]),
      rewards: model.rewards.map(reward => expressions.scalar(reward)),
      end: model.end === undefined ? undefined : expressions.number(model.end),
      turn: model.turn === undefined ? undefined : expressions.number(model.turn),
      active: active && { self: memory.int(active.self), condition: expressions.number(active.condition) },
      legals: model.legal.map(
        legal =>
          legal && {
            self: memory.int(legal.self),
            action: memory.int(legal.action),
            condition: expressions.number(legal.condition),
          },
      ),
    };
  }

  private makeSight(): Sight {
    const { model, memory, statements } = this;
    const observer = (space: ObservationSpace): Observer => ({
      length: space.length,
      self: memory.int(space.self),
      prelude: statements.block(space.prelude),
      pieces: space.pieces.map(piece => ({
        piece,
        variable: memory.int(piece.variable),
        value: statements.expressions.scalar(piece.value),
      })),
    });
    return {
      classes: model.classes.map(({ observation }) => observer(observation)),
      state: observer(model.globalState),
    };
  }

  /** False once an exact result is known to have gone through doubles unnoticed. Values that are doubles tell it themselves. */
  get rational(): boolean {
    return !this.numbers.inexact;
  }

  /** Writes an initial state; time 0. */
  init(): void {
    for (const segment of this.initSegments) segment.run();
  }

  /** Runs `step` and `after` on the joint action in `memory.actions` (and `memory.realActions`). */
  step(): void {
    for (const segment of this.stepSegments) segment.run();
  }

  /** Reward of an agent; only between `step` and `commit`. */
  reward(agent: number): Scalar {
    const reward = this.play.rewards[agent];
    return reward === undefined ? 0 : reward();
  }

  /** Does the game end with this step? Only between `step` and `commit`. */
  ended(): boolean {
    const { end } = this.play;
    return end !== undefined && end() !== 0;
  }

  /** The state reached becomes the state. */
  commit(): void {
    this.memory.commit();
    this.memory.time++;
  }

  private clear(): void {
    this.memory.time = 0;
    for (const store of this.model.state) this.memory.store(store).fill(0 as never);
  }

  acts(agent: number): boolean {
    const { turn, active } = this.play;
    if (turn !== undefined && turn() !== agent) return false;
    if (active === undefined) return true;
    active.self.value = agent;
    return active.condition() !== 0;
  }

  /** Is the flat action legal for an agent that acts? */
  isLegal(agent: number, action: number): boolean {
    const legal = this.play.legals[this.spaceOfAgent[agent] as number];
    if (legal === undefined) return true;
    legal.self.value = agent;
    legal.action.value = action;
    return legal.condition() !== 0;
  }

  /** Appends the legal flat actions of an agent to `out`, nothing if it does not act. */
  legalActions(agent: number, out: number[]): void {
    if (!this.acts(agent)) return;
    const { count } = this.model.actionSpaces[this.spaceOfAgent[agent] as number] as { count: number };
    for (let action = 0; action < count; action++) if (this.isLegal(agent, action)) out.push(action);
  }

  /** Writes the numeric observation of an agent, `ObservationSpace.length` slots from `offset` on. */
  observe(agent: number, out: Float64Array | Float32Array, offset = 0): void {
    this.encode(this.sight.classes[this.model.agents[agent]?.cls ?? 0] as Observer, agent, out, offset);
  }

  /** The whole state as numbers. */
  observeState(out: Float64Array | Float32Array): void {
    this.encode(this.sight.state, 0, out, 0);
  }

  private encode(observer: Observer, agent: number, out: Float64Array | Float32Array, offset: number): void {
    out.fill(0, offset, offset + observer.length);
    // Observations are doubles in any case: what they round says nothing about probabilities and rewards.
    const { inexact } = this.numbers;
    observer.self.value = agent;
    observer.prelude();
    for (const { piece, variable, value } of observer.pieces) {
      const { count, stride, width, low } = piece;
      let at = offset + piece.offset;
      for (let k = 0; k < count; k++, at += stride) {
        variable.value = k;
        const v = numberOf(value());
        if (width === 1) out[at] = v;
        else if (v >= low && v < low + width) out[at + v - low] = 1;
      }
    }
    this.numbers.inexact = inexact;
  }

  /** The observation as values, before one-hot: one list per piece. */
  observeValues(agent: number): { readonly label: string; readonly values: readonly number[] }[] {
    const observer = this.sight.classes[this.model.agents[agent]?.cls ?? 0] as Observer;
    observer.self.value = agent;
    observer.prelude();
    return observer.pieces.map(({ piece, variable, value }) => {
      const values = Array.from({ length: piece.count }, (_, k) => {
        variable.value = k;
        return numberOf(value());
      });
      return { label: piece.label, values };
    });
  }
}
