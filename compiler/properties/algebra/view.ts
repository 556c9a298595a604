/** The rewards of a game as polynomials, whole families at once where they are written so. */
import type { GameModel, IrExpr, Store } from '../../game/model.ts';
import { read } from './memory.ts';
import { type Atom, Poly } from './polynomial.ts';
import { contentOf, type Frame, type Options, Reader } from './reader.ts';
import type { Session } from './session.ts';
import { sum } from './sums.ts';

export interface Depth extends Options {
  /** Look into what the step computes, or take its names as they are? */
  readonly open: boolean;
}

/** Rewards of agents `first .. first + count - 1`: elements of one array. */
interface Family {
  readonly first: number;
  readonly count: number;
  readonly store: Store;
  readonly from: number;
}

/** Agents `agent .. agent + count - 1`, and the reward of the one with number `variable` among them. */
export interface Member {
  readonly agent: number;
  readonly count: number;
  readonly variable: Atom | undefined;
  readonly reward: Poly;
}

export class Rewards {
  readonly session: Session;
  private readonly model: GameModel;
  private readonly depth: Depth;
  private readonly reader: Reader;
  private readonly frame: Frame;
  private readonly known = new Map<number, Poly>();
  private sum: Poly | undefined;

  constructor(session: Session, model: GameModel, depth: Depth) {
    this.session = session;
    this.model = model;
    this.depth = depth;
    this.reader = new Reader(session, model, depth);
    this.frame = this.reader.start();
    if (depth.open) this.reader.run(model.step, this.frame);
    else this.reader.pass(model.step, this.frame);
    this.reader.run(model.after, this.frame);
  }

  /** The reward of one agent. */
  of(agent: number): Poly {
    const known = this.known.get(agent) ?? this.reader.value(this.model.rewards[agent] as IrExpr, this.frame);
    this.known.set(agent, known);
    return known;
  }

  /** Every family with the reward of its member `variable`, and the agents that stand alone. */
  members(): readonly Member[] {
    return this.families().map(found => {
      if (typeof found === 'number') return { agent: found, count: 1, variable: undefined, reward: this.of(found) };
      const variable = this.session.variable('p', found.count);
      const index = Poly.atom(variable).add(Poly.int(found.from));
      const reward = read(this.session, contentOf(this.frame, found.store), index);
      return { agent: found.first, count: found.count, variable, reward };
    });
  }

  /** The sum of all rewards. */
  total(): Poly {
    this.sum ??= this.added();
    return this.sum;
  }

  private added(): Poly {
    let total = Poly.zero;
    if (this.depth.unroll >= this.model.agents.length) {
      for (let agent = 0; agent < this.model.agents.length; agent++) total = total.add(this.of(agent));
      return total;
    }
    for (const { variable, reward } of this.members())
      total = total.add(variable === undefined ? reward : sum(this.session, variable, reward));
    return total;
  }

  private families(): readonly (Family | number)[] {
    const found: (Family | number)[] = [];
    this.model.rewards.forEach((reward, agent) => {
      const at = reward.op === 'load' && reward.index.op === 'const' ? Number(reward.index.value) : undefined;
      const last = found.at(-1);
      if (reward.op !== 'load' || at === undefined || reward.store.role.kind !== 'scratch') found.push(agent);
      else if (typeof last === 'object' && last.store === reward.store && last.from + last.count === at)
        found[found.length - 1] = { ...last, count: last.count + 1 };
      else found.push({ first: agent, count: 1, store: reward.store, from: at });
    });
    return found;
  }
}
