/** Values written outside the program, such as `--set size=5`: which parameter they mean, and what they are. */
import type { GameRef, Param, Span } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { Reporter } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import type { Argument } from '../elaborate/params.ts';
import { resolveType } from '../elaborate/typeexpr.ts';
import { type Found, findGame, type GameLike, repetitionNames, type Workspace, workspace } from './instance.ts';

/** A parameter that can be set: of the game itself, or of one inside it. */
interface Slot {
  readonly name: string;
  /** `Base`, `repeated(Base)`: whose parameter it is. */
  readonly of: string;
  /** Undefined for the numbers of `repeated`. */
  readonly param: Param | undefined;
  /** Where the parameter is declared, or the repetition stands. */
  readonly file: string;
  readonly span: Span;
  /** The use of the game that takes the value; undefined for the game itself. */
  readonly ref: GameRef | undefined;
}

/**
 * The arguments of the game itself; those of games inside it are kept in `space.inner`. A name that the game does not have means that of the
 * game it is made of (`game A = B`, `repeated(B, ...)`), the outermost first; one that may mean a number of `repeated` or a parameter
 * is refused. Undefined after a problem was reported.
 *
 * @param target a declared game, or the reference (in `file`) to one that has no name of its own
 */
export function outsideArguments(
  space: Workspace,
  file: string,
  target: Found | GameRef,
  overrides: ReadonlyMap<string, string>,
): ReadonlyMap<string, Argument> | undefined {
  const slots = 'decl' in target ? slotsOf(space, target, undefined, []) : slotsIn(space, file, target, []);
  const own = new Map<string, Argument>();
  for (const [name, text] of overrides) {
    const matching = slots.filter(slot => slot.name === name);
    const [slot] = matching;
    const mixed = matching.some(one => (one.param === undefined) !== (slot?.param === undefined));
    if (slot === undefined || (mixed && slot.ref !== undefined)) {
      unknown(space, file, target, name, slots);
      return undefined;
    }
    const argument = read(space, slot, text);
    if (argument === undefined) return undefined;
    if (slot.ref === undefined) {
      own.set(name, argument);
      continue;
    }
    const inner = space.inner.get(slot.ref) ?? new Map<string, Argument>();
    inner.set(name, argument);
    space.inner.set(slot.ref, inner);
  }
  return own;
}

/** Parameters of a game and of those it is made of, from the outside in. */
function slotsOf(
  space: Workspace,
  { decl, file }: Found,
  ref: GameRef | undefined,
  path: readonly GameLike[],
): readonly Slot[] {
  if (path.includes(decl)) return [];
  const own = decl.params.map(param => ({
    name: param.name.text,
    of: decl.name.text,
    param,
    file,
    span: param.span,
    ref,
  }));
  return decl.kind === 'Game' ? own : [...own, ...slotsIn(space, file, decl.of, [...path, decl])];
}

function slotsIn(space: Workspace, file: string, ref: GameRef, path: readonly GameLike[]): readonly Slot[] {
  if (ref.base !== undefined) {
    const of = `repeated(${baseName(ref.base)})`;
    const numbers = repetitionNames.map(name => ({ name, of, param: undefined, file, span: ref.span, ref }));
    return [...numbers, ...slotsIn(space, file, ref.base, path)];
  }
  const found = findGame(space.project, file, ref.path.at(-1)?.text ?? '');
  return found === undefined ? [] : slotsOf(space, found, ref, path);
}

function baseName(ref: GameRef): string {
  return ref.base === undefined ? (ref.path.at(-1)?.text ?? '') : `repeated(${baseName(ref.base)})`;
}

/** No such parameter, or more than one: says what can be set. */
function unknown(space: Workspace, file: string, target: Found | GameRef, name: string, slots: readonly Slot[]): void {
  const declared = 'decl' in target;
  const of = declared ? target.decl.name.text : baseName(target);
  const shown = slots.map(slot => (slot.of === of && declared ? slot.name : `${slot.name} of ${slot.of}`));
  const suggestion = suggest(
    name,
    slots.map(slot => slot.name).filter(known => known !== name),
  );
  // The name stands outside of the file, so there is nothing in it to edit.
  const problem = { name, of, suggestion, known: shown.join(', ') };
  const ctx = space.scopes.context(declared ? target.file : file);
  report(ctx, declared ? target.decl.name.span : target.span, 'unknown-argument', problem, { fixes: [] });
}

function read(space: Workspace, { name, param, file, span }: Slot, text: string): Argument | undefined {
  const refuse = (type: string): undefined => {
    report(space.scopes.context(file), span, 'parameter-out-of-range', { name, type, value: `\`${text}\`` });
    return undefined;
  };
  const parsed = parse(`let value = ${text}`);
  const only = parsed.ast.declarations[0];
  if (parsed.errors.length > 0 || parsed.ast.declarations.length !== 1 || only?.kind !== 'Const')
    return refuse('a value of the language');
  // Positions inside the given text mean nothing in the file, so its own problems are reported as one.
  const probe = new Reporter();
  const inner = workspace(space.project, probe).scopes.context(file);
  const type = param === undefined ? undefined : resolveType(inner, param.type);
  const value = elaborate({ ...inner, phase: 'constant' }, only.value, type);
  if (value.kind === 'invalid' || probe.hasErrors)
    return refuse(param === undefined ? 'a number' : sourceText(inner, param.type.span));
  return { value, at: undefined };
}
