/**
 * Partial evaluation of our own source text: where a name stands for a known constant, expressions over it become literals, dead
 * branches go, and parameters that only carry constants are dropped. Everything else keeps its text, comments included.
 */
import { ts } from 'ts-morph';
import { ice } from './ice.ts';

/** What the names of constants stand for: `shape`, `settings`, `plan` with their values. */
export type Constants = ReadonlyMap<string, unknown>;

export interface FoldContext {
  readonly constants: Constants;
  /** Parameters dropped everywhere: the constants, and names that mean one global thing in the program. */
  readonly globals: ReadonlySet<string>;
  /** Identifiers printed as another name. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Members left out of classes, interfaces and object literals. */
  readonly dropped: ReadonlySet<string>;
  /** The parameters of a top-level function, to know which arguments of a call to drop. */
  parameters(name: string): readonly string[] | undefined;
  /** `return` expression and parameters of a top-level function that is nothing else. */
  inlined(name: string): { readonly parameters: readonly string[]; readonly result: ts.Expression } | undefined;
  /** The name of a module constant holding this array. */
  hoist(name: string, value: readonly unknown[]): string;
}

interface Known {
  readonly value: unknown;
}

/** The text of a declaration, specialised. */
export function fold(node: ts.Node, ctx: FoldContext): string {
  return print(node, ctx, new Map());
}

/** Arguments of an inlined call: known values or the text that stands for a parameter. */
type Bindings = ReadonlyMap<string, { readonly known: Known | undefined; readonly text: string }>;

function print(node: ts.Node, ctx: FoldContext, bound: Bindings): string {
  if (ts.isExpression(node)) {
    const literal = printKnown(node, ctx, bound);
    if (literal !== undefined) return literal;
  }
  if (ts.isIdentifier(node)) return bound.get(node.text)?.text ?? ctx.renamed.get(node.text) ?? node.text;
  if (ts.isConditionalExpression(node)) {
    const test = known(node.condition, ctx, bound);
    if (test !== undefined) return print(test.value ? node.whenTrue : node.whenFalse, ctx, bound);
  }
  if (ts.isParenthesizedExpression(node)) {
    const inner = print(node.expression, ctx, bound);
    return /^[\w.]+$/.test(inner) ? inner : `(${inner})`;
  }
  if (ts.isCallExpression(node)) {
    const inlined = inlineCall(node, ctx, bound);
    if (inlined !== undefined) return inlined;
  }
  if (ts.isShorthandPropertyAssignment(node)) {
    const text = print(node.name, ctx, bound);
    return text === node.name.text ? text : `${node.name.text}: ${text}`;
  }
  return stitch(node, ctx, bound);
}

/**
 * The source text of a node with its children specialised. Functions lose return types that are names: they are inferred, and
 * their interfaces would be most of a short program.
 */
function stitch(node: ts.Node, ctx: FoldContext, bound: Bindings): string {
  const source = node.getSourceFile().text;
  const lists = listsOf(node, ctx, bound);
  let out = '';
  let at = node.getStart();
  const children: ts.Node[] = [];
  node.forEachChild(child => {
    children.push(child);
  });
  children.sort((a, b) => a.pos - b.pos);
  for (const child of children) {
    if (child.end <= at) continue;
    const list = lists.find(({ nodes }) => nodes.pos <= child.pos && child.end <= nodes.end);
    if (list !== undefined) {
      out += source.slice(at, list.nodes.pos) + list.text;
      at = list.nodes.end;
      if (list.tight) while (/\s/.test(source.charAt(at))) at++;
      continue;
    }
    if (ts.isClassDeclaration(node) && ts.isHeritageClause(child)) {
      at = child.end;
      continue;
    }
    out += spaceBefore(node, source.slice(at, child.getStart()));
    if (ts.isFunctionDeclaration(node) && child === node.type && ts.isTypeReferenceNode(child)) {
      out = out.replace(/:\s*$/, '');
    } else if (child.kind !== ts.SyntaxKind.ExportKeyword) out += print(child, ctx, bound);
    at = child.end;
  }
  return (out + source.slice(at, node.end)).trimStart();
}

/** What is kept between two children: in interfaces no comments, whose place is the declaration's own comment. */
function spaceBefore(node: ts.Node, text: string): string {
  return ts.isInterfaceDeclaration(node) ? text.replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '') : text;
}

interface ListText {
  readonly nodes: ts.NodeArray<ts.Node>;
  readonly text: string;
  /** Drop the white space behind the list: it is one line now. */
  readonly tight?: boolean;
}

/** Lists inside a node that lose elements. */
function listsOf(node: ts.Node, ctx: FoldContext, bound: Bindings): ListText[] {
  if (ts.isBlock(node)) return [{ nodes: node.statements, text: printStatements(node.statements, ctx, bound) }];
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const parameters = ctx.parameters(node.expression.text);
    const kept = node.arguments.filter((_, k) => !ctx.globals.has(parameters?.[k] ?? ''));
    if (kept.length < node.arguments.length) {
      return [{ nodes: node.arguments, text: kept.map(a => print(a, ctx, bound)).join(', '), tight: true }];
    }
  }
  if (ts.isFunctionLike(node)) {
    const kept = node.parameters.filter(p => !(ts.isIdentifier(p.name) && ctx.globals.has(p.name.text)));
    if (kept.length < node.parameters.length) {
      return [{ nodes: node.parameters, text: kept.map(p => print(p, ctx, bound)).join(', '), tight: true }];
    }
  }
  if (ts.isObjectLiteralExpression(node)) return withoutMembers(node.properties, ctx, bound, ', ');
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
    return withoutMembers(node.members, ctx, bound, '');
  return [];
}

function withoutMembers(
  members: ts.NodeArray<ts.ClassElement | ts.TypeElement | ts.ObjectLiteralElementLike>,
  ctx: FoldContext,
  bound: Bindings,
  separator: string,
): ListText[] {
  const kept = members.filter(m => !(m.name !== undefined && ts.isIdentifier(m.name) && ctx.dropped.has(m.name.text)));
  if (kept.length === members.length) return [];
  if (separator !== '') {
    const lines = members[0] !== undefined && leading(members[0]).includes('\n');
    const texts = kept.map(m => print(m, ctx, bound));
    return [{ nodes: members, text: lines ? `\n${texts.join(',\n')},\n` : ` ${texts.join(separator)} `, tight: true }];
  }
  return [{ nodes: members, text: kept.map(m => spaceBefore(m.parent, leading(m)) + print(m, ctx, bound)).join('') }];
}

/** Statements with dead ones left out, and nothing behind a `return`. */
function printStatements(statements: ts.NodeArray<ts.Statement>, ctx: FoldContext, bound: Bindings): string {
  let out = '';
  for (const statement of statements) {
    const live = liveParts(statement, ctx, bound);
    for (const part of live) out += leading(part === statement ? statement : part) + print(part, ctx, bound);
    if (live.some(part => ts.isReturnStatement(part) || ts.isThrowStatement(part))) break;
  }
  return out;
}

/** What remains of a statement: itself, the branch of an `if` that is taken, or nothing. */
function liveParts(statement: ts.Statement, ctx: FoldContext, bound: Bindings): readonly ts.Statement[] {
  if (!ts.isIfStatement(statement)) return asksDropped(statement, ctx) ? [] : [statement];
  const test = known(statement.expression, ctx, bound);
  if (test === undefined) return [statement];
  const taken = test.value ? statement.thenStatement : statement.elseStatement;
  if (taken === undefined) return [];
  const inner = ts.isBlock(taken) ? [...taken.statements] : [taken];
  return inner.flatMap(part => liveParts(part, ctx, bound));
}

/** `learner.begin?.()`, where the member is left out. */
function asksDropped(statement: ts.Statement, ctx: FoldContext): boolean {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return false;
  const { expression: callee, questionDotToken } = statement.expression;
  return questionDotToken !== undefined && ts.isPropertyAccessExpression(callee) && ctx.dropped.has(callee.name.text);
}

/** White space and comments before a node. */
function leading(node: ts.Node): string {
  return node.getSourceFile().text.slice(node.getFullStart(), node.getStart());
}

/** A call to a one-expression function with a known object as an argument becomes that expression. */
function inlineCall(node: ts.CallExpression, ctx: FoldContext, bound: Bindings): string | undefined {
  if (!ts.isIdentifier(node.expression)) return undefined;
  const target = ctx.inlined(node.expression.text);
  if (target === undefined) return undefined;
  const values = node.arguments.map(argument => known(argument, ctx, bound));
  const isRecord = (v: Known | undefined) => typeof v?.value === 'object' && !Array.isArray(v.value);
  if (!values.some(isRecord)) return undefined;
  const bindings = new Map(
    target.parameters.map((name, k) => {
      const value = values[k];
      return [name, { known: value, text: isRecord(value) ? name : print(node.arguments[k] as ts.Node, ctx, bound) }];
    }),
  );
  return print(target.result, ctx, bindings);
}

/** A literal, or the name of a hoisted array, for an expression whose value is known. */
function printKnown(node: ts.Expression, ctx: FoldContext, bound: Bindings): string | undefined {
  if (ts.isLiteralExpression(node) || isName(node)) return undefined;
  const found = known(node, ctx, bound);
  if (found === undefined) return undefined;
  const { value } = found;
  if (Array.isArray(value)) return ctx.hoist(lastName(node), value);
  if (typeof value === 'object') return undefined;
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return quote(value);
  return String(value);
}

/** A name that is declared or selected here, not read. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isIdentifier(node) || parent === undefined) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

function lastName(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ice(`an array constant without a name: ${node.getText()}`);
}

/** The value of an expression over constants. */
function known(node: ts.Expression, ctx: FoldContext, bound: Bindings): Known | undefined {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node)) {
    return known(node.expression, ctx, bound);
  }
  if (ts.isNumericLiteral(node)) return { value: Number(node.text.replaceAll('_', '')) };
  if (ts.isStringLiteral(node)) return { value: node.text };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { value: false };
  if (ts.isIdentifier(node)) {
    const binding = bound.get(node.text);
    if (binding !== undefined) return binding.known;
    return ctx.constants.has(node.text) ? { value: ctx.constants.get(node.text) } : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) return memberOf(known(node.expression, ctx, bound), node.name.text);
  if (ts.isElementAccessExpression(node)) {
    const index = known(node.argumentExpression, ctx, bound);
    return index === undefined ? undefined : memberOf(known(node.expression, ctx, bound), String(index.value));
  }
  if (ts.isConditionalExpression(node)) {
    const test = known(node.condition, ctx, bound);
    return test && known(test.value ? node.whenTrue : node.whenFalse, ctx, bound);
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    const operand = known(node.operand, ctx, bound);
    return operand && { value: !operand.value };
  }
  if (ts.isBinaryExpression(node)) return binary(node, ctx, bound);
  return undefined;
}

function memberOf(object: Known | undefined, name: string): Known | undefined {
  if (object === undefined || typeof object.value !== 'object' || object.value === null) return undefined;
  return Object.hasOwn(object.value, name) ? { value: (object.value as Record<string, unknown>)[name] } : undefined;
}

/** Comparisons of known values; arithmetic is left to the program, where it reads better. */
function binary(node: ts.BinaryExpression, ctx: FoldContext, bound: Bindings): Known | undefined {
  const left = known(node.left, ctx, bound);
  if (left === undefined) return undefined;
  const operator = node.operatorToken.kind;
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken && !left.value) return left;
  if (operator === ts.SyntaxKind.BarBarToken && left.value) return left;
  const right = known(node.right, ctx, bound);
  if (right === undefined) return undefined;
  switch (operator) {
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
      return { value: left.value === right.value };
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return { value: left.value !== right.value };
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.BarBarToken:
      return right;
    default:
      return undefined;
  }
}

/** A string literal in single quotes. */
export function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}
