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
}

/** Reads `entries` and all they import. */
export function readSources(entries: readonly string[], read: ReadSource): Sources {
  const declarations = new Map<string, Declaration>();
  const seen = new Set<string>();

  function visit(path: string): void {
    if (seen.has(path)) return;
    seen.add(path);
    const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023, true);
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
        const { text } = statement.moduleSpecifier;
        if (!text.startsWith('.')) ice(`${path} imports ${text}, which an emitted program cannot have`);
        visit(join(path, text));
      }
    }
    for (const statement of file.statements) {
      for (const name of namesOf(statement)) declare(path, name, statement as Declaration);
    }
  }

  function declare(path: string, name: string, node: Declaration): void {
    if (declarations.has(name)) ice(`${name} is declared in ${path} and in another file of the same program`);
    declarations.set(name, node);
  }

  for (const path of entries) visit(path);
  return { declarations };
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
