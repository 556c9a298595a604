/** Binders without a type stand for every agent (every name of an enum): a misspelt one must not become a binder silently. */
import type { Binder, ObservePart } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { editDistance } from '../diagnostics/suggest.ts';
import { references } from '../strict/tree.ts';
import { type Context, report } from './context.ts';
import type { Type } from './types.ts';

const startsUpper = (name: string): boolean => /^[A-Z]/.test(name);

/**
 * Refuses a binder without a type whose name is meant for an agent: one that begins with an upper-case letter as all classes do, or that
 * is nearly the name of a class. Where there is one class, the binder could mean nothing else.
 *
 * @returns false where it was refused
 */
export function isVariable(ctx: Context, binder: Binder): boolean {
  const { classes } = ctx.build;
  return binder.type !== undefined || isNoneOf(ctx, binder.name, classes, 'single agent', 'p: agents');
}

/** The same for the bare name in `next at[p] = ...`, which runs over the whole index, agents or names of an enum. */
export function isIndexVariable(ctx: Context, name: Binder['name'], key: Type): boolean {
  if (key.kind === 'agent') return isNoneOf(ctx, name, ctx.build.classes, 'single agent', `p: ${key.name}`);
  if (key.kind === 'enum') return isNoneOf(ctx, name, key.members, `member of ${key.name}`, `k: ${key.name}`);
  return true;
}

function isNoneOf(
  ctx: Context,
  { text, span }: Binder['name'],
  classes: readonly string[],
  what: string,
  all: string,
): boolean {
  if (classes.length < 2) return true;
  const exact = classes.includes(text);
  const upper = startsUpper(text) && classes.every(startsUpper);
  const suggestion = exact ? `p: ${text}` : near(text, classes, upper);
  if (!exact && !upper && suggestion === undefined) return true;
  const fixes =
    suggestion === undefined || exact ? [] : [replaceFix(`Write \`${suggestion}\``, ctx.file, span, suggestion)];
  const known = `${classes.join(', ')}, and \`${all}\` for all`;
  report(ctx, span, 'unknown-name', { name: text, what, suggestion, known }, { fixes });
  return false;
}

/** The class that was most likely meant. Lower-case names are variables unless they are very near: `self` is no `Wolf`. */
function near(name: string, classes: readonly string[], upper: boolean): string | undefined {
  const lower = name.toLowerCase();
  const tight = name.length <= 2 ? -1 : name.length === 3 ? 0 : name.length <= 6 ? 1 : 2;
  let limit = upper ? Math.max(1, tight + 1) : tight;
  let best: string | undefined;
  for (const candidate of classes) {
    const distance = editDistance(lower, candidate.toLowerCase(), limit);
    if (distance > limit || distance >= Math.max(name.length, 1)) continue;
    best = candidate;
    limit = distance - 1;
  }
  return best;
}

/** Warns where a clause has a binder for every agent and does not use it: it may have been meant for one of them. One letter is a variable. */
export function warnForAll(ctx: Context, binder: Binder | undefined, parts: readonly ObservePart[]): void {
  if (binder === undefined || binder.type !== undefined || ctx.build.classes.length < 2) return;
  const { text, span } = binder.name;
  if (
    text.length === 1 ||
    text.startsWith('_') ||
    ctx.scope.lookup(text)?.kind === 'type' ||
    references(parts).has(text)
  )
    return;
  const fixes = [replaceFix('Say that it is for all agents', ctx.file, binder.span, `${text}: agents`)];
  report(ctx, span, 'for-all', { name: text, classes: ctx.build.classes.slice(0, 8).join(', ') }, { fixes });
}
