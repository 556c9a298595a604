/** Games at concrete parameters: finds the declaration a reference means, evaluates the arguments, elaborates. */
import type { Expr, GameAliasDecl, GameDecl, GameRef, Name, NamedArg } from '../../grammar/ast.ts';
import type { Reporter } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { Builder, type Context, report, Scope } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import { elaborateGame } from '../elaborate/game.ts';
import * as ir from '../elaborate/ir.ts';
import { type Argument, bindParams } from '../elaborate/params.ts';
import { repeat } from '../elaborate/repeated.ts';
import type { GameModel } from '../game/model.ts';
import type { Project } from './load.ts';
import { FileScopes } from './scopes.ts';

export type GameLike = GameDecl | GameAliasDecl;
export interface Found {
  readonly decl: GameLike;
  readonly file: string;
}

/** The game a name means in a file. */
export function findGame(project: Project, file: string, name: string): Found | undefined {
  const source = project.files.get(file);
  const own = source?.own.get(name);
  if (own?.kind === 'Game' || own?.kind === 'GameAlias') return { decl: own, file };
  const imported = source?.imported.get(name);
  if (imported !== undefined && (imported.declaration.kind === 'Game' || imported.declaration.kind === 'GameAlias')) {
    return { decl: imported.declaration, file: imported.file };
  }
  return undefined;
}

/** `game A = B`, `game B = C` and so on. */
const maxAliases = 100;

/** Where elaboration happens: one builder with the scopes of all files. */
export interface Workspace {
  readonly project: Project;
  readonly build: Builder;
  readonly scopes: FileScopes;
  /** Arguments from outside the program for games inside of others (`repeated(G, ...)`, `game A = B`), by where they are used. */
  readonly inner: Map<GameRef, Map<string, Argument>>;
}

export function workspace(project: Project, reporter: Reporter): Workspace {
  const build = new Builder(reporter, file => project.files.get(file)?.text ?? '');
  return { project, build, scopes: new FileScopes(project, build), inner: new Map() };
}

/** The game a reference means at its arguments; `ctx` gives the names that arguments may use. */
export function elaborateRef(
  space: Workspace,
  ctx: Context,
  ref: GameRef,
  path: readonly GameLike[],
): GameModel | undefined {
  if (ref.base !== undefined) return repeatedRef(space, ctx, ref, ref.base, path);
  const name = ref.path.at(-1);
  // A name that is missing has been reported by the parser.
  if (name === undefined) return undefined;
  const found = findGame(space.project, ctx.file, name.text);
  if (found === undefined) {
    const games = knownGames(space.project, ctx.file);
    report(ctx, name.span, 'unknown-name', {
      name: name.text,
      what: 'game',
      suggestion: suggest(name.text, games),
      known: games.join(', '),
    });
    return undefined;
  }
  const written = evaluateArgs(ctx, ref.args, found);
  if (written === undefined) return undefined;
  const args = new Map([...written, ...(space.inner.get(ref) ?? [])]);
  return elaborateFound(space, found, args, path, { ctx, span: ref.span });
}

export function knownGames(project: Project, file: string): string[] {
  const source = project.files.get(file);
  const own = [...(source?.own ?? [])].flatMap(([name, d]) =>
    d.kind === 'Game' || d.kind === 'GameAlias' ? [name] : [],
  );
  const imported = [...(source?.imported ?? [])].flatMap(([name, { declaration: d }]) =>
    d.kind === 'Game' || d.kind === 'GameAlias' ? [name] : [],
  );
  return [...own, ...imported];
}

function evaluateArgs(
  ctx: Context,
  args: readonly NamedArg[],
  found: Found,
): ReadonlyMap<string, Argument> | undefined {
  const values = new Map<string, Argument>();
  let ok = true;
  for (const arg of args) {
    const params = found.decl.params.map(p => p.name.text);
    if (!params.includes(arg.name.text)) {
      unknownParameter(ctx, arg.name, found.decl.name.text, params);
      ok = false;
      continue;
    }
    const value = elaborate({ ...ctx, phase: 'constant' }, arg.value);
    if (value.kind === 'invalid') ok = false;
    if (values.has(arg.name.text)) {
      report(ctx, arg.name.span, 'duplicate-name', { name: arg.name.text, what: 'parameter' });
      ok = false;
    }
    values.set(arg.name.text, { value, at: { file: ctx.file, span: arg.value.span } });
  }
  return ok ? values : undefined;
}

function unknownParameter(ctx: Context, name: Name, game: string, known: readonly string[]): void {
  const suggestion = suggest(name.text, known);
  const fixes =
    suggestion === undefined
      ? []
      : [{ title: `Replace by \`${suggestion}\``, edits: [{ file: ctx.file, span: name.span, text: suggestion }] }];
  report(
    ctx,
    name.span,
    'unknown-argument',
    { name: name.text, of: game, suggestion, known: known.join(', ') },
    { fixes },
  );
}

/** `from` is where the game is used; without it the game is checked on its own, at its defaults. */
export function elaborateFound(
  space: Workspace,
  found: Found,
  args: ReadonlyMap<string, Argument>,
  path: readonly GameLike[],
  from: { readonly ctx: Context; readonly span: Expr['span'] } | undefined,
): GameModel | undefined {
  const { decl, file } = found;
  if (path.includes(decl)) {
    const circle = [...path.slice(path.indexOf(decl)), decl].map(d => d.name.text).join(' is ');
    space.build.reporter.report(file, decl.name.span, 'recursive-declaration', { name: decl.name.text, path: circle });
    return undefined;
  }
  if (path.length >= maxAliases) {
    const reason = `it is another name of another name, ${maxAliases} times over`;
    space.build.reporter.report(file, decl.name.span, 'too-large', { what: `\`${decl.name.text}\``, reason });
    return undefined;
  }
  if (from !== undefined) {
    const missing = decl.params.find(p => p.default === undefined && !args.has(p.name.text));
    if (missing !== undefined) {
      report(from.ctx, from.span, 'missing-argument', { name: missing.name.text, of: decl.name.text });
      return undefined;
    }
  }
  if (decl.kind === 'Game') return elaborateGame(space.build, space.scopes.of(file), file, decl, args);
  const outer = space.scopes.context(file);
  const scope = new Scope(outer.scope);
  const ctx: Context = { ...outer, scope };
  bindParams(ctx, decl.params, args, decl.name.text, decl.where);
  const model = elaborateRef(space, ctx, decl.of, [...path, decl]);
  return model === undefined ? undefined : { ...model, name: decl.name.text, doc: decl.doc ?? model.doc };
}

/** What `repeated(G, ...)` takes besides the game. */
export const repetitionNames = ['rounds', 'memory', 'discount', 'horizon'] as const;

function repeatedRef(
  space: Workspace,
  ctx: Context,
  ref: GameRef,
  base: GameRef,
  path: readonly GameLike[],
): GameModel | undefined {
  const stage = elaborateRef(space, ctx, base, path);
  const known: readonly string[] = repetitionNames;
  const argument = (name: string) => {
    const outside = space.inner.get(ref)?.get(name);
    if (outside !== undefined) return outside.value;
    const arg = ref.args.find(a => a.name.text === name);
    return arg === undefined ? undefined : elaborate({ ...ctx, phase: 'constant' }, arg.value);
  };
  const whole = (name: string, low: number): number | undefined | 'bad' => {
    const arg = ref.args.find(a => a.name.text === name);
    const value = argument(name);
    if (value === undefined) return undefined;
    const k = value.kind === 'scalar' && value.e.scalar === 'int' ? ir.constantOf(value.e) : undefined;
    if (k !== undefined && k >= low && k <= 1_000_000) return k;
    if (value.kind !== 'invalid')
      report(ctx, arg?.value.span ?? ref.span, 'bad-setting', {
        name,
        expected: `a whole number from ${low} to 1,000,000`,
        found: k === undefined ? 'not one' : `${k}`,
      });
    return 'bad';
  };
  for (const arg of ref.args) if (!known.includes(arg.name.text)) unknownParameter(ctx, arg.name, 'repeated', known);
  const rounds = whole('rounds', 1);
  const memory = whole('memory', 0) ?? 1;
  const horizon = whole('horizon', 1);
  const discountArg = ref.args.find(a => a.name.text === 'discount');
  let discount: GameModel['discount'] | undefined;
  const discountValue = argument('discount');
  if (discountValue !== undefined) {
    const value = discountValue;
    if (value.kind === 'scalar' && value.e.op === 'const' && value.e.bounds.low >= 0 && value.e.bounds.high <= 1)
      discount = value.e.value;
    else if (value.kind !== 'invalid')
      report(ctx, discountArg?.value.span ?? ref.span, 'bad-discount', { found: 'not a number in that range' });
  }
  if (
    stage === undefined ||
    rounds === 'bad' ||
    memory === 'bad' ||
    horizon === 'bad' ||
    space.build.reporter.hasErrors
  )
    return undefined;
  if (!stage.oneShot || !stage.finite) {
    report(ctx, base.span, 'not-one-step', { game: stage.name });
    return undefined;
  }
  if (
    rounds === undefined &&
    discount === undefined &&
    horizon === undefined &&
    Number(stage.discount instanceof Object ? stage.discount.toNumber() : stage.discount) >= 1
  ) {
    report(ctx, ref.span, 'never-ends', { game: `repeated(${stage.name})` });
  }
  return repeat(space.build, stage, `repeated(${stage.name})`, { rounds, memory, horizon, discount });
}
