/** Assertions: properties by name, and comparisons of quantities with constants. */
import type { AssertDecl, BinaryExpr, Expr } from '../../grammar/ast.ts';
import { concepts } from '../../runtime/solvers/table.ts';
import type { AssertSpec, Quantity } from '../api.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import { propertyNames } from '../properties/base.ts';

const quantities = ['states', 'terminals', 'horizon', 'value'];
const flipped = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
type Comparison = keyof typeof flipped;

export function claimOf(ctx: Context, decl: AssertDecl): AssertSpec['claim'] | undefined {
  const { claim } = decl;
  if (claim.kind === 'Invalid') return undefined;
  if (claim.kind === 'NameExpr') {
    const name = claim.name.text;
    if ((propertyNames as readonly string[]).includes(name)) return { kind: 'property', property: name };
    unknownProperty(ctx, name, claim.span);
    return undefined;
  }
  if (claim.kind === 'Binary' && claim.op in flipped) return comparison(ctx, decl, claim);
  report(ctx, claim.span, 'bad-claim', { found: `\`${sourceText(ctx, claim.span)}\`` });
  return undefined;
}

function comparison(ctx: Context, decl: AssertDecl, claim: BinaryExpr): AssertSpec['claim'] | undefined {
  const swapped = !isQuantity(claim.left) && isQuantity(claim.right);
  const op = swapped ? flipped[claim.op as Comparison] : (claim.op as Comparison);
  const quantity = quantityOf(ctx, swapped ? claim.right : claim.left);
  const value = constantOf(ctx, swapped ? claim.left : claim.right);
  const within = decl.within === undefined ? 0 : constantOf(ctx, decl.within);
  return quantity === undefined || value === undefined || within === undefined
    ? undefined
    : { kind: 'quantity', quantity, op, value, within: Math.abs(within) };
}

function isQuantity(e: Expr): boolean {
  if (e.kind === 'NameExpr') return quantities.includes(e.name.text);
  return e.kind === 'Call' && e.callee.kind === 'NameExpr' && e.callee.name.text === 'value';
}

function quantityOf(ctx: Context, e: Expr): Quantity | undefined {
  if (e.kind === 'NameExpr') {
    const name = e.name.text;
    if (name === 'states' || name === 'terminals' || name === 'horizon') return { kind: name };
    unknownProperty(ctx, name, e.span);
    return undefined;
  }
  if (e.kind !== 'Call' || e.callee.kind !== 'NameExpr' || e.callee.name.text !== 'value') {
    report(ctx, e.span, 'bad-claim', { found: `\`${sourceText(ctx, e.span)}\`` });
    return undefined;
  }
  const [concept, agent] = e.args;
  if (concept?.kind !== 'NameExpr' || e.args.length > 2) {
    report(ctx, e.span, 'wrong-arity', {
      name: 'value',
      expected: 'a solution concept and an agent',
      found: e.args.length,
    });
    return undefined;
  }
  if (!(concepts as readonly string[]).includes(concept.name.text)) {
    report(ctx, concept.span, 'unknown-concept', {
      name: concept.name.text,
      suggestion: suggest(concept.name.text, concepts),
      known: concepts.join(', '),
    });
    return undefined;
  }
  return {
    kind: 'value',
    concept: concept.name.text,
    agent: agent === undefined ? undefined : sourceText(ctx, agent.span),
  };
}

function constantOf(ctx: Context, e: Expr): number | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  const constant = value.kind === 'scalar' ? ir.constantOf(value.e) : undefined;
  if (constant === undefined) report(ctx, e.span, 'not-constant', { what: 'What a quantity is compared with' });
  return constant;
}

function unknownProperty(ctx: Context, name: string, span: Expr['span']): void {
  const known = [...propertyNames, ...quantities];
  report(ctx, span, 'unknown-property', { name, suggestion: suggest(name, known), known: known.join(', ') });
}
