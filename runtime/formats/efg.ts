/** Gambit's extensive form, `.efg`, as data. Nodes lie in one list in prefix order, so that no depth of a tree is too much. */
import type { Rational } from '../games/rational.ts';

export interface EfgGame {
  readonly title: string;
  readonly comment: string;
  readonly players: readonly string[];
  /** In the order in which the tree first names them. */
  readonly outcomes: readonly EfgOutcome[];
  /** Per player; in the order in which the tree first reaches them. */
  readonly infosets: readonly (readonly EfgInfoset[])[];
  readonly chance: readonly EfgChance[];
  /** Prefix order: `nodes[0]` is the root. */
  readonly nodes: readonly EfgNode[];
}

/** What a node pays when play passes it: payoffs add up along the path. */
export interface EfgOutcome {
  readonly label: string;
  readonly payoffs: readonly Rational[];
}

export interface EfgInfoset {
  /** Distinct among the information sets of a player, and not empty. */
  readonly label: string;
  /** Distinct and not empty. */
  readonly actions: readonly string[];
}

export interface EfgChance extends EfgInfoset {
  /** They sum to 1. */
  readonly probabilities: readonly Rational[];
}

export type EfgNode = {
  readonly label: string;
  /** Place in `outcomes`; -1 pays nobody. */
  readonly outcome: number;
} & (
  | { readonly kind: 'terminal' }
  /** `infoset` is a place in `chance`. */
  | { readonly kind: 'chance'; readonly infoset: number; readonly children: readonly number[] }
  /** `player` counts from 0, `infoset` is a place in `infosets[player]`; a child per action, in their order. */
  | {
      readonly kind: 'personal';
      readonly player: number;
      readonly infoset: number;
      readonly children: readonly number[];
    }
);

/** More than any information set has actions. */
const moveBase = 1 << 24;

/** Why a game is not one of perfect recall. */
export interface RecallProblem {
  readonly kind: 'absent-minded' | 'imperfect-recall';
  readonly player: number;
  readonly infoset: number;
  /** A sentence without its period that names the information set and two nodes or actions. */
  readonly reason: string;
}

/**
 * Does every player remember what it knew and did? The first information set where not, in prefix order of the tree; undefined where
 * all do. Perfect recall: in all nodes of an information set the player's last own move was the same one (Kuhn 1953). Time is
 * linear in the number of nodes.
 */
export function recallProblem(game: EfgGame): RecallProblem | undefined {
  /** The player's last own move on the path, as infoset * moveBase + action; -1 before any. */
  const last = game.players.map(() => -1);
  const first = game.infosets.map(list => list.map((): { move: number; node: number } | undefined => undefined));
  const onPath = game.infosets.map(list => list.map(() => -1));
  let stray: RecallProblem | undefined;
  const stack: { readonly node: number; child: number; readonly before: number }[] = [];
  const nameOf = (node: number): string => `node ${node + 1} of the file`;
  const enter = (node: number): RecallProblem | undefined => {
    const at = game.nodes[node] as EfgNode;
    let before = -1;
    if (at.kind === 'personal') {
      const { player, infoset } = at;
      const what = `information set ${JSON.stringify(game.infosets[player]?.[infoset]?.label)} of ${JSON.stringify(game.players[player])}`;
      const above = onPath[player]?.[infoset] as number;
      if (above >= 0)
        return {
          kind: 'absent-minded',
          player,
          infoset,
          reason: `play can pass ${what} twice, in ${nameOf(above)} and again in ${nameOf(node)}: the player is absent-minded`,
        };
      (onPath[player] as number[])[infoset] = node;
      before = last[player] as number;
      const seen = first[player]?.[infoset];
      if (seen === undefined) (first[player] as unknown[])[infoset] = { move: before, node };
      else if (seen.move !== before)
        stray ??= {
          kind: 'imperfect-recall',
          player,
          infoset,
          reason: `in ${what} the player has forgotten: ${moveText(game, player, seen.move)} in ${nameOf(seen.node)}, but ${moveText(game, player, before)} in ${nameOf(node)}`,
        };
    }
    stack.push({ node, child: 0, before });
    return undefined;
  };
  let absent = enter(0);
  while (stack.length > 0 && absent === undefined) {
    const top = stack[stack.length - 1] as (typeof stack)[number];
    const at = game.nodes[top.node] as EfgNode;
    const children = at.kind === 'terminal' ? [] : at.children;
    if (top.child < children.length) {
      if (at.kind === 'personal') last[at.player] = at.infoset * moveBase + top.child;
      absent = enter(children[top.child++] as number);
      continue;
    }
    stack.pop();
    if (at.kind === 'personal') {
      last[at.player] = top.before;
      (onPath[at.player] as number[])[at.infoset] = -1;
    }
  }
  return absent ?? stray;
}

function moveText(game: EfgGame, player: number, move: number): string {
  if (move < 0) return 'its first move';
  const infoset = game.infosets[player]?.[Math.floor(move / moveBase)];
  return `after ${JSON.stringify(infoset?.actions[move % moveBase])} in ${JSON.stringify(infoset?.label)}`;
}
