/** Is there one function whose change is every agent's change? */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import {
  decode,
  everywhere,
  type Fact,
  legalCounts,
  nearlyEqual,
  proved,
  sentence,
  shown,
  unknown,
  where,
} from './base.ts';
import { refutedAt } from './evidence.ts';
import { fullyObserved } from './information.ts';

/** Differences compared, over all states. */
const workLimit = 20_000_000;

/**
 * Exact potential game (Monderer & Shapley, Potential games, 1996): some function of the joint action changes by just what an
 * agent's reward changes by, whenever one agent changes its action. By their theorem 2.8 that is so exactly if, for any two
 * agents and any choices of the others, the gains of those who move add up to 0 around every cycle of four profiles; it is
 * enough to look at cycles through the two agents' first actions.
 *
 * Games of many steps are decided where what follows does not depend on what is chosen: then a change of strategy changes a
 * return by the expected sum of changes in the stages, and a potential of every stage gives one of the game. Where a stage has
 * none and agents see the state, strategies that differ in that state only have none either.
 */
export function exactPotential(game: TabularGame): Fact {
  const n = game.agents.length;
  if (n < 2) return proved('construction', 'there is one agent');
  const free = choiceMatters(game) === undefined;
  let work = 0;
  for (let state = 0; state < game.stateCount; state++) {
    const cycle = brokenCycle(game, state, cost => {
      work += cost;
      return work <= workLimit;
    });
    if (cycle === undefined) continue;
    if (cycle === 'too many') return unknown('the game has too many joint actions to compare');
    if (!free) return unknown(followsChoice);
    if (game.stateCount > 1 && fullyObserved(game).status !== 'proved')
      return unknown(
        'a stage game has no potential, but agents see only part of the state and may be unable to use that',
      );
    return refutation(game, state, cycle);
  }
  if (!free) return unknown(followsChoice);
  return proved(
    'exhaustive',
    game.stateCount === 1
      ? everywhere(game)
      : `every stage game has a potential, and what follows does not depend on the actions; ${everywhere(game)}`,
  );
}

const followsChoice =
  'what follows depends on what the agents choose, and no test for potentials of such games is known to this check';

/** A state in which the probabilities of what follows depend on the joint action. */
function choiceMatters(game: TabularGame): number | undefined {
  for (let state = 0; state < game.stateCount; state++) {
    const from = game.jointStart[state] as number;
    const first = following(game, from);
    for (let joint = from + 1; joint < (game.jointStart[state + 1] as number); joint++) {
      const other = following(game, joint);
      if (other.size !== first.size) return state;
      for (const [next, probability] of first)
        if (Math.abs((other.get(next) ?? -1) - probability) > 1e-12) return state;
    }
  }
  return undefined;
}

function following(game: TabularGame, joint: number): Map<number, number> {
  const mass = new Map<number, number>();
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const next = game.outcomeState[o] as number;
    mass.set(next, (mass.get(next) ?? 0) + (game.outcomeProbability[o] as number));
  }
  return mass;
}

interface Cycle {
  readonly first: number;
  readonly second: number;
  /** The joint actions: both at their reference, first moved, both moved, second moved. */
  readonly corners: readonly [number, number, number, number];
  readonly sum: number;
}

/** A cycle of four joint actions of a state around which the gains do not add up to 0. */
function brokenCycle(
  game: TabularGame,
  state: number,
  spend: (cost: number) => boolean,
): Cycle | 'too many' | undefined {
  const n = game.agents.length;
  const counts = legalCounts(game, state);
  const from = game.jointStart[state] as number;
  const joints = (game.jointStart[state + 1] as number) - from;
  if (!spend(joints)) return 'too many';
  const payoff = new Float64Array(joints * n);
  let size = 1;
  for (let j = 0; j < joints; j++)
    for (let o = game.outcomeStart[from + j] as number; o < (game.outcomeStart[from + j + 1] as number); o++)
      for (let agent = 0; agent < n; agent++)
        payoff[j * n + agent] =
          (payoff[j * n + agent] as number) +
          (game.outcomeProbability[o] as number) * (game.outcomeReward[o * n + agent] as number);
  for (const value of payoff) size = Math.max(size, Math.abs(value));
  // How far apart joint actions are that differ by one step of one agent.
  const stride = new Array<number>(n).fill(1);
  for (let agent = n - 2; agent >= 0; agent--)
    stride[agent] = (stride[agent + 1] as number) * (counts[agent + 1] as number);
  const digit = (j: number, agent: number): number =>
    Math.floor(j / (stride[agent] as number)) % (counts[agent] as number);
  for (let i = 0; i < n; i++)
    for (let k = i + 1; k < n; k++) {
      if (counts[i] === 1 || counts[k] === 1) continue;
      if (!spend(joints)) return 'too many';
      for (let both = 0; both < joints; both++) {
        const [x, y] = [digit(both, i), digit(both, k)];
        if (x === 0 || y === 0) continue;
        const none = both - x * (stride[i] as number) - y * (stride[k] as number);
        const one = none + x * (stride[i] as number);
        const two = none + y * (stride[k] as number);
        const gain = (agent: number, a: number, b: number): number =>
          (payoff[b * n + agent] as number) - (payoff[a * n + agent] as number);
        const sum = gain(i, none, one) + gain(k, one, both) + gain(i, both, two) + gain(k, two, none);
        if (nearlyEqual(sum, 0, size)) continue;
        return { first: i, second: k, corners: [from + none, from + one, from + both, from + two], sum };
      }
    }
  return undefined;
}

function refutation(game: TabularGame, state: number, { first, second, corners, sum }: Cycle): Fact {
  const actions = new Int32Array(game.agents.length);
  const names = corners.map(joint => {
    decode(game, state, joint, actions);
    return [first, second].map(agent => game.actionNames[agent]?.[actions[agent] as number] ?? '?').join('/');
  });
  const [a, b] = [game.agents[first], game.agents[second]];
  const others = game.agents.length > 2 ? ' while the others keep their choices' : '';
  return refutedAt(
    game,
    sentence(
      `${a} and ${b} gain ${shown(sum)} together in going round ${[...names, names[0]].join(', ')}, each move counted for who makes it${others}`,
      where(game, state),
    ),
    { state, joint: corners[0] },
    {
      left: { text: `gains of ${a} and ${b} around ${names.join(', ')}`, value: shown(sum) },
      right: { text: 'zero', value: '0' },
    },
    { state, joint: corners[2] },
  );
}
