/**
 * A game tree as a program: the state is the node that play has come to, who moves and what it knows are functions of the node, and
 * chance draws within the steps. What an agent sees is its information set; while others move it sees nothing.
 */
import { type EfgGame, recallProblem } from '../../runtime/formats/efg.ts';
import { exactSum } from '../../runtime/formats/numbers.ts';
import type { Rational } from '../../runtime/games/rational.ts';
import { chanceTables, columnTables, constantTable, type NamedDraw } from './efg-tables.ts';
import { listing } from './names.ts';
import { actionTypes, type Cast, castOf, headLines, type Imported, numberText, trainLines } from './program.ts';
import { type Decision, type Draw, type Flat, flatten, type Target, timed } from './tree.ts';

/** Nodes of a program that somebody might still read, and that compiles in seconds. */
const mostNodes = 12_000;
/** Decisions and ends up to which `match` is used, which reads better than tables and costs the compiler more. */
const mostMatched = 120;
/** Draws in one expression: `else if` nests, and nesting has a limit in the language. */
const drawsTogether = 100;

/** @param file names the game where its title does not */
export function efgProgram(game: EfgGame, file: string): Imported {
  const problem = recallProblem(game);
  if (problem !== undefined)
    return {
      refused: `${problem.reason}; agents of the language remember all they saw and did`,
      remedy: 'split the information set so that its player remembers',
    };
  const size = game.nodes.length;
  const flat = size > 20 * mostNodes ? undefined : flatten(game);
  if (flat === undefined || flat.decisions.length + flat.ends.length > mostNodes)
    return {
      refused: `the tree has ${size} nodes, and one of more than ${mostNodes} decisions and ends is no readable program`,
      remedy: 'write the rules of the game as a program of your own',
    };
  if (flat.decisions.length === 0)
    return { refused: 'nobody decides anything in this tree', remedy: 'a game needs at least one decision' };
  const circle = timed(flat);
  if (circle !== undefined) {
    const sets = circle
      .slice(0, 3)
      .map(({ player, infoset }) => JSON.stringify(game.infosets[player]?.[infoset]?.label));
    return {
      refused: `some information sets of the tree (${sets.join(', ')}) would have to come before themselves: their nodes lie after each other in turn, and agents that count steps would tell them apart`,
      remedy: 'split one of these information sets',
    };
  }
  return { ...new Writer(game, flat, file).write(), notes: [] };
}

class Writer {
  readonly #game: EfgGame;
  readonly #flat: Flat;
  readonly #cast: Cast;
  readonly #types: readonly string[];
  readonly #nodes: readonly string[];
  readonly #ends: readonly string[];
  readonly #draws: readonly string[];
  /** Per player and information set. */
  readonly #infosets: readonly (readonly string[])[];
  /** Per player and information set, the actions' places in the player's list. */
  readonly #allowed: readonly (readonly (readonly number[])[])[];
  readonly #labels: readonly (readonly string[])[];
  readonly #waits: number;
  readonly #large: boolean;
  /** Does some play have a state in which nobody decides? Then `active` takes the place of `turn`. */
  readonly #idle: boolean;

  constructor(game: EfgGame, flat: Flat, file: string) {
    this.#game = game;
    this.#flat = flat;
    this.#labels = game.infosets.map(sets => {
      const labels = [...new Set(sets.flatMap(({ actions }) => actions))];
      return labels.length === 0 ? ['None'] : labels;
    });
    this.#cast = castOf(game.title, file, game.players, this.#labels);
    this.#types = actionTypes(this.#cast);
    const { names } = this.#cast;
    this.#infosets = game.infosets.map((sets, i) =>
      names.all(
        sets.map(({ label }) => (/^_\d+$/.test(label) ? '' : label)),
        `${this.#cast.agents[i]}Knows`.slice(0, 30),
      ),
    );
    this.#nodes = flat.decisions.map(({ node, player, infoset }) => {
      const label = game.nodes[node]?.label ?? '';
      const set = game.infosets[player]?.[infoset]?.label ?? '';
      return names.fresh(label !== '' ? label : `At ${/^_\d+$/.test(set) ? this.#cast.agents[player] : set}`, 'At');
    });
    this.#ends = flat.ends.map(({ label }) => names.fresh(label === '' ? 'End' : label, 'End'));
    this.#draws = flat.draws.map(({ label }) =>
      names.fresh(label === '' || /^_\d+$/.test(label) ? 'Chance' : label, 'Chance'),
    );
    this.#allowed = game.infosets.map((sets, i) =>
      sets.map(({ actions }) => actions.map(action => (this.#labels[i] ?? []).indexOf(action))),
    );
    this.#large = flat.decisions.length + flat.ends.length > mostMatched;
    this.#waits = flat.decisions.reduce((most, { wait }) => Math.max(most, wait), 0);
    this.#idle = this.#waits > 0 || this.#reached(flat.start).some(({ kind }) => kind === 'end');
  }

  write(): { readonly text: string; readonly game: string } {
    const { game: name, agents, actions } = this.#cast;
    const { start } = this.#flat;
    const nodes = [...this.#nodes, ...this.#ends, ...(start.kind === 'draw' ? this.#draws.slice(1) : this.#draws)];
    const ends = this.#ends.join(', ');
    const lines = [
      ...headLines(this.#game.title, this.#game.comment, this.#cast, this.#game.players),
      `game ${name} {`,
      `  agents ${agents.join(', ')}`,
      ...(this.#types[0] === 'Action'
        ? listing('actions', actions[0] ?? [], this.#labels[0] ?? [], '  ')
        : agents.flatMap((agent, i) => listing(`actions[${agent}]`, actions[i] ?? [], this.#labels[i] ?? [], '  '))),
      '',
      '  /// Where somebody decides, where play ends (ends with the same payoffs are one), and where chance draws within a step.',
      ...listing('enum Node', nodes, nodes, '  '),
      '  /// The information sets.',
      ...listing(
        'enum Info',
        ['Waiting', ...this.#infosets.flat()],
        [
          'Waiting',
          ...this.#game.infosets.flatMap(sets => sets.map(({ label }) => (/^_\d+$/.test(label) ? '' : label))),
        ].map((label, k) => label || (this.#infosets.flat()[k - 1] ?? '')),
        '  ',
      ),
      '',
      ...this.#state(),
      ...this.#movers(),
      ...this.#legal(),
      '',
      ...this.#step(),
      ...agents.map((agent, i) => `  reward[${agent}] = ${this.#reward(i)}`),
      '',
      ...this.#observed(),
      this.#large ? '  end when over[at]' : `  end when at in [${ends}]`,
      '}',
      '',
      ...trainLines(name, 50_000),
    ];
    return { text: `${lines.join('\n')}\n`, game: name };
  }

  #state(): readonly string[] {
    const { start } = this.#flat;
    const drawn = start.kind === 'draw';
    const first = drawn ? '' : ` = ${this.#name(start)}`;
    const waits = this.#waits > 0;
    const early = this.#reached(start).some(
      to => to.kind === 'decision' && (this.#flat.decisions[to.decision]?.wait ?? 0) > 0,
    );
    const init = [
      ...(drawn ? [`at ~ ${this.#distribution(this.#flat.draws[start.draw] as Draw)}`] : []),
      ...(early ? [`wait = ${this.#delay('at')}`] : []),
    ];
    const delays = this.#byNode(({ wait }) => `${wait}`);
    const comment =
      '  /// Steps that pass before the move at a node, so that all nodes of an information set come at the same time.';
    return [
      ...(!waits
        ? []
        : this.#large
          ? [comment, ...constantTable('delays', `(0..${this.#waits})`, 'Node', delays, '0')]
          : [
              comment,
              `  fn delay(node: Node): 0..${this.#waits} = match node {`,
              ...this.#grouped(
                delays.map(([node, wait]) => [wait, node] as const),
                '0',
              ),
              '  }',
            ]),
      '  state {',
      `    at: Node${first}`,
      ...(waits ? [`    wait: 0..${this.#waits}${early ? '' : ' = 0'}`] : []),
      '  }',
      ...(init.length === 1
        ? [`  init { ${init[0]} }`]
        : init.length > 1
          ? ['  init {', ...init.map(line => `    ${line}`), '  }']
          : []),
    ];
  }

  /** A value per decision, by the name of its node. */
  #byNode(value: (decision: Decision) => string): readonly (readonly [string, string])[] {
    return this.#flat.decisions.map((decision, k) => [this.#nodes[k] as string, value(decision)] as const);
  }

  #delay(node: string): string {
    return this.#large ? `delays[${node}]` : `delay(${node})`;
  }

  /** `#movers` of a large tree, and all other tables. */
  #tables(): readonly string[] {
    const { decisions, ends } = this.#flat;
    const { agents } = this.#cast;
    const infos = this.#byNode(({ player, infoset }) => this.#infosets[player]?.[infoset] ?? '');
    const most = decisions.reduce((n, { targets }) => Math.max(n, targets.length), 1);
    const pays = agents.flatMap((_, i) => [
      ...constantTable(
        `pays${i + 1}`,
        'real',
        'Node',
        ends.map((end, k) => [this.#ends[k] as string, numberText(end.pays[i] as Rational)] as const),
        '0',
      ),
      ...(decisions.every(decision => decision.pays[i]?.sign === 0)
        ? []
        : constantTable(
            `owes${i + 1}`,
            'real',
            'Node',
            this.#byNode(decision => numberText(decision.pays[i] as Rational)),
            '0',
          )),
    ]);
    const width = agents.reduce((n, _, i) => Math.max(n, this.#cast.actions[i]?.length ?? 1), most);
    const goes = decisions.map(({ player, infoset, targets }, k) => {
      const row = new Array<string>(width).fill(this.#ends[0] as string);
      (this.#allowed[player]?.[infoset] ?? []).forEach((a, j) => {
        row[a] = this.#name(targets[j] as Target);
      });
      return [this.#nodes[k] as string, row] as const;
    });
    const asks = agents.flatMap((_, i) =>
      constantTable(
        `asks${i + 1}`,
        'bool',
        'Node',
        this.#byNode(({ player }) => `${player === i}`),
        'false',
      ),
    );
    const movers = this.#byNode(({ player }) => agents[player] ?? '');
    return [
      '  /// Who moves at a node, and in which information set; where each action leads; what is paid there.',
      ...constantTable('infos', 'Info', 'Node', infos, 'Waiting'),
      `  fn info(): Info = ${this.#waits > 0 ? 'if wait > 0 then Waiting else ' : ''}infos[at]`,
      ...(this.#idle
        ? [...asks, ...agents.map((agent, i) => `  active[${agent}] = ${this.#asked(i)}`)]
        : agents.length === 1
          ? []
          : [...constantTable('movers', 'agents', 'Node', movers, agents[0] ?? ''), '  turn = movers[at]']),
      ...columnTables('goes', goes, width, this.#ends[0] as string),
      ...constantTable(
        'over',
        'bool',
        'Node',
        this.#ends.map(end => [end, 'true'] as const),
        'false',
      ),
      ...pays,
      ...chanceTables(this.#namedDraws(), this.#ends[0] as string).tables,
    ];
  }

  /** Chance moves within steps. */
  #namedDraws(): readonly NamedDraw[] {
    const from = this.#flat.start.kind === 'draw' ? 1 : 0;
    return this.#flat.draws.slice(from).map((draw, k) => ({
      name: this.#draws[k + from] as string,
      branches: draw.branches.map(({ to, probability }) => [this.#name(to), probability] as const),
    }));
  }

  /** Who moves, and in which information set. */
  #movers(): readonly string[] {
    const { decisions } = this.#flat;
    const { agents } = this.#cast;
    if (this.#large) return this.#tables();
    const infos = [
      `  fn info(): Info = ${this.#waits > 0 ? 'if wait > 0 then Waiting else ' : ''}match at {`,
      ...this.#grouped(
        decisions.map(
          ({ player, infoset }, k) => [this.#infosets[player]?.[infoset] ?? '', this.#nodes[k] as string] as const,
        ),
        'Waiting',
      ),
      '  }',
    ];
    if (this.#idle) return [...infos, ...agents.map((agent, i) => `  active[${agent}] = ${this.#asked(i)}`)];
    if (agents.length === 1) return infos;
    const movers = new Set(decisions.map(({ player }) => player));
    const last = agents[decisions[decisions.length - 1]?.player ?? 0] ?? '';
    if (movers.size === 1) return [...infos, `  turn = ${last}`];
    const pairs = decisions.map(({ player }, k) => [agents[player] ?? '', this.#nodes[k] as string] as const);
    return [
      ...infos,
      '  turn = match at {',
      ...this.#grouped(
        pairs.filter(([agent]) => agent !== last),
        last,
      ),
      '  }',
    ];
  }

  /** Is player i to move? */
  #asked(i: number): string {
    const sets = this.#infosets[i] ?? [];
    if (this.#large) return `${this.#waits > 0 ? 'wait == 0 and ' : ''}asks${i + 1}[at]`;
    return sets.length === 0 ? 'false' : `info() in [${sets.join(', ')}]`;
  }

  #legal(): readonly string[] {
    return this.#cast.agents.flatMap((agent, i) => {
      const allowed = this.#allowed[i] ?? [];
      return (this.#cast.actions[i] ?? []).flatMap((action, a) => {
        const sets = (this.#infosets[i] ?? []).filter((_, k) => allowed[k]?.includes(a));
        if (sets.length === allowed.length) return [];
        if (this.#large) {
          const may = `may${i + 1}_${a + 1}`;
          const pairs = sets.map(set => [set, 'true'] as const);
          return [
            ...constantTable(may, 'bool', 'Info', pairs, 'false'),
            `  legal ${action} for ${agent} = ${may}[info()]`,
          ];
        }
        return [`  legal ${action} for ${agent} = info() in [${sets.join(', ')}]`];
      });
    });
  }

  #step(): readonly string[] {
    const { decisions, start } = this.#flat;
    // Every reading of an action is checked against `turn`: once per agent is enough.
    const { agents, actions, shared } = this.#cast;
    const one = !this.#idle && (shared || agents.length === 1);
    const chosen = agents.map((_, i) => (one ? 'move' : `move${i + 1}`));
    const lets = one
      ? [`    let move = action[${agents.length === 1 ? agents[0] : 'turn'}]`]
      : agents.flatMap((agent, i) =>
          (this.#infosets[i] ?? []).length === 0
            ? []
            : [
                `    let move${i + 1} = if ${this.#idle ? this.#asked(i) : `turn == ${agent}`} then action[${agent}] else ${actions[i]?.[0]}`,
              ],
        );
    if (this.#large) {
      const moved = agents.flatMap((_, i) => {
        const mine = decisions.some(({ player }) => player === i);
        const asked = this.#idle ? this.#asked(i) : `turn == ${agents[i]}`;
        return mine ? [`${one ? '' : `if ${asked} then `}goes(at, ord(${chosen[i]}))`] : [];
      });
      const to = one ? moved[0] : `${moved.join(' else ')} else at`;
      return [
        '  step {',
        ...lets,
        `    let to = ${to}`,
        ...chanceTables(this.#namedDraws(), this.#ends[0] as string).step,
        ...(this.#waits > 0 ? [`    next wait = if wait > 0 then wait - 1 else ${this.#delay('next at')}`] : []),
        '  }',
      ];
    }
    const arms = decisions.map(({ player, infoset, targets }, k) => {
      const allowed = this.#allowed[player]?.[infoset] ?? [];
      const all = this.#cast.actions[player] ?? [];
      const names = targets.map(target => this.#name(target));
      const moves = allowed.map((a, j) => `${all[a]} => ${names[j]}`);
      if (allowed.length < all.length) moves[moves.length - 1] = `_ => ${names[names.length - 1]}`;
      return `      ${this.#nodes[k]} => match ${chosen[player]} { ${moves.join('  ')} }`;
    });
    const drawn = this.#flat.draws
      .map((draw, k) => ({ draw, name: this.#draws[k] as string }))
      .slice(start.kind === 'draw' ? 1 : 0);
    const lines = [
      '  step {',
      ...lets,
      `    let to = ${this.#waits > 0 ? 'if wait > 0 then at else ' : ''}match at {`,
      ...arms,
      '      _ => at',
      '    }',
    ];
    let before = 'to';
    for (let k = 0; k < drawn.length; k += drawsTogether) {
      const group = drawn.slice(k, k + drawsTogether);
      const last = k + drawsTogether >= drawn.length;
      lines.push(last ? '    next at ~' : `    let to${k / drawsTogether + 2} ~`);
      group.forEach(({ draw, name }, j) => {
        lines.push(`      ${j === 0 ? '' : 'else '}if ${before} == ${name} then ${this.#distribution(draw)}`);
      });
      lines.push(`      else point(${before})`);
      before = `to${k / drawsTogether + 2}`;
    }
    if (drawn.length === 0) lines.push('    next at = to');
    if (this.#waits > 0) lines.push(`    next wait = if wait > 0 then wait - 1 else ${this.#delay('next at')}`);
    return [...lines, '  }'];
  }

  #reward(i: number): string {
    const { ends, decisions } = this.#flat;
    if (this.#large) {
      const owed = decisions.every(({ pays }) => pays[i]?.sign === 0)
        ? ''
        : `${this.#waits > 0 ? `(if wait > 0 then 0 else owes${i + 1}[at])` : `owes${i + 1}[at]`} + `;
      return `${owed}pays${i + 1}[next at]`;
    }
    const match = (subject: string, pairs: readonly (readonly [string, string])[]): string => {
      const arms = this.#grouped(
        pairs.filter(([value]) => value !== '0'),
        '0',
      ).map(line => line.trim());
      return arms.length === 1 ? '0' : `match ${subject} { ${arms.join('  ')} }`;
    };
    const atEnd = match(
      'next at',
      ends.map(({ pays }, k) => [numberText(pays[i] as Rational), this.#ends[k] as string] as const),
    );
    const inside = match(
      'at',
      decisions.map(({ pays }, k) => [numberText(pays[i] as Rational), this.#nodes[k] as string] as const),
    );
    if (inside === '0') return atEnd;
    const guarded = this.#waits > 0 ? `(if wait > 0 then 0 else ${inside})` : `(${inside})`;
    return atEnd === '0' ? guarded : `${guarded} + (${atEnd})`;
  }

  #observed(): readonly string[] {
    const { agents } = this.#cast;
    if (agents.length === 1) return ['  observe { info: info() }'];
    if (!this.#idle) return ['  observe[p: agents] { info: if turn == p then info() else Waiting }'];
    return agents.map(
      (agent, i) =>
        `  observe[${agent}] { info: ${(this.#infosets[i] ?? []).length === 0 ? 'Waiting' : `if ${this.#asked(i)} then info() else Waiting`} }`,
    );
  }

  /** `A | B => x`, one arm per value in order of appearance, and `_` for all others. */
  #grouped(pairs: readonly (readonly [value: string, name: string])[], other: string): readonly string[] {
    const groups = new Map<string, string[]>();
    for (const [value, name] of pairs) {
      if (value === other) continue;
      const group = groups.get(value);
      if (group === undefined) groups.set(value, [name]);
      else group.push(name);
    }
    return [...[...groups].map(([value, names]) => `    ${names.join(' | ')} => ${value}`), `    _ => ${other}`];
  }

  #distribution({ branches }: Draw): string {
    const weights = new Map<string, Rational[]>();
    for (const { probability, to } of branches) {
      const name = this.#name(to);
      weights.set(name, [...(weights.get(name) ?? []), probability]);
    }
    const entries = [...weights].map(
      ([name, parts]) => `${name}: ${numberText(exactSum(parts) ?? (parts[0] as Rational))}`,
    );
    if (entries.length === 1) return `point(${entries[0]?.split(':')[0]})`;
    return `categorical({ ${entries.join(', ')} })`;
  }

  #name(target: Target): string {
    switch (target.kind) {
      case 'decision':
        return this.#nodes[target.decision] as string;
      case 'end':
        return this.#ends[target.end] as string;
      case 'draw':
        return this.#draws[target.draw] as string;
    }
  }

  /** Where a target can lead once chance has drawn. */
  #reached(target: Target): readonly Target[] {
    return target.kind === 'draw' ? (this.#flat.draws[target.draw]?.branches ?? []).map(({ to }) => to) : [target];
  }
}
