/** Reads `.efg` files. */
import type { Rational } from '../games/rational.ts';
import type { EfgGame, EfgInfoset, EfgNode, EfgOutcome } from './efg.ts';
import { readHeading, readPayoffs } from './heading.ts';
import { distinctLabels } from './labels.ts';
import { found, Lexer, type Token } from './lexer.ts';
import { exactSum, NumberReader } from './numbers.ts';
import { judged, type Parsed, type Scrutiny } from './problem.ts';

/** What the first occurrence of an id says; later ones are held against it as text. */
interface Described {
  /** Place in the list of its kind. */
  readonly index: number;
  /** Offset of the first occurrence. */
  readonly at: number;
  readonly label: string;
  readonly actions: readonly string[];
  /** Texts of probabilities or payoffs. */
  readonly numbers: readonly string[];
}

/**
 * Reads a `.efg` file. Time is linear in its length, whatever the depth of its tree. Imperfect recall and absent-mindedness load;
 * `recallProblem` finds them.
 */
export function parseEfg(text: string): Parsed<EfgGame> {
  return judged(text, scrutiny => new EfgParser(scrutiny).file());
}

class EfgParser {
  readonly #scrutiny: Scrutiny;
  readonly #lexer: Lexer;
  readonly #numbers: NumberReader;
  #players: readonly string[] = [];
  readonly #outcomes = new Map<number, Described & { readonly payoffs: readonly Rational[] }>();
  readonly #chance = new Map<number, Described & { readonly probabilities: readonly Rational[] }>();
  /** Per player. */
  #infosets: Map<number, Described>[] = [];

  constructor(scrutiny: Scrutiny) {
    this.#scrutiny = scrutiny;
    this.#lexer = new Lexer(scrutiny);
    this.#numbers = new NumberReader(scrutiny);
  }

  file(): EfgGame {
    const lexer = this.#lexer;
    const { title, players } = readHeading(lexer, 'EFG', 2);
    this.#players = players;
    this.#infosets = players.map(() => new Map());
    const comment = lexer.takeIf('string')?.text ?? '';
    const nodes = this.#tree();
    const behind = lexer.peek();
    if (behind.kind !== 'end')
      this.#scrutiny.fail(behind.at, 'behind the last node of the tree the file ends', found(behind));
    const outcomes: readonly EfgOutcome[] = [...this.#outcomes.values()].map(({ label, payoffs }) => ({
      label,
      payoffs,
    }));
    const chance = [...this.#chance.values()];
    const chanceLabels = distinctLabels(chance.map(({ label }) => label));
    return {
      title,
      comment,
      players,
      outcomes,
      infosets: this.#infosets.map(sets => named([...sets.values()])),
      chance: chance.map(({ actions, probabilities }, k) => ({
        label: chanceLabels[k] as string,
        actions: distinctLabels(actions),
        probabilities,
      })),
      nodes,
    };
  }

  /** Prefix order without recursion: the last open node takes the next one as its child. */
  #tree(): readonly EfgNode[] {
    const nodes: EfgNode[] = [];
    const open: { readonly children: number[]; readonly size: number }[] = [];
    do {
      const { node, size } = this.#node(open.length === 0 ? undefined : nodes.length);
      const parent = open[open.length - 1];
      parent?.children.push(nodes.length);
      nodes.push(node);
      if (node.kind !== 'terminal') open.push({ children: node.children as number[], size });
      for (let top = open[open.length - 1]; top !== undefined && top.children.length === top.size; ) {
        open.pop();
        top = open[open.length - 1];
      }
    } while (open.length > 0);
    return nodes;
  }

  #node(count: number | undefined): { readonly node: EfgNode; readonly size: number } {
    const lexer = this.#lexer;
    const kind = lexer.take();
    if (kind.kind !== 'symbol' || !['c', 'p', 't'].includes(kind.text))
      this.#scrutiny.fail(
        kind.at,
        'a node begins with c (chance), p (a player) or t (the end), and every action leads to a node',
        found(kind),
        kind.kind === 'end' && count !== undefined
          ? `the tree has ${count} node${count === 1 ? '' : 's'} so far, and more actions than that lead to`
          : undefined,
      );
    const label = lexer.expect('string', 'behind the kind of a node stands its label in quotes').text;
    if (kind.text === 't') return { node: { kind: 'terminal', label, outcome: this.#outcome() }, size: 0 };
    if (kind.text === 'c') {
      const { index, actions } = this.#chanceSet();
      const node: EfgNode = { kind: 'chance', label, infoset: index, outcome: this.#outcome(), children: [] };
      return { node, size: actions.length };
    }
    const player = lexer.integer('behind the label of a node stands the number of its player');
    if (player.value < 1 || player.value > this.#players.length)
      this.#scrutiny.fail(
        player.at,
        `players are numbered from 1 to ${this.#players.length}`,
        `player ${player.value} moves here`,
      );
    const { index, actions } = this.#infoset(player.value - 1);
    const outcome = this.#outcome();
    return {
      node: { kind: 'personal', label, player: player.value - 1, infoset: index, outcome, children: [] },
      size: actions.length,
    };
  }

  #infoset(player: number): Described {
    const lexer = this.#lexer;
    const id = lexer.integer('behind the player stands the number of the information set');
    const sets = this.#infosets[player] as Map<number, Described>;
    const known = sets.get(id.value);
    const label = lexer.takeIf('string');
    const open = lexer.peek().kind === '{' ? lexer.peek() : undefined;
    const what = `information set ${id.value} of player ${player + 1}`;
    if (label === undefined && open !== undefined)
      this.#scrutiny.fail(
        open.at,
        'before the actions of an information set stands its label',
        'it is missing',
        'write `""` for none',
      );
    if (open === undefined) return this.#later(known, what, id.at, label);
    const actions = this.#list('string').map(token => token.text);
    this.#nonEmpty(actions.length, open.at);
    return this.#agreed(
      sets,
      known,
      { id: id.value, what, at: id.at, label: label?.text ?? '', actions, numbers: [] },
      d => d,
    );
  }

  #chanceSet(): Described {
    const lexer = this.#lexer;
    const id = lexer.integer('behind the label of a chance node stands the number of its information set');
    const known = this.#chance.get(id.value);
    const label = lexer.takeIf('string');
    const open = lexer.peek().kind === '{' ? lexer.peek() : undefined;
    const what = `chance information set ${id.value}`;
    if (open === undefined) return this.#later(known, what, id.at, label);
    if (label === undefined)
      this.#scrutiny.warn(
        open.at,
        'before the actions of a chance node stands the label of its information set',
        'it is missing; read as ""',
      );
    const tokens = this.#list('both');
    const actions = tokens.filter((_, k) => k % 2 === 0).map(token => token.text);
    const numbers = tokens.filter((_, k) => k % 2 === 1);
    this.#nonEmpty(actions.length, open.at);
    const texts = numbers.map(({ text }) => text);
    const described = {
      id: id.value,
      what,
      at: id.at,
      label: label?.text ?? known?.label ?? '',
      actions,
      numbers: texts,
    };
    return this.#agreed(this.#chance, known, described, d => ({
      ...d,
      probabilities: this.#probabilities(numbers, open.at),
    }));
  }

  #probabilities(numbers: readonly Token[], at: number): readonly Rational[] {
    const values = numbers.map(token => {
      const value = this.#numbers.read(token.text, token.at);
      if (value.sign < 0) this.#scrutiny.fail(token.at, 'a probability is not negative', `it is ${token.text}`);
      return value;
    });
    const sum = exactSum(values);
    if (sum === undefined || sum.numerator !== sum.denominator) {
      const text = sum === undefined ? undefined : `${sum}`;
      this.#scrutiny.fail(
        at,
        'the probabilities of a chance node sum to exactly 1',
        text === undefined || text.length > 60 ? 'these do not' : `these sum to ${text}`,
        'write thirds as 1/3, not as 0.333333',
      );
    }
    return values;
  }

  /** `{ "a" "b" }`, or `{ "a" 1/2 "b" 1/2 }`. */
  #list(kind: 'string' | 'both'): readonly Token[] {
    const lexer = this.#lexer;
    const tokens: Token[] = [];
    lexer.expect('{', 'actions stand in braces');
    for (let token = lexer.takeIf('string'); token !== undefined; token = lexer.takeIf('string')) {
      tokens.push(token);
      if (kind === 'both') tokens.push(lexer.expect('number', 'behind an action of chance stands its probability'));
    }
    lexer.expect('}', 'actions are labels in quotes, and a brace ends them');
    return tokens;
  }

  #nonEmpty(actions: number, at: number): void {
    if (actions === 0) this.#scrutiny.fail(at, 'an information set has at least one action', 'none stands here');
  }

  /** An occurrence without actions: some node before must have given them. */
  #later<D extends Described>(known: D | undefined, what: string, at: number, label: Token | undefined): D {
    if (known === undefined)
      this.#scrutiny.fail(at, 'an information set lists its actions where it first occurs', `${what} has none before`);
    if (label !== undefined && label.text !== known.label) this.#differs(what, 'label', at, known.at);
    return known;
  }

  /** Enters what a first occurrence says, or holds a later one against it. */
  #agreed<D extends Described>(
    all: Map<number, D>,
    known: D | undefined,
    said: Omit<Described, 'index'> & { readonly id: number; readonly what: string },
    complete: (described: Described) => D,
  ): D {
    const { id, what, at, label, actions, numbers } = said;
    if (known === undefined) {
      const made = complete({ index: all.size, at, label, actions, numbers });
      all.set(id, made);
      return made;
    }
    if (known.label !== label) this.#differs(what, 'label', at, known.at);
    if (!same(known.actions, actions)) this.#differs(what, 'actions', at, known.at);
    if (!same(known.numbers, numbers)) this.#differs(what, 'numbers', at, known.at);
    return known;
  }

  #differs(what: string, part: string, at: number, first: number): never {
    this.#scrutiny.fail(
      at,
      'what occurs again repeats its description word for word, or leaves it out',
      `the ${part} of ${what} differ${part === 'label' ? 's' : ''} here`,
      'leave the description out here, or give this one a number of its own',
      { offset: first, what: 'first described at' },
    );
  }

  #outcome(): number {
    const lexer = this.#lexer;
    const id = lexer.integer('a node ends with the number of its outcome (0 for none)');
    const known = this.#outcomes.get(id.value);
    const label = lexer.takeIf('string');
    if (label === undefined) {
      if (id.value === 0) return -1;
      if (known === undefined)
        this.#scrutiny.fail(
          id.at,
          'an outcome has its payoffs where it first occurs',
          `outcome ${id.value} has none here`,
          'outcome 0 is the one that pays nobody',
        );
      return known.index;
    }
    if (id.value === 0)
      this.#scrutiny.fail(
        label.at,
        'outcome 0 pays nobody and has no label',
        'it is described here',
        'give it another number',
      );
    lexer.expect('{', 'behind the label of an outcome stand its payoffs in braces');
    const payoffs = readPayoffs(lexer, this.#players.length, `outcome ${id.value}`);
    const numbers = payoffs.map(({ text }) => text);
    const said = { id: id.value, what: `outcome ${id.value}`, at: id.at, label: label.text, actions: [], numbers };
    return this.#agreed(this.#outcomes, known, said, d => ({
      ...d,
      payoffs: payoffs.map(({ text, at }) => this.#numbers.read(text, at)),
    })).index;
  }
}

function named(sets: readonly Described[]): readonly EfgInfoset[] {
  const labels = distinctLabels(sets.map(({ label }) => label));
  return sets.map(({ actions }, k) => ({ label: labels[k] as string, actions: distinctLabels(actions) }));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, k) => text === b[k]);
}
