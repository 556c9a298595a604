/** A network expression as layers: `mlp(64, 64) |> layer_norm`, `gru(64)`, `Wide(units: 64)`. */
import type { CallExpr, Expr, Name } from '../../grammar/ast.ts';
import type { NetworkSpec } from '../../runtime/tensor/layers/spec.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report, Scope } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import { type Argument, bindParams } from '../elaborate/params.ts';
import type { FoundNetwork, Networks, PlacedLayer } from './base.ts';
import { buildLayer, isActivation, layerForm, layerNames } from './layers.ts';

/** Layers of one network, those of the networks it names included. */
const mostLayers = 256;

/** The layers in order; undefined after a problem was reported. */
export function elaborateNetwork(ctx: Context, e: Expr, networks: Networks): readonly PlacedLayer[] | undefined {
  return chain(ctx, e, networks, []);
}

/** A declaration at these arguments; those that are left out have their defaults. */
export function elaborateDeclared(
  found: FoundNetwork,
  args: ReadonlyMap<string, Argument>,
  networks: Networks,
): readonly PlacedLayer[] | undefined {
  return declared(found, args, networks, []);
}

export function specOf(layers: readonly PlacedLayer[]): NetworkSpec {
  return { layers: layers.map(({ layer }) => layer) };
}

type Path = readonly FoundNetwork[];

function chain(ctx: Context, e: Expr, networks: Networks, path: Path): readonly PlacedLayer[] | undefined {
  if (e.kind === 'Binary' && e.op === '|>') {
    const left = chain(ctx, e.left, networks, path);
    const right = chain(ctx, e.right, networks, path);
    if (left === undefined || right === undefined) return undefined;
    if (left.length + right.length <= mostLayers) return [...left, ...right];
    const reason = `a network has at most ${mostLayers} layers`;
    report(ctx, e.span, 'too-large', { what: 'this network', reason });
    return undefined;
  }
  return link(ctx, e, networks, path);
}

function link(ctx: Context, e: Expr, networks: Networks, path: Path): readonly PlacedLayer[] | undefined {
  const name =
    e.kind === 'NameExpr' ? e.name : e.kind === 'Call' && e.callee.kind === 'NameExpr' ? e.callee.name : undefined;
  if (name === undefined) {
    if (e.kind !== 'Invalid') report(ctx, e.span, 'network-form', { what: formOf(e) });
    return undefined;
  }
  const one = (layer: PlacedLayer['layer'] | undefined): readonly PlacedLayer[] | undefined =>
    layer === undefined ? undefined : [{ layer, file: ctx.file, span: e.span }];
  if (isActivation(name.text)) {
    if (e.kind === 'NameExpr') return one({ kind: 'activation', activation: name.text });
    const problem = 'an activation takes no arguments';
    report(ctx, e.span, 'layer-arguments', { layer: name.text, form: name.text, problem });
    return undefined;
  }
  const form = layerForm(name.text);
  if (form !== undefined) return one(buildLayer(ctx, form, e));
  const found = networks.network(name.text);
  if (found === undefined) {
    const known = [...networks.networkNames, ...layerNames];
    const suggestion = suggest(name.text, known);
    report(ctx, name.span, 'unknown-name', {
      name: name.text,
      what: 'layer or network',
      suggestion,
      known: known.join(', '),
    });
    return undefined;
  }
  const args = argumentsOf(ctx, found, e.kind === 'Call' ? e : undefined);
  if (args === undefined) return undefined;
  const missing = found.decl.params.find(param => param.default === undefined && !args.has(param.name.text));
  if (missing !== undefined) {
    report(ctx, e.span, 'missing-argument', { name: missing.name.text, of: name.text });
    return undefined;
  }
  return declared(found, args, networks.networksOf(found), path, name, ctx);
}

function declared(
  found: FoundNetwork,
  args: ReadonlyMap<string, Argument>,
  networks: Networks,
  path: Path,
  use: Name = found.decl.name,
  from: Context = found.ctx,
): readonly PlacedLayer[] | undefined {
  const { decl, ctx: outer } = found;
  const before = path.findIndex(one => one.decl === decl);
  if (before >= 0) {
    const circle = [...path.slice(before), found].map(one => one.decl.name.text).join(' needs ');
    report(from, use.span, 'recursive-declaration', { name: decl.name.text, path: circle });
    return undefined;
  }
  const ctx: Context = { ...outer, scope: new Scope(outer.scope) };
  bindParams(ctx, decl.params, args, decl.name.text, undefined);
  return chain(ctx, decl.value, networks, [...path, found]);
}

/** The arguments of a declared network or mixer, all by name; undefined after a problem was reported. */
export function argumentsOf(
  ctx: Context,
  { decl }: { readonly decl: { readonly name: Name; readonly params: FoundNetwork['decl']['params'] } },
  call: CallExpr | undefined,
): ReadonlyMap<string, Argument> | undefined {
  const known = decl.params.map(param => param.name.text);
  const values = new Map<string, Argument>();
  let ok = true;
  const [unnamed] = call?.args ?? [];
  if (unnamed !== undefined) {
    const first = known[0];
    const form = first === undefined ? decl.name.text : `${decl.name.text}(${first}: ...)`;
    const problem = first === undefined ? 'it has no parameters' : 'parameters are given by name';
    report(ctx, unnamed.span, 'layer-arguments', { layer: decl.name.text, form, problem });
    ok = false;
  }
  for (const { name, value: given } of call?.named ?? []) {
    if (!known.includes(name.text)) {
      const suggestion = suggest(name.text, known);
      report(ctx, name.span, 'unknown-argument', {
        name: name.text,
        of: decl.name.text,
        suggestion,
        known: known.join(', '),
      });
      ok = false;
      continue;
    }
    if (values.has(name.text)) {
      report(ctx, name.span, 'duplicate-name', { name: name.text, what: 'parameter' });
      ok = false;
    }
    const value = elaborate({ ...ctx, phase: 'constant' }, given);
    if (value.kind === 'invalid') ok = false;
    values.set(name.text, { value, at: { file: ctx.file, span: given.span } });
  }
  return ok ? values : undefined;
}

function formOf(e: Expr): string {
  switch (e.kind) {
    case 'Number':
      return 'a number';
    case 'List':
    case 'Tuple':
      return 'a list';
    case 'Binary':
      return `\`${e.op}\``;
    case 'String':
      return 'a text';
    default:
      return 'something else';
  }
}
