/** The runtime's source files as an emitted program needs them: what each declares and imports, and where a name comes from. */
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

/** A top-level declaration: `name` of the file `path`. */
export interface Entity {
  readonly path: string;
  readonly name: string;
}

export interface Module {
  readonly path: string;
  readonly file: ts.SourceFile;
  readonly declared: ReadonlyMap<string, Declaration>;
  /** Imported names as they are called here. */
  readonly imported: ReadonlyMap<string, Entity>;
}

export class Sources {
  readonly #read: ReadSource;
  readonly #modules = new Map<string, Module>();

  constructor(read: ReadSource) {
    this.#read = read;
  }

  module(path: string): Module {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const file = ts.createSourceFile(path, this.#read(path), ts.ScriptTarget.ES2023, true);
    const declared = new Map<string, Declaration>();
    const imported = new Map<string, Entity>();
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement)) importNames(path, statement, imported);
      else for (const name of namesOf(statement)) declared.set(name, statement as Declaration);
    }
    const module = { path, file, declared, imported };
    this.#modules.set(path, module);
    return module;
  }

  /** What a name means at the top level of a file; undefined for globals of the language. */
  resolve(module: Module, name: string): Entity | undefined {
    return module.declared.has(name) ? { path: module.path, name } : module.imported.get(name);
  }

  declaration({ path, name }: Entity): Declaration {
    return this.module(path).declared.get(name) ?? ice(`${path} declares no ${name}`);
  }

  /** Adds a declaration that was made from others; it belongs to the file of `beside`. */
  add(beside: Entity, name: string, text: string): Entity {
    const module = this.module(beside.path);
    const file = ts.createSourceFile(beside.path, text, ts.ScriptTarget.ES2023, true);
    (module.declared as Map<string, Declaration>).set(name, file.statements[0] as Declaration);
    return { path: beside.path, name };
  }
}

export function keyOf({ path, name }: Entity): string {
  return `${path}#${name}`;
}

function importNames(path: string, { importClause, moduleSpecifier }: ts.ImportDeclaration, into: Map<string, Entity>) {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings) || !ts.isStringLiteral(moduleSpecifier)) return;
  const { text } = moduleSpecifier;
  const from = text.startsWith('.') ? join(path, text) : text;
  for (const { name, propertyName } of bindings.elements)
    into.set(name.text, { path: from, name: (propertyName ?? name).text });
}

/** Names that a top-level statement declares. */
function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(d => (ts.isIdentifier(d.name) ? [d.name.text] : []));
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    return statement.name === undefined ? [] : [statement.name.text];
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

/** A name that is declared or selected here, not read: behind a dot, of a member, of a property. */
export function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent))
    return parent.name === node;
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isGetAccessor(parent))
    return parent.name === node;
  if (ts.isNamedTupleMember(parent) || ts.isEnumMember(parent)) return parent.name === node;
  return ts.isBindingElement(parent) && parent.propertyName === node;
}
