/** A `mixer` declaration at fixed sizes and parameters, from the syntax tree to a graph of shaped operations. */
import type { CallExpr, Expr, IndexExpr, MixerDecl, Span } from '../../grammar/ast.ts';
import type { BinaryFunction, MixerInput, MixerSizes, Shape } from '../../runtime/mixers/model.ts';
import { sizeOfShape } from '../../runtime/mixers/model.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report, Scope, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import { type Argument, bindParams } from '../elaborate/params.ts';
import * as T from '../elaborate/types.ts';
import * as V from '../elaborate/values.ts';
import { call } from './calls.ts';
import { Graph, mostElements, type Term } from './graph.ts';
import { broadcast, isProduct, product, showShape } from './shapes.ts';
import type { Binding, MixerSource } from './source.ts';

export const inputs: readonly MixerInput[] = ['q', 'best', 'state', 'features', 'actions'];

/** A mixer in a file: `outer` gives the names of the file. */
export function elaborateMixer(
  outer: Context,
  decl: MixerDecl,
  args: ReadonlyMap<string, Argument>,
  sizes: MixerSizes,
): MixerSource | undefined {
  const scope = new Scope(outer.scope);
  const ctx: Context = { ...outer, scope };
  const params = bindParams(ctx, decl.params, args, decl.name.text, undefined);
  // Sizes may use the number of agents; conditions may not, or a proof would hold for some teams only.
  const what = 'the number of agents, which may size things but not choose between them';
  const plain = new Scope(scope);
  plain.names.set('agents', { kind: 'other', what });
  const sized = scope.with('agents', V.scalar(T.intType, ir.int(sizes.agents)));
  const elaboration = new Elaboration({ ...ctx, scope: sized }, { ...ctx, scope: plain }, decl, sizes);
  const output = elaboration.run();
  if (output === undefined || ctx.build.reporter.hasErrors) return undefined;
  const { graph } = elaboration;
  const read = graph.reads(output);
  return {
    model: {
      name: decl.name.text,
      params,
      sizes,
      nodes: graph.nodes,
      output,
      weights: graph.weights,
      bindings: elaboration.bindings().map(({ name, node }) => ({ name, node })),
      reads: inputs.filter(input => read.has(input)),
    },
    file: ctx.file,
    text: ctx.build.text(ctx.file),
    origins: graph.origins,
    bindings: elaboration.bindings(),
  };
}

const operators: Readonly<Record<string, BinaryFunction>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };

const forms: Readonly<Partial<Record<Expr['kind'], string>>> = {
  Bool: 'a truth value',
  String: 'a text',
  Map: 'a map',
  NextExpr: '`next`',
  Range: 'a range',
  Match: '`match`',
  Member: 'a field',
  Tuple: 'a tuple',
  Comprehension: '`for`',
  Dict: 'a table',
  With: '`with`',
  Sample: '`sample`',
  TypeArg: 'a type',
};

/** One run over the bindings; what is wrong was reported where it is undefined. */
export class Elaboration {
  readonly graph: Graph;
  /** With `agents` as a number: for sizes and indices. */
  readonly sized: Context;
  /** Without: for conditions and settings. */
  readonly plain: Context;
  readonly #decl: MixerDecl;
  readonly #values = new Map<string, Term | undefined | 'running'>();
  readonly #uses = new Map<string, number>();
  /** The binding that is being read; names its weights. */
  #binding = '';

  constructor(sized: Context, plain: Context, decl: MixerDecl, sizes: MixerSizes) {
    this.sized = sized;
    this.plain = plain;
    this.#decl = decl;
    this.graph = new Graph(sizes);
  }

  get binding(): string {
    return this.#binding;
  }

  run(): number | undefined {
    const { bindings, name } = this.#decl;
    const seen = new Set<string>();
    for (const { name: own } of bindings) {
      const taken = own.text === 'agents' || inputs.some(input => input === own.text);
      if (seen.has(own.text) || taken) {
        const what = taken ? 'binding and an input of every mixer' : 'binding';
        report(this.sized, own.span, 'duplicate-name', { name: own.text, what });
      }
      seen.add(own.text);
    }
    for (const { name: own } of bindings) this.#value(own.text);
    const last = bindings.find(one => one.name.text === 'total');
    if (last === undefined) {
      report(this.sized, name.span, 'missing-total', { mixer: name.text });
      return undefined;
    }
    const total = this.#value('total');
    if (total === undefined) return undefined;
    if (sizeOfShape(total.shape) !== 1) {
      const problem = `\`total\` is one number, but this is ${showShape(total.shape)}`;
      this.misfit(last.value.span, problem, 'Add it up with `sum`, or weigh it with `dot`.');
      return undefined;
    }
    if (total.shape.length === 0) return total.node;
    return this.graph.add({ op: 'reshape', of: total.node, shape: [] }, last.value.span, [last.value.span]).node;
  }

  bindings(): readonly Binding[] {
    return this.#decl.bindings.flatMap(({ name, value }) => {
      const term = this.#values.get(name.text);
      if (term === undefined || term === 'running') return [];
      return [{ name: name.text, node: term.node, value: value.span, uses: this.#uses.get(name.text) ?? 0 }];
    });
  }

  /** The value of a binding, read when it is first needed. */
  #value(name: string): Term | undefined {
    const known = this.#values.get(name);
    if (known === 'running') {
      const { span } = this.#decl.bindings.find(one => one.name.text === name)!.name;
      report(this.sized, span, 'recursive-declaration', { name, path: `${name} needs ${name}` });
      return undefined;
    }
    if (this.#values.has(name)) return known;
    const binding = this.#decl.bindings.find(one => one.name.text === name);
    if (binding === undefined) return undefined;
    this.#values.set(name, 'running');
    const outer = this.#binding;
    this.#binding = name;
    const value = this.term(binding.value);
    this.#binding = outer;
    this.#values.set(name, value);
    return value;
  }

  misfit(span: Span, problem: string, remedy?: string): undefined {
    const { agents, state } = this.graph.sizes;
    report(this.sized, span, 'mixer-shape', { binding: this.#binding, problem, agents, state, remedy });
    return undefined;
  }

  // -------------------------------------------------------------------------------------------- expressions

  term(e: Expr): Term | undefined {
    switch (e.kind) {
      case 'Number':
        return this.graph.number(Number(e.text), e.span);
      case 'NameExpr':
        return this.#name(e, e.name.text);
      case 'Unary': {
        if (e.op === 'not') return this.#form(e, '`not`');
        const of = this.term(e.operand);
        if (of === undefined) return undefined;
        if (of.value !== undefined) return this.graph.number(-of.value, e.span);
        return this.graph.add({ op: 'unary', fn: 'neg', of: of.node, shape: of.shape }, e.span, [e.operand.span]);
      }
      case 'Binary': {
        const fn = operators[e.op];
        if (fn === undefined) return this.#form(e, `\`${e.op}\``);
        const left = this.term(e.left);
        const right = this.term(e.right);
        if (left === undefined || right === undefined) return undefined;
        return this.binary(fn, left, right, e.span, [e.left.span, e.right.span], e.opSpan);
      }
      case 'If': {
        const condition = elaborate(this.plain, e.condition, T.boolType);
        if (condition.kind === 'invalid') return undefined;
        const constant = condition.kind === 'scalar' ? ir.constantOf(condition.e) : undefined;
        if (constant === undefined) return this.#form(e, 'a condition that is not constant');
        return this.term(constant === 0 ? e.else : e.then);
      }
      case 'Call':
        return this.#call(e);
      case 'IndexExpr':
        return this.#index(e);
      case 'List': {
        const items = e.items.map(item => this.term(item));
        if (items.some(item => item === undefined) || items.length === 0)
          return items.length === 0 ? this.#form(e, 'an empty list') : undefined;
        return this.#list(items as Term[], e);
      }
      case 'Invalid':
        return undefined;
      default:
        return this.#form(e, forms[e.kind] ?? 'this');
    }
  }

  binary(
    fn: BinaryFunction,
    left: Term,
    right: Term,
    span: Span,
    args: readonly Span[],
    callee: Span | undefined,
  ): Term | undefined {
    if (left.value !== undefined && right.value !== undefined) {
      const value = fold(fn, left.value, right.value);
      if (Number.isFinite(value)) return this.graph.number(value, span);
    }
    if (fn === 'div' && right.value === 0) {
      report(this.sized, args[1] ?? span, 'mixer-domain', {
        fn: '/',
        needs: 'a divisor other than 0',
        fact: 'this one is 0',
      });
      return undefined;
    }
    const matrix = fn === 'mul' && isProduct(left.shape, right.shape);
    const shaped = matrix ? product(left.shape, right.shape) : broadcast(left.shape, right.shape);
    if ('problem' in shaped) return this.misfit(span, shaped.problem);
    if (!this.#fits(shaped.shape, span)) return undefined;
    const { shape } = shaped;
    if (matrix) return this.graph.add({ op: 'matmul', left: left.node, right: right.node, shape }, span, args, callee);
    return this.graph.add({ op: 'binary', fn, left: left.node, right: right.node, shape }, span, args, callee);
  }

  #fits(shape: Shape, span: Span): boolean {
    if (sizeOfShape(shape) <= mostElements) return true;
    this.misfit(span, `${showShape(shape)} has more than ${mostElements} elements`);
    return false;
  }

  #name(e: Expr, name: string): Term | undefined {
    if (this.#values.has(name) || this.#decl.bindings.some(one => one.name.text === name)) {
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
      return this.#value(name);
    }
    const input = inputs.find(one => one === name);
    if (input !== undefined) return this.graph.input(input, e.span);
    if (name === 'agents')
      return this.graph.add({ op: 'size', size: 'agents', value: this.graph.sizes.agents, shape: [] }, e.span);
    if (this.plain.scope.lookup(name) === undefined) {
      const known = [...this.#decl.bindings.map(one => one.name.text), ...inputs, 'agents', ...this.#params()];
      const suggestion = suggest(name, known);
      report(this.sized, e.span, 'unknown-name', { name, what: 'value', suggestion, known: known.join(', ') });
      return undefined;
    }
    return this.#constant(e);
  }

  #params(): readonly string[] {
    return this.#decl.params.map(param => param.name.text);
  }

  /** A parameter, or a constant of the file. */
  #constant(e: Expr): Term | undefined {
    const value = elaborate(this.plain, e);
    if (value.kind === 'invalid') return undefined;
    const number = value.kind === 'scalar' && value.type.kind !== 'bool' ? ir.constantOf(value.e) : undefined;
    if (number === undefined) return this.#form(e, `\`${sourceText(this.sized, e.span)}\`, which is not a number,`);
    return this.graph.number(number, e.span);
  }

  #call(e: CallExpr): Term | undefined {
    const name = e.callee.kind === 'NameExpr' ? e.callee.name.text : undefined;
    if (name === undefined) return this.#form(e, 'this call');
    const result = call(this, name, e);
    if (result !== 'unknown') return result;
    // A function of the file, of constants.
    if (this.plain.scope.lookup(name)?.kind === 'fn') return this.#constant(e);
    return undefined;
  }

  #index(e: IndexExpr): Term | undefined {
    let term = this.term(e.object);
    for (const [k, index] of e.indices.entries()) {
      const at = this.whole(index, 'An index');
      if (term === undefined || at === undefined) return undefined;
      const extent = term.shape[0];
      if (extent === undefined) return this.misfit(e.object.span, 'a number has no elements');
      if (at < 0 || at >= extent)
        return this.misfit(
          index.span,
          `the index ${at} is outside of 0..${extent - 1}, the indices of ${showShape(term.shape)}`,
        );
      const span = k === e.indices.length - 1 ? e.span : e.object.span;
      term = this.graph.add({ op: 'index', of: term.node, at, shape: term.shape.slice(1) }, span, [e.object.span]);
    }
    return term;
  }

  /** `[a, b, c]`: a vector of numbers. */
  #list(items: readonly Term[], e: Expr & { kind: 'List' }): Term | undefined {
    const wrong = items.findIndex(item => item.shape.length !== 0);
    if (wrong >= 0)
      return this.misfit(
        e.items[wrong]!.span,
        `a list holds numbers, and this is ${showShape(items[wrong]!.shape)}`,
        'Join vectors with `concat`.',
      );
    const spans = e.items.map(item => item.span);
    return this.graph.add({ op: 'concat', parts: items.map(item => item.node), shape: [items.length] }, e.span, spans);
  }

  /** A whole number known when the mixer is built. */
  whole(e: Expr, what: string): number | undefined {
    const value = elaborate(this.sized, e);
    if (value.kind === 'invalid') return undefined;
    const number = value.kind === 'scalar' && value.type.kind === 'int' ? ir.constantOf(value.e) : undefined;
    if (number === undefined)
      report(this.sized, e.span, 'type-mismatch', {
        expected: 'a whole number made of parameters and `agents`',
        found: `\`${sourceText(this.sized, e.span)}\``,
        because: what,
      });
    return number;
  }

  /** A shape: `[agents, 32]`, or one number for a vector. */
  shape(e: Expr): Shape | undefined {
    const items = e.kind === 'List' ? e.items : [e];
    const extents = items.map(item => this.whole(item, 'A shape'));
    if (extents.some(extent => extent === undefined)) return undefined;
    const wrong = extents.findIndex(extent => extent! < 1);
    if (wrong >= 0) return this.misfit(items[wrong]!.span, `an extent is at least 1, and this is ${extents[wrong]}`);
    const shape = extents as readonly number[];
    return this.#fits(shape, e.span) ? shape : undefined;
  }

  #form(e: Expr, what: string): undefined {
    report(this.sized, e.span, 'mixer-form', { what });
    return undefined;
  }
}

function fold(fn: BinaryFunction, a: number, b: number): number {
  switch (fn) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
  }
}
