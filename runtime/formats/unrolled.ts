/** Listed games as trees of `.efg`: histories unrolled, simultaneous moves as information sets. */
import { Rational } from '../games/rational.ts';
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { buildTree, chance, end, type GameTree } from '../solvers/extensive/tree.ts';
import type { EfgGame } from './efg.ts';
import { type EfgTree, toEfg } from './efg-print.ts';
import type { Unfit } from './listed.ts';

/** Nodes that are written out. */
const mostNodes = 300_000;

/**
 * The tree of a game of finitely many steps, as `.efg` data. Rewards are discounted and stand at the nodes that they lead to; play that
 * the horizon cuts ends there. Doubles count as the exact values that they are.
 */
export function gameToEfg(game: TabularGame): EfgGame | Unfit {
  const tree = buildTree(game, {}, mostNodes);
  if ('refused' in tree) return { refused: tree.refused, remedy: tree.remedy ?? 'make the game smaller' };
  const made: (EfgTree | undefined)[] = new Array(tree.nodes).fill(undefined);
  const powers: Rational[] = [Rational.one];
  const discount = game.exact?.discount ?? Rational.fromNumber(game.discount);
  for (let k = 1; k <= tree.longest; k++) powers.push((powers[k - 1] as Rational).mul(discount));
  // Every node comes after its parent: from the last one on, all children are made already.
  for (let node = tree.nodes - 1; node >= 0; node--) {
    const children = Array.from(
      { length: tree.childCount[node] as number },
      (_, k) => (tree.firstChild[node] as number) + k,
    );
    const payoffs = paid(tree, node, powers);
    const common = payoffs === undefined ? {} : { payoffs: { of: payoffs } };
    const mover = tree.mover[node] as number;
    const branch = (child: number): EfgTree => made[child] as EfgTree;
    if (mover === end) made[node] = { kind: 'terminal', ...common };
    else if (mover === chance)
      made[node] = {
        kind: 'chance',
        ...common,
        branches: children.map((child, k) => ({
          label: `${k + 1}`,
          probability: chanceOf(tree, child),
          to: branch(child),
        })),
      };
    else {
      const set = tree.set[node] as number;
      const names = actionsAt(tree, mover, set);
      made[node] = {
        kind: 'personal',
        player: mover,
        infoset: `${set + 1}`,
        ...common,
        branches: children.map((child, k) => ({ label: names[k] ?? `${k + 1}`, to: branch(child) })),
      };
    }
    for (const child of children) made[child] = undefined;
  }
  return toEfg(
    game.agents,
    made[0] as EfgTree,
    game.name,
    tree.cut > 0 ? `Play is cut after ${game.horizon} steps.` : '',
  );
}

function paid(
  { game, origin, steps, parent }: GameTree,
  node: number,
  powers: readonly Rational[],
): readonly Rational[] | undefined {
  const outcome = origin[node] as number;
  if (outcome < 0) return undefined;
  const n = game.agents.length;
  const rewards = game.agents.map(
    (_, i) =>
      game.exact?.outcomeReward[outcome * n + i] ?? Rational.fromNumber(game.outcomeReward[outcome * n + i] as number),
  );
  if (rewards.every(reward => reward.sign === 0)) return undefined;
  const power = powers[steps[parent[node] as number] as number] as Rational;
  return rewards.map(reward => reward.mul(power));
}

function chanceOf({ game, origin, probability }: GameTree, node: number): Rational {
  const from = origin[node] as number;
  const exact = from >= 0 ? game.exact?.outcomeProbability[from] : game.exact?.initialProbabilities[-2 - from];
  return exact ?? Rational.fromNumber(probability[node] as number);
}

function actionsAt({ game, situations }: GameTree, agent: number, set: number): readonly string[] {
  const own = situations[agent];
  const state = own?.state.get(own.setSituation.get(set)) ?? 0;
  return Array.from(legalOf(game, state, agent), action => game.actionNames[agent]?.[action] ?? `${action + 1}`);
}
