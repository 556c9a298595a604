/** Who can know what: the variables of the state against the agents, from what each observes now. Memory is not counted. */

import * as B from '../elaborate/bounds.ts';
import * as ir from '../elaborate/ir.ts';
import type { AgentClass, GameModel, ObservationSpace, Store, ViewValue } from '../game/model.ts';
import { type Alike, type Budget, compare, type Probe, quick } from './alike.ts';
import { compareInTime } from './counted.ts';
import { maskSpace, turnSpace } from './masks.ts';
import { leavesOf, type Observed, observedBy } from './observed.ts';
import { judgeSpace } from './policy.ts';

/**
 * `inferred`: not shown, but in every reachable state it follows from what is; `by step`: from that and the steps taken, which everyone
 * counts. `hidden`: two states look alike and differ in it; `not
 * shown`: nothing shown depends on it, and whether it follows is undecided. `none`: the agent has no such element.
 */
export type Sight = 'sees' | 'part' | 'inferred' | 'by step' | 'hidden' | 'not shown' | 'none';
/** What the list of legal actions (or being asked to act) tells beyond the observation. */
export type Telling = 'nothing new' | 'reveals' | 'undecided' | 'none';

export interface KnowledgeRow {
  readonly variable: string;
  /** Variables with one element per agent have a row for the agent's own and one for the others'. */
  readonly of: 'all' | 'own' | 'others';
  /** One element per agent, and every owner sees its own. */
  readonly private: boolean;
  /** One per column. */
  readonly cells: readonly Sight[];
}

export interface Knowledge {
  /** Agent classes by name, lone agents by theirs. */
  readonly columns: readonly string[];
  readonly rows: readonly KnowledgeRow[];
  readonly legal: readonly Telling[];
  readonly turn: readonly Telling[];
}

/** Agents of a class that are looked at; they rarely differ. */
const mostAgents = 8;
const mostColumns = 32;

/** The table of a game. States are looked at one by one within `budget`. */
export function knowledgeTable(model: GameModel, budget: Budget = quick): Knowledge {
  const classes = model.classes.slice(0, mostColumns);
  const study = new Study(model, budget);
  const rows = model.view.flatMap(({ name, value }): readonly KnowledgeRow[] => {
    const owners = ownersOf(model, value);
    if (owners === undefined) {
      const cells = classes.map((_, c) => study.cell(c, () => leavesOf(value)));
      return [{ variable: name, of: 'all', private: false, cells }];
    }
    const leavesFor = (mine: boolean) => (agent: number) =>
      owners.flatMap(({ owner, item }) => ((owner === agent) === mine ? leavesOf(item) : []));
    const own = classes.map((_, c) => study.cell(c, leavesFor(true)));
    const others = classes.map((_, c) => study.cell(c, leavesFor(false)));
    const isPrivate = own.every(cell => cell === 'sees' || cell === 'none') && own.includes('sees');
    return [
      { variable: name, of: 'own', private: isPrivate, cells: own },
      ...(others.every(cell => cell === 'none')
        ? []
        : [{ variable: name, of: 'others', private: isPrivate, cells: others } as const]),
    ];
  });
  return {
    columns: classes.map(cls => cls.name),
    rows,
    legal: classes.map((cls, c) => study.telling(c, maskSpace(model, cls), true)),
    turn: classes.map((cls, c) => study.telling(c, turnSpace(model, cls), false)),
  };
}

interface Leaf {
  readonly store: Store;
  readonly offset: number;
}

class Study {
  private readonly model: GameModel;
  private readonly budget: Budget;
  private readonly observed = new Map<number, Observed>();
  /** Once there were too many states, there always are. */
  private tooLarge = false;

  constructor(model: GameModel, budget: Budget) {
    this.model = model;
    this.budget = budget;
  }

  /** What a class knows of the elements that `leaves` names for each of its agents. */
  cell(c: number, leaves: (agent: number) => readonly Leaf[]): Sight {
    const cls = this.model.classes[c] as AgentClass;
    let all: Sight | undefined;
    for (let agent = cls.first; agent < cls.first + Math.min(cls.count, mostAgents); agent++) {
      const sight = this.sight(c, agent, leaves(agent));
      if (sight === 'none') continue;
      all = all === undefined || all === sight ? sight : 'part';
    }
    return all ?? 'none';
  }

  telling(c: number, space: ObservationSpace | undefined, acting: boolean): Telling {
    if (space === undefined) return 'none';
    const found = judgeSpace(this.model, c, space);
    if (found === undefined) return 'nothing new';
    const answer = this.ask(c, space, acting, found.time);
    return answer.kind === 'function' ? 'nothing new' : answer.kind === 'differs' ? 'reveals' : 'undecided';
  }

  private sight(c: number, agent: number, leaves: readonly Leaf[]): Sight {
    if (leaves.length === 0) return 'none';
    const { told, touched } = this.observedBy(agent);
    const count = leaves.filter(({ store, offset }) => told.has(store, offset)).length;
    if (count === leaves.length) return 'sees';
    const looked = leaves.some(({ store, offset }) => touched.has(store, offset));
    const space = values(this.model, c, agent, leaves);
    const answer = this.ask(c, space, false, false);
    if (answer.kind === 'function') return looked ? 'sees' : 'inferred';
    if (answer.kind !== 'differs') return looked ? 'part' : 'not shown';
    // Policies may read what follows from the step (policy.ts asks the same).
    const counted = compareInTime(this.model, this.probe(c, space, false, false), this.budget);
    if (counted.kind === 'function') return 'by step';
    return looked ? 'part' : counted.kind === 'differs' ? 'hidden' : 'not shown';
  }

  private observedBy(agent: number): Observed {
    const known = this.observed.get(agent) ?? observedBy(this.model, agent);
    this.observed.set(agent, known);
    return known;
  }

  private ask(c: number, space: ObservationSpace, acting: boolean, time: boolean): Alike {
    if (this.tooLarge) return { kind: 'undecided', why: 'the game has too many states' };
    const answer = compare(this.model, this.probe(c, space, acting, time), this.budget);
    if (answer.kind === 'undecided') this.tooLarge = true;
    return answer;
  }

  private probe(c: number, space: ObservationSpace, acting: boolean, time: boolean): Probe {
    return { spaces: this.model.classes.map((_, k) => (k === c ? space : undefined)), acting, time };
  }
}

/** The elements as numbers, for one agent of a class; zeros for the others. */
function values(model: GameModel, c: number, agent: number, leaves: readonly Leaf[]): ObservationSpace {
  const { self } = (model.classes[c] as AgentClass).observation;
  const mine = ir.binary('eq', ir.local(self), ir.int(agent));
  return {
    length: leaves.length,
    self,
    prelude: [],
    pieces: leaves.map(({ store, offset }, k) => ({
      label: store.name,
      offset: k,
      variable: { id: -1 - k, name: 'k', scalar: 'int', bounds: B.exactly(0) },
      count: 1,
      stride: 0,
      value: ir.select(mine, ir.load(store, ir.int(offset)), store.scalar === 'real' ? ir.real(0) : ir.int(0)),
      width: 1,
      low: 0,
    })),
  };
}

/** The owner of every element, where a variable has elements for agents. */
function ownersOf(
  model: GameModel,
  value: ViewValue,
): readonly { readonly owner: number; readonly item: ViewValue }[] | undefined {
  if (value.kind !== 'array' || value.items.length === 0) return undefined;
  const owners = value.keys.map(key => model.agents.findIndex(agent => agent.label === key));
  if (owners.includes(-1)) return undefined;
  return value.items.map((item, k) => ({ owner: owners[k] as number, item }));
}
