/** The declarations of the runtime's source files that a program is made of, found by following relative imports. */
import { ts } from 'ts-morph';
import { ice } from './ice.ts';

/** The text of a file of the runtime, by a path such as `runtime/rng/stream.ts`. Hosts read it from where they are installed. */
export type ReadSource = (path: string) => string;

export type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

export interface Sources {
  /** Top-level declarations by name; imported files before their importers, in the order of the text. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Names that two files declare: a program has one scope and can use none of them. */
  readonly ambiguous: ReadonlySet<string>;
}

/** Reads `entries` and all they import; of a file that is only imported for its types, the types. */
export function readSources(entries: readonly string[], read: ReadSource): Sources {
  const declarations = new Map<string, Declaration>();
  const ambiguous = new Set<string>();
  const files = new Map<string, ts.SourceFile>();
  const seen = { types: new Set<string>(), values: new Set<string>() };

  function visit(path: string, what: keyof typeof seen): void {
    if (seen[what].has(path)) return;
    seen[what].add(path);
    const file = files.get(path) ?? ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023, true);
    files.set(path, file);
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
      const { text } = statement.moduleSpecifier;
      const erased = onlyTypes(statement);
      if (text.startsWith('.')) visit(join(path, text), erased ? 'types' : what);
      else if (!erased) ice(`${path} imports ${text}, which an emitted program cannot have`);
    }
    for (const statement of file.statements) {
      const kind = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? 'types' : 'values';
      // Types are declared at the first visit, whatever it was for.
      if (kind !== what && !(kind === 'types' && !seen.types.has(path))) continue;
      for (const name of namesOf(statement)) declare(name, statement as Declaration);
    }
    seen.types.add(path);
  }

  function declare(name: string, node: Declaration): void {
    if (declarations.has(name)) ambiguous.add(name);
    declarations.set(name, node);
  }

  for (const path of entries) visit(path, 'values');
  return { declarations, ambiguous };
}

/** `import type { A }` and `import { type A }`. */
function onlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  const { namedBindings } = importClause;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  if (importClause.name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every(element => element.isTypeOnly);
}

/** Names that a top-level statement declares. */
function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(d => (ts.isIdentifier(d.name) ? [d.name.text] : []));
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  ) {
    return statement.name === undefined ? [] : [statement.name.text];
  }
  return [];
}

/** `a/b/c.ts` and `../d.ts` make `a/d.ts`. */
function join(from: string, relative: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Names that a piece of text reads from outside: all identifiers but those after a dot and names of members. */
export function identifiersIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node)) names.add(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('part.ts', text, ts.ScriptTarget.ES2023, true));
  return names;
}

export function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) {
    return parent.name === node;
  }
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) return parent.name === node;
  return ts.isBindingElement(parent) && parent.propertyName === node;
}
