/** Which lines of a `.marl` file the parts of a game's program come from: found in the syntax tree, written behind the statements. */
import { ts } from 'ts-morph';
import type { GameDecl, GameItem, SourceFile } from '../../grammar/ast.ts';
import { LineMap } from '../../grammar/position.ts';

/** Where a game is declared. */
export interface GameOrigin {
  /** The name of the file without its folder: programs move. */
  readonly file: string;
  /** Lines of the declaration and of its parts, counted from 1. */
  readonly line: number;
  readonly parts: readonly GamePart[];
}

/** A part of a declaration: functions by their names, what a step computes by the names of the variables that hold it. */
export interface GamePart {
  readonly role: 'start' | 'observe' | 'mask' | 'function' | 'next' | 'let' | 'reward' | 'payoff' | 'end';
  readonly name: string;
  readonly line: number;
}

interface Declared {
  readonly path: string;
  readonly text: string;
  readonly ast: SourceFile;
}

/** The declaration of a game in some files, through names for other games; the first file counts first. */
export function gameOriginOf(sources: Iterable<Declared>, name: string): GameOrigin | undefined {
  const all = [...sources];
  let wanted = name;
  // As often as there are files and one name each: names that lead in a circle were refused before.
  for (let round = 0; round <= all.length; round++)
    for (const { path, text, ast } of all)
      for (const declaration of ast.declarations) {
        if (declaration.kind === 'GameAlias' && declaration.name.text === wanted)
          wanted = declaration.of.path.at(-1)?.text ?? wanted;
        if (declaration.kind !== 'Game' || declaration.name.text !== wanted) continue;
        const map = new LineMap(text);
        const lineOf = (start: number): number => map.position(start).line;
        return {
          file: path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf(':')) + 1),
          line: lineOf(declaration.span.start),
          parts: [...partsOf(declaration, lineOf), ...functionsOf(ast, lineOf)],
        };
      }
  return undefined;
}

function partsOf({ items }: GameDecl, lineOf: (start: number) => number): readonly GamePart[] {
  return items.flatMap((item): readonly GamePart[] => {
    const line = lineOf(item.span.start);
    const role = roles[item.kind];
    if (role !== undefined) return [{ role, name: '', line }];
    if (item.kind === 'Fn') return [{ role: 'function', name: item.name.text, line }];
    if (item.kind !== 'Step') return [];
    return item.stmts.map(stmt => ({
      role: stmt.kind === 'Let' ? ('let' as const) : ('next' as const),
      name: stmt.name.text,
      line: lineOf(stmt.span.start),
    }));
  });
}

/** Functions beside the games of a file. Those that a game declares itself come first, and count. */
function functionsOf({ declarations }: SourceFile, lineOf: (start: number) => number): readonly GamePart[] {
  return declarations.flatMap(one =>
    one.kind === 'Fn' ? [{ role: 'function' as const, name: one.name.text, line: lineOf(one.span.start) }] : [],
  );
}

const roles: Readonly<Partial<Record<GameItem['kind'], GamePart['role']>>> = {
  State: 'start',
  Init: 'start',
  Observe: 'observe',
  Legal: 'mask',
  Active: 'mask',
  Turn: 'mask',
  Reward: 'reward',
  Payoff: 'payoff',
  End: 'end',
};

/** A game's program with the lines that its functions and the statements of a step come from. */
export function traced(text: string, { parts }: GameOrigin): string {
  const file = ts.createSourceFile('game.ts', text, ts.ScriptTarget.ES2023, true);
  const notes: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) {
      const lines = linesOf(parts, functionRoles[node.name.text] ?? 'function', node.name.text);
      const comment = /\*\/\s*$/.exec(text.slice(node.getFullStart(), node.getStart()));
      if (lines !== undefined && comment !== null)
        notes.push({ at: node.getFullStart() + comment.index, text: `(${lines}) ` });
      else if (lines !== undefined) notes.push({ at: node.getStart(), text: `/** (${lines}) */\n` });
      if (node.name.text === 'step') notes.push(...stepNotes(node, parts, text));
    }
    if (ts.isVariableStatement(node) && node.declarationList.declarations[0]?.name.getText() === 'payoff') {
      const lines = linesOf(parts, 'payoff', 'payoff');
      if (lines !== undefined) notes.push({ at: node.getStart(), text: `// payoff (${lines})\n` });
    }
    node.forEachChild(visit);
  };
  visit(file);
  let out = text;
  for (const note of notes.sort((a, b) => b.at - a.at)) out = out.slice(0, note.at) + note.text + out.slice(note.at);
  return out;
}

const functionRoles: Readonly<Record<string, GamePart['role']>> = {
  start: 'start',
  observe: 'observe',
  writeMasks: 'mask',
};

function linesOf(parts: readonly GamePart[], role: GamePart['role'], name: string): string | undefined {
  const lines = parts.filter(part => part.role === role && (role !== 'function' || part.name === name));
  if (lines.length === 0) return undefined;
  return `line${lines.length === 1 ? '' : 's'} ${lines.map(({ line }) => line).join(', ')}`;
}

/** Behind the first statement of a step that makes what a part names. */
function stepNotes(step: ts.FunctionDeclaration, parts: readonly GamePart[], text: string) {
  const notes: { readonly at: number; readonly text: string }[] = [];
  const loop = step.body?.statements.find(ts.isForStatement)?.statement;
  if (loop === undefined || !ts.isBlock(loop)) return notes;
  const taken = new Set<GamePart>();
  for (const statement of loop.statements) {
    const made = namesMade(statement);
    const found = parts.filter(
      part => !taken.has(part) && variableOf(part) !== undefined && made.some(name => variableOf(part)?.test(name)),
    );
    if (found.length === 0) continue;
    // All rewards are made in one place.
    for (const part of parts)
      if (found.some(one => one === part || (one.role === 'reward' && part.role === 'reward'))) taken.add(part);
    const what = found.map(({ role, name, line }) => `${[role, name].join(' ').trim()} (line ${line})`).join(', ');
    const end = text.indexOf('\n', statement.end);
    const start = text.lastIndexOf('\n', statement.end) + 1;
    const fits = end - start + what.length < 114 && /^\s*$/.test(text.slice(statement.end, end));
    notes.push(fits ? { at: statement.end, text: ` // ${what}` } : { at: statement.getStart(), text: `// ${what}\n` });
  }
  return notes;
}

/** What the variable of a part is called in the program. */
function variableOf({ role, name }: GamePart): RegExp | undefined {
  switch (role) {
    case 'next':
      return new RegExp(`^next_${name}(_|$)`);
    case 'let':
      return new RegExp(`^(drawn_|one_)?${name}(_\\w+)?\\d*$`);
    case 'reward':
      return /^reward(_|$)/;
    case 'end':
      return /^(over|end)$/;
    default:
      return undefined;
  }
}

/** Names that a statement declares or assigns to, but for the plain reading of a stored value. */
function namesMade(statement: ts.Statement): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      const isStored = isReading(node.initializer) && !/^(next|reward)(_|$)/.test(node.name.text);
      if (!isStored) names.push(node.name.text);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const into = ts.isElementAccessExpression(node.left) ? node.left.expression : node.left;
      if (ts.isIdentifier(into)) names.push(into.text);
    }
    node.forEachChild(visit);
  };
  visit(statement);
  return names;
}

function isReading(node: ts.Expression | undefined): boolean {
  const inner = node !== undefined && ts.isNonNullExpression(node) ? node.expression : node;
  return inner !== undefined && ts.isElementAccessExpression(inner);
}
