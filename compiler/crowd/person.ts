/**
 * The rules of a game carried out for one agent. Of all others one stands for the crowd, and only inside sums over all agents: there it takes every
 * state and action in turn, weighted by the shares of the crowd. Anything else that is read of others is refused where it is read.
 */
import { someExpr } from '../elaborate/walk.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { Distribution, GameModel, IrExpr, IrFunction, IrStmt, Local, Store } from '../game/model.ts';
import { binary, unary, type Value } from '../game/operators.ts';
import { fold } from './fold.ts';
import { isLasting, isPlain, overCrowd } from './plain.ts';

/** Why a game cannot be read as one of a crowd. */
export class NoCrowd extends Error {}

/** Runs a statement, then what follows; several times where chance decides. */
type Run = (then: () => void) => void;
type Reduce = Extract<IrExpr, { op: 'reduce' }>;

/** Outcomes of chance in one step of one agent. */
const mostOutcomes = 20_000;

export interface OwnSlot {
  readonly store: Store;
  readonly offset: number;
  readonly low: number;
  readonly count: number;
}

/** What stood at a place before it was written. */
interface Written {
  readonly data: Float64Array;
  readonly at: number;
  readonly value: number;
}

export class Person {
  /** The reward does not depend on what chance does in the step. */
  readonly plainReward: boolean;
  readonly #model: GameModel;
  readonly #size: number;
  readonly #slots: readonly OwnSlot[];
  readonly #states: readonly (readonly number[])[];
  readonly #actions: number;
  readonly #self: number;
  readonly #other: number;
  readonly #cells = new Map<number, { value: number }>();
  readonly #stores = new Map<number, Float64Array>();
  readonly #undo: Written[] = [];
  readonly #functions = new Map<
    number,
    { readonly params: { value: number }[]; readonly run: Run; readonly result: Value }
  >();
  readonly #steady = new Set<number>();
  /** Action parts, of every flat action. */
  readonly #parts: readonly (readonly number[])[];
  readonly #step: Run;
  readonly #after: Run;
  readonly #reward: Value;
  #shares: Float64Array = new Float64Array(0);
  #time = 0;
  #meeting = 0;
  #ownState = -1;
  #ownAction = -1;
  #otherAction = -1;
  #inFold = false;
  #family = false;
  #weight = 1;
  #outcomes = 0;

  constructor(
    model: GameModel,
    size: number,
    slots: readonly OwnSlot[],
    states: readonly (readonly number[])[],
    actions: number,
    self: number,
    other: number,
  ) {
    this.#model = model;
    this.#size = size;
    this.#slots = slots;
    this.#states = states;
    this.#actions = actions;
    this.#self = self;
    this.#other = other;
    const space = model.actionSpaces[model.classes[0]?.actionSpace ?? 0];
    const sizes = (space?.parts ?? []).map(part => part.size);
    this.#parts = Array.from({ length: actions }, (_, action) => {
      let rest = action;
      const parts = new Array<number>(sizes.length);
      for (let k = sizes.length - 1; k >= 0; k--) {
        parts[k] = rest % (sizes[k] as number);
        rest = Math.floor(rest / (sizes[k] as number));
      }
      return parts;
    });
    const reward = model.rewards[self];
    if (reward === undefined) throw new NoCrowd('An agent has no reward');
    this.plainReward = isPlain(model, reward);
    this.#step = this.#block(model.step);
    this.#after = this.#block(model.after);
    this.#reward = this.#number(reward);
  }

  /** Others are spread over states and actions like this from now on. */
  meet(time: number, shares: Float64Array): void {
    this.#time = time;
    this.#shares = shares;
    this.#meeting++;
  }

  /** Every first state of the agent with its probability. */
  begin(found: (state: number, probability: number) => void): void {
    const run = this.#block(this.#model.init);
    for (const store of this.#model.state) this.#data(store).fill(Number.NaN);
    this.#ownState = -1;
    this.#weight = 1;
    this.#outcomes = 0;
    run(() => {
      const values = this.#slots.map(slot => {
        const value = this.#data(slot.store)[this.#place(slot, this.#self)] as number;
        return Number.isNaN(value) ? 0 : value;
      });
      found(this.#stateOf(values), this.#weight);
    });
    this.#restore(0);
  }

  /** What may come of an action: the next state, its probability, and the reward that comes with it. */
  act(state: number, action: number, found: (next: number, probability: number, reward: number) => void): void {
    this.#enter(state, action);
    this.#step(() =>
      this.#after(() => {
        const values = this.#slots.map((slot, k) => {
          const { role } = slot.store;
          const next = role.kind === 'state' ? role.next : undefined;
          const value = next === undefined ? Number.NaN : (this.#data(next)[this.#place(slot, this.#self)] as number);
          return Number.isNaN(value) ? (this.#states[state]?.[k] as number) : value;
        });
        found(this.#stateOf(values), this.#weight, this.#reward());
      }),
    );
    this.#restore(0);
  }

  /** The reward alone, where `plainReward` says that it depends on nothing else. */
  reward(state: number, action: number): number {
    this.#enter(state, action);
    let value = 0;
    this.#after(() => {
      value = this.#reward();
    });
    this.#restore(0);
    return value;
  }

  legal(state: number, action: number): boolean {
    const rule = this.#model.legal[this.#model.classes[0]?.actionSpace ?? 0];
    if (rule === undefined) return true;
    if (someExpr(rule.condition, part => part.op === 'reduce' && overCrowd(part, this.#size)))
      throw new NoCrowd('What an agent may do depends on the others');
    this.#enter(state, -1);
    this.#cell(rule.self).value = this.#self;
    this.#cell(rule.action).value = action;
    return this.#number(rule.condition)() !== 0;
  }

  /** What the agent sees of itself: parts that are about others are left out. */
  sight(state: number): string {
    const { observation } = this.#model.classes[0] as GameModel['classes'][number];
    this.#enter(state, -1);
    this.#cell(observation.self).value = this.#self;
    const seen: string[] = [];
    try {
      this.#block(observation.prelude)(() => {
        for (const piece of observation.pieces) {
          if (someExpr(piece.value, part => part.op === 'reduce' && overCrowd(part, this.#size))) continue;
          const value = this.#number(piece.value);
          for (let k = 0; k < piece.count; k++) {
            this.#cell(piece.variable).value = k;
            try {
              seen.push(`${piece.label} ${k} ${value()}`);
            } catch (error) {
              // Somebody else's.
              if (!(error instanceof NoCrowd)) throw error;
            }
          }
        }
      });
    } catch (error) {
      if (!(error instanceof NoCrowd)) throw error;
    }
    this.#restore(0);
    return seen.join(';');
  }

  // ------------------------------------------------------------------------------------------ state

  #place({ store, offset }: OwnSlot, agent: number): number {
    return agent * (store.size / this.#size) + offset;
  }

  #enter(state: number, action: number): void {
    if (state !== this.#ownState) {
      const values = this.#states[state] as readonly number[];
      this.#slots.forEach((slot, k) => {
        this.#data(slot.store)[this.#place(slot, this.#self)] = values[k] as number;
      });
    }
    this.#ownState = state;
    this.#ownAction = action;
    this.#weight = 1;
    this.#outcomes = 0;
  }

  #stateOf(values: readonly number[]): number {
    return values.reduce((number, value, k) => {
      const { low, count, store } = this.#slots[k] as OwnSlot;
      if (!(value >= low && value < low + count)) throw new NoCrowd(`\`${store.name}\` leaves its range`);
      return number * count + value - low;
    }, 0);
  }

  #data(store: Store): Float64Array {
    let data = this.#stores.get(store.id);
    if (data === undefined) {
      const { role } = store;
      data = new Float64Array(store.size).fill(Number.NaN);
      if (role.kind === 'constant') for (let k = 0; k < store.size; k++) data[k] = numberOf(role.data[k] ?? 0);
      this.#stores.set(store.id, data);
    }
    return data;
  }

  #cell(local: Local): { value: number } {
    let cell = this.#cells.get(local.id);
    if (cell === undefined) {
      cell = { value: 0 };
      this.#cells.set(local.id, cell);
    }
    return cell;
  }

  #write(data: Float64Array, at: number, value: number): void {
    this.#undo.push({ data, at, value: data[at] as number });
    data[at] = value;
  }

  #restore(length: number): void {
    while (this.#undo.length > length) {
      const { data, at, value } = this.#undo.pop() as Written;
      data[at] = value;
    }
  }

  // ------------------------------------------------------------------------------------------ statements

  #block(body: readonly IrStmt[]): Run {
    const runs = body.map(stmt => this.#statement(stmt));
    const from = (k: number, then: () => void): void => {
      const run = runs[k];
      if (run === undefined) then();
      else run(() => from(k + 1, then));
    };
    return then => from(0, then);
  }

  #statement(stmt: IrStmt): Run {
    switch (stmt.op) {
      case 'let': {
        const cell = this.#cell(stmt.local);
        const value = this.#number(stmt.value);
        return then => {
          cell.value = value();
          then();
        };
      }
      case 'store': {
        const data = this.#data(stmt.store);
        const index = this.#number(stmt.index);
        const value = this.#number(stmt.value);
        return then => {
          this.#write(data, index(), value());
          then();
        };
      }
      case 'copy': {
        const from = this.#data(stmt.from);
        const to = this.#data(stmt.to);
        return then => {
          for (let k = 0; k < to.length; k++) if (!Number.isNaN(from[k])) this.#write(to, k, from[k] as number);
          then();
        };
      }
      case 'for':
        return this.#loop(stmt);
      case 'if': {
        const condition = this.#number(stmt.condition);
        const yes = this.#block(stmt.then);
        const no = this.#block(stmt.else);
        return then => (condition() !== 0 ? yes(then) : no(then));
      }
      case 'draw': {
        if (!this.#family)
          throw new NoCrowd(
            `\`${stmt.local.name}\` is drawn once for all agents; a crowd has chance of its own for each`,
          );
        const cell = this.#cell(stmt.local);
        const cases = this.#cases(stmt.dist);
        return then => {
          const weight = this.#weight;
          const length = this.#undo.length;
          for (const [value, p] of cases()) {
            if (p === 0) continue;
            if (++this.#outcomes > mostOutcomes)
              throw new NoCrowd(`A step of one agent has more than ${mostOutcomes} outcomes`);
            cell.value = value;
            this.#weight = weight * p;
            then();
            this.#restore(length);
          }
          this.#weight = weight;
        };
      }
      case 'such_that':
        throw new NoCrowd('Chance is conditioned by `such that`');
    }
  }

  #loop(stmt: Extract<IrStmt, { op: 'for' }>): Run {
    const cell = this.#cell(stmt.variable);
    const each = stmt.count.op === 'const' && numberOf(stmt.count.value) === this.#size && !this.#family;
    if (each) {
      // One turn for every agent: only that of this one is taken.
      this.#steady.add(stmt.variable.id);
      this.#family = true;
      const body = this.#block(stmt.body);
      this.#family = false;
      return then => {
        cell.value = this.#self;
        body(then);
      };
    }
    const count = this.#number(stmt.count);
    const body = this.#block(stmt.body);
    return then => {
      const n = count();
      const turn = (k: number): void => {
        if (k === n) then();
        else {
          cell.value = k;
          body(() => turn(k + 1));
        }
      };
      turn(0);
    };
  }

  #cases(dist: Distribution): () => readonly (readonly [number, number])[] {
    switch (dist.kind) {
      case 'uniform_int': {
        const low = this.#number(dist.low);
        const count = this.#number(dist.count);
        return () => {
          const n = count();
          return Array.from({ length: n }, (_, k) => [low() + k, 1 / n] as const);
        };
      }
      case 'bernoulli': {
        const probability = this.#number(dist.probability);
        return () => {
          const p = probability();
          return [
            [1, p],
            [0, 1 - p],
          ];
        };
      }
      case 'categorical': {
        const weights = dist.weights.map(weight => this.#number(weight));
        return () => weights.map((weight, k) => [k, weight()] as const);
      }
      default:
        throw new NoCrowd('Chance draws real numbers');
    }
  }

  // ------------------------------------------------------------------------------------------ expressions

  #number(e: IrExpr): Value {
    switch (e.op) {
      case 'const': {
        const value = numberOf(e.value);
        return () => value;
      }
      case 'local': {
        const cell = this.#cell(e.local);
        return () => cell.value;
      }
      case 'load': {
        const data = this.#data(e.store);
        const index = this.#number(e.index);
        const { name } = e.store;
        return () => {
          const value = data[index()] as number;
          if (Number.isNaN(value))
            throw new NoCrowd(`\`${name}\` is read of another agent, outside a sum over all agents`);
          return value;
        };
      }
      case 'action': {
        const agent = this.#number(e.agent);
        const { part } = e;
        return () => {
          const who = agent();
          const action = who === this.#self ? this.#ownAction : who === this.#other ? this.#otherAction : -1;
          if (action < 0) throw new NoCrowd('`action` is read of another agent, outside a sum over all agents');
          return this.#parts[action]?.[part] as number;
        };
      }
      case 'time':
        return () => this.#time;
      case 'unary':
        return unary(e.operator, this.#number(e.operand));
      case 'binary':
        if (e.operator === 'eq' || e.operator === 'ne')
          for (const side of [e.left, e.right])
            if (someExpr(side, part => part.op === 'reduce' && overCrowd(part, this.#size)))
              throw new NoCrowd(
                'A sum over all agents is compared for equality, which a crowd without number never shows',
              );
        return binary(e.operator, this.#number(e.left), this.#number(e.right));
      case 'and': {
        const left = this.#number(e.left);
        const right = this.#number(e.right);
        return () => (left() !== 0 && right() !== 0 ? 1 : 0);
      }
      case 'or': {
        const left = this.#number(e.left);
        const right = this.#number(e.right);
        return () => (left() !== 0 || right() !== 0 ? 1 : 0);
      }
      case 'select': {
        const condition = this.#number(e.condition);
        const yes = this.#number(e.then);
        const no = this.#number(e.else);
        return () => (condition() !== 0 ? yes() : no());
      }
      case 'reduce':
        return overCrowd(e, this.#size) ? this.#crowdSum(e) : this.#fold(e);
      case 'call':
        return this.#call(e.fn, e.args);
    }
  }

  #crowdSum(e: Reduce): Value {
    if (e.operator !== 'sum')
      throw new NoCrowd(`\`${e.operator}\` over all agents is no mean over a crowd; \`count\` and \`sum\` are`);
    const cell = this.#cell(e.variable);
    const condition = e.condition === undefined ? () => 1 : this.#number(e.condition);
    const body = this.#number(e.body);
    const lasting = isLasting(e, this.#steady);
    const actions = this.#actions;
    const kept = new Float64Array(this.#states.length);
    const keptAt = new Float64Array(this.#states.length).fill(-1);
    return () => {
      if (this.#inFold) throw new NoCrowd('A sum over all agents stands inside another');
      const here = this.#ownState;
      if (here < 0) throw new NoCrowd('The first state of an agent depends on the others');
      if (lasting && keptAt[here] === this.#meeting) return kept[here] as number;
      this.#inFold = true;
      const length = this.#undo.length;
      cell.value = this.#other;
      let total = 0;
      for (let s = 0; s < this.#states.length; s++) {
        let entered = false;
        for (let a = 0; a < actions; a++) {
          const share = this.#shares[s * actions + a] as number;
          if (share === 0) continue;
          if (!entered) {
            const values = this.#states[s] as readonly number[];
            this.#slots.forEach((slot, k) => {
              this.#write(this.#data(slot.store), this.#place(slot, this.#other), values[k] as number);
            });
            entered = true;
          }
          this.#otherAction = a;
          if (condition() !== 0) total += share * body();
        }
      }
      this.#otherAction = -1;
      this.#restore(length);
      this.#inFold = false;
      const sum = this.#size * total;
      kept[here] = sum;
      keptAt[here] = this.#meeting;
      return sum;
    };
  }

  #fold(e: Reduce): Value {
    const cell = this.#cell(e.variable);
    const count = this.#number(e.count);
    const condition = e.condition === undefined ? () => 1 : this.#number(e.condition);
    const body = this.#number(e.body);
    return fold(e.operator, cell, count, condition, body);
  }

  #call(fn: IrFunction, args: readonly IrExpr[]): Value {
    const values = args.map(arg => this.#number(arg));
    let made = this.#functions.get(fn.id);
    if (made === undefined) {
      made = { params: fn.params.map(p => this.#cell(p)), run: this.#block(fn.body), result: this.#number(fn.result) };
      this.#functions.set(fn.id, made);
    }
    const { params, run, result } = made;
    return () => {
      const given = values.map(value => value());
      given.forEach((value, k) => {
        (params[k] as { value: number }).value = value;
      });
      let found = 0;
      run(() => {
        found = result();
      });
      return found;
    };
  }
}
