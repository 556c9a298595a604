/** Small questions about pieces of source text. */
import { ts } from 'ts-morph';
import { FunctionValue, isRecord } from './programKnown.ts';
import { isMemberName } from './programSources.ts';

/** Is a text one name, one call or one list, which needs no parentheses? */
export function standsAlone(text: string): boolean {
  const head = /^[\w.!]*/.exec(text)?.[0] ?? '';
  if (head.length === text.length) return true;
  const open = text.charAt(head.length);
  if (open !== '(' && open !== '[') return false;
  let depth = 0;
  for (let k = head.length; k < text.length; k++) {
    const c = text.charAt(k);
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') depth--;
    if (depth === 0) return k === text.length - 1 && !(head === '' && open === '(');
  }
  return false;
}

/** Leaves out `undefined`, or what a parameter is by default, at the end of a list of arguments. */
export function dropOptional(texts: string[], parameters: readonly ts.ParameterDeclaration[]): void {
  const optional = ({ questionToken, initializer }: ts.ParameterDeclaration) =>
    (questionToken ?? initializer) !== undefined;
  for (;;) {
    const parameter = parameters[texts.length - 1];
    if (parameter === undefined || !optional(parameter)) return;
    if (texts.at(-1) !== (parameter.initializer?.getText() ?? 'undefined') && texts.at(-1) !== 'undefined') return;
    texts.pop();
  }
}

/** The object that is asked by `x?.f()` or `x?.()`. */
export function askedOf(node: ts.Expression): ts.Expression | undefined {
  if (ts.isCallExpression(node) && node.questionDotToken !== undefined) return node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  return node.expression.questionDotToken === undefined ? undefined : node.expression.expression;
}

/** A record with functions in it: what a learner is to the code that it shares with others. */
export function isDescription(value: unknown): boolean {
  return isRecord(value) && Object.values(value).some(member => member instanceof FunctionValue);
}

/** Learners without their parts for checkpoints have another type, which is inferred. */
export function isLearnerType(node: ts.Node, child: ts.Node): boolean {
  if (!ts.isTypeReferenceNode(child) || child.getText() !== 'Learner') return false;
  return (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) && node.type === child;
}

/** White space and comments before a node. */
export function leading(node: ts.Node): string {
  return node.getSourceFile().text.slice(node.getFullStart(), node.getStart());
}

/** The doc comment of a declaration, with its line end. */
export function commentOf(node: ts.Node): string {
  const text = leading(node);
  const start = text.lastIndexOf('/**');
  return start < 0 ? '' : `${text.slice(start).trimEnd()}\n`;
}

export function isName(node: ts.Node): boolean {
  return ts.isIdentifier(node) && (isMemberName(node) || isDeclaration(node) || ts.isTypeReferenceNode(node.parent));
}

/** The name of a parameter, a variable, a function or a type at its declaration. */
export function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

export function isKeyword(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
}

/** Truth values and names become literals; numbers keep the names they have. */
export function literal(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value) && value.length === 0) return '[]';
  return value === undefined ? 'undefined' : undefined;
}

export function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

export function methodsOf(owner: ts.FunctionDeclaration): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node)) count++;
    else if (ts.isArrowFunction(node) && ts.isPropertyAssignment(node.parent)) count++;
    else node.forEachChild(visit);
  };
  visit(owner);
  return count;
}

/** A string literal in single quotes. */
export function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** A number as a person would write it: the gains of orthogonal weights are no round numbers. */
export function numeral(value: unknown): string {
  if (value === 5 / 3) return '5 / 3';
  return value === Math.SQRT2 ? 'Math.SQRT2' : String(value);
}

/** A list inside a node that loses elements, and what becomes of it. */
export interface List {
  readonly nodes: ts.NodeArray<ts.Node>;
  readonly text: string;
  /** Drop the white space behind the list: it is one line now. */
  readonly tight?: boolean;
}
