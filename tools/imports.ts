/**
 * `npm run lint`: the rules of the folders, checked. Which folder may import which, what only one file may import, which numbers
 * may not be computed how, and how long a file may be. Prints one line per violation and exits with 1 if there is any.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Our folders that the files of a folder may import, besides their own. `runtime` of a compiler or editor file means data and tables. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  grammar: [],
  runtime: [],
  compiler: ['grammar', 'runtime'],
  lsp: ['grammar', 'compiler', 'runtime'],
  cli: ['grammar', 'compiler', 'runtime', 'lsp'],
  bench: ['grammar', 'compiler', 'runtime', 'cli', 'test', 'tools'],
  examples: ['grammar', 'compiler', 'runtime', 'cli'],
  tools: ['grammar', 'compiler', 'runtime', 'cli'],
  test: ['grammar', 'compiler', 'runtime', 'lsp', 'cli', 'bench', 'tools', 'examples'],
};

/** Parts that must not see each other, even inside one folder: `[from, to, why]`. */
const apart: readonly (readonly [string, string, string])[] = [
  ['runtime/verify/', 'runtime/solvers/', 'a certificate must not share code with the solver it judges'],
  ['compiler/', 'runtime/solvers/glpk', 'the compiler takes tables from the runtime, not engines'],
  ['compiler/', 'runtime/train/worker', 'the compiler takes tables from the runtime, not engines'],
];

/** Algorithms stand alone: what they share lives in `runtime/learners/shared/`, and what those with networks share in `deep/`. */
const learners = 'runtime/learners/';
const learnerTables = ['catalogue.ts', 'index.ts'];

/** Packages that exactly one file may import. */
const onlyIn: Readonly<Record<string, string>> = { 'glpk.js': 'runtime/solvers/glpk.ts' };

/** The compiler and the grammar are pure: no file system, no process, no console. */
const pure = ['grammar', 'compiler'];
const portable = ['grammar', 'compiler', 'runtime'];
const longest = 550;
/** One union of node types reads better in one place. */
const longer: Readonly<Record<string, number>> = { 'grammar/ast.ts': 800 };

interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Checks one file; `path` is relative to the root, with slashes. */
export function checkFile(path: string, text: string): readonly Violation[] {
  const found: Violation[] = [];
  const folder = path.split('/')[0] as string;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const report = (node: ts.Node, rule: string): void => {
    found.push({ file: path, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, rule });
  };
  const lines = text.replace(/\n$/, '').split('\n').length;
  const limit = longer[path] ?? longest;
  if (lines > limit)
    found.push({ file: path, line: limit + 1, rule: `a file has at most ${limit} lines, and this one has ${lines}` });

  const visit = (node: ts.Node): void => {
    const target = importedFrom(node);
    if (target !== undefined) checkImport(path, folder, target, rule => report(node, rule));
    if (ts.isExportAssignment(node)) report(node, 'there are no default exports here; export by name');
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(m => m.kind === ts.SyntaxKind.DefaultKeyword) === true)
      report(node, 'there are no default exports here; export by name');
    if (portable.includes(folder)) checkNumbers(node, rule => report(node, rule));
    if (
      pure.includes(folder) &&
      ts.isIdentifier(node) &&
      (node.text === 'process' || node.text === 'console') &&
      isGlobal(node)
    )
      report(node, `${folder}/ is pure: the host brings what \`${node.text}\` would`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The module a node imports from, for static and dynamic imports, re-exports and types. */
function importedFrom(node: ts.Node): string | undefined {
  if (
    (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
    node.moduleSpecifier !== undefined &&
    ts.isStringLiteral(node.moduleSpecifier)
  )
    return node.moduleSpecifier.text;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument !== undefined && ts.isStringLiteral(argument) ? argument.text : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
    return node.argument.literal.text;
  return undefined;
}

function checkImport(path: string, folder: string, target: string, report: (rule: string) => void): void {
  if (!target.startsWith('.')) {
    const home = onlyIn[target.split('/')[0] as string];
    if (home !== undefined && path !== home && folder !== 'test' && folder !== 'bench')
      report(`only ${home} may import ${target}`);
    if (pure.includes(folder) && target.startsWith('node:'))
      report(`${folder}/ is pure, but ${target} reaches the machine`);
    return;
  }
  const file = relative(root, resolve(root, dirname(path), target))
    .split(sep)
    .join('/');
  const to = file.split('/')[0] as string;
  if (to === '..') report(`${target} leads out of the package`);
  else if (to !== folder && Object.hasOwn(mayImport, to) && !(mayImport[folder] ?? []).includes(to)) {
    const allowed = mayImport[folder] ?? [];
    report(
      `${folder}/ may import ${allowed.length === 0 ? 'nothing of ours' : allowed.map(name => `${name}/`).join(', ')}, not ${file}`,
    );
  }
  for (const [from, not, why] of apart)
    if (path.startsWith(from) && file.startsWith(not)) report(`${from} may not import ${file}: ${why}`);
  const isLearner = (name: string): boolean =>
    name.startsWith(learners) &&
    !name.startsWith(`${learners}shared/`) &&
    !name.startsWith(`${learners}deep/`) &&
    !learnerTables.includes(name.slice(learners.length));
  if (isLearner(path) && isLearner(file))
    report(`one algorithm does not import another: move what they share to ${learners}shared/ (or deep/)`);
}

/** Functions whose results differ between engines or runs. */
function checkNumbers(node: ts.Node, report: (rule: string) => void): void {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Math') {
    if (node.name.text === 'random') report('Math.random cannot be repeated: draw from a Stream');
    if (node.name.text === 'pow') report('Math.pow differs between engines: multiply');
  }
  if (
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Date' &&
    node.name.text === 'now'
  )
    report('results do not depend on the clock: the host brings it');
  const power =
    ts.isBinaryExpression(node) &&
    (node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
      node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken);
  if (power && !isBigInt(node.left) && !isBigInt(node.right) && !isSmallIntegerPower(node))
    report('`**` on numbers differs between engines: multiply');
}

/** `10n ** BigInt(k)`: exact, so allowed. */
function isBigInt(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isBigInt(node.expression);
  return (
    ts.isBigIntLiteral(node) ||
    (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'BigInt')
  );
}

/** `2 ** k` for whole k only shifts the exponent. */
function isSmallIntegerPower(node: ts.BinaryExpression): boolean {
  return ts.isNumericLiteral(node.left) && node.left.text === '2';
}

/** A use of a global name, not a property or a declaration called the same. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) && parent.expression === node;
}

function filesOf(folder: string): readonly string[] {
  // Git keeps no empty folder, so one that is planned may not be there yet.
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(
      entry => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.split(sep).includes('node_modules'),
    )
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => !path.includes('/generated/') && !path.includes('/golden/') && !path.includes('/dist/'))
    .sort();
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const files = Object.keys(mayImport).flatMap(filesOf);
  const violations = files.flatMap(file => checkFile(file, readFileSync(join(root, file), 'utf8')));
  for (const { file, line, rule } of violations) console.error(`${file}:${line}: ${rule}`);
  console.log(
    `imports: ${files.length} files, ${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}`,
  );
  if (violations.length > 0) process.exitCode = 1;
}
