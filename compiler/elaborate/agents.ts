/** Agents and what they can do. */
import type { ActionsItem, AgentsItem, Name } from '../../grammar/ast.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { ActionPart, ActionSpace, Agent, Bounds, IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { type ActionTable, type Context, report, type Scope } from './context.ts';
import { declare, uniqueNames } from './declare.ts';
import { intConstant } from './expr.ts';
import * as ir from './ir.ts';
import { resolveType } from './typeexpr.ts';
import type { EnumType, Type } from './types.ts';
import * as T from './types.ts';
import { valueNames } from './valueNames.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export interface AgentClassInfo {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly nameNode: Name;
}

export const mostAgents = 10_000;

/** Declares classes, lone agents and the type `agents`. */
export function declareAgents(
  ctx: Context,
  scope: Scope,
  items: readonly AgentsItem[],
): { readonly agents: readonly Agent[]; readonly classes: readonly AgentClassInfo[] } {
  const agents: Agent[] = [];
  const classes: AgentClassInfo[] = [];
  for (const decl of items.flatMap(item => item.classes)) {
    const count =
      decl.count === undefined
        ? 1
        : intConstant({ ...ctx, scope, phase: 'constant' }, decl.count, 'The number of agents');
    if (count === undefined) continue;
    if (count < 1 || agents.length + count > mostAgents) {
      report(ctx, decl.count?.span ?? decl.span, 'too-many-agents', { found: `${count}`, limit: mostAgents });
      continue;
    }
    const first = agents.length;
    const cls = classes.length;
    const name = decl.name.text;
    classes.push({ name, first, count, nameNode: decl.name });
    for (let k = 0; k < count; k++) {
      const label = decl.count === undefined ? name : `${name}[${k}]`;
      agents.push({ name: decl.count === undefined ? name : `${name}_${k}`, label, cls, indexInClass: k });
    }
    const type: Type = { kind: 'agent', name, first, count };
    if (decl.count === undefined)
      declare(ctx, scope, decl.name, 'class', { kind: 'type', get: () => type, lone: V.scalar(type, ir.int(first)) });
    else declare(ctx, scope, decl.name, 'class', { kind: 'type', get: () => type });
  }
  const all: Type = { kind: 'agent', name: 'agents', first: 0, count: Math.max(1, agents.length) };
  ctx.build.agentsType = all;
  ctx.build.agentLabels = agents.map(agent => agent.label);
  ctx.build.classes = classes.map(cls => cls.name);
  scope.names.set('agents', { kind: 'type', get: () => all });
  return { agents, classes };
}

interface Space {
  readonly type: Type;
  readonly ir: ActionSpace;
  /** How the parts of the action make up its value. */
  readonly read: (agent: IrExpr) => Value;
  /** The value of a flat action index; undefined where the action has real parts. */
  readonly decode: (flat: IrExpr) => Value | undefined;
}

/** Action spaces of all classes; fills `ctx.build.actions`. */
export function declareActions(
  ctx: Context,
  scope: Scope,
  items: readonly ActionsItem[],
  classes: readonly AgentClassInfo[],
): { readonly spaces: readonly Space[]; readonly spaceOf: readonly number[] } | undefined {
  const spaces: Space[] = [];
  const spaceOf: (number | undefined)[] = classes.map(() => undefined);
  for (const item of items) {
    const targets =
      item.of === undefined
        ? classes.map((_, k) => k).filter(k => spaceOf[k] === undefined)
        : [classNumber(ctx, classes, item.of)];
    if (targets.some(k => k === undefined)) continue;
    const suffix = item.of === undefined ? '' : `[${item.of.text}]`;
    const space = makeSpace(ctx, scope, item, `Action${suffix}`);
    if (space === undefined) return undefined;
    for (const k of targets as number[]) {
      if (
        item.of !== undefined &&
        spaceOf[k] !== undefined &&
        items.some(i => i !== item && i.of?.text === item.of?.text)
      ) {
        report(ctx, item.span, 'duplicate-item', { item: `actions${suffix}` });
      }
      spaceOf[k] = spaces.length;
    }
    spaces.push(space);
  }
  const missing = spaceOf.indexOf(undefined);
  if (missing >= 0) return undefined;
  const known = spaceOf as number[];
  ctx.build.actions = table(spaces, known, classes);
  return { spaces, spaceOf: known };
}

function classNumber(ctx: Context, classes: readonly AgentClassInfo[], name: Name): number | undefined {
  const k = classes.findIndex(cls => cls.name === name.text);
  if (k >= 0) return k;
  const known = classes.map(cls => cls.name);
  report(ctx, name.span, 'unknown-name', {
    name: name.text,
    what: 'agent class',
    suggestion: suggest(name.text, known),
    known: known.join(', '),
  });
  return undefined;
}

function table(spaces: readonly Space[], spaceOf: readonly number[], classes: readonly AgentClassInfo[]): ActionTable {
  return {
    typeFor(first, count) {
      const covered = classes
        .map((cls, k) => ({ cls, space: spaceOf[k] as number }))
        .filter(({ cls }) => cls.first < first + count && first < cls.first + cls.count);
      const found = [...new Set(covered.map(({ space }) => space))];
      const only = found[0];
      if (found.length === 1 && only !== undefined) return { type: (spaces[only] as Space).type };
      return { problem: `${covered.map(({ cls }) => cls.name).join(' and ')} have different actions` };
    },
    read(agent, _type, first) {
      const k = classes.findIndex(cls => cls.first <= first && first < cls.first + cls.count);
      return (spaces[spaceOf[k] as number] as Space).read(agent);
    },
  };
}

function makeSpace(ctx: Context, scope: Scope, item: ActionsItem, name: string): Space | undefined {
  const here: Context = { ...ctx, scope, phase: 'constant' };
  const { space } = item;
  if (space.kind === 'ActionEnum') {
    const type: EnumType = { kind: 'enum', name, members: uniqueNames(ctx, space.members, 'action') };
    scope.addMembers(type);
    return single(ctx, type, space.span, 'action');
  }
  if (space.kind === 'ActionType') {
    const type = resolveType(here, space.type);
    return type.kind === 'invalid' ? undefined : single(ctx, type, space.span, 'action');
  }
  const fields = space.parts.map(part => ({ name: part.name.text, type: resolveType(here, part.type) }));
  uniqueNames(
    ctx,
    space.parts.map(part => part.name),
    'part',
  );
  if (fields.some(field => field.type.kind === 'invalid')) return undefined;
  return build(ctx, { kind: 'record', name, fields }, fields, space.span, values => ({
    kind: 'record',
    type: { kind: 'record', name, fields },
    fields: values,
  }));
}

function single(ctx: Context, type: Type, span: ActionsItem['span'], name: string): Space | undefined {
  return build(ctx, type, [{ name, type }], span, ([value]) => value ?? V.invalid);
}

function build(
  ctx: Context,
  type: Type,
  fields: readonly { readonly name: string; readonly type: Type }[],
  span: ActionsItem['span'],
  assemble: (values: readonly Value[]) => Value,
): Space | undefined {
  const parts: ActionPart[] = [];
  let offset = 0;
  for (const field of fields) {
    const reals = realVector(field.type);
    if (reals !== undefined) {
      if (!Number.isFinite(reals.bounds.low) || !Number.isFinite(reals.bounds.high)) {
        report(ctx, span, 'not-finite', {
          what: `A real action`,
          type: `\`${T.nameOf(field.type)}\` (write \`in a..b\`)`,
        });
        return undefined;
      }
      parts.push({ kind: 'real', name: field.name, size: reals.size, bounds: reals.bounds, offset });
      offset += reals.size;
      continue;
    }
    const size = T.sizeOf(field.type);
    if (size === undefined || field.type.kind === 'array') {
      report(ctx, span, 'not-finite', { what: 'An action', type: `\`${T.nameOf(field.type)}\`` });
      return undefined;
    }
    const names = valueNames(field.type, Math.min(size, 100_000), ctx.build.agentLabels);
    parts.push({ kind: 'finite', name: field.name, size, low: 0, valueNames: names });
  }
  const finite = parts.filter(part => part.kind === 'finite');
  const count = finite.reduce((n, part) => n * part.size, 1);
  if (count > 100_000) {
    report(ctx, span, 'bad-size', { what: 'The set of actions', size: `${count}`, limit: 'at most 100,000' });
    return undefined;
  }
  const space: ActionSpace = { parts, count, names: flatNames(finite), realSize: offset };
  const read = (agent: IrExpr): Value =>
    assemble(
      fields.map((field, k) => {
        const part = parts[k] as ActionPart;
        if (part.kind === 'finite')
          return V.fromOrdinal(field.type, ir.action(agent, k, undefined, B.between(0, part.size - 1)));
        const element: Type = { kind: 'real', bounds: part.bounds };
        if (field.type.kind !== 'array') return V.scalar(element, ir.action(agent, k, ir.int(0), part.bounds));
        return {
          kind: 'array',
          type: field.type,
          at: ([i]) => V.scalar(element, ir.action(agent, k, i as IrExpr, part.bounds)),
        };
      }),
    );
  const decode = (flat: IrExpr): Value | undefined => {
    if (offset > 0) return undefined;
    const values: Value[] = [];
    let rest = flat;
    for (let k = fields.length - 1; k >= 0; k--) {
      const size = ir.int((parts[k] as ActionPart).size);
      values[k] = V.fromOrdinal(
        (fields[k] as (typeof fields)[number]).type,
        k === 0 ? rest : ir.binary('mod', rest, size),
      );
      rest = ir.binary('idiv', rest, size);
    }
    return assemble(values);
  };
  return { type, ir: space, read, decode };
}

function realVector(type: Type): { readonly size: number; readonly bounds: Bounds } | undefined {
  if (type.kind === 'real') return { size: 1, bounds: type.bounds };
  if (type.kind === 'array' && type.element.kind === 'real' && type.keys.length === 1) {
    return { size: T.sizeOf(type.keys[0] as Type) ?? 0, bounds: type.element.bounds };
  }
  return undefined;
}

function flatNames(parts: readonly Extract<ActionPart, { kind: 'finite' }>[]): string[] {
  let names = [''];
  for (const part of parts) {
    names = names.flatMap(prefix => part.valueNames.map(value => (prefix === '' ? value : `${prefix}, ${value}`)));
  }
  return names;
}
