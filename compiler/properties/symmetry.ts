/** Is the game the same with two agents exchanged? */
import type { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { decode, everywhere, type Fact, namedAction, proved, provedUpToRounding, refuted, unknown } from './base.ts';
import { certain, clusters, compareDoubles, lastDigits } from './doubles.ts';
import { knowsState } from './information.ts';
import { jointText } from './wording.ts';

const workLimit = 20_000_000;

/**
 * Exchanging any two agents (with their actions and rewards) gives the same game. Neighbours are exchanged one pair at a
 * time; these exchanges generate all others. For one exchange, states are sorted into the coarsest classes such that a
 * state and its partner in the exchanged game agree in rewards and in the probabilities of the classes reached
 * (partition refinement over the game and its exchanged copy side by side); the exchange is a symmetry if the initial
 * states agree too. Games in which agents see only part of the state are left open: what they see would have to be
 * matched as well.
 */
export function symmetric(game: TabularGame, model?: GameModel): Fact {
  const n = game.agents.length;
  if (n < 2) return refuted('Symmetry is about two or more agents, and the game has one.');
  for (let agent = 1; agent < n; agent++) {
    const names = game.actionNames[agent] as readonly string[];
    const before = game.actionNames[agent - 1] as readonly string[];
    if (names.length !== before.length || names.some((name, k) => name !== before[k]))
      return refuted(`${game.agents[agent - 1]} and ${game.agents[agent]} have different actions.`);
  }
  if (game.stateCount > 1 && knowsState(game, model).status !== 'proved')
    return unknown('agents see only part of the state, and the symmetry of what they see is not examined');
  const how = n === 2 ? everywhere(game) : `every exchange of neighbouring agents was ${everywhere(game)}`;
  const found = exchanges(game, lastDigits);
  if (game.exact !== undefined) return found ?? proved('exhaustive', how);
  if (found === undefined) return provedUpToRounding(how);
  // What rounding may explain speaks neither for nor against.
  return exchanges(game, certain) ?? unknown('what an exchange changes is too little to be told from rounding');
}

/** What speaks against some exchange, where doubles within a relative `gap` count as equal. */
function exchanges(game: TabularGame, gap: number): Fact | undefined {
  const numbered = numberedBy(game, gap);
  let work = 0;
  for (let agent = 0; agent + 1 < game.agents.length; agent++) {
    const found = exchange(game, agent, gap, numbered, cost => {
      work += cost;
      return work <= workLimit;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What speaks against exchanging `first` and `first + 1`, or undefined. */
function exchange(
  game: TabularGame,
  first: number,
  gap: number,
  numbered: Numbered,
  spend: (cost: number) => boolean,
): Fact | undefined {
  const size = game.stateCount;
  const exact = game.exact !== undefined;
  // Class of state s in the game itself, and of s in the exchanged copy.
  let own = new Int32Array(size);
  let copy = new Int32Array(size);
  let classes = 1;
  for (;;) {
    if (!spend(2 * game.outcomeState.length * game.agents.length))
      return unknown('the game is too large to examine its symmetry');
    const numbers = new Map<string, number>();
    const number = (signature: string): number => {
      const known = numbers.get(signature);
      if (known !== undefined) return known;
      numbers.set(signature, numbers.size);
      return numbers.size - 1;
    };
    const nextOwn = new Int32Array(size);
    const nextCopy = new Int32Array(size);
    const write = writer(gap, exact, text => {
      for (let state = 0; state < size; state++) {
        signature(game, state, undefined, own, numbered, text);
        signature(game, state, first, copy, numbered, text);
      }
    });
    for (let state = 0; state < size; state++) {
      nextOwn[state] = number(`${own[state]}:${signature(game, state, undefined, own, numbered, write)}`);
      nextCopy[state] = number(`${copy[state]}:${signature(game, state, first, copy, numbered, write)}`);
    }
    own = nextOwn;
    copy = nextCopy;
    if (numbers.size === classes) break;
    classes = numbers.size;
  }
  const write = writer(gap, exact, text => {
    initial(game, own, numbered, text);
    initial(game, copy, numbered, text);
  });
  if (initial(game, own, numbered, write) === initial(game, copy, numbered, write)) return undefined;
  const names = `${game.agents[first]} and ${game.agents[first + 1]}`;
  if (size === 1) return oneStateWitness(game, first, names);
  const state = game.initialStates.find((s, k) => own[s] !== copy[game.initialStates[k] as number]);
  const place = state === undefined ? undefined : game.describeState(state);
  return refuted(
    `Exchanging ${names} changes the game${place === undefined ? '' : ` that starts in the state ${place}`}.`,
    place,
  );
}

/** Everything a joint action of a state does, joint actions in the order that the (exchanged) agents number them. */
function signature(
  game: TabularGame,
  state: number,
  exchanged: number | undefined,
  classOf: Int32Array,
  numbered: Numbered,
  write: Write,
): string {
  const n = game.agents.length;
  const actions = new Int32Array(n);
  const rows: string[] = [];
  for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
    decode(game, state, joint, actions);
    swap(actions, exchanged);
    const outcomes = new Map<string, Probability>();
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const rewards = new Int32Array(n);
      for (let agent = 0; agent < n; agent++) rewards[agent] = numbered.reward(o * n + agent);
      swap(rewards, exchanged);
      const next = game.outcomeState[o] as number;
      const key = `${next === -1 ? 'end' : classOf[next]} ${rewards.join(' ')}`;
      outcomes.set(key, plus(outcomes.get(key), numbered.outcome(o)));
    }
    const sorted = [...outcomes].map(([key, probability]) => `${key} ${write(probability)}`).sort();
    rows.push(`${actions.join(' ')} > ${sorted.join(', ')}`);
  }
  return rows.sort().join('; ');
}

function initial(game: TabularGame, classOf: Int32Array, numbered: Numbered, write: Write): string {
  const mass = new Map<number, Probability>();
  game.initialStates.forEach((state, k) => {
    const cls = classOf[state] as number;
    mass.set(cls, plus(mass.get(cls), numbered.initial(k)));
  });
  return [...mass]
    .map(([cls, probability]) => `${cls} ${write(probability)}`)
    .sort()
    .join(', ');
}

/** The joint action whose payoffs differ from those of its mirror image. */
function oneStateWitness(game: TabularGame, first: number, names: string): Fact {
  const n = game.agents.length;
  const actions = new Int32Array(n);
  const expected = (joint: number, agent: number): number => {
    let sum = 0;
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
      sum += (game.outcomeProbability[o] as number) * (game.outcomeReward[o * n + agent] as number);
    return sum;
  };
  const mirror = new Map<string, number>();
  const joints = Array.from(
    { length: (game.jointStart[1] as number) - (game.jointStart[0] as number) },
    (_, k) => (game.jointStart[0] as number) + k,
  );
  for (const joint of joints) {
    decode(game, 0, joint, actions);
    mirror.set(actions.join(' '), joint);
  }
  for (const joint of joints) {
    decode(game, 0, joint, actions);
    swap(actions, first);
    const other = mirror.get(actions.join(' '));
    const mine = expected(joint, first);
    const theirs = other === undefined ? Number.NaN : expected(other, first + 1);
    if (compareDoubles(mine, theirs) !== 'different') continue;
    const action = namedAction(game, 0, joint);
    const there =
      other === undefined
        ? 'the mirrored choice does not exist'
        : `after the mirrored choice ${game.agents[first + 1]} gets ${theirs}`;
    return refuted(`After ${jointText(action)}, ${game.agents[first]} gets ${mine}, but ${there}.`, undefined, action);
  }
  return refuted(`Exchanging ${names} changes the game.`);
}

function swap<T>(values: { [index: number]: T }, first: number | undefined): void {
  if (first === undefined) return;
  const kept = values[first] as T;
  values[first] = values[first + 1] as T;
  values[first + 1] = kept;
}

type Probability = number | Rational;
type Write = (probability: Probability) => string;

/** The numbers of the table as they are compared: fractions where there are any. */
interface Numbered {
  readonly reward: (k: number) => number;
  readonly initial: (k: number) => Probability;
  readonly outcome: (o: number) => Probability;
}

/** Rewards by number (fractions in the order in which they are met, doubles by their clusters). */
function numberedBy(game: TabularGame, gap: number): Numbered {
  const { exact } = game;
  const classes = new Int32Array(game.outcomeReward.length);
  if (exact === undefined) {
    const found = clusters(game.outcomeReward, gap);
    game.outcomeReward.forEach((reward, k) => {
      classes[k] = found.get(reward) as number;
    });
  } else {
    const texts = new Map<string, number>();
    const known = new Map<Rational, number>();
    exact.outcomeReward.forEach((reward, k) => {
      let number = known.get(reward);
      if (number === undefined) {
        const text = `${reward}`;
        number = texts.get(text) ?? texts.size;
        texts.set(text, number);
        known.set(reward, number);
      }
      classes[k] = number;
    });
  }
  return {
    reward: k => classes[k] as number,
    initial: k => exact?.initialProbabilities[k] ?? (game.initialProbabilities[k] as number),
    outcome: o => exact?.outcomeProbability[o] ?? (game.outcomeProbability[o] as number),
  };
}

function plus(a: Probability | undefined, b: Probability): Probability {
  if (a === undefined) return b;
  return typeof a === 'number' || typeof b === 'number' ? Number(a) + Number(b) : a.add(b);
}

/** Writes probabilities so that those which count as equal get the same text; `all` goes through everything that will be written. */
function writer(gap: number, exact: boolean, all: (write: Write) => void): Write {
  if (exact) {
    const known = new Map<Probability, string>();
    return probability => {
      const text = known.get(probability) ?? `${probability}`;
      known.set(probability, text);
      return text;
    };
  }
  const met = new Set<number>();
  all(probability => `${met.add(probability as number).size}`);
  const classes = clusters(met, gap);
  return probability => `${classes.get(probability as number)}`;
}
