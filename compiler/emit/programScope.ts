/** What specialising a program starts from, and which names mean what inside a piece of source. */
import { ts } from 'ts-morph';
import { ice } from './ice.ts';
import {
  bind,
  elementOf,
  isRecord,
  type Knowledge,
  type Known,
  type KnownContext,
  type Scope,
  same,
  unknown,
  withParameters,
} from './programKnown.ts';
import type { Entity, Module } from './programSources.ts';
import { isDeclaration } from './programSyntax.ts';

export interface FoldOptions extends Omit<KnownContext, 'lift'> {
  /** Parameters that are constants of the whole program, and what they are called there: `context.game` is `spec`. */
  readonly constants: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Records of the settings by what they are called: `settings.network`. */
  readonly namedValues: ReadonlyMap<unknown, string>;
  /** Names that the program uses for something else. */
  readonly reserved: readonly string[];
  /** Declarations that keep their own names. */
  readonly named: readonly Entity[];
  /** What is known of every value of a type, by the name of the type. */
  readonly typed: ReadonlyMap<string, unknown>;
  /** The text that stands for a call of an imported function, where there is a shorter one; told what is known of the arguments. */
  replaceCall(callee: Entity, values: readonly unknown[], texts: readonly string[]): string | undefined;
  /** Members left out of objects: only checkpoints and reports use them. */
  readonly dropped: ReadonlySet<string>;
  /** Is a declaration imported? Otherwise it is written out. */
  isImported(entity: Entity): boolean;
}

export interface Part {
  readonly entity: Entity;
  readonly text: string;
}

export interface Result {
  readonly parts: readonly Part[];
  /** Imported declarations that the parts use. */
  readonly imports: readonly Entity[];
  /** What declarations are called in the program. */
  nameOf(entity: Entity): string;
}

/** Where a node is printed. */
export interface Place {
  readonly module: Module;
  readonly scope: Scope;
  /** The declaration that is printed. */
  readonly top: Entity | undefined;
}

/** The scope inside a node. */
export function entered(node: ts.Node, at: Place, knowledge: Knowledge): Place {
  if (ts.isFunctionLike(node) && !(ts.isFunctionDeclaration(node) && node.parent === node.getSourceFile())) {
    const { parent } = node;
    const isCallback = ts.isCallExpression(parent) && parent.arguments[0] === node;
    const on = isCallback && ts.isPropertyAccessExpression(parent.expression) ? parent.expression : undefined;
    const each = on !== undefined && ['map', 'forEach', 'flatMap', 'filter'].includes(on.name.text);
    const folds = on !== undefined && on.name.text === 'reduce';
    const elements = each || folds ? elementOf(knowledge.of(on.expression, at.module, at.scope)?.value) : unknown;
    return { ...at, scope: withParameters(at.scope, node, folds ? [unknown, elements] : [elements]) };
  }
  if (ts.isBlock(node) || ts.isSourceFile(node)) return { ...at, scope: declared(node.statements, at, knowledge) };
  if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) {
    const [only] = node.initializer.declarations;
    const scope = new Map(at.scope);
    if (only !== undefined)
      bind(scope, only.name, elementOf(knowledge.of(node.expression, at.module, at.scope)?.value));
    return { ...at, scope };
  }
  if (ts.isForStatement(node) && node.initializer !== undefined && ts.isVariableDeclarationList(node.initializer))
    return { ...at, scope: knowledge.declare(node.initializer, at.module, at.scope) };
  return at;
}

/** The scope of a block: all that it declares, and what is known of its constants. */
function declared(statements: readonly ts.Statement[], at: Place, knowledge: Knowledge): Scope {
  let scope: Scope = new Map(at.scope);
  for (const statement of statements)
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name !== undefined)
      (scope as Map<string, Known | null>).set(statement.name.text, null);
  for (const statement of statements)
    if (ts.isVariableStatement(statement)) scope = knowledge.declare(statement.declarationList, at.module, scope);
  return scope;
}

/** A declaration's name, other than that of the top-level declaration itself, which may be called otherwise in the program. */
export function isDeclaredHere(node: ts.Identifier, at: Place): boolean {
  if (!isDeclaration(node)) return false;
  const list = ts.isVariableDeclaration(node.parent) ? node.parent.parent.parent : node.parent;
  return list.parent !== at.module.file && list.parent?.kind !== ts.SyntaxKind.SourceFile;
}

export function isLocal(node: ts.Node, at: Place): boolean {
  return ts.isIdentifier(node) && at.scope.has(node.text);
}

/**
 * A constant of the program that is handed on changed, `{ ...settings, agent_ids: false }`: the changes hold everywhere, because a learner
 * makes them before anything reads it.
 */
export function adopted(
  target: ts.FunctionDeclaration,
  node: ts.CallExpression,
  values: readonly unknown[],
  options: Pick<FoldOptions, 'constants' | 'globals'>,
): boolean {
  let changed = false;
  target.parameters.forEach(({ name }, k) => {
    const argument = node.arguments[k];
    if (!ts.isIdentifier(name) || !options.constants.has(name.text) || argument === undefined) return;
    const constant = options.globals.get(name.text);
    const given = values[k];
    if (given === constant || !isRecord(constant)) return;
    if (!isRecord(given)) ice(`${target.name?.text} is given other ${name.text} than the program's`);
    for (const [member, value] of Object.entries(given as Record<string, unknown>)) {
      if (same(constant[member], value)) continue;
      constant[member] = value;
      changed = true;
    }
  });
  return changed;
}
