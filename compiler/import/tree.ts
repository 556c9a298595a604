/** A game tree made ready for writing: chance folded into the moves before it, ends with equal payoffs made one, time made equal. */
import type { EfgGame, EfgNode } from '../../runtime/formats/efg.ts';
import { Rational } from '../../runtime/games/rational.ts';

/** Where a move leads. */
export type Target =
  | { readonly kind: 'decision'; readonly decision: number }
  | { readonly kind: 'end'; readonly end: number }
  | { readonly kind: 'draw'; readonly draw: number };

export interface Decision {
  /** Number of the node in the file. */
  readonly node: number;
  readonly player: number;
  readonly infoset: number;
  /** What is paid when the player moves on: at the node and at the chance nodes right above it. */
  readonly pays: readonly Rational[];
  readonly targets: readonly Target[];
  /** Steps that pass between the move before and this one. */
  wait: number;
}

export interface End {
  readonly label: string;
  readonly pays: readonly Rational[];
}

export interface Draw {
  readonly label: string;
  readonly branches: readonly { readonly probability: Rational; readonly to: Target }[];
}

export interface Flat {
  readonly start: Target;
  readonly decisions: readonly Decision[];
  readonly ends: readonly End[];
  readonly draws: readonly Draw[];
}

/** Branches of chance written out: beyond these no program is readable. */
const mostBranches = 20_000;

/** Flattens a tree; undefined where its chance moves multiply to too many branches. */
export function flatten(game: EfgGame): Flat | undefined {
  const decisions: Decision[] = [];
  const ends = new Map<string, { readonly index: number; readonly end: End }>();
  const draws: Draw[] = [];
  const zero = game.players.map(() => Rational.zero);
  let branches = 0;
  const waiting: { readonly node: number; readonly targets: Target[]; readonly k: number }[] = [];

  const plus = (pays: readonly Rational[], outcome: number): readonly Rational[] => {
    const more = game.outcomes[outcome];
    return more === undefined ? pays : pays.map((pay, i) => pay.add(more.payoffs[i] as Rational));
  };
  /** What a decision or an end is, once chance has been decided. */
  const settled = (at: number, before: readonly Rational[]): Target => {
    const node = game.nodes[at] as EfgNode;
    const pays = plus(before, node.outcome);
    if (node.kind === 'personal') {
      const targets: Target[] = [];
      decisions.push({ node: at, player: node.player, infoset: node.infoset, pays, targets, wait: 0 });
      node.children.forEach((child, k) => {
        waiting.push({ node: child, targets, k });
      });
      return { kind: 'decision', decision: decisions.length - 1 };
    }
    const key = pays.join(' ');
    const found = ends.get(key) ?? {
      index: ends.size,
      end: { label: game.outcomes[node.outcome]?.label || node.label, pays },
    };
    ends.set(key, found);
    return { kind: 'end', end: found.index };
  };
  const follow = (first: number): Target => {
    const root = game.nodes[first] as EfgNode;
    if (root.kind !== 'chance') return settled(first, zero);
    const found: { readonly probability: Rational; readonly to: Target }[] = [];
    const stack: { readonly node: number; readonly probability: Rational; readonly pays: readonly Rational[] }[] = [
      { node: first, probability: Rational.one, pays: zero },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const node = game.nodes[top.node] as EfgNode;
      if (node.kind !== 'chance') {
        found.push({ probability: top.probability, to: settled(top.node, top.pays) });
        if (++branches > mostBranches) break;
        continue;
      }
      const pays = plus(top.pays, node.outcome);
      const weights = game.chance[node.infoset]?.probabilities ?? [];
      for (let k = node.children.length - 1; k >= 0; k--) {
        const probability = (weights[k] as Rational).mul(top.probability);
        if (probability.sign > 0) stack.push({ node: node.children[k] as number, probability, pays });
      }
    }
    draws.push({ label: root.label || (game.chance[root.infoset]?.label ?? ''), branches: found });
    return { kind: 'draw', draw: draws.length - 1 };
  };

  const start = follow(0);
  for (let k = 0; k < waiting.length; k++) {
    const { node, targets, k: action } = waiting[k] as (typeof waiting)[number];
    targets[action] = follow(node);
    if (branches > mostBranches) return undefined;
  }
  return { start, decisions, ends: [...ends.values()].map(({ end }) => end), draws };
}

/**
 * Makes all nodes of an information set come after the same number of steps, by waiting before some of them: who counts the steps must
 * not learn from that where it is. Not every tree can be timed so (Jakobsen, Sorensen and Conitzer, Timeability of extensive-form
 * games, 2016); then the information sets that would have to come before themselves are returned, else undefined.
 */
export function timed(flat: Flat): readonly { readonly player: number; readonly infoset: number }[] | undefined {
  const key = ({ player, infoset }: Decision): string => `${player} ${infoset}`;
  const next = new Map<string, Set<string>>();
  const incoming = new Map<string, number>();
  const before = new Map<number, number>();
  const decisionsAt = (to: Target): readonly number[] =>
    to.kind === 'decision'
      ? [to.decision]
      : to.kind === 'draw'
        ? (flat.draws[to.draw]?.branches ?? []).flatMap(branch => decisionsAt(branch.to))
        : [];
  const known = new Map<string, Decision>();
  flat.decisions.forEach(decision => {
    known.set(key(decision), decision);
    if (!next.has(key(decision))) next.set(key(decision), new Set());
  });
  flat.decisions.forEach((decision, at) => {
    for (const to of decision.targets.flatMap(decisionsAt)) {
      before.set(to, at);
      const later = key(flat.decisions[to] as Decision);
      const own = next.get(key(decision)) as Set<string>;
      if (own.has(later)) continue;
      own.add(later);
      incoming.set(later, (incoming.get(later) ?? 0) + 1);
    }
  });
  const level = new Map<string, number>();
  const ready = [...next.keys()].filter(set => !incoming.has(set));
  for (const set of ready) level.set(set, 0);
  let done = 0;
  for (let k = 0; k < ready.length; k++) {
    const set = ready[k] as string;
    done++;
    for (const later of next.get(set) as Set<string>) {
      level.set(later, Math.max(level.get(later) ?? 0, (level.get(set) as number) + 1));
      const left = (incoming.get(later) as number) - 1;
      incoming.set(later, left);
      if (left === 0) ready.push(later);
    }
  }
  if (done < next.size)
    return [...next.keys()].filter(set => (incoming.get(set) ?? 0) > 0).map(set => known.get(set) as Decision);
  flat.decisions.forEach((decision, at) => {
    const parent = before.get(at);
    const from = parent === undefined ? -1 : (level.get(key(flat.decisions[parent] as Decision)) as number);
    decision.wait = (level.get(key(decision)) as number) - from - 1;
  });
  return undefined;
}
