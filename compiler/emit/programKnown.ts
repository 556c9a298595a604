/**
 * What is known of the values of our own source before a program runs: settings, sizes of the game, and what follows from them. Used to
 * decide branches only; a number that is known keeps its name in the program.
 */
import { ts } from 'ts-morph';
import { type Entity, keyOf, type Module, type Sources } from './programSources.ts';

/** A value that is known. Records and arrays may hold `unknown` in some places. */
export interface Known {
  readonly value: unknown;
}

/** A member or an element of which nothing is known. */
export const unknown = Symbol('unknown');

/** A top-level function as a value. */
export class FunctionValue {
  readonly entity: Entity;

  constructor(entity: Entity) {
    this.entity = entity;
  }
}

/** A number that has a name in the whole program: `settings.gamma`. */
export class NamedNumber {
  readonly value: number;
  readonly text: string;

  constructor(value: number, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** The number without its name. */
export function plain(value: unknown): unknown {
  return value instanceof NamedNumber ? value.value : value;
}

/** Names in scope inside a declaration; `null` hides what the name means outside. */
export type Scope = ReadonlyMap<string, Known | null>;

export interface KnownContext {
  readonly sources: Sources;
  /** What names mean everywhere by convention: `shape`, `settings`, `context`. */
  readonly globals: ReadonlyMap<string, unknown>;
  /**
   * Pure functions of the runtime, by `path#name`, computed when the program is written: from what is known of the arguments, to
   * `unknown` where that is not enough.
   */
  readonly pure: ReadonlyMap<string, (values: readonly unknown[]) => unknown>;
  /** Makes a top-level function of a method of an object that a function returns or is given. */
  lift(method: ts.FunctionLikeDeclaration, module: Module): FunctionValue | undefined;
}

const deepest = 12;

export class Knowledge {
  readonly #ctx: KnownContext;
  #depth = 0;

  constructor(ctx: KnownContext) {
    this.#ctx = ctx;
  }

  /** The value of an expression, if it is known. */
  of(node: ts.Node, module: Module, scope: Scope): Known | undefined {
    const value = this.#value(node, module, scope);
    return value === unknown ? undefined : { value };
  }

  /** Whether a condition holds, if that is known. */
  decides(node: ts.Node, module: Module, scope: Scope): boolean | undefined {
    const value = plain(this.#value(node, module, scope));
    return value === unknown ? undefined : Boolean(value);
  }

  #value(node: ts.Node, module: Module, scope: Scope): unknown {
    const at = (child: ts.Node): unknown => this.#value(child, module, scope);
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node)
    )
      return at(node.expression);
    if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll('_', ''));
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
    if (ts.isIdentifier(node)) return this.#named(node.text, module, scope);
    if (ts.isPropertyAccessExpression(node)) return memberOf(at(node.expression), node.name.text);
    if (ts.isElementAccessExpression(node)) {
      const index = plain(at(node.argumentExpression));
      return index === unknown ? elementOf(at(node.expression)) : memberOf(at(node.expression), String(index));
    }
    if (ts.isConditionalExpression(node)) {
      const test = plain(at(node.condition));
      return test === unknown ? unknown : at(test ? node.whenTrue : node.whenFalse);
    }
    if (ts.isPrefixUnaryExpression(node)) {
      const operand = plain(at(node.operand));
      if (operand === unknown) return unknown;
      if (node.operator === ts.SyntaxKind.ExclamationToken) return !operand;
      if (node.operator === ts.SyntaxKind.MinusToken && typeof operand === 'number') return -operand;
      return unknown;
    }
    if (ts.isTypeOfExpression(node)) {
      const operand = plain(at(node.expression));
      return operand === unknown ? unknown : typeof operand;
    }
    if (ts.isBinaryExpression(node)) return this.#binary(node, module, scope);
    if (ts.isCallExpression(node)) return this.#call(node, module, scope);
    if (ts.isArrayLiteralExpression(node)) return this.#list(node, module, scope);
    if (ts.isObjectLiteralExpression(node)) return this.#record(node, module, scope);
    if (ts.isArrowFunction(node) && ts.isPropertyAssignment(node.parent))
      return this.#ctx.lift(node, module) ?? unknown;
    return unknown;
  }

  #named(name: string, module: Module, scope: Scope): unknown {
    const local = scope.get(name);
    if (local === null) return unknown;
    if (local !== undefined) return local.value;
    if (name === 'undefined') return undefined;
    if (this.#ctx.globals.has(name)) return this.#ctx.globals.get(name);
    const entity = this.#ctx.sources.resolve(module, name);
    if (entity === undefined || !entity.path.startsWith('runtime/')) return unknown;
    const home = this.#ctx.sources.module(entity.path);
    const node = home.declared.get(entity.name);
    return node !== undefined && ts.isFunctionDeclaration(node) ? new FunctionValue(entity) : unknown;
  }

  #list(node: ts.ArrayLiteralExpression, module: Module, scope: Scope): unknown {
    const items: unknown[] = [];
    for (const element of node.elements) {
      const value = this.#value(ts.isSpreadElement(element) ? element.expression : element, module, scope);
      if (!ts.isSpreadElement(element)) items.push(value);
      else if (Array.isArray(value)) items.push(...value);
      else return unknown;
    }
    return items;
  }

  #record(node: ts.ObjectLiteralExpression, module: Module, scope: Scope): unknown {
    const found: Record<string, unknown> = {};
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) {
        const spread = this.#value(property.expression, module, scope);
        if (typeof spread !== 'object' || spread === null) return unknown;
        Object.assign(found, spread);
        continue;
      }
      if (property.name === undefined || !(ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)))
        return unknown;
      const name = property.name.text;
      if (ts.isPropertyAssignment(property)) found[name] = this.#value(property.initializer, module, scope);
      else if (ts.isShorthandPropertyAssignment(property)) found[name] = this.#named(name, module, scope);
      else if (ts.isMethodDeclaration(property)) found[name] = this.#ctx.lift(property, module) ?? unknown;
      else return unknown;
    }
    return found;
  }

  #binary(node: ts.BinaryExpression, module: Module, scope: Scope): unknown {
    const given = this.#value(node.left, module, scope);
    const left = plain(given);
    const operator = node.operatorToken.kind;
    if (left !== unknown) {
      if (operator === ts.SyntaxKind.AmpersandAmpersandToken && !left) return given;
      if (operator === ts.SyntaxKind.BarBarToken && left) return given;
      if (operator === ts.SyntaxKind.QuestionQuestionToken && left !== undefined && left !== null) return given;
    }
    const taken = this.#value(node.right, module, scope);
    const right = plain(taken);
    if (left === unknown || right === unknown) return unknown;
    if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right);
    switch (operator) {
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
        return isPrimitive(left) || isPrimitive(right) ? left === right : unknown;
      case ts.SyntaxKind.ExclamationEqualsEqualsToken:
        return isPrimitive(left) || isPrimitive(right) ? left !== right : unknown;
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return taken;
      default:
        return unknown;
    }
  }

  #call(node: ts.CallExpression, module: Module, scope: Scope): unknown {
    const { expression } = node;
    if (ts.isIdentifier(expression)) {
      const callee = this.#named(expression.text, module, scope);
      if (!(callee instanceof FunctionValue)) return unknown;
      const values = node.arguments.map(argument => this.#value(argument, module, scope));
      const pure = this.#ctx.pure.get(keyOf(callee.entity));
      if (pure !== undefined) return pure(values.map(plain));
      return this.#interpret(callee.entity, values);
    }
    if (!ts.isPropertyAccessExpression(expression)) return unknown;
    const [first] = node.arguments;
    const on = this.#value(expression.expression, module, scope);
    if (Array.isArray(on) && first !== undefined && ts.isArrowFunction(first) && !ts.isBlock(first.body)) {
      const { body } = first;
      const results = on.map(element => this.#value(body, module, withParameters(scope, first, [element])));
      if (results.includes(unknown)) return unknown;
      if (expression.name.text === 'some') return results.some(Boolean);
      if (expression.name.text === 'every') return results.every(Boolean);
      if (expression.name.text === 'map') return results;
    }
    if (Array.isArray(on) && first !== undefined && expression.name.text === 'includes') {
      const wanted = plain(this.#value(first, module, scope));
      return wanted === unknown || on.some(holdsUnknown) ? unknown : on.map(plain).includes(wanted);
    }
    if (expression.expression.getText() === 'Math') {
      const values = node.arguments.map(argument => plain(this.#value(argument, module, scope)));
      if (!values.every(value => typeof value === 'number')) return unknown;
      if (expression.name.text === 'max') return Math.max(...(values as number[]));
      if (expression.name.text === 'min') return Math.min(...(values as number[]));
      if (expression.name.text === 'ceil') return Math.ceil(values[0] as number);
    }
    return unknown;
  }

  /** The result of a function of ours that is constants, decisions and a `return`. */
  #interpret(entity: Entity, values: readonly unknown[]): unknown {
    const node = this.#ctx.sources.declaration(entity);
    if (!ts.isFunctionDeclaration(node) || node.body === undefined || this.#depth >= deepest) return unknown;
    this.#depth++;
    try {
      return this.#run(
        node.body.statements,
        this.#ctx.sources.module(entity.path),
        withParameters(new Map(), node, values),
      );
    } finally {
      this.#depth--;
    }
  }

  #run(statements: readonly ts.Statement[], module: Module, outside: Scope): unknown {
    let scope = outside;
    for (const statement of statements) {
      if (ts.isVariableStatement(statement)) scope = this.declare(statement.declarationList, module, scope);
      else if (ts.isReturnStatement(statement))
        return statement.expression === undefined ? undefined : this.#value(statement.expression, module, scope);
      else if (ts.isIfStatement(statement) && statement.elseStatement === undefined) {
        const test = this.decides(statement.expression, module, scope);
        if (test === undefined) return unknown;
        if (!test) continue;
        const { thenStatement } = statement;
        const found = this.#run(ts.isBlock(thenStatement) ? thenStatement.statements : [thenStatement], module, scope);
        if (found !== undefined) return found;
      } else return unknown;
    }
    return undefined;
  }

  /** The scope behind a declaration of variables. */
  declare(list: ts.VariableDeclarationList, module: Module, outside: Scope): Scope {
    const scope = new Map(outside);
    const constant = (list.flags & ts.NodeFlags.Const) !== 0;
    for (const { name, initializer } of list.declarations) {
      const first = constant && initializer !== undefined ? this.#value(initializer, module, scope) : unknown;
      const value = typeof first === 'object' && isWrittenTo(name) ? unknown : first;
      bind(scope, name, value);
    }
    return scope;
  }
}

/** Is a list or a record changed after it was made? Its file is searched for places that look like it. */
function isWrittenTo(name: ts.BindingName): boolean {
  if (!ts.isIdentifier(name)) return false;
  const at = `\\b${name.text}(\\.\\w+|\\[[^\\]]*\\]!?)*`;
  const methods = '(push|unshift|pop|shift|splice|sort|reverse|fill|set)';
  const found = new RegExp(`${at}\\.${methods}\\(|${at}(\\.\\w+|\\[[^\\]]*\\]!?)(\\+\\+|--|\\s*[-+*/]?=[^=>])`);
  return found.test(name.getSourceFile().text);
}

/** Binds the names of a pattern to the parts of a value. */
export function bind(scope: Map<string, Known | null>, name: ts.BindingName, value: unknown): void {
  if (ts.isIdentifier(name)) {
    scope.set(name.text, value === unknown ? null : { value });
    return;
  }
  for (const [k, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    const key = ts.isArrayBindingPattern(name)
      ? String(k)
      : ((element.propertyName ?? element.name) as ts.Identifier).text;
    const found = element.dotDotDotToken === undefined ? memberOf(value, key) : unknown;
    // A default is a list that is empty, or not known.
    const { initializer } = element;
    const empty =
      initializer !== undefined && ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
    bind(scope, element.name, initializer === undefined || found !== undefined ? found : empty ? [] : unknown);
  }
}

/** The scope inside a function: its parameters by what is known of the arguments. */
export function withParameters(scope: Scope, node: ts.SignatureDeclaration, values: readonly unknown[]): Scope {
  const inside = new Map(scope);
  node.parameters.forEach((parameter, k) => {
    const single = parameter.dotDotDotToken === undefined && parameter.initializer === undefined;
    bind(inside, parameter.name as ts.BindingName, single && k < values.length ? values[k] : unknown);
  });
  return inside;
}

export function memberOf(object: unknown, name: string): unknown {
  if (Array.isArray(object) && name === 'length') return object.length;
  if (typeof object !== 'object' || object === null || isAtom(object)) return unknown;
  if (Object.hasOwn(object, name)) return (object as Record<string, unknown>)[name];
  return Array.isArray(object) ? unknown : undefined;
}

/** What is known where a value is one of two. */
export function joined(a: unknown, b: unknown): unknown {
  if (a === b) return a;
  if (a === unknown || b === unknown) return unknown;
  if (a instanceof FunctionValue || b instanceof FunctionValue) {
    const same = a instanceof FunctionValue && b instanceof FunctionValue && keyOf(a.entity) === keyOf(b.entity);
    return same ? a : unknown;
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length ? a.map((value, k) => joined(value, b[k])) : unknown;
  if (isRecord(a) && isRecord(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return Object.fromEntries([...names].map(name => [name, joined(a[name], b[name])]));
  }
  return unknown;
}

/** What is known of every element of an array. */
export function elementOf(array: unknown): unknown {
  if (!Array.isArray(array) || array.length === 0) return unknown;
  return array.reduce((all, element) => joined(all, element));
}

/** Do two values look alike? */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof FunctionValue && b instanceof FunctionValue) return keyOf(a.entity) === keyOf(b.entity);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, k) => same(value, b[k]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every(name => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

export function holdsUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (value instanceof FunctionValue) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isRecord(value) && Object.values(value).some(holdsUnknown);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isAtom(value);
}

function isAtom(value: unknown): boolean {
  return value instanceof FunctionValue || value instanceof NamedNumber;
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function arithmetic(operator: ts.SyntaxKind, a: number, b: number): unknown {
  switch (operator) {
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
      return a === b;
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return a !== b;
    case ts.SyntaxKind.LessThanToken:
      return a < b;
    case ts.SyntaxKind.LessThanEqualsToken:
      return a <= b;
    case ts.SyntaxKind.GreaterThanToken:
      return a > b;
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return a >= b;
    case ts.SyntaxKind.PlusToken:
      return a + b;
    case ts.SyntaxKind.MinusToken:
      return a - b;
    case ts.SyntaxKind.AsteriskToken:
      return a * b;
    default:
      return unknown;
  }
}
