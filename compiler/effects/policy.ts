/**
 * May an agent's policy read this? It may read what the agent observes, what it did, the time, and whatever is a function of these. The
 * form decides first: everything read is told by the observation, or the expression itself is observed. In small games every reachable
 * state decides what the form leaves open.
 */
import { withinLimits } from '../elaborate/budget.ts';
import type { Input } from '../elaborate/inputs.ts';
import * as ir from '../elaborate/ir.ts';
import { substitute } from '../elaborate/substitute.ts';
import type { GameModel, IrExpr, ObservationSpace, Store } from '../game/model.ts';
import { type Budget, type Pair, quick } from './alike.ts';
import type { Trail } from './base.ts';
import { compareInTime } from './counted.ts';
import { observedBy } from './observed.ts';
import { ReadsOf } from './reads.ts';

export interface HiddenRead {
  readonly store: Store;
  readonly element: number;
  readonly trail: Trail;
}

export type Verdict =
  | { readonly kind: 'known'; readonly by: 'construction' }
  | { readonly kind: 'known'; readonly by: 'exhaustive'; readonly states: number }
  | {
      readonly kind: 'hidden';
      /** The agent from which it is hidden. */
      readonly agent: number;
      readonly reads: readonly HiddenRead[];
      /** Two states that show it. */
      readonly pair: Pair | undefined;
      /** Why nothing else could be shown, where there is no pair. */
      readonly why: string | undefined;
    };

/** Elements of lists looked at one by one, over all agents. */
const mostElements = 100_000;

/** What an input of class `cls` is to its agents. `model` is the game without what the training adds to it. */
export function judge(model: GameModel, cls: number, input: Input, budget: Budget = quick): Verdict {
  if (input.kind !== 'computed') return { kind: 'known', by: 'construction' };
  const found = judgeSpace(model, cls, input.space);
  if (found === undefined) return { kind: 'known', by: 'construction' };
  const spaces = model.classes.map((_, c) => (c === cls ? input.space : undefined));
  const answer = compareInTime(model, { spaces, acting: false, time: found.time }, budget);
  switch (answer.kind) {
    case 'function':
      return { kind: 'known', by: 'exhaustive', states: answer.states };
    case 'differs': {
      const { agent } = answer.pair;
      const own = agent === found.agent ? found : (judgeSpace(model, cls, input.space, agent) ?? found);
      return { kind: 'hidden', agent, reads: own.reads, pair: answer.pair, why: undefined };
    }
    case 'undecided':
      return { kind: 'hidden', agent: found.agent, reads: found.reads, pair: undefined, why: answer.why };
  }
}

interface Found {
  readonly agent: number;
  readonly reads: readonly HiddenRead[];
  readonly time: boolean;
}

/** The first agent of the class (or `only` this one) for which the form does not show that it knows the values of `space`. */
export function judgeSpace(model: GameModel, cls: number, space: ObservationSpace, only?: number): Found | undefined {
  const members = model.classes[cls];
  if (members === undefined) return undefined;
  let elements = 0;
  for (let agent = members.first; agent < members.first + members.count; agent++) {
    if (only !== undefined && agent !== only) continue;
    const { told } = observedBy(model, agent);
    const shown = new Terms(members.observation, agent);
    const reads = new ReadsOf().fix(space.self, agent).run(space.prelude);
    const hidden: HiddenRead[] = [];
    let time = false;
    for (const piece of space.pieces)
      for (let k = 0; k < piece.count; k++) {
        reads.fix(piece.variable, k);
        const effect = reads.of(piece.value).reads;
        time ||= effect.time;
        const missing = [...effect.state].filter(([store, element]) => !told.has(store, element));
        if (missing.length === 0) continue;
        if (
          ++elements <= mostElements &&
          shown.has(
            piece.value,
            new Map([
              [space.self, ir.int(agent)],
              [piece.variable, ir.int(k)],
            ]),
            told,
            reads,
          )
        )
          continue;
        for (const [store, element, trail] of missing)
          if (!hidden.some(one => one.store === store && one.element === element))
            hidden.push({ store, element, trail });
      }
    if (hidden.length > 0) return { agent, reads: hidden, time };
  }
  return undefined;
}

/** The expressions that an agent's observation consists of. */
class Terms {
  private readonly space: ObservationSpace;
  private readonly agent: number;
  private keys: ReadonlySet<number> | undefined;

  constructor(space: ObservationSpace, agent: number) {
    this.space = space;
    this.agent = agent;
  }

  /** Is `e` (with its variables replaced) one of them, or made of them and of what is told? */
  has(
    e: IrExpr,
    values: ReadonlyMap<ObservationSpace['self'], IrExpr>,
    told: { has(store: Store, element: number): boolean },
    reads: ReadsOf,
  ): boolean {
    return (
      withinLimits(
        () => {
          const known = this.observed();
          const go = (part: IrExpr): boolean => {
            const effect = reads.of(part).reads;
            if ([...effect.state].every(([store, element]) => told.has(store, element))) return true;
            if (known.has(ir.keyOf(substitute(part, values)))) return true;
            switch (part.op) {
              case 'unary':
                return go(part.operand);
              case 'binary':
              case 'and':
              case 'or':
                return go(part.left) && go(part.right);
              case 'select':
                return go(part.condition) && go(part.then) && go(part.else);
              default:
                return false;
            }
          };
          return go(e);
        },
        () => {},
      ) ?? false
    );
  }

  private observed(): ReadonlySet<number> {
    if (this.keys !== undefined) return this.keys;
    const keys = new Set<number>();
    const { self, pieces } = this.space;
    for (const piece of pieces) {
      // A one-hot code shows values outside of it as zeros, all alike.
      const { low, high } = piece.value.bounds;
      if (piece.width > 1 && (low < piece.low || high >= piece.low + piece.width)) continue;
      for (let k = 0; k < Math.min(piece.count, 1_024); k++) {
        const values = new Map([
          [self, ir.int(this.agent)],
          [piece.variable, ir.int(k)],
        ]);
        keys.add(ir.keyOf(substitute(piece.value, values)));
      }
    }
    this.keys = keys;
    return keys;
  }
}
