/** Is there one function whose change is every agent's change? */
import type { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import {
  decode,
  everywhere,
  type Fact,
  legalCounts,
  proved,
  provedUpToRounding,
  sentence,
  shown,
  unknown,
  where,
} from './base.ts';
import { type Comparison, compareToZero } from './doubles.ts';
import { refutedAt } from './evidence.ts';
import { knowsState } from './information.ts';
import { type Stage, stageOf } from './stage.ts';

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
export function exactPotential(game: TabularGame, model?: GameModel): Fact {
  const n = game.agents.length;
  if (n < 2) return proved('construction', 'there is one agent');
  const free = choiceMatters(game) === undefined;
  let rounded = game.stateCount > 1 && game.exact === undefined;
  let open: string | undefined;
  let work = 0;
  for (let state = 0; state < game.stateCount; state++) {
    const stage = stageOf(game, state);
    rounded ||= !stage.exact;
    const cycle = brokenCycle(game, state, stage, cost => {
      work += cost;
      return work <= workLimit;
    });
    if (cycle === undefined) continue;
    if (cycle === 'too many') return unknown('the game has too many joint actions to compare');
    if (cycle === 'close') {
      open ??= where(game, state);
      continue;
    }
    if (!free) return unknown(followsChoice);
    if (game.stateCount > 1 && knowsState(game, model).status !== 'proved')
      return unknown(
        'a stage game has no potential, but agents see only part of the state and may be unable to use that',
      );
    return refutation(game, state, cycle);
  }
  if (!free) return unknown(followsChoice);
  if (open !== undefined)
    return unknown(
      `${open === '' ? '' : `${open}, `}the gains around some cycle are too near to 0 to be told from rounding, and too far from it to be nothing but that`,
    );
  const how =
    game.stateCount === 1
      ? everywhere(game)
      : `every stage game has a potential, and what follows does not depend on the actions; ${everywhere(game)}`;
  return rounded ? provedUpToRounding(how) : proved('exhaustive', how);
}

const followsChoice =
  'what follows depends on what the agents choose, and no test for potentials of such games is known to this check';

/** A state in which the probabilities of what follows depend on the joint action, but for the last digits of doubles. */
function choiceMatters(game: TabularGame): number | undefined {
  for (let state = 0; state < game.stateCount; state++) {
    const from = game.jointStart[state] as number;
    const first = following(game, from);
    for (let joint = from + 1; joint < (game.jointStart[state + 1] as number); joint++) {
      const other = following(game, joint);
      if (other.size !== first.size) return state;
      for (const [next, mass] of first) if (!sameMass(mass, other.get(next))) return state;
    }
  }
  return undefined;
}

interface Mass {
  readonly sum: number;
  readonly exact: Rational | undefined;
  readonly terms: number;
}

function sameMass(a: Mass, b: Mass | undefined): boolean {
  if (b === undefined) return false;
  if (a.exact !== undefined && b.exact !== undefined) return a.exact.equals(b.exact);
  return compareToZero(a.sum - b.sum, a.sum + b.sum, a.terms + b.terms) === 'equal';
}

function following(game: TabularGame, joint: number): Map<number, Mass> {
  const mass = new Map<number, Mass>();
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const next = game.outcomeState[o] as number;
    const sum = game.outcomeProbability[o] as number;
    const exact = game.exact?.outcomeProbability[o];
    const before = mass.get(next);
    mass.set(
      next,
      before === undefined
        ? { sum, exact, terms: 1 }
        : {
            sum: before.sum + sum,
            exact: exact === undefined ? undefined : before.exact?.add(exact),
            terms: before.terms + 1,
          },
    );
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

/** A cycle of four joint actions of a state around which the gains do not add up to 0; `close` where rounding leaves one open. */
function brokenCycle(
  game: TabularGame,
  state: number,
  { payoff, exact, sizes, unit }: Stage,
  spend: (cost: number) => boolean,
): Cycle | 'too many' | 'close' | undefined {
  const n = game.agents.length;
  const counts = legalCounts(game, state);
  const from = game.jointStart[state] as number;
  const joints = (game.jointStart[state + 1] as number) - from;
  if (!spend(joints)) return 'too many';
  let close = false;
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
        if (sum === 0) continue;
        const compared: Comparison = exact
          ? 'different'
          : compareToZero(
              sum,
              [none, one, both, two].reduce(
                (size, j) => size + (sizes[j * n + i] as number) + (sizes[j * n + k] as number),
                0,
              ),
              8,
            );
        if (compared === 'equal') continue;
        if (compared === 'close') {
          close = true;
          continue;
        }
        return { first: i, second: k, corners: [from + none, from + one, from + both, from + two], sum: sum / unit };
      }
    }
  return close ? 'close' : undefined;
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
