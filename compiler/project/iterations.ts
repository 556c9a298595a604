/** `solve ... for n iterations`: only methods that iterate can be cut short. */
import type { SolveDecl, Span } from '../../grammar/ast.ts';
import type { Concept } from '../../runtime/solvers/answer.ts';
import { mayIterate } from '../../runtime/solvers/iterating.ts';
import { isRegretMethod } from '../../runtime/solvers/regret-methods.ts';
import { concepts } from '../../runtime/solvers/table.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';

/** The number of iterations; undefined where none is given, or after a report. */
export function iterationsOf(ctx: Context, decl: SolveDecl, model: GameModel | undefined): number | undefined {
  const e = decl.iterations;
  if (e === undefined) return undefined;
  const value = elaborate(ctx, e);
  const count = value.kind === 'scalar' ? ir.constantOf(value.e) : undefined;
  const concept = concepts.find(one => one === decl.concept.text);
  const why = concept === undefined ? undefined : refusal(concept, decl.method?.text, model);
  if (why !== undefined) {
    const span = clauseSpan(ctx, decl.span, e.span);
    const expected =
      'a clause of methods that go over all states again and again: `value_iteration`, `shapley_iteration`, `hoffman_karp`, `cfr_plus` and its kin, `jesp`, `cross_entropy`, `mean_field` and `dynamics`';
    const fixes = [replaceFix('Remove the clause', ctx.file, span, '')];
    const remedy = `Remove \`${sourceText(ctx, span).trim()}\`.`;
    const at = { start: span.end - sourceText(ctx, span).trimStart().length, end: span.end };
    report(ctx, at, 'bad-setting', { name: 'for', expected, found: why, remedy }, { fixes });
    return undefined;
  }
  if (value.kind !== 'invalid' && !(count !== undefined && Number.isSafeInteger(count) && count >= 1))
    report(ctx, e.span, 'bad-setting', {
      name: 'for',
      expected: 'a whole number of iterations, at least 1',
      found: `\`${sourceText(ctx, e.span)}\``,
    });
  return count;
}

function refusal(concept: Concept, method: string | undefined, model: GameModel | undefined): string | undefined {
  if (!mayIterate(concept, method)) return `\`${method ?? concept}\``;
  // Regret minimisation iterates whatever the game.
  return model?.oneShot === true &&
    concept !== 'dynamics' &&
    concept !== 'mean_field' &&
    !(method !== undefined && isRegretMethod(method))
    ? `\`${method ?? concept}\` of a game of one step, which is solved at once`
    : undefined;
}

/** From the space before `for` to the end of `iterations`; the declaration gives only the place of the number. */
function clauseSpan(ctx: Context, whole: Span, number: Span): Span {
  const before = sourceText(ctx, { start: whole.start, end: number.start });
  const behind = sourceText(ctx, { start: number.end, end: whole.end });
  const start = before.search(/\s+for\b[\s(]*$/);
  const length = /^[\s)]*iterations\b/.exec(behind)?.[0].length ?? 0;
  return { start: start < 0 ? number.start : whole.start + start, end: number.end + length };
}
