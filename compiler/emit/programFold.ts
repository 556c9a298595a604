/**
 * Partial evaluation of our own source text: decisions that the settings or the game have made are gone with the branches that are not
 * taken, and so are parameters that are not needed any more. Everything else keeps its text, comments included.
 */
import { ts } from 'ts-morph';
import { removeUnused, usedNames } from './programClean.ts';
import {
  FunctionValue,
  holdsUnknown,
  isRecord,
  joined,
  Knowledge,
  type Known,
  NamedNumber,
  plain,
  type Scope,
  same,
  unknown,
  withParameters,
} from './programKnown.ts';
import { lifted, liftedMark } from './programLift.ts';
import {
  adopted,
  entered,
  type FoldOptions,
  isDeclaredHere,
  isLocal,
  type Part,
  type Place,
  type Result,
} from './programScope.ts';
import { type Entity, isMemberName, keyOf, type Module, type Sources } from './programSources.ts';
import {
  askedOf,
  commentOf,
  dropOptional,
  isDeclaration,
  isDescription,
  isKeyword,
  isLearnerType,
  isName,
  type List,
  leading,
  literal,
  namesIn,
  numeral,
  quote,
  standsAlone,
} from './programSyntax.ts';

/** All that `root` needs, specialised, in the order in which it is needed. */
export function specialise(root: Entity, options: FoldOptions): Result {
  return new Specialiser(options).run(root);
}

class Specialiser {
  readonly #options: FoldOptions;
  readonly #sources: Sources;
  readonly #knowledge: Knowledge;
  /** What is known of the arguments of a function at all of its calls. */
  readonly #facts = new Map<string, unknown[]>();
  /** Functions that are also passed as values: their parameters stay as they are. */
  readonly #passed = new Set<string>();
  /** Parameters that the specialised function does not read. */
  readonly #unused = new Map<string, ReadonlySet<number>>();
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #lifted = new Map<ts.Node, FunctionValue>();
  #reached = new Map<string, Entity>();
  #changed = false;

  constructor(options: FoldOptions) {
    this.#options = options;
    this.#sources = options.sources;
    this.#knowledge = new Knowledge({ ...options, lift: (method, module) => this.#lift(method, module) });
  }

  run(root: Entity): Result {
    let parts: Part[] = [];
    // Facts only get weaker and unused parameters are looked for once they have settled, so this ends.
    for (let round = 0; round < 40; round++) {
      this.#changed = false;
      parts = this.#round(root);
      if (!this.#changed && !this.#findUnused(parts)) break;
    }
    const imports = [...this.#reached.values()].filter(entity => this.#options.isImported(entity));
    return { parts, imports, nameOf: entity => this.#nameOf(entity) };
  }

  #round(root: Entity): Part[] {
    this.#reached = new Map([[keyOf(root), root]]);
    this.#names.clear();
    this.#taken.clear();
    for (const name of this.#options.reserved) this.#taken.add(name);
    for (const entity of this.#options.named) this.#nameOf(entity);
    const parts: Part[] = [];
    const done = new Set<string>();
    for (let next = true; next; ) {
      next = false;
      for (const [key, entity] of this.#reached) {
        if (done.has(key) || this.#options.isImported(entity)) continue;
        done.add(key);
        next = true;
        parts.push({ entity, text: this.#declaration(entity) });
      }
    }
    return parts;
  }

  #declaration(entity: Entity): string {
    const node = this.#sources.declaration(entity);
    const module = this.#sources.module(entity.path);
    const facts = this.#facts.get(keyOf(entity)) ?? [];
    const known = ts.isFunctionDeclaration(node) && !this.#passed.has(keyOf(entity)) ? facts : [];
    const scope = ts.isFunctionDeclaration(node) ? this.#inside(node, known) : new Map();
    return removeUnused(commentOf(node) + this.#print(node, { module, scope, top: entity }), this.#nameOf(entity));
  }

  #inside(node: ts.FunctionDeclaration, facts: readonly unknown[]): Scope {
    const values = node.parameters.map(({ type }, k) => {
      const found = k < facts.length ? facts[k] : unknown;
      return found === unknown ? (this.#options.typed.get(type?.getText() ?? '') ?? unknown) : found;
    });
    const scope = new Map(withParameters(new Map(), node, values));
    for (const { name } of node.parameters)
      if (ts.isIdentifier(name) && this.#options.constants.has(name.text)) scope.delete(name.text);
    return scope;
  }

  /** Parameters that no call has to give any more. True where there are new ones. */
  #findUnused(parts: readonly Part[]): boolean {
    let found = false;
    for (const { entity, text } of parts) {
      const node = this.#sources.declaration(entity);
      const key = keyOf(entity);
      if (!ts.isFunctionDeclaration(node) || this.#passed.has(key) || node.body === undefined) continue;
      const body = usedNames(text.slice(commentOf(node).length));
      const unused = new Set(this.#unused.get(key));
      node.parameters.forEach((parameter, k) => {
        if (!unused.has(k) && namesIn(parameter.name).every(name => (body.get(name) ?? 0) <= 1)) unused.add(k);
      });
      if (unused.size === (this.#unused.get(key)?.size ?? 0)) continue;
      this.#unused.set(key, unused);
      found = true;
    }
    return found;
  }

  // ---------------------------------------------------------------------------------------- names

  #reach(entity: Entity): string {
    this.#reached.set(keyOf(entity), entity);
    return this.#nameOf(entity);
  }

  /** The name of a declaration in the program: its own, unless another one has it. */
  #nameOf(entity: Entity): string {
    const key = keyOf(entity);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const file = entity.path.slice(entity.path.lastIndexOf('/') + 1).replace(/\.ts$/, '');
    const words = file.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1));
    let name = entity.name.replace(liftedMark, '');
    if (this.#taken.has(name)) {
      const upper = /^[A-Z]/.test(name);
      name = upper ? `${words.join('')}${name}` : `${name}${words.join('')}`;
    }
    while (this.#taken.has(name)) name = `${name}_`;
    this.#taken.add(name);
    this.#names.set(key, name);
    return name;
  }

  #parameterDropped(entity: Entity, node: ts.FunctionDeclaration, k: number): boolean {
    const parameter = node.parameters[k];
    if (parameter === undefined) return false;
    if (ts.isIdentifier(parameter.name) && this.#options.constants.has(parameter.name.text)) return true;
    return !this.#passed.has(keyOf(entity)) && (this.#unused.get(keyOf(entity))?.has(k) ?? false);
  }

  #lift(method: ts.FunctionLikeDeclaration, module: Module): FunctionValue | undefined {
    const before = this.#lifted.get(method);
    if (before !== undefined) return before;
    const entity = lifted(method, module, this.#sources, this.#options.constants);
    if (entity === undefined) return undefined;
    const value = new FunctionValue(entity);
    this.#lifted.set(method, value);
    return value;
  }

  // ---------------------------------------------------------------------------------------- printing

  #known(node: ts.Node, at: Place): Known | undefined {
    return this.#knowledge.of(node, at.module, at.scope);
  }

  #decides(node: ts.Node, at: Place): boolean | undefined {
    return this.#knowledge.decides(node, at.module, at.scope);
  }

  #print(node: ts.Node, at: Place): string {
    if (ts.isExpression(node) && !isName(node)) {
      const text = this.#decided(node, at);
      if (text !== undefined) return text;
    }
    if (ts.isIdentifier(node)) return this.#identifier(node, at);
    if (ts.isTypeReferenceNode(node) && ts.isQualifiedName(node.typeName)) return node.getText();
    if (ts.isParenthesizedExpression(node)) {
      const inner = this.#print(node.expression, at);
      return standsAlone(inner) ? inner : `(${inner})`;
    }
    if (ts.isShorthandPropertyAssignment(node)) {
      const text = this.#value(node.name, at);
      return text === node.name.text ? text : `${node.name.text}: ${text}`;
    }
    if (ts.isPropertyAccessExpression(node)) {
      const alias = this.#options.aliases.get(node.getText());
      if (alias !== undefined && !isLocal(node.expression, at)) return alias;
    }
    if (ts.isCallExpression(node)) return this.#call(node, at);
    return this.#stitch(node, entered(node, at, this.#knowledge));
  }

  /** A name that is read, as `#print` prints it, also where it is short for a member. */
  #value(node: ts.Identifier, at: Place): string {
    const found = this.#known(node, at);
    return (found === undefined ? undefined : literal(found.value)) ?? this.#identifier(node, at, true);
  }

  #identifier(node: ts.Identifier, at: Place, read = false): string {
    if (!read && (isMemberName(node) || isDeclaredHere(node, at))) return node.text;
    const local = at.scope.get(node.text);
    if (local?.value instanceof FunctionValue) return this.#passedName(local.value.entity);
    // What a branch that is gone had asked for (`if (steps === undefined)`) is told to the types.
    if (typeof local?.value === 'number' && this.#isPart(node.text, at)) return `${node.text}!`;
    if (local !== undefined) return node.text;
    const entity = this.#sources.resolve(at.module, node.text);
    if (entity === undefined) return node.text;
    const isValue = !ts.isTypeReferenceNode(node.parent) && !ts.isCallExpression(node.parent);
    return isValue && !isDeclaration(node) ? this.#passedName(entity) : this.#reach(entity);
  }

  /** Is a name a part of a parameter of the declaration that is printed: `{ steps }: BatchShape`? */
  #isPart(name: string, { top }: Place): boolean {
    const node = top === undefined ? undefined : this.#sources.declaration(top);
    if (node === undefined || !ts.isFunctionDeclaration(node)) return false;
    return node.parameters.some(p => ts.isObjectBindingPattern(p.name) && namesIn(p.name).includes(name));
  }

  /** A function that is not called here but handed on. */
  #passedName(entity: Entity): string {
    const key = keyOf(entity);
    const isFunction =
      entity.path.startsWith('runtime/') &&
      !this.#options.isImported(entity) &&
      ts.isFunctionDeclaration(this.#sources.declaration(entity));
    if (isFunction && !this.#passed.has(key)) {
      this.#passed.add(key);
      this.#changed = true;
    }
    return this.#reach(entity);
  }

  /** The text of an expression whose value, or whose branch, is decided. */
  #decided(node: ts.Expression, at: Place): string | undefined {
    if (ts.isConditionalExpression(node)) {
      const test = this.#decides(node.condition, at);
      if (test !== undefined) return this.#print(test ? node.whenTrue : node.whenFalse, at);
    }
    if (ts.isBinaryExpression(node)) {
      const found = this.#known(node.left, at);
      const left = found === undefined ? undefined : { value: plain(found.value) };
      const operator = node.operatorToken.kind;
      if (left !== undefined) {
        if (operator === ts.SyntaxKind.AmpersandAmpersandToken && left.value) return this.#print(node.right, at);
        if (operator === ts.SyntaxKind.BarBarToken && !left.value) return this.#print(node.right, at);
        if (operator === ts.SyntaxKind.QuestionQuestionToken && left.value === undefined)
          return this.#print(node.right, at);
        if (operator === ts.SyntaxKind.QuestionQuestionToken)
          return `${this.#print(node.left, at)}${ts.isElementAccessExpression(node.left) ? '!' : ''}`;
      }
      const right = this.#known(node.right, at);
      if (right !== undefined && operator === ts.SyntaxKind.AmpersandAmpersandToken && right.value === true)
        return this.#print(node.left, at);
      if (right !== undefined && operator === ts.SyntaxKind.BarBarToken && right.value === false)
        return this.#print(node.left, at);
    }
    if (ts.isLiteralExpression(node) || ts.isLiteralTypeNode(node.parent) || isKeyword(node)) return undefined;
    const found = this.#known(node, at);
    if (found === undefined) return undefined;
    const { value } = found;
    const named = this.#named(value);
    if (named !== undefined) return named;
    if (ts.isCallExpression(node)) return this.#made(node, value, at);
    if (!ts.isPropertyAccessExpression(node)) return literal(value);
    // Members keep their names, but for options and what describes a learner: what they decide is decided.
    if (/^settings\.\w+$/.test(node.getText())) return literal(value);
    const root = this.#known(node.expression, at)?.value;
    if (isDescription(root)) return this.#written(value);
    return typeof value === 'string' ? undefined : literal(value);
  }

  /** The name that a value has in the whole program. */
  #named(value: unknown): string | undefined {
    if (value instanceof NamedNumber) return value.text;
    return typeof value === 'object' && value !== null ? this.#options.namedValues.get(value) : undefined;
  }

  /** The result of a call of ours, where it is data: networks, names. Numbers are computed by the program. */
  #made(node: ts.CallExpression, value: unknown, at: Place): string | undefined {
    const callee = this.#known(node.expression, at)?.value;
    if (!(callee instanceof FunctionValue) || this.#options.isImported(callee.entity)) return literal(value);
    if (typeof value === 'number') return undefined;
    if (typeof value !== 'object' || value === null) return literal(value);
    if (holdsUnknown(value)) return undefined;
    return isRecord(value) ? `${this.#written(value)} as const` : this.#written(value);
  }

  /** A value as it is written in a program; `names` picks members of a record. */
  #written(value: unknown, names?: readonly string[]): string | undefined {
    const named = this.#named(value);
    if (named !== undefined) return named;
    if (value instanceof FunctionValue) return this.#passedName(value.entity);
    if (value === unknown || typeof value === 'symbol') return undefined;
    if (Array.isArray(value)) {
      const items = value.map(item => this.#written(item));
      return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
    }
    if (!isRecord(value)) return typeof value === 'string' ? quote(value) : numeral(value);
    const members = Object.entries(value).filter(
      ([name, member]) => member !== undefined && (names === undefined || names.includes(name)),
    );
    const texts = members.map(([name, member]) => {
      const text = this.#written(member);
      return text === name ? name : text === undefined ? undefined : `${name}: ${text}`;
    });
    return texts.includes(undefined) ? undefined : `{ ${texts.join(', ')} }`;
  }

  /** An argument of an imported function: a description of a learner becomes the members that are read there. */
  #handed(argument: ts.Expression, parameter: ts.ParameterDeclaration | undefined, at: Place): string {
    const value = this.#known(argument, at)?.value;
    if (!isDescription(value)) return this.#print(argument, at);
    const picked = /^Pick<\w+, (.*)>$/s.exec(parameter?.type?.getText() ?? '')?.[1];
    const names = picked?.split('|').map(name => name.trim().slice(1, -1));
    return this.#written(value, names) ?? this.#print(argument, at);
  }

  /** `list.map(x => f(x))` over a short list that is known: its elements, one by one. */
  #unrolled(node: ts.CallExpression, at: Place): string | undefined {
    const { expression } = node;
    const [arrow] = node.arguments;
    if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'map') return undefined;
    if (arrow === undefined || !ts.isArrowFunction(arrow) || ts.isBlock(arrow.body)) return undefined;
    const elements = this.#known(expression.expression, at)?.value;
    if (!Array.isArray(elements) || elements.length > 8) return undefined;
    const names = arrow.parameters.flatMap(({ name }) => namesIn(name));
    const { body } = arrow;
    const texts = elements.map((element, k) => {
      const values = [element, new NamedNumber(k, String(k))];
      return this.#print(body, { ...at, scope: withParameters(at.scope, arrow, values) });
    });
    const open = texts.some(text => names.some(name => name !== '_' && usedNames(`(${text})`).has(name)));
    return open ? undefined : `[${texts.join(', ')}]`;
  }

  #call(node: ts.CallExpression, at: Place): string {
    const unrolled = this.#unrolled(node, at);
    if (unrolled !== undefined) return unrolled;
    const callee = this.#known(node.expression, at)?.value;
    if (!(callee instanceof FunctionValue)) return this.#stitch(node, at);
    const { entity } = callee;
    if (this.#options.isImported(entity)) {
      const values = node.arguments.map(argument => {
        const found = this.#known(argument, at);
        return found === undefined ? unknown : found.value;
      });
      const target = this.#sources.declaration(entity);
      const parameters = ts.isFunctionDeclaration(target) ? target.parameters : [];
      const texts = node.arguments.map((argument, k) => this.#handed(argument, parameters[k], at));
      const other = this.#options.replaceCall(entity, values, texts);
      if (other !== undefined) return other;
      const described = node.arguments.some(argument => isDescription(this.#known(argument, at)?.value));
      const before = texts.length;
      dropOptional(texts, parameters);
      if (texts.length === before && !described) return this.#stitch(node, at);
      return `${this.#reach(entity)}(${texts.join(', ')})`;
    }
    const target = this.#sources.declaration(entity);
    if (!ts.isFunctionDeclaration(target)) return this.#stitch(node, at);
    const values = target.parameters.map((parameter, k) => {
      const argument = node.arguments[k];
      if (argument === undefined) return parameter.questionToken === undefined ? unknown : undefined;
      const found = this.#known(argument, at);
      return found === undefined ? unknown : found.value;
    });
    this.#learn(entity, values);
    if (adopted(target, node, values, this.#options)) this.#changed = true;
    const name = this.#reach(entity);
    const kept = node.arguments.filter(
      (_, k) => k < target.parameters.length && !this.#parameterDropped(entity, target, k),
    );
    const space = node.arguments.length === kept.length && kept[0] !== undefined && leading(kept[0]).includes('\n');
    const texts = kept.map(argument => (space ? leading(argument) : '') + this.#print(argument, at));
    return `${name}(${texts.join(space ? ',' : ', ')}${space ? ',\n' : ''})`;
  }

  #learn(entity: Entity, values: readonly unknown[]): void {
    const key = keyOf(entity);
    const before = this.#facts.get(key);
    const after = before === undefined ? [...values] : values.map((value, k) => joined(before[k], value));
    if (before !== undefined && same(before, after)) return;
    this.#facts.set(key, after);
    this.#changed = true;
  }

  /** The source text of a node with its children specialised. */
  #stitch(node: ts.Node, at: Place): string {
    const source = node.getSourceFile().text;
    const lists = this.#lists(node, at);
    const children: ts.Node[] = [];
    node.forEachChild(child => {
      children.push(child);
    });
    children.sort((a, b) => a.pos - b.pos);
    let out = '';
    let from = node.getStart();
    for (const child of children) {
      if (child.end <= from) continue;
      const list = lists.find(({ nodes }) => nodes.pos <= child.pos && child.end <= nodes.end);
      if (list !== undefined) {
        out += source.slice(from, list.nodes.pos) + list.text;
        from = list.nodes.end;
        if (list.tight) while (/\s/.test(source.charAt(from))) from++;
        continue;
      }
      out += source.slice(from, child.getStart());
      if (isLearnerType(node, child)) out = out.replace(/:\s*$/, '');
      else if (child.kind !== ts.SyntaxKind.ExportKeyword) out += this.#print(child, at);
      from = child.end;
    }
    return (out + source.slice(from, node.end)).trimStart();
  }

  /** Lists inside a node that lose elements. */
  #lists(node: ts.Node, at: Place): readonly List[] {
    if (ts.isBlock(node)) return [{ nodes: node.statements, text: this.#statements(node.statements, at) }];
    if (ts.isFunctionDeclaration(node) && at.top !== undefined && node === this.#sources.declaration(at.top)) {
      const { top } = at;
      const kept = node.parameters.filter((_, k) => !this.#parameterDropped(top, node, k));
      if (kept.length < node.parameters.length)
        return [{ nodes: node.parameters, text: kept.map(p => this.#print(p, at)).join(', '), tight: true }];
    }
    if (ts.isObjectLiteralExpression(node)) return this.#members(node, at);
    if (ts.isArrayLiteralExpression(node)) return this.#elements(node, at);
    if (ts.isNewExpression(node) && node.arguments !== undefined) return this.#arguments(node, node.arguments, at);
    return [];
  }

  /** Elements without spreads of nothing. */
  #elements({ elements }: ts.ArrayLiteralExpression, at: Place): readonly List[] {
    const texts = elements.map(element => this.#print(element, at));
    const kept = texts
      .filter(text => !/^\.\.\.\(?\[\]\)?$/.test(text))
      .map(text => /^\.\.\.\[([^[\]]*)\]$/s.exec(text)?.[1] ?? text);
    return kept.join() === texts.join() ? [] : [{ nodes: elements, text: kept.join(', '), tight: true }];
  }

  /** Arguments of a constructor without `undefined` behind, where they may be left out. */
  #arguments(node: ts.NewExpression, nodes: ts.NodeArray<ts.Expression>, at: Place): readonly List[] {
    const entity = ts.isIdentifier(node.expression)
      ? this.#sources.resolve(at.module, node.expression.text)
      : undefined;
    const made = entity?.path.startsWith('runtime/') ? this.#sources.declaration(entity) : undefined;
    if (made === undefined || !ts.isClassDeclaration(made)) return [];
    const texts = nodes.map(argument => this.#print(argument, at));
    dropOptional(texts, made.members.find(ts.isConstructorDeclaration)?.parameters ?? []);
    return texts.length === nodes.length ? [] : [{ nodes, text: texts.join(', '), tight: true }];
  }

  #members({ properties }: ts.ObjectLiteralExpression, at: Place): readonly List[] {
    const texts: string[] = [];
    let changed = false;
    for (const property of properties) {
      const isDropped =
        property.name !== undefined && ts.isIdentifier(property.name) && this.#options.dropped.has(property.name.text);
      const text = isDropped ? '...{}' : this.#print(property, at);
      const spread = /^\.\.\.\(\{ (.*) \}\)$/s.exec(text)?.[1];
      if (text === '...{}' || text === '...({})' || text === '...(undefined)') changed = true;
      else if (spread !== undefined) {
        changed = true;
        if (spread.trim() !== '') texts.push(spread);
      } else texts.push(text);
    }
    if (!changed) return [];
    const lines = properties[0] !== undefined && leading(properties[0]).includes('\n');
    return [{ nodes: properties, text: lines ? `\n${texts.join(',\n')},\n` : ` ${texts.join(', ')} `, tight: true }];
  }

  /** Statements with dead ones left out, and nothing behind a `return`. */
  #statements(statements: readonly ts.Statement[], at: Place): string {
    let out = '';
    for (const statement of statements) {
      const live = this.#live(statement, at);
      for (const part of live) {
        const space = leading(part);
        out += (space.includes('\n') ? space : leading(statement)) + this.#print(part, at);
      }
      if (live.some(part => ts.isReturnStatement(part) || ts.isThrowStatement(part))) break;
    }
    return out;
  }

  /** `x?.f()` where there is no x. */
  #asksNobody(node: ts.Expression, at: Place): boolean {
    const asked = askedOf(node);
    const found = asked === undefined ? undefined : this.#known(asked, at);
    return found !== undefined && found.value === undefined;
  }

  /** What remains of a statement: itself, the branch of an `if` that is taken, or nothing. */
  #live(statement: ts.Statement, at: Place): readonly ts.Statement[] {
    if (ts.isForOfStatement(statement)) {
      const elements = this.#known(statement.expression, at)?.value;
      const none = Array.isArray(elements) && elements.length === 0;
      return none || this.#live(statement.statement, entered(statement, at, this.#knowledge)).length === 0
        ? []
        : [statement];
    }
    if (ts.isVariableStatement(statement)) {
      const [only] = statement.declarationList.declarations;
      return only !== undefined && this.#options.dropped.has(only.name.getText()) ? [] : [statement];
    }
    if (ts.isExpressionStatement(statement) && this.#asksNobody(statement.expression, at)) return [];
    if (ts.isFunctionDeclaration(statement) && this.#options.dropped.has(statement.name?.text ?? '')) return [];
    if (!ts.isIfStatement(statement)) return [statement];
    const test = this.#decides(statement.expression, at);
    if (test === undefined) {
      const { thenStatement, elseStatement } = statement;
      const nothing = elseStatement === undefined && this.#live(thenStatement, at).length === 0;
      return nothing ? [] : [statement];
    }
    const taken = test ? statement.thenStatement : statement.elseStatement;
    if (taken === undefined) return [];
    const inner = ts.isBlock(taken) && !taken.statements.some(ts.isVariableStatement) ? [...taken.statements] : [taken];
    return inner.flatMap(part => this.#live(part, at));
  }
}
