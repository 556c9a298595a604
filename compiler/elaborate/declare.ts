/** Declarations of types, constants and functions into a scope; elaborated when first used, so that order does not matter. */
import type {
  ConstDecl,
  Declaration,
  EnumDecl,
  FnDecl,
  GameItem,
  IndexItem,
  Name,
  RecordDecl,
} from '../../grammar/ast.ts';
import { coerce } from './coerce.ts';
import { type Binding, type Context, report, type Scope } from './context.ts';
import { elaborate, intConstant } from './expr.ts';
import * as ir from './ir.ts';
import { resolveType } from './typeexpr.ts';
import type { EnumType, Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** Adds a name, or reports that it is taken in this very scope. */
export function declare(ctx: Context, scope: Scope, name: Name, what: string, binding: Binding): void {
  if (scope.names.has(name.text)) {
    report(ctx, name.span, 'duplicate-name', { name: name.text, what });
    return;
  }
  scope.names.set(name.text, binding);
}

/** Evaluates once; a definition that needs itself is reported. */
export function once<R>(ctx: Context, name: Name, evaluate: () => R, whenCircular: R): () => R {
  let state: { readonly value: R } | 'running' | undefined;
  return () => {
    if (state === 'running') {
      report(ctx, name.span, 'recursive-declaration', { name: name.text, path: `${name.text} needs ${name.text}` });
      return whenCircular;
    }
    if (state === undefined) {
      state = 'running';
      let value = whenCircular;
      // What is known at the first use has no place in the definition.
      try {
        value = ir.withFacts(undefined, evaluate);
      } finally {
        // Also where a limit was exceeded: the name is not its own definition then.
        state = { value };
      }
    }
    return state.value;
  };
}

export function declareEnum(ctx: Context, scope: Scope, decl: EnumDecl): EnumType {
  const members = uniqueNames(ctx, decl.members, 'member');
  const type: EnumType = { kind: 'enum', name: decl.name.text, members };
  declare(ctx, scope, decl.name, 'type', { kind: 'type', get: () => type });
  scope.addMembers(type);
  return type;
}

export function uniqueNames(ctx: Context, names: readonly Name[], what: string): readonly string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) report(ctx, name.span, 'duplicate-name', { name: name.text, what });
    seen.add(name.text);
  }
  return [...seen];
}

export function declareRecord(ctx: Context, scope: Scope, decl: RecordDecl): void {
  const get = once<Type>(
    ctx,
    decl.name,
    () => {
      const fields = decl.fields.map(field => ({
        name: field.name.text,
        type: resolveType({ ...ctx, scope, phase: 'constant' }, field.type),
      }));
      uniqueNames(
        ctx,
        decl.fields.map(field => field.name),
        'field',
      );
      if (fields.some(field => field.type.kind === 'invalid')) return T.invalidType;
      return { kind: 'record', name: decl.name.text, fields };
    },
    T.invalidType,
  );
  declare(ctx, scope, decl.name, 'type', { kind: 'type', get });
}

export function declareConst(ctx: Context, scope: Scope, decl: ConstDecl): () => Value {
  const here: Context = { ...ctx, scope, phase: 'constant', out: undefined };
  const get = once<Value>(
    ctx,
    decl.name,
    () => {
      const type = decl.type === undefined ? undefined : resolveType(here, decl.type);
      const value = elaborate(here, decl.value, type);
      return type === undefined ? value : coerce(here, value, type, decl.value.span, `\`${decl.name.text}\``);
    },
    V.invalid,
  );
  declare(ctx, scope, decl.name, 'constant', { kind: 'lazy', get });
  return get;
}

export function declareFn(ctx: Context, scope: Scope, decl: FnDecl, inGame: boolean): void {
  uniqueNames(
    ctx,
    decl.params.map(p => p.name),
    'parameter',
  );
  declare(ctx, scope, decl.name, 'function', { kind: 'fn', fn: { decl, file: ctx.file, scope, inGame } });
}

export function declareIndex(ctx: Context, scope: Scope, decl: IndexItem): void {
  const get = once<Type>(
    ctx,
    decl.name,
    () => {
      const count = intConstant({ ...ctx, scope, phase: 'constant' }, decl.count, 'The size of an index');
      if (count === undefined) return T.invalidType;
      if (count < 1 || count > 1_000_000) {
        report(ctx, decl.count.span, 'bad-size', {
          what: `The index \`${decl.name.text}\``,
          size: `${count}`,
          limit: '1 to 1,000,000',
        });
        return T.invalidType;
      }
      return { kind: 'index', name: decl.name.text, count };
    },
    T.invalidType,
  );
  declare(ctx, scope, decl.name, 'type', { kind: 'type', get });
}

/** Types, constants and functions among these; returns what forces each constant and type, so that all are checked. */
export function declareAll(
  ctx: Context,
  scope: Scope,
  items: readonly (Declaration | GameItem)[],
  inGame: boolean,
): (() => unknown)[] {
  const force: (() => unknown)[] = [];
  for (const item of items) {
    switch (item.kind) {
      case 'Enum':
        declareEnum(ctx, scope, item);
        break;
      case 'Record':
        declareRecord(ctx, scope, item);
        force.push(() =>
          resolveType(
            { ...ctx, scope, phase: 'constant' },
            { kind: 'NamedType', name: item.name, span: item.name.span },
          ),
        );
        break;
      case 'Const':
        force.push(declareConst(ctx, scope, item));
        break;
      case 'Fn':
        declareFn(ctx, scope, item, inGame);
        break;
      case 'Index':
        declareIndex(ctx, scope, item);
        force.push(() =>
          resolveType(
            { ...ctx, scope, phase: 'constant' },
            { kind: 'NamedType', name: item.name, span: item.name.span },
          ),
        );
        break;
      default:
    }
  }
  return force;
}
