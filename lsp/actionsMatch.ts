/** The code action that adds the arms a `match` lacks. */
import type { Diagnostic } from '../compiler/api.ts';
import type { Declaration, MatchExpr, Pattern } from '../grammar/ast.ts';
import { type Action, around, indentOf, insertion } from './actionsBase.ts';
import type { Sheet } from './base.ts';
import { type Decl, lookup, namesOf, scopeAt } from './names.ts';
import type { Project } from './project.ts';

/** Arms written out at most; above that, one arm for the rest is offered. */
const mostArms = 24;

/** A value of the subject: the pattern of it, or one for each part of a tuple. */
type Case = string | readonly Case[];

export function missingArms(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
  diagnostics: readonly Diagnostic[],
): readonly Action[] {
  const match = around<MatchExpr>(declaration, 'Match', offset).at(-1);
  if (match === undefined || match.arms.some(arm => arm.patterns.some(one => one.kind === 'Wildcard'))) return [];
  const patterns = match.arms.flatMap(arm => arm.patterns);
  const domain = casesOf(project, sheet, match, patterns);
  const missing = domain?.filter(one => !patterns.some(pattern => covers(sheet, pattern, one)));
  if (missing !== undefined && missing.length > 0 && missing.length <= mostArms) {
    const title =
      missing.length === 1 ? `Add the missing arm ${written(missing[0]!)}` : `Add ${missing.length} missing arms`;
    return [insertion(title, sheet, ...newArms(sheet, match, missing.map(written)))];
  }
  // What cannot be listed here the compiler has found to be missing.
  const incomplete = diagnostics.some(
    ({ name, at }) => name === 'match-incomplete' && at.span.start === match.span.start,
  );
  if (!incomplete || missing?.length === 0) return [];
  return [insertion('Add an arm for the rest', sheet, ...newArms(sheet, match, ['_']))];
}

/** Where new arms go and their text, in the manner of those that are there; each has the value of the last. */
function newArms(sheet: Sheet, match: MatchExpr, patterns: readonly string[]): readonly [number, string] {
  const last = match.arms.at(-1);
  const value = last === undefined ? '0' : sheet.slice(last.value.span);
  const inLine = last === undefined || !sheet.slice({ start: match.span.start, end: last.span.start }).includes('\n');
  const indent = indentOf(sheet, last?.span.start ?? match.span.start);
  const arms = patterns.map(one => (inLine ? ` ${one} => ${value} ` : `\n${indent}${one} => ${value}`));
  return [last?.span.end ?? match.span.end - 1, arms.join('')];
}

function written(one: Case): string {
  return typeof one === 'string' ? one : `(${one.map(written).join(', ')})`;
}

function covers(sheet: Sheet, pattern: Pattern, one: Case): boolean {
  switch (pattern.kind) {
    case 'Wildcard':
      return true;
    case 'NamePattern':
      return pattern.name.text === one;
    case 'LiteralPattern':
      return sheet.slice(pattern.value.span).replaceAll('_', '') === one;
    case 'RangePattern': {
      const [low, high] = [Number(sheet.slice(pattern.low.span)), Number(sheet.slice(pattern.high.span))];
      return typeof one === 'string' && low <= Number(one) && Number(one) <= high;
    }
    case 'TuplePattern':
      return typeof one !== 'string' && pattern.items.every((item, k) => covers(sheet, item, one[k] ?? ''));
  }
}

// ---------------------------------------------------------------------------------------------- all values of the subject

/** Every value that the subject can have; undefined where that cannot be listed. */
function casesOf(
  project: Project,
  sheet: Sheet,
  match: MatchExpr,
  patterns: readonly Pattern[],
): readonly Case[] | undefined {
  const type = project.typeAt(sheet, match.subject.span);
  const byType = type === undefined ? undefined : ofType(project, sheet, type, match.span.start);
  return byType ?? likePatterns(project, sheet, patterns);
}

/** The values of a type as the compiler names it. */
function ofType(project: Project, sheet: Sheet, type: string, offset: number): readonly Case[] | undefined {
  if (type === 'bool') return ['true', 'false'];
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(type);
  if (range !== null) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    return high - low < 200 ? Array.from({ length: high - low + 1 }, (_, k) => String(low + k)) : undefined;
  }
  const items = partsOf(type);
  if (items !== undefined) return product(items.map(item => ofType(project, sheet, item, offset)));
  const decl = lookup(scopeAt(namesOf(sheet), offset), type) ?? project.global(sheet, type);
  return decl?.kind === 'enum' ? decl.parts.map(part => part.name) : undefined;
}

/** The items of a written tuple type; undefined where it is none. */
function partsOf(type: string): readonly string[] | undefined {
  if (!type.startsWith('(') || !type.endsWith(')')) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  for (let k = 1; k < type.length; k++) {
    const sign = type[k] as string;
    if ('([<'.includes(sign)) depth++;
    const end = depth === 0 && (sign === ',' || k === type.length - 1);
    if (')]>'.includes(sign) && !end) depth--;
    // A bracket that closes before the end: `(0..3)[Player]` is an array.
    if (depth < 0) return undefined;
    if (!end) continue;
    parts.push(type.slice(from, k).trim());
    from = k + 1;
  }
  return parts.length < 2 ? undefined : parts;
}

/** Every combination; undefined where a part cannot be listed, or where there are too many. */
function product(parts: readonly (readonly Case[] | undefined)[]): readonly Case[] | undefined {
  let made: readonly (readonly Case[])[] = [[]];
  for (const part of parts) {
    if (part === undefined || made.length * part.length > 400) return undefined;
    made = made.flatMap(before => part.map(one => [...before, one]));
  }
  return made;
}

/** The set that the first pattern belongs to; what each place of tuples ranges over, likewise. */
function likePatterns(project: Project, sheet: Sheet, patterns: readonly Pattern[]): readonly Case[] | undefined {
  const [first] = patterns;
  if (first === undefined) return undefined;
  if (first.kind === 'TuplePattern')
    return product(
      first.items.map((_, k) =>
        likePatterns(
          project,
          sheet,
          patterns.flatMap(one => (one.kind === 'TuplePattern' ? (one.items[k] ?? []) : [])),
        ),
      ),
    );
  if (first.kind === 'Wildcard') return likePatterns(project, sheet, patterns.slice(1));
  if (first.kind === 'LiteralPattern') return first.value.kind === 'Bool' ? ['true', 'false'] : undefined;
  if (first.kind !== 'NamePattern') return undefined;
  const decl = project.at(sheet, first.name.span.start)?.decl;
  return decl === undefined ? undefined : besides(project, decl);
}

/** What is declared in one set with a member: an enum, or the actions of an agent. */
function besides(project: Project, decl: Decl): readonly string[] | undefined {
  const home = project.sheet(decl.path);
  if (home === undefined) return undefined;
  const { decls } = namesOf(home);
  if (decl.kind === 'action') return decls.filter(one => one.kind === 'action' && one.of === decl.of).map(d => d.name);
  const owner = decls.find(one => one.kind === 'enum' && one.parts.includes(decl));
  return owner?.parts.map(part => part.name);
}
