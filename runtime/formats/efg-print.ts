/** Writes `.efg` files, and makes their data of plain trees. */
import { Rational } from '../games/rational.ts';
import type { EfgChance, EfgGame, EfgInfoset, EfgNode, EfgOutcome } from './efg.ts';
import { distinctLabels, quoted } from './labels.ts';
import { exactSum, exactText } from './numbers.ts';
import type { Printed } from './problem.ts';

/**
 * Writes a game: dense numbers, descriptions where they first occur, a label for every information set. `parseEfg` of the text gives
 * the same game again. Probabilities that do not sum to 1 are divided by their sum, with a warning.
 */
export function printEfg(game: EfgGame): Printed {
  const warnings: string[] = [];
  const quote = (label: string): string => quoted(label, sentence => warnings.push(sentence));
  const lines = [`EFG 2 R ${quote(game.title)} { ${game.players.map(quote).join(' ')} }`, quote(game.comment), ''];
  const described = new Set<string>();
  const outcome = (k: number): string => {
    const said = game.outcomes[k];
    if (said === undefined) return '0';
    return first(`o${k}`) ? `${k + 1} ${quote(said.label)} { ${said.payoffs.map(exactText).join(', ')} }` : `${k + 1}`;
  };
  const first = (key: string): boolean => !described.has(key) && described.add(key) !== undefined;
  const stack = [0];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const node = game.nodes[at] as EfgNode;
    const label = quote(node.label);
    if (node.kind === 'terminal') {
      lines.push(`t ${label} ${outcome(node.outcome)}`);
      continue;
    }
    for (let k = node.children.length - 1; k >= 0; k--) stack.push(node.children[k] as number);
    const key = node.kind === 'chance' ? `c${node.infoset}` : `p${node.player} ${node.infoset}`;
    const begin = node.kind === 'chance' ? `c ${label}` : `p ${label} ${node.player + 1}`;
    let description = '';
    if (first(key)) {
      const set = node.kind === 'chance' ? game.chance[node.infoset] : game.infosets[node.player]?.[node.infoset];
      const actions = (set as EfgInfoset).actions.map(quote);
      const weights = node.kind === 'chance' ? probabilities(set as EfgChance, warnings).map(exactText) : undefined;
      const list = weights === undefined ? actions : actions.map((action, k) => `${action} ${weights[k]}`);
      description = ` ${quote((set as EfgInfoset).label)} { ${list.join(' ')} }`;
    }
    lines.push(`${begin} ${node.infoset + 1}${description} ${outcome(node.outcome)}`);
  }
  return { text: `${lines.join('\n')}\n`, warnings };
}

function probabilities({ label, probabilities: given }: EfgChance, warnings: string[]): readonly Rational[] {
  const sum = exactSum(given);
  if (sum === undefined || sum.sign <= 0 || sum.equals(Rational.one)) return given;
  warnings.push(`the probabilities at ${JSON.stringify(label)} sum to ${sum}, and were divided by that`);
  return given.map(p => p.div(sum));
}

/** A game tree as nested data, for whoever has one. Numbers are taken for the exact value of the double. */
export type EfgTree = {
  readonly label?: string;
  /** What everybody gets when play comes here; nothing unless given. */
  readonly payoffs?: { readonly label?: string; readonly of: readonly (Rational | number)[] };
} & (
  | { readonly kind: 'terminal' }
  | {
      readonly kind: 'chance';
      readonly branches: readonly {
        readonly label: string;
        readonly probability: Rational | number;
        readonly to: EfgTree;
      }[];
    }
  /** Nodes of one player with the same `infoset` are one information set and must have the same actions. */
  | {
      readonly kind: 'personal';
      readonly player: number;
      readonly infoset: string;
      readonly branches: readonly { readonly label: string; readonly to: EfgTree }[];
    }
);

/** Why a tree is no game of this format. */
export class UnfitTree extends Error {}

/**
 * A plain tree as `.efg` data. Chance probabilities that do not sum to 1 (doubles, say) are divided by their sum.
 *
 * @throws UnfitTree where nodes of an information set have different actions, a node has no branches, a player does not exist,
 *   payoffs are too few or too many, or a probability is negative
 */
export function toEfg(players: readonly string[], tree: EfgTree, title = '', comment = ''): EfgGame {
  const nodes: EfgNode[] = [];
  const outcomes = new Map<string, { readonly index: number; readonly outcome: EfgOutcome }>();
  const chance: EfgChance[] = [];
  const sets = players.map(() => new Map<string, { readonly index: number; readonly actions: readonly string[] }>());
  const stack: { readonly tree: EfgTree; readonly parent: number[] | undefined }[] = [{ tree, parent: undefined }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const at = next.tree;
    next.parent?.push(nodes.length);
    const common = { label: at.label ?? '', outcome: outcomeOf(at, players.length, outcomes) };
    if (at.kind === 'terminal') {
      nodes.push({ kind: 'terminal', ...common });
      continue;
    }
    if (at.branches.length === 0) throw new UnfitTree('a node that is no end has at least one branch');
    const children: number[] = [];
    const actions = distinctLabels(at.branches.map(({ label }) => label));
    if (at.kind === 'chance') {
      nodes.push({ kind: 'chance', ...common, infoset: chance.length, children });
      chance.push({
        label: '',
        actions,
        probabilities: shares(at.branches.map(({ probability }) => rational(probability))),
      });
    } else {
      const own = sets[at.player];
      if (own === undefined) throw new UnfitTree(`there is no player ${at.player}`);
      const set = own.get(at.infoset) ?? { index: own.size, actions };
      own.set(at.infoset, set);
      if (set.actions.join('\0') !== actions.join('\0'))
        throw new UnfitTree(`the nodes of information set ${JSON.stringify(at.infoset)} have different actions`);
      nodes.push({ kind: 'personal', ...common, player: at.player, infoset: set.index, children });
    }
    for (const { to } of [...at.branches].reverse()) stack.push({ tree: to, parent: children });
  }
  const chanceLabels = distinctLabels(chance.map(({ label }) => label));
  return {
    title,
    comment,
    players: distinctLabels(players),
    outcomes: [...outcomes.values()].map(({ outcome }) => outcome),
    infosets: sets.map(own => {
      const labels = distinctLabels([...own.keys()]);
      return [...own.values()].map(({ actions }, k) => ({ label: labels[k] as string, actions }));
    }),
    chance: chance.map((set, k) => ({ ...set, label: chanceLabels[k] as string })),
    nodes,
  };
}

function outcomeOf(
  at: EfgTree,
  players: number,
  outcomes: Map<string, { readonly index: number; readonly outcome: EfgOutcome }>,
): number {
  if (at.payoffs === undefined) return -1;
  const payoffs = at.payoffs.of.map(rational);
  if (payoffs.length !== players)
    throw new UnfitTree(`${payoffs.length} payoffs stand where there are ${players} players`);
  const label = at.payoffs.label ?? '';
  const key = `${payoffs.join(' ')} ${label}`;
  const known = outcomes.get(key) ?? { index: outcomes.size, outcome: { label, payoffs } };
  outcomes.set(key, known);
  return known.index;
}

function shares(weights: readonly Rational[]): readonly Rational[] {
  const sum = weights.reduce((a, b) => a.add(b));
  if (weights.some(weight => weight.sign < 0) || sum.sign <= 0)
    throw new UnfitTree('probabilities are not negative, and not all of them are 0');
  return sum.equals(Rational.one) ? weights : weights.map(weight => weight.div(sum));
}

function rational(value: Rational | number): Rational {
  return typeof value === 'number' ? Rational.fromNumber(value) : value;
}
