/** Is the game the same with two agents exchanged? */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { decode, everywhere, type Fact, namedAction, proved, refuted, unknown } from './base.ts';
import { fullyObserved } from './information.ts';

const workLimit = 20_000_000;

/**
 * Exchanging any two agents (with their actions and rewards) gives the same game. Neighbours are exchanged one pair at a
 * time; these exchanges generate all others. For one exchange, states are sorted into the coarsest classes such that a
 * state and its partner in the exchanged game agree in rewards and in the probabilities of the classes reached
 * (partition refinement over the game and its exchanged copy side by side); the exchange is a symmetry if the initial
 * states agree too. Games in which agents see only part of the state are left open: what they see would have to be
 * matched as well.
 */
export function symmetric(game: TabularGame): Fact {
  const n = game.agents.length;
  if (n < 2) return refuted('Symmetry is about two or more agents, and the game has one.');
  for (let agent = 1; agent < n; agent++) {
    const names = game.actionNames[agent] as readonly string[];
    const before = game.actionNames[agent - 1] as readonly string[];
    if (names.length !== before.length || names.some((name, k) => name !== before[k]))
      return refuted(`${game.agents[agent - 1]} and ${game.agents[agent]} have different actions.`);
  }
  if (game.stateCount > 1 && fullyObserved(game).status !== 'proved')
    return unknown('agents see only part of the state, and the symmetry of what they see is not examined');
  let work = 0;
  for (let agent = 0; agent + 1 < n; agent++) {
    const found = exchange(game, agent, cost => {
      work += cost;
      return work <= workLimit;
    });
    if (found !== undefined) return found;
  }
  return proved(
    'exhaustive',
    n === 2 ? everywhere(game) : `every exchange of neighbouring agents was ${everywhere(game)}`,
  );
}

/** What speaks against exchanging `first` and `first + 1`, or undefined. */
function exchange(game: TabularGame, first: number, spend: (cost: number) => boolean): Fact | undefined {
  const size = game.stateCount;
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
    for (let state = 0; state < size; state++) {
      nextOwn[state] = number(`${own[state]}:${signature(game, state, undefined, own)}`);
      nextCopy[state] = number(`${copy[state]}:${signature(game, state, first, copy)}`);
    }
    own = nextOwn;
    copy = nextCopy;
    if (numbers.size === classes) break;
    classes = numbers.size;
  }
  if (initial(game, own) === initial(game, copy)) return undefined;
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
function signature(game: TabularGame, state: number, exchanged: number | undefined, classOf: Int32Array): string {
  const n = game.agents.length;
  const actions = new Int32Array(n);
  const rows: string[] = [];
  for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
    decode(game, state, joint, actions);
    swap(actions, exchanged);
    const outcomes = new Map<string, number>();
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const rewards = new Float64Array(n);
      for (let agent = 0; agent < n; agent++) rewards[agent] = game.outcomeReward[o * n + agent] as number;
      swap(rewards, exchanged);
      const next = game.outcomeState[o] as number;
      const key = `${next === -1 ? 'end' : classOf[next]} ${rewards.join(' ')}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + (game.outcomeProbability[o] as number));
    }
    const sorted = [...outcomes].map(([key, probability]) => `${key} ${rounded(probability)}`).sort();
    rows.push(`${actions.join(' ')} > ${sorted.join(', ')}`);
  }
  return rows.sort().join('; ');
}

function initial(game: TabularGame, classOf: Int32Array): string {
  const mass = new Map<number, number>();
  game.initialStates.forEach((state, k) => {
    const cls = classOf[state] as number;
    mass.set(cls, (mass.get(cls) ?? 0) + (game.initialProbabilities[k] as number));
  });
  return [...mass]
    .map(([cls, probability]) => `${cls} ${rounded(probability)}`)
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
    if (Math.abs(mine - theirs) <= 1e-12 * Math.max(1, Math.abs(mine))) continue;
    const action = namedAction(game, 0, joint);
    const shown = Object.values(action).join(', ');
    const there =
      other === undefined
        ? 'the mirrored choice does not exist'
        : `after the mirrored choice ${game.agents[first + 1]} gets ${theirs}`;
    return refuted(`After ${shown}, ${game.agents[first]} gets ${mine}, but ${there}.`, undefined, action);
  }
  return refuted(`Exchanging ${names} changes the game.`);
}

function swap(values: Int32Array | Float64Array, first: number | undefined): void {
  if (first === undefined) return;
  const kept = values[first] as number;
  values[first] = values[first + 1] as number;
  values[first + 1] = kept;
}

/** Probabilities that differ only by rounding of the sum get the same text. */
function rounded(probability: number): string {
  return probability.toPrecision(12);
}
