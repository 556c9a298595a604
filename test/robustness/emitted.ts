/** Looks at emitted code as a reader of it would who trusts nobody: what statements it has, what names it uses, what it does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ts } from 'ts-morph';
import { expect } from 'vitest';
import type { ProgramText } from '../../compiler/emit/program.ts';

/** What emitted code may use without declaring it. */
const known = new Set([
  'Array',
  'ArrayBuffer',
  'Error',
  'Float32Array',
  'Float64Array',
  'Infinity',
  'Int32Array',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Pick',
  'Record',
  'Readonly',
  'ReadonlyArray',
  'ReadonlyMap',
  'Uint32Array',
  'Uint8Array',
  'console',
  'const',
  'undefined',
]);

const statements: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.ReturnStatement,
  ts.SyntaxKind.ForOfStatement,
]);

/**
 * Expects that the code parses, that on its top level stand imports of the runtime, declarations, the return of the game and the loop over seeds, and that it
 * uses no name but its own and those above: nothing of the program's text has become code.
 */
export function inspect(text: string): void {
  const file = ts.createSourceFile('emitted.ts', text, ts.ScriptTarget.ES2023, true);
  const { parseDiagnostics } = file as unknown as {
    parseDiagnostics: readonly { messageText: unknown; start: number }[];
  };
  expect(parseDiagnostics.map(d => `${String(d.messageText)}: ${text.slice(d.start - 40, d.start + 40)}`)).toEqual([]);
  for (const statement of file.statements) {
    const isStrict = ts.isExpressionStatement(statement) && statement.getText() === "'use strict';";
    if (ts.isImportDeclaration(statement))
      expect(statement.getText()).toMatch(
        /^import ((type )?\{[\w,\s]+\} from 'marl\/runtime\/[\w/-]+'|\{ create, spec \} from '\.\/[\w-]+\.game\.ts');$/,
      );
    if (!isStrict) expect(statements.has(statement.kind), statement.getText().slice(0, 200)).toBe(true);
  }
  const declared = new Set<string>();
  const used = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclaration(node)) declared.add(node.text);
      else if (!isMember(node)) used.set(node.text, node.parent.getText().slice(0, 80));
    }
    if (
      ts.isTaggedTemplateExpression(node) ||
      ts.isRegularExpressionLiteral(node) ||
      ts.isDebuggerStatement(node) ||
      ts.isAwaitExpression(node) ||
      ts.isWithStatement(node)
    )
      expect(node.getText().slice(0, 200)).toBe('nothing of the kind');
    ts.forEachChild(node, visit);
  };
  visit(file);
  const strange = [...used].filter(([name]) => !declared.has(name) && !known.has(name));
  expect(strange).toEqual([]);
  // Comments that tools act on, and ends of scripts and lines that only some readers see.
  expect(text).not.toMatch(/@ts-(ignore|nocheck|expect-error)|[#@] ?source(Mapping)?URL|<\/script|[\u2028\u2029]/i);
  expect([...text].filter(character => character < ' ' && character !== '\n')).toEqual([]);
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isFunctionExpression(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isInterfaceDeclaration(parent) ||
      ts.isTypeAliasDeclaration(parent) ||
      ts.isTypeParameterDeclaration(parent) ||
      ts.isImportSpecifier(parent) ||
      ts.isBindingElement(parent)) &&
    parent.name === node
  );
}

/** `x` in `a.x`, `{ x: 1 }`, `{ x: y } = z` and in classes and interfaces: no variable of that name is read. */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    ((ts.isPropertyAssignment(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isNamedTupleMember(parent) ||
      ts.isGetAccessorDeclaration(parent)) &&
      parent.name === node)
  );
}

/** Runs an emitted training in this process and gives the lines it prints; `game` is the file that the program imports. */
export function runProgram({ program, game }: ProgramText): readonly string[] {
  const lines: string[] = [];
  const root = join(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'marl-emitted-'));
  const [, file = ''] = /'\.\/(.*\.game\.ts)'/.exec(program) ?? [];
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, file), game);
  const { outputFiles } = buildSync({
    entryPoints: [join(folder, 'program.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    alias: { marl: root },
  });
  rmSync(folder, { recursive: true });
  const run = new Function('console', outputFiles[0]?.text ?? '');
  run({ log: (line: string) => lines.push(line) });
  return lines;
}
