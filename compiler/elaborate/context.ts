/** What elaboration carries along: the model under construction, the names in scope, where it stands. */
import type { CallExpr, Expr, FnDecl, GameDecl, Span } from '../../grammar/ast.ts';
import type { Extra, Reporter } from '../diagnostics/report.ts';
import type { RuleArgs, RuleName } from '../diagnostics/rules.ts';
import type { Bounds, IrExpr, IrFunction, IrStmt, Local, Scalar, ScalarKind, Store } from '../game/model.ts';
import { again } from '../game/naming.ts';
import type { AgentClassInfo } from './agents.ts';
import { spend } from './budget.ts';
import { type Definitions, type ElementDefinition, elementAt } from './facts.ts';
import type { Storage } from './storage.ts';
import type { EnumType, Type } from './types.ts';
import type { Value } from './values.ts';

export interface StateVariable {
  readonly name: string;
  readonly type: Type;
  readonly storage: Storage;
  /** Where its equation writes; set when the step's equations have been listed. */
  next: Storage | undefined;
  /** The equation has been elaborated, so `next x` may be read. */
  nextReady: boolean;
  /** It has (or is just getting) its first value, so `init` may read it. */
  readable: boolean;
  /** Which elements have a first value. */
  covered: Set<number> | 'all';
  readonly span: Span;
}

export interface FnBinding {
  readonly decl: FnDecl;
  readonly file: string;
  /** Names visible in the body. */
  readonly scope: Scope;
  /** May read the game's state. */
  readonly inGame: boolean;
}

export type Binding =
  | { readonly kind: 'value'; readonly value: Value }
  /** Elaborated on first use: constants. */
  | { readonly kind: 'lazy'; readonly get: () => Value }
  | { readonly kind: 'state'; readonly variable: StateVariable }
  /** `lone` is the agent's own value where a class has one agent. */
  | { readonly kind: 'type'; readonly get: () => Type; readonly lone?: Value }
  | { readonly kind: 'fn'; readonly fn: FnBinding }
  /** A state variable while sizes and constants are worked out. */
  | { readonly kind: 'later' }
  /** Declared, but neither a value nor a type (a game, a training); `what` names it in messages. */
  | { readonly kind: 'other'; readonly what: string };

/** What may stand where a value does: agents and enums are types, and sets of values. */
const namesOfValues: ReadonlySet<Binding['kind']> = new Set(['value', 'lazy', 'state', 'later', 'type']);
export const namesOfFunctions: ReadonlySet<Binding['kind']> = new Set(['fn']);
export const namesOfTypes: ReadonlySet<Binding['kind']> = new Set(['type']);

/** Immutable outside of its own declaration phase: names in nested blocks, innermost first. */
export class Scope {
  readonly names = new Map<string, Binding>();
  readonly members = new Map<string, EnumType[]>();
  readonly outer: Scope | undefined;

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }

  lookup(name: string): Binding | undefined {
    return this.names.get(name) ?? this.outer?.lookup(name);
  }

  /** Enums with a member of this name, inner scopes first. */
  enumsWith(member: string): readonly EnumType[] {
    const outer = this.outer?.enumsWith(member) ?? [];
    return [...(this.members.get(member) ?? []), ...outer];
  }

  addMembers(type: EnumType): void {
    for (const member of type.members) {
      const types = this.members.get(member);
      if (types === undefined) this.members.set(member, [type]);
      else types.push(type);
    }
  }

  with(name: string, value: Value): Scope {
    const inner = new Scope(this);
    inner.names.set(name, { kind: 'value', value });
    return inner;
  }

  /** Every name that could be written here, for suggestions: of these kinds, and members of enums where values are meant. */
  *all(kinds: ReadonlySet<Binding['kind']> = namesOfValues): Iterable<string> {
    for (const [name, { kind }] of this.names) if (kinds.has(kind)) yield name;
    if (kinds.has('value')) yield* this.members.keys();
    if (this.outer !== undefined) yield* this.outer.all(kinds);
  }
}

/**
 * Where an expression stands: `constant` (no state), `init` (state as assigned so far), `state` (a state, no actions), `step` (state
 * before the step, actions, `next`), `end` (bare names are the state reached).
 */
export type Phase = 'constant' | 'init' | 'state' | 'step' | 'end';

export interface Context {
  readonly build: Builder;
  readonly scope: Scope;
  readonly file: string;
  readonly phase: Phase;
  /** Where statements that an expression needs first (filled arrays) go; undefined where none may. */
  readonly out: IrStmt[] | undefined;
  /** Functions being elaborated, to refuse recursion. */
  readonly calling: readonly FnBinding[];
}

/** What every agent's actions look like to expressions; filled once actions are known. */
export interface ActionTable {
  /** Type of the action of agents in `[first, first + count)`, or why there is none. */
  typeFor(first: number, count: number): { readonly type: Type } | { readonly problem: string };
  read(agent: IrExpr, type: Type, first: number): Value;
}

/** A game from inside. */
export interface Inside {
  readonly ctx: Context;
  readonly decl: GameDecl;
  readonly classes: readonly AgentClassInfo[];
}

let ids = 0;

/** The parts of a GameModel as they come into being. */
export class Builder implements Definitions {
  readonly stores: Store[] = [];
  readonly functions: IrFunction[] = [];
  readonly reporter: Reporter;
  readonly states = new Map<string, StateVariable>();
  /** Constant stores by content. */
  readonly tables = new Map<string, Store>();
  actions: ActionTable | undefined;
  /** The acting agent, where the game has turns; `inStep` holds it once the step has begun. */
  turn: { readonly expr: Expr; readonly file: string; readonly scope: Scope; inStep: Value | undefined } | undefined;
  usesTime = false;
  /** Is `time` mentioned where it may matter for what happens, not only for what is earned or seen? */
  movesReadTime = false;
  /** Rewards or observations are lowered right now. */
  valuing = false;
  horizon: number | undefined;
  agentLabels: readonly string[] = [];
  /** Names of the agent classes. */
  classes: readonly string[] = [];
  /** Type of all agents. */
  agentsType: Type | undefined;
  /** The game elaborated last, as seen from inside: who says afterwards what its agents read uses its names. */
  inside: Inside | undefined;
  readonly text: (file: string) => string;
  private readonly usedNames = new Set<string>();
  private readonly localDefinitions = new Map<number, IrExpr>();
  private readonly elementDefinitions = new Map<number, ElementDefinition>();
  private readonly compiled = new Map<string, IrFunction>();

  constructor(reporter: Reporter, text: (file: string) => string) {
    this.reporter = reporter;
    this.text = text;
  }

  local(name: string, scalar: ScalarKind, bounds: Bounds): Local {
    spend();
    return { id: ids++, name: clean(name), scalar, bounds };
  }

  store(name: string, scalar: ScalarKind, bounds: Bounds, size: number, role: Store['role']): Store {
    spend(50);
    const store: Store = { id: ids++, name: this.unique(clean(name)), scalar, bounds, size, role };
    this.stores.push(store);
    return store;
  }

  constant(name: string, scalar: ScalarKind, bounds: Bounds, data: readonly Scalar[]): Store {
    return this.store(name, scalar, bounds, data.length, { kind: 'constant', data });
  }

  private unique(name: string): string {
    let candidate = name;
    for (let k = 2; this.usedNames.has(candidate); k++) candidate = again(name, k);
    this.usedNames.add(candidate);
    return candidate;
  }

  functionFor(key: string): IrFunction | undefined {
    return this.compiled.get(key);
  }

  addFunction(key: string, fn: Omit<IrFunction, 'id' | 'name'> & { readonly name: string }): IrFunction {
    const made: IrFunction = { ...fn, id: ids++, name: this.unique(clean(fn.name)) };
    this.functions.push(made);
    this.compiled.set(key, made);
    return made;
  }

  define(local: Local, value: IrExpr): void {
    this.localDefinitions.set(local.id, value);
  }
  defineElements(store: Store, definition: ElementDefinition): void {
    this.elementDefinitions.set(store.id, definition);
  }
  ofLocal(local: Local): IrExpr | undefined {
    return this.localDefinitions.get(local.id);
  }
  ofElement(store: Store, index: IrExpr): IrExpr | undefined {
    const definition = this.elementDefinitions.get(store.id);
    return definition === undefined ? undefined : elementAt(definition, index);
  }
}

export function report<N extends RuleName>(
  ctx: Context,
  span: Span,
  name: N,
  args: RuleArgs<N>,
  extra: Extra = {},
): void {
  ctx.build.reporter.report(ctx.file, span, name, args, extra);
}

/** The program text at a span, shortened to one line. */
export function sourceText(ctx: Context, span: Span): string {
  const text = ctx.build.text(ctx.file).slice(span.start, span.end).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A call with what was given and the names of what is missing: `ahead(at[r], move)`. */
export function completeCall(ctx: Context, name: string, e: CallExpr, parameters: readonly string[]): string {
  const given = e.args.length < parameters.length ? e.args.map(arg => sourceText(ctx, arg.span)) : [];
  return `${name}(${[...given, ...parameters.slice(given.length)].join(', ')})`;
}

function clean(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/_+/g, '_')
    .replace(/_$/, '');
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`;
}
