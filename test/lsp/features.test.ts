import { describe, expect, test } from 'vitest';
import { equationsOf } from '../../cli/equations.ts';
import { format } from '../../compiler/format/index.ts';
import { callable, incoming, outgoing } from '../../lsp/calls.ts';
import { formatting, rangeFormatting, typeFormatting } from '../../lsp/formatting.ts';
import { hints } from '../../lsp/hints.ts';
import { hover } from '../../lsp/hover.ts';
import { lenses } from '../../lsp/lenses.ts';
import { links } from '../../lsp/links.ts';
import { definition, highlights, prepareRename, references, rename, typeDefinition } from '../../lsp/navigation.ts';
import { signature } from '../../lsp/signature.ts';
import { folds, selections } from '../../lsp/structure.ts';
import { documentSymbols, type SymbolNode, workspaceSymbols } from '../../lsp/symbols.ts';
import { semanticTokens } from '../../lsp/tokens.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { conditionOf, meanings, rulesOf } from '../../runtime/solvers/equations.ts';
import { concepts, methodsOf, solverTable } from '../../runtime/solvers/table.ts';
import { analysed, edited, opened, texts } from './desk.ts';

const walk = (line = ''): string => `game Walk(size: 2..9 = 4) {
  agents Left, Right
  record Cell { row: 0..size-1, col: 0..size-1 }
  enum Mood { Calm, Angry }
  actions { Stay, Go }
  state {
    /// Where each of them is.
    at: Cell[agents] = Cell(0, 0)
    mood: Mood = Calm
  }
  fn ahead(c: Cell): Cell = c with row + 1 clamped
  fn twice(c: Cell): Cell = ahead(ahead(c))
  step {
    let goal[p: agents] = if action[p] == Go then twice(at[p]) else at[p]
    next at[p: agents] = goal[p]
  }
  reward[p: agents] = if goal[p].row == size - 1 then 1 else 0
  observe[p: agents] { at[p], mood }
  end when at[Left].row == size - 1
  horizon 5
  ${line}
}
`;

/** The text with the mark behind the n-th occurrence of a piece. */
function marked(text: string, piece: string, shift = 0, n = 0): string {
  let at = -1;
  for (let k = 0; k <= n; k++) at = text.indexOf(piece, at + 1);
  if (at < 0) throw new Error(`there is no ${piece}`);
  return `${text.slice(0, at + shift)}▮${text.slice(at + shift)}`;
}

describe('from a name to its declaration', () => {
  const to = (text: string, others = {}): string | undefined => {
    const { project, sheet, at } = opened(text, others);
    const found = definition(project, sheet, at);
    if (found === undefined) return undefined;
    const home = project.sheet(found.to.path)!;
    const { line } = home.lines.position(found.to.span.start);
    return `${found.to.path} ${line}: ${home.slice(found.to.span)}`;
  };
  test('inside of a game', () => {
    expect(to(marked(walk(), 'ahead(c))', 1))).toBe('main.marl 11: ahead');
    expect(to(marked(walk(), 'goal[p].row', 1))).toBe('main.marl 14: goal');
    expect(to(marked(walk(), 'action[p] == Go', 13))).toBe('main.marl 5: Go');
    expect(to(marked(walk(), 'Cell[agents]', 2))).toBe('main.marl 3: Cell');
    expect(to(marked(walk(), '.row == size', 2))).toBe('main.marl 3: row');
    expect(to(marked(walk(), 'with row', 6))).toBe('main.marl 3: row');
    expect(to(marked(walk(), 'at[Left]', 4))).toBe('main.marl 2: Left');
    expect(to(marked(walk(), 'size - 1', 1))).toBe('main.marl 1: size');
    expect(to(marked(walk(), 'twice(at[p])', 9))).toBe('main.marl 14: p');
  });
  test('across imports, into arguments, and into the game of a training', () => {
    const others = { 'lib.marl': walk(), 'games/more.marl': 'enum Side { In, Out }\n' };
    expect(to('import "./lib.marl"\n\ntrain T on Wa▮lk { }\n', others)).toBe('lib.marl 1: Walk');
    expect(to('import "./lib.marl"\n\ntrain T on Walk(si▮ze: 3) { }\n', others)).toBe('lib.marl 1: size');
    expect(
      to('import "./lib.marl"\n\ntrain T on Walk { policy[p: Le▮ft] reads { observation, mood } }\n', others),
    ).toBe('lib.marl 2: Left');
    expect(
      to('import "./lib.marl"\n\ntrain T on Walk { policy[p: Left] reads { observation, mo▮od } }\n', others),
    ).toBe('lib.marl 9: mood');
    expect(to('import "./lib.marl"\ngame Small = Walk(size: 2)\nsolve nash of Sm▮all\n', others)).toBe(
      'main.marl 2: Small',
    );
    expect(to('import "./games/mo▮re.marl"\n', others)).toBe('games/more.marl 1: ');
    expect(to('import "./games/more.marl"\nlet a = O▮ut\n', others)).toBe('games/more.marl 1: Out');
    expect(to('import std.games.Ku▮hn\n')).toMatch(/^std:games\/Kuhn.marl \d+: Kuhn$/);
  });
  test('to the type of a name', () => {
    const { project, sheet, at } = opened(marked(walk(), 'twice(c: Cell)', 6));
    expect(sheet.lines.position(typeDefinition(project, sheet, at)!.to.span.start).line).toBe(3);
  });
});

describe('from a declaration to its uses', () => {
  test('a binder is another one in every equation', () => {
    const { project, sheet, at } = opened(marked(walk(), 'goal[p: agents]', 5));
    expect(highlights(project, sheet, at)).toHaveLength(4);
  });
  test('uses in all files of the folder', () => {
    const { project, sheet, at } = opened(marked(walk(), 'Walk', 1), {
      'use.marl': 'import "./main.marl"\ntrain T on Walk { }\nlet Walking = 1\n',
    });
    expect(references(project, sheet, at, true).map(one => one.path)).toEqual(['main.marl', 'use.marl']);
    expect(references(project, sheet, at, false)).toHaveLength(1);
  });
  test('renaming changes just what means the same', () => {
    const text = marked(walk('fn at_home(c: Cell): bool = c.row == 0'), 'at: Cell', 1);
    const { project, sheet, at } = opened(text);
    const renamed = rename(project, sheet, at, 'place');
    if ('refused' in renamed) throw new Error(renamed.refused);
    const result = edited(sheet.text, renamed.edits);
    expect(result).toBe(sheet.text.replace(/\bat\b(?!_)/g, 'place'));
  });
  test('renaming follows imports both ways', () => {
    const others = { 'use.marl': 'import "./main.marl"\nlet b = flip(Out)\n' };
    const { project, sheet, at } = opened(
      'enum Side { In, O▮ut }\nfn flip(s: Side): Side = match s { In => Out  Out => In }\n',
      others,
    );
    const renamed = rename(project, sheet, at, 'Outside');
    if ('refused' in renamed) throw new Error(renamed.refused);
    expect(edited(sheet.text, renamed.edits)).toBe(
      'enum Side { In, Outside }\nfn flip(s: Side): Side = match s { In => Outside  Outside => In }\n',
    );
    expect(edited(others['use.marl'], renamed.edits, 'use.marl')).toBe('import "./main.marl"\nlet b = flip(Outside)\n');
  });
  test('refusals say why', () => {
    const refused = (text: string, name: string): unknown => {
      const { project, sheet, at } = opened(text);
      return rename(project, sheet, at, name);
    };
    expect(refused(marked(walk(), 'mood: Mood', 1), 'at')).toEqual({
      refused: '`at` means something else already where `mood` is used.',
    });
    expect(refused(marked(walk(), 'row:', 1), 'col')).toEqual({
      refused: '`col` means something else already where `row` is used.',
    });
    expect(refused(marked(walk(), 'mood: Mood', 1), '2x')).toEqual({
      refused: '`2x` is no name: names are letters, digits and `_`.',
    });
    const { project, sheet, at } = opened('import std.games.Ku▮hn\n');
    expect(prepareRename(project, sheet, at)).toEqual({
      refused: '`Kuhn` is declared in the library, which is not changed from here.',
    });
  });
});

describe('hover', () => {
  const shown = async (text: string): Promise<string> => {
    const { project, sheet, at } = await analysed(text);
    return hover(project, sheet, at)?.markdown ?? '';
  };
  test('types, docs, classes, facts and sizes', async () => {
    expect(await shown(marked(walk(), 'at: Cell', 1))).toContain('Where each of them is.');
    expect(await shown(marked(walk(), 'let goal', 5))).toContain('goal: Cell');
    expect(await shown(marked(walk(), 'let goal', 5))).toMatch(/Cell\[agents\]/);
    const game = await shown(marked(walk(), 'Walk', 1));
    // Each sees its row and column, and the mood as one of two.
    expect(game).toContain('sees 4 numbers');
    expect(game).toContain('yes `deterministic`');
    expect(game).toContain('**2-player general-sum');
  });
  test('the payoff table of the prisoners has one equilibrium', async () => {
    const table = await shown('import std.games.PrisonersDilemma\n\nsolve nash of Prisoners▮Dilemma\n');
    expect(table.match(/\*\*[-\d]+, [-\d]+\*\*/g)).toHaveLength(1);
    expect(table).toContain('Pure equilibrium: ');
  });
  test('solvers say what they do and where it is from', async () => {
    const solve = 'import std.games.Kuhn\n\nsolve nash of Kuhn by cfr_plus\n';
    expect(await shown(marked(solve, 'cfr_plus', 1))).toMatch(/regrets floored at zero[\s\S]*Tammelin 2014/);
    expect(await shown(marked(solve, 'nash', 1))).toMatch(/`by sequence_form`: One equilibrium of a zero-sum game/);
  });
  test('concepts show what defines them, methods what they compute', async () => {
    const hovers = (concept: string, method: string, piece: string): Promise<string> =>
      shown(marked(`import std.games.Kuhn\n\nsolve ${concept} of Kuhn by ${method}\n`, piece, 1));
    // Nash (1951): no agent gains by another strategy.
    expect(await hovers('nash', 'cfr', 'nash')).toContain('```text\nu_i(x_i, x_-i) >= u_i(y, x_-i) ');
    // Zinkevich et al. (2007), eq. 7 and 8.
    expect(await hovers('nash', 'cfr', 'cfr')).toMatch(
      /R\(h, a\) +\+= v\(h, a\) - v\(h\)\nsigma\(h, a\) +~ max\(0, R\(h, a\)\)/,
    );
    // Brown and Sandholm (2019): after iteration t positive regrets are multiplied by t^1.5 / (t^1.5 + 1).
    expect(await hovers('nash', 'discounted_cfr', 'discounted_cfr')).toContain('t^1.5 / (t^1.5 + 1)');
    // von Neumann (1928).
    expect(await hovers('minimax', 'linear_program', 'minimax')).toContain(
      'max_x min_y u_1(x, y) = min_y max_x u_1(x, y)',
    );
    // The same word computes another thing for another concept.
    expect(await hovers('correlated', 'linear_program', 'linear_program')).toContain('p is a correlated equilibrium');
    expect(await hovers('minimax', 'linear_program', 'linear_program')).toContain('maximise v over x');
    // What "the same" is, is said where the row before does not stand.
    expect(await hovers('nash', 'cfr_plus', 'cfr_plus')).toContain('Like `by cfr`, with regrets floored at zero');
  });
  test('what a sweep varies, what is maximised, how often it iterates', async () => {
    const text = `import std.games.Kuhn

let rounds = 12
solve nash of Kuhn by cfr for 100 iterations
solve correlated of Kuhn maximizing social_cost
train Learn on Kuhn {
  algorithm IDQN { }
  budget 100 steps
}
sweep S of Learn { algorithm.gamma in [0.9, 1]  algorithm.optimizer.lr in [1e-3, 1e-4] }
`;
    expect(await shown(marked(text, 'gamma in', 1))).toMatch(/Discount factor[\s\S]*Default: /);
    expect(await shown(marked(text, 'lr in', 1))).toMatch(/Default: /);
    expect(await shown(marked(text, 'social_cost', 1))).toContain('-sum over i of u_i');
    expect(await shown(marked(text, 'iterations', 1))).toContain('Asks for a solution');
    expect(await shown(marked(text, 'rounds', 1))).not.toContain('12..12');
  });
  test('the concept of a claimed value is one, whatever else has that name', async () => {
    for (const claim of ['value(minimax, First) == -1/18 of Kuhn', '-1/18 == value(minimax, First) of Kuhn'])
      expect(await shown(marked(`import std.games.Kuhn\n\nassert ${claim}\n`, 'minimax', 1))).toContain('max_x min_y');
  });
  test('a payoff table shows its equilibria wherever one looks at it, mixed ones in fractions', async () => {
    // The battle of the sexes (Luce and Raiffa 1957): the mixed equilibrium plays the own favourite with 2/3, worth 2/3 to both.
    const text =
      'game Bos {\n  agents She, He\n  actions { Opera, Boxing }\n  payoff {\n    Opera Boxing\n    Opera: (2, 1) (0, 0)\n    Boxing: (0, 0) (1, 2)\n  }\n}\n';
    for (const piece of ['payoff', '(2, 1)', ', 2)']) {
      const table = await shown(marked(text, piece, 1));
      expect(table).toContain('Pure equilibria: (Opera, Opera), (Boxing, Boxing). Mixed: 1.');
      expect(table).toContain('- mixed: She 2/3 Opera + 1/3 Boxing; He 1/3 Opera + 2/3 Boxing; worth 2/3, 2/3');
    }
    expect(await shown(marked(text, 'agents', 1))).not.toContain('mixed');
  });
  test('matching pennies has none', async () => {
    const text =
      'game Pe▮nnies {\n  agents A, B\n  actions { H, T }\n  payoff {\n    H T\n    H: (1, -1) (-1, 1)\n    T: (-1, 1) (1, -1)\n  }\n}\n';
    expect(await shown(text)).toContain('No equilibrium in pure strategies.');
    expect(await shown(text)).toContain('A 1/2 H + 1/2 T; B 1/2 H + 1/2 T; worth 0, 0');
  });
  test('algorithms, settings, words and functions', async () => {
    const train =
      'import std.games.Kuhn\n\ntrain T on Kuhn {\n  algorithm QMIX { target_every = 100 }\n  budget 10 steps\n}\n';
    expect(await shown(marked(train, 'QMIX', 1))).toMatch(/Rashid et al. 2018/);
    // Equations (5) and (6) of the paper: the loss is the squared error of the mixed value.
    expect(await shown(marked(train, 'QMIX', 1))).toMatch(/```text\nQ_tot\(s, u\) = mixer\([^`]*\(Q_tot - y\)\^2\n```/);
    expect(await shown(marked(train, 'QMIX', 1))).toMatch(/does not fit the game of T/);
    expect(await shown(marked(train, 'target_every', 1))).toMatch(/Default: `/);
    expect(await shown(marked(train, 'budget', 1))).toMatch(/\*\*budget\*\*/);
    expect(await shown(marked(walk('fn f(x: int): int = clamp(x, 0, 1)'), 'clamp(', 2))).toContain(
      'clamp(x, low, high)',
    );
  });
});

describe('equations of solvers', () => {
  test('every concept and every method has them, and nothing else does', () => {
    for (const concept of concepts)
      expect(conditionOf(concept), concept).toMatch(/ (>=|=|>|in argmax|\{|maximise|the) /);
    for (const { concept, method } of solverTable)
      expect(rulesOf(concept, method), `${concept} by ${method}`).toMatch(/ (=|<-|\+=|>=|<=|>|<|in argmax_?x?|~) /);
    expect(conditionOf('constructor')).toBeUndefined();
    expect(rulesOf('nash', 'constructor')).toBeUndefined();
    expect(rulesOf('nash', 'dual_newton')).toBeUndefined();
  });
  test('they are plain text that fits beside a program, and none stays where its method is gone', () => {
    for (const { condition, methods } of Object.values(meanings)) {
      const all = [condition, ...Object.values(methods)];
      for (const line of all.join('\n').split('\n')) expect(line).toMatch(/^[ -~]{1,116}$/);
      for (const text of all) expect(text.split('\n').length, text).toBeLessThanOrEqual(5);
    }
    for (const [concept, { methods }] of Object.entries(meanings))
      expect(Object.keys(methods).sort()).toEqual([...methodsOf(concept)].sort());
  });
});

test('every algorithm has equations', () => {
  for (const { name } of algorithms) expect(equationsOf(name), name).toMatch(/ (=|<-|\+=) /);
  expect(equationsOf('NoSuch')).toBeUndefined();
});

describe('the shape of a file', () => {
  test('outline', () => {
    const tree = (nodes: readonly SymbolNode[]): unknown =>
      nodes.map(node => (node.children.length === 0 ? node.name : [node.name, tree(node.children)]));
    const { sheet } = opened(`${walk()}\ntrain T on Walk { budget 5 steps }\nsolve nash of Walk\n`);
    expect(tree(documentSymbols(sheet))).toEqual([
      [
        'Walk',
        [
          'Left',
          'Right',
          ['Cell', ['row', 'col']],
          ['Mood', ['Calm', 'Angry']],
          ['actions', ['Stay', 'Go']],
          ['state', ['at', 'mood']],
          'ahead',
          'twice',
          ['step', ['goal']],
          'reward',
          'observe',
          'end',
          'horizon',
        ],
      ],
      'T',
      'nash of Walk',
    ]);
  });
  test('names across files', () => {
    const { project } = opened(walk(), { 'other.marl': 'game Waltz { agents A }\n' });
    expect(workspaceSymbols(project, 'wal').map(one => one.name)).toEqual(['Walk', 'Waltz']);
    expect(workspaceSymbols(project, 'wz').map(one => one.name)).toEqual(['Waltz']);
  });
  test('folding and growing selections', () => {
    const { sheet } = opened(walk());
    expect(folds(sheet)).toEqual(
      expect.arrayContaining([
        { from: 1, to: 21, kind: 'region' },
        { from: 6, to: 9, kind: 'region' },
      ]),
    );
    const offset = sheet.text.indexOf('twice(at[p])') + 7;
    const grown = selections(sheet, offset).map(span => sheet.slice(span));
    expect(grown.slice(0, 3)).toEqual(['at', 'at[p]', 'twice(at[p])']);
    expect(grown.at(-1)).toBe(sheet.text);
    for (const [k, text] of grown.entries()) if (k > 0) expect(text).toContain(grown[k - 1]);
  });
  test('tokens say what names are', () => {
    const { project, sheet } = opened(walk());
    const of = (piece: string, shift = 0): string | undefined => {
      const start = sheet.text.indexOf(piece) + shift;
      const token = semanticTokens(project, sheet).find(one => one.start === start);
      return token === undefined ? undefined : [token.type, ...token.modifiers].join(' ');
    };
    expect(of('game')).toBe('keyword');
    expect(of('Walk')).toBe('class declaration');
    expect(of('Cell[agents]')).toBe('type');
    expect(of('Go then')).toBe('enumMember readonly');
    expect(of('at[p: agents] = goal')).toBe('variable modification');
    expect(of('row + 1')).toBe('property modification');
    expect(of('/// Where')).toBe('comment documentation');
    const all = semanticTokens(project, sheet);
    for (let k = 1; k < all.length; k++) expect(all[k]!.start).toBeGreaterThanOrEqual(all[k - 1]!.end);
  });
  test('imports are links', () => {
    const { project, sheet } = opened('import "./lib.marl"\nimport std.games.{Kuhn, Leduc}\n', { 'lib.marl': '' });
    expect(links(project, sheet).map(one => [sheet.slice(one.span), one.path])).toEqual([
      ['"./lib.marl"', 'lib.marl'],
      ['Kuhn', 'std:games/Kuhn.marl'],
      ['Leduc', 'std:games/Leduc.marl'],
    ]);
  });
  test('who calls whom', () => {
    const { project, sheet, at } = opened(marked(walk(), 'twice(c', 1));
    const decl = callable(project, sheet, at)!;
    expect(outgoing(project, decl).map(one => [one.decl.name, one.at.length])).toEqual([['ahead', 2]]);
    expect(incoming(project, decl).map(one => one.decl.name)).toEqual(['Walk']);
  });
});

describe('between the lines', () => {
  test('inlay hints', async () => {
    const { project, sheet } = await analysed(walk());
    const all = hints(project, sheet, { start: 0, end: sheet.text.length });
    const shown = all.map(one => `${sheet.text.slice(0, one.at).split('\n').at(-1)!.trim()}|${one.text}`);
    expect(shown).toContain('let goal[p: agents]|: Cell');
    expect(shown).toContain('observe[p: agents] { at[p], mood }| 4 numbers');
    expect(shown.some(one => /^game Walk\(size: 2..9 = 4\) \{\| \d+ states, all act at once$/.test(one))).toBe(true);
  });
  test('signatures and the parameter at the cursor', () => {
    const help = (text: string): unknown => {
      const { project, sheet, at } = opened(text);
      const found = signature(project, sheet, at);
      return found === undefined ? undefined : [found.label, found.active];
    };
    expect(help(walk('fn f(x: int, y: int): int = x\n  reward = f(1, ▮'))).toEqual(['f(x: int, y: int)', 1]);
    expect(help(walk('reward = clamp(▮)'))).toEqual(['clamp(x, low, high)', 0]);
    expect(help(walk('reward = clamp(sum(1 for p in agents), 2, ▮)'))).toEqual(['clamp(x, low, high)', 2]);
    expect(help(`${walk()}\nsolve nash of Walk(size: ▮)`)).toEqual(['Walk(size: 2..9 = 4)', 0]);
    expect(help(walk('▮'))).toBeUndefined();
  });
  test('lenses: what the client can do, and what is known', async () => {
    const { project, sheet } = await analysed(
      `${walk()}\ntrain T on Walk {\n  algorithm IQL { }\n  budget 5 steps\n}\n`,
    );
    expect(lenses(project, sheet, new Set(['marl.check', 'marl.train'])).map(one => one.title)).toEqual([
      'Check',
      expect.stringMatching(/^2-player /),
      'Train',
    ]);
  });
  test('formatting touches only what changes', () => {
    const { sheet } = opened('let a = 1\n\ngame  G {\nagents A\n}\n\nlet b   = 2\n');
    expect(texts(sheet, formatting(sheet))).toEqual(['game  G {\nagents A\n}\n\n', 'let b   = 2\n']);
  });
  test('a part: the lines that a selection touches, and no other', () => {
    const { sheet } = opened('let a   = 1\nlet b   = 2\ngame  G {\nagents A\n  actions {X,Y}\n}\n');
    const at = (piece: string) => ({ start: sheet.text.indexOf(piece), end: sheet.text.indexOf(piece) + 4 });
    expect(edited(sheet.text, rangeFormatting(sheet, at('let b')))).toContain('let a   = 1\nlet b = 2\n');
    expect(edited(sheet.text, rangeFormatting(sheet, at('agents')))).toBe(sheet.text.replace('\nagents', '\n  agents'));
    expect(edited(sheet.text, rangeFormatting(sheet, { start: 0, end: sheet.text.length }))).toBe(
      format(sheet.text).text,
    );
  });
  test('while typing: a brace lays out what it closes', () => {
    const { sheet, at } = opened(
      'let a   = 1\ngame G {\n  agents A\n  actions {\nX,Y\n  }▮\n  reward   = 1\n  horizon 2\n}\n',
    );
    expect(edited(sheet.text, typeFormatting(sheet, at, '}'))).toBe(
      'let a   = 1\ngame G {\n  agents A\n  actions {\n    X, Y\n  }\n  reward   = 1\n  horizon 2\n}\n',
    );
  });
  test('while typing: a line break lays out the line above and indents the new one', () => {
    const laidOut = (text: string): string => {
      const { sheet, at } = opened(text);
      return edited(sheet.text, typeFormatting(sheet, at, '\n'));
    };
    expect(laidOut('game G {\n  agents   A\n▮\n  horizon   2\n}\n')).toBe(
      'game G {\n  agents A\n  \n  horizon   2\n}\n',
    );
    // Unfinished, so that only the indentation is known.
    expect(laidOut('game G {\n  agents A\n  state {\n▮')).toBe('game G {\n  agents A\n  state {\n    ');
    expect(laidOut('game G {\n  agents A\n  state {\n▮}\n}\n')).toBe('game G {\n  agents A\n  state {\n  }\n}\n');
    expect(laidOut('let a = f(1,\n▮')).toBe('let a = f(1,\n  ');
    const map = 'let m = map """\n  ##\n▮\n  ..\n  """ { }\n';
    expect(laidOut(map)).toBe(map.replace('▮', ''));
  });
});
