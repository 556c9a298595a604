/** Statements and expressions of a game, made into functions that carry them out for one agent among many. */
import { someExpr } from '../elaborate/walk.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { Distribution, IrExpr, IrFunction, IrStmt } from '../game/model.ts';
import { binary, unary, type Value } from '../game/operators.ts';
import { fold } from './fold.ts';
import { overCrowd, readsAgents } from './identity.ts';
import { Memory } from './memory.ts';
import { Others } from './others.ts';
import { isLasting } from './plain.ts';
import { type Follower, mostWays, NoCrowd, type OwnSlot, type Setting } from './setting.ts';

/** Runs a statement, then what follows; several times where chance decides, or who is met. */
export type Run = (then: () => void) => void;
type Reduce = Extract<IrExpr, { op: 'reduce' }>;

export class Rules {
  readonly memory: Memory;
  readonly others: Others;
  /** Product of the chances so far. */
  weight = 1;
  readonly #setting: Setting;
  readonly #self: number;
  readonly #functions = new Map<
    number,
    { readonly params: { value: number }[]; readonly run: Run; readonly result: Value }
  >();
  readonly #steady = new Set<number>();
  /** Action parts, of every flat action. */
  readonly #parts: readonly (readonly number[])[];
  #shares: Float64Array = new Float64Array(0);
  #time = 0;
  #meeting = 0;
  #ownState = -1;
  #ownAction = -1;
  #inFold = false;
  #inside = false;
  #family = false;
  #outcomes = 0;

  /** `rows`: what others may be, as rows of state and action. */
  constructor(setting: Setting, self: number, rows: readonly number[], follower: Follower | undefined) {
    const { model, size, actions } = setting;
    this.#setting = setting;
    this.#self = self;
    this.memory = new Memory(size);
    this.others = new Others(setting, self, rows, follower);
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
  }

  /** Others are spread over states and actions like this from now on. */
  spread(time: number, shares: Float64Array): void {
    this.#time = time;
    this.#shares = shares;
    this.#meeting++;
    this.others.spread(time, shares);
  }

  /** The agent is in a state (-1: in none yet) and takes an action (-1: none yet). `alone` says why others must not be read. */
  enter(state: number, action: number, alone?: string): void {
    if (state !== this.#ownState && state >= 0) {
      const values = this.#setting.values[state] as readonly number[];
      this.#setting.slots.forEach((slot, k) => {
        this.memory.data(slot.store)[this.place(slot, this.#self)] = values[k] as number;
      });
    }
    this.#ownState = state;
    this.#ownAction = action;
    this.others.alone = alone;
    this.others.encounters.part();
    this.weight = 1;
    this.#outcomes = 0;
    this.#inside = false;
    this.#inFold = false;
  }

  /** Where an agent's variable stands. */
  place({ store, offset }: OwnSlot, agent: number): number {
    return agent * (store.size / this.#setting.size) + offset;
  }

  /** What follows, for every value that something has: it may depend on who is met. */
  each<T>(value: () => T, then: (value: T) => void): void {
    if (this.#inside) {
      // Part of an expression, which is gone through as a whole.
      then(value());
      return;
    }
    const { encounters } = this.others;
    const { depth } = encounters;
    const written = this.memory.depth;
    do {
      this.#inside = true;
      const found = value();
      this.#inside = false;
      if (encounters.tried > mostWays) throw this.others.tooMany();
      then(found);
      this.memory.restore(written);
    } while (encounters.turn(depth));
  }

  // ------------------------------------------------------------------------------------------ statements

  block(body: readonly IrStmt[]): Run {
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
        const cell = this.memory.cell(stmt.local);
        const value = this.number(stmt.value);
        return then =>
          this.each(value, found => {
            const before = cell.value;
            cell.value = found;
            then();
            // Another way through the same turn of a loop reads it again.
            cell.value = before;
          });
      }
      case 'store': {
        const data = this.memory.data(stmt.store);
        const index = this.number(stmt.index);
        const value = this.number(stmt.value);
        return then => {
          let at = 0;
          this.each(
            () => {
              at = index();
              return value();
            },
            found => {
              this.memory.write(data, at, found);
              then();
            },
          );
        };
      }
      case 'copy': {
        const from = this.memory.data(stmt.from);
        const to = this.memory.data(stmt.to);
        return then => {
          const length = Math.min(from.length, to.length);
          for (let k = 0; k < length; k++) if (!Number.isNaN(from[k])) this.memory.write(to, k, from[k] as number);
          then();
        };
      }
      case 'for':
        return this.#loop(stmt);
      case 'if': {
        const condition = this.number(stmt.condition);
        const yes = this.block(stmt.then);
        const no = this.block(stmt.else);
        return then => this.each(condition, found => (found !== 0 ? yes(then) : no(then)));
      }
      case 'draw': {
        if (!this.#family)
          throw new NoCrowd(
            `\`${stmt.local.name}\` is drawn once for all agents; a crowd has chance of its own for each: write \`${stmt.local.name}[p: ${this.#setting.model.classes[0]?.name}] ~ ...\``,
          );
        const cell = this.memory.cell(stmt.local);
        const cases = this.#cases(stmt.dist);
        return then =>
          this.each(cases, found => {
            const { weight } = this;
            const written = this.memory.depth;
            const before = cell.value;
            for (const [value, p] of found) {
              if (p === 0) continue;
              if (++this.#outcomes > mostWays) throw this.others.tooMany();
              cell.value = value;
              this.weight = weight * p;
              then();
              this.memory.restore(written);
            }
            this.weight = weight;
            cell.value = before;
          });
      }
      case 'such_that':
        throw new NoCrowd(
          'Chance is conditioned by `such that`, which is not followed: draw what is possible from the start',
        );
    }
  }

  #loop(stmt: Extract<IrStmt, { op: 'for' }>): Run {
    const cell = this.memory.cell(stmt.variable);
    const each = stmt.count.op === 'const' && numberOf(stmt.count.value) === this.#setting.size && !this.#family;
    if (each) {
      // One turn for every agent: only that of this one is taken.
      this.#steady.add(stmt.variable.id);
      this.#family = true;
      const body = this.block(stmt.body);
      this.#family = false;
      return then => {
        cell.value = this.#self;
        body(then);
      };
    }
    const count = this.number(stmt.count);
    const body = this.block(stmt.body);
    return then =>
      this.each(count, n => {
        const turn = (k: number): void => {
          if (k === n) {
            then();
            return;
          }
          const before = cell.value;
          cell.value = k;
          body(() => {
            turn(k + 1);
            cell.value = k;
          });
          cell.value = before;
        };
        turn(0);
      });
  }

  #cases(dist: Distribution): () => readonly (readonly [number, number])[] {
    switch (dist.kind) {
      case 'uniform_int': {
        const low = this.number(dist.low);
        const count = this.number(dist.count);
        return () => {
          const n = count();
          return Array.from({ length: n }, (_, k) => [low() + k, 1 / n] as const);
        };
      }
      case 'bernoulli': {
        const probability = this.number(dist.probability);
        return () => {
          const p = probability();
          return [
            [1, p],
            [0, 1 - p],
          ];
        };
      }
      case 'categorical': {
        const weights = dist.weights.map(weight => this.number(weight));
        return () => weights.map((weight, k) => [k, weight()] as const);
      }
      default:
        throw new NoCrowd('Chance draws real numbers; a crowd is followed through finitely many states');
    }
  }

  // ------------------------------------------------------------------------------------------ expressions

  number(e: IrExpr): Value {
    switch (e.op) {
      case 'const': {
        const value = numberOf(e.value);
        return () => value;
      }
      case 'local': {
        const cell = this.memory.cell(e.local);
        return () => cell.value;
      }
      case 'load': {
        const data = this.memory.data(e.store);
        const index = this.number(e.index);
        const { store } = e;
        return () => {
          const at = index();
          const value = data[at] as number;
          return Number.isNaN(value) ? this.others.value(store, at) : value;
        };
      }
      case 'action': {
        const agent = this.number(e.agent);
        const { part } = e;
        const partOf = (action: number): number => this.#parts[action]?.[part] as number;
        return () => {
          const who = agent();
          return who === this.#self && this.#ownAction >= 0
            ? partOf(this.#ownAction)
            : this.others.action(who, part, partOf);
        };
      }
      case 'time':
        return () => this.#time;
      case 'unary':
        return unary(e.operator, this.number(e.operand));
      case 'binary':
        if (e.operator === 'eq' || e.operator === 'ne')
          for (const side of [e.left, e.right])
            if (someExpr(side, part => part.op === 'reduce' && overCrowd(part, this.#setting.size)))
              throw new NoCrowd(
                'A sum over all agents is compared for equality, which a crowd without number never shows: compare a share by `<` or `>`',
              );
        return binary(e.operator, this.number(e.left), this.number(e.right));
      case 'and':
      case 'or': {
        // What asks no agent comes first: who is not near is not met.
        const turned = readsAgents(e.left) && !readsAgents(e.right);
        const first = this.number(turned ? e.right : e.left);
        const second = this.number(turned ? e.left : e.right);
        if (e.op === 'and') return () => (first() !== 0 && second() !== 0 ? 1 : 0);
        return () => (first() !== 0 || second() !== 0 ? 1 : 0);
      }
      case 'select': {
        const condition = this.number(e.condition);
        const yes = this.number(e.then);
        const no = this.number(e.else);
        return () => (condition() !== 0 ? yes() : no());
      }
      case 'reduce':
        return overCrowd(e, this.#setting.size) ? this.#crowdSum(e) : this.#fold(e);
      case 'call':
        return this.#call(e.fn, e.args);
    }
  }

  #crowdSum(e: Reduce): Value {
    if (e.operator !== 'sum')
      throw new NoCrowd(
        `\`${e.operator}\` over all agents is no mean over a crowd; \`count\` and \`sum\` are, and any fold over certain others (\`if adjacent(p, q)\`)`,
      );
    const cell = this.memory.cell(e.variable);
    const condition = e.condition === undefined ? () => 1 : this.number(e.condition);
    const body = this.number(e.body);
    const lasting = isLasting(e, this.#steady, this.#setting.size);
    const { actions, size, values, slots } = this.#setting;
    const kept = new Float64Array(values.length);
    const keptAt = new Float64Array(values.length).fill(-1);
    return () => {
      if (this.#inFold) throw new NoCrowd('A sum over all agents stands inside another');
      const here = this.#ownState;
      if (here < 0) throw new NoCrowd('The first state of an agent depends on the others');
      if (lasting && keptAt[here] === this.#meeting) return kept[here] as number;
      this.#inFold = true;
      const written = this.memory.depth;
      cell.value = size;
      let total = 0;
      values.forEach((list, s) => {
        let entered = false;
        for (let a = 0; a < actions; a++) {
          const share = this.#shares[s * actions + a] as number;
          if (share === 0) continue;
          if (!entered) {
            slots.forEach((slot, k) => {
              this.memory.write(this.memory.data(slot.store), this.place(slot, size), list[k] as number);
            });
            entered = true;
          }
          this.others.row = s * actions + a;
          if (condition() !== 0) total += share * body();
        }
      });
      this.memory.restore(written);
      this.#inFold = false;
      const sum = size * total;
      kept[here] = sum;
      keptAt[here] = this.#meeting;
      return sum;
    };
  }

  #fold(e: Reduce): Value {
    const cell = this.memory.cell(e.variable);
    const count = this.number(e.count);
    const condition = e.condition === undefined ? () => 1 : this.number(e.condition);
    const body = this.number(e.body);
    return fold(e.operator, cell, count, condition, body);
  }

  #call(fn: IrFunction, args: readonly IrExpr[]): Value {
    const values = args.map(arg => this.number(arg));
    let made = this.#functions.get(fn.id);
    if (made === undefined) {
      made = {
        params: fn.params.map(p => this.memory.cell(p)),
        run: this.block(fn.body),
        result: this.number(fn.result),
      };
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
