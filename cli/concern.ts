/** Which problems of a file concern the game, solve or training that was asked for. */
import type { Diagnostic, Program } from '../compiler/api.ts';
import type { Declaration, GameRef, Span } from '../grammar/ast.ts';
import type { Opened } from './open.ts';
import type { Reply } from './reply.ts';
import { counted, quoted } from './text.ts';

/** Declarations that stand for themselves: a warning in one says nothing about the others. */
type Own = Extract<Declaration, { kind: 'Game' | 'GameAlias' | 'Solve' | 'Train' | 'Sweep' | 'Assert' }>;

/**
 * Shows the warnings that concern the chosen items, and how many others there are.
 *
 * @param chosen what was asked for: a game, training or sweep by its name, solves (which need none) by their place in the entry file
 */
export function showConcerning(
  reply: Reply,
  opened: Opened,
  chosen: { readonly name?: string; readonly solves?: readonly Span[] },
): void {
  const { program } = opened;
  const wanted = reach(program, chosen);
  const concerning = program.diagnostics.filter(d => concerns(program, d, wanted));
  reply.show(concerning, program.sources);
  const others = program.diagnostics.filter(d => d.severity !== 'info' && !concerning.includes(d));
  sayOthers(reply, opened.file, others.length, others.some(d => d.severity === 'error') ? 'problem' : 'warning');
}

/** Verbs that need one item of a file, and what that is made of. */
const needOne: ReadonlySet<string> = new Set(['train', 'solve', 'info', 'simulate', 'play']);

/**
 * Do the errors of a program keep a verb from the item that was named? Not those inside another declaration that stands for itself;
 * an error of form may have hidden what comes behind it.
 */
export function blocks(program: Program, verb: string, name: string | undefined): boolean {
  const errors = program.diagnostics.filter(d => d.severity === 'error');
  if (errors.length === 0) return false;
  if (name === undefined || !needOne.has(verb) || errors.some(d => d.code.startsWith('M01'))) return true;
  const wanted = new Set(reach(program, { name }));
  if (wanted.size === 0) return true;
  // `marl solve FILE:Game` means all that is asked of the game.
  if (verb === 'solve')
    for (const declaration of program.sources.get(program.entry)?.ast.declarations ?? [])
      if (declaration.kind === 'Solve' && gameName(declaration.of) === name) wanted.add(declaration);
  return errors.some(d => concerns(program, d, wanted));
}

/** `3 more warnings: marl check game.marl` */
export function sayOthers(reply: Reply, file: string, count: number, noun: 'warning' | 'problem' = 'warning'): void {
  if (count > 0) reply.note(`${counted(count, `more ${noun}`)}: marl check ${quoted(file)}`);
}

/** What is shared (types, functions, constants) concerns everybody. */
function concerns(program: Program, { at }: Diagnostic, wanted: ReadonlySet<Own>): boolean {
  const declarations = program.sources.get(at.file)?.ast.declarations ?? [];
  const around = declarations.find(({ span }) => span.start <= at.span.start && at.span.end <= span.end);
  return around === undefined || !isOwn(around) || wanted.has(around);
}

/** The chosen declarations, those they are made of (a sweep's training, its game, what that is another name of), in all files. */
function reach(
  program: Program,
  chosen: { readonly name?: string; readonly solves?: readonly Span[] },
): ReadonlySet<Own> {
  const all = [...program.sources.values()].flatMap(source => source.ast.declarations.filter(isOwn));
  const found = new Set<Own>();
  const names = chosen.name === undefined ? [] : [chosen.name];
  const add = (declaration: Own): void => {
    if (found.has(declaration)) return;
    found.add(declaration);
    if (declaration.kind === 'Sweep') names.push(declaration.of.text);
    else if (declaration.kind !== 'Game' && declaration.of !== undefined) names.push(gameName(declaration.of));
  };
  const entry = program.sources.get(program.entry)?.ast.declarations ?? [];
  for (const span of chosen.solves ?? [])
    for (const declaration of entry)
      if (declaration.kind === 'Solve' && declaration.span.start === span.start) add(declaration);
  for (let name = names.pop(); name !== undefined; name = names.pop())
    for (const declaration of all) if (nameOf(declaration) === name) add(declaration);
  // What is claimed of a chosen game from outside concerns it.
  for (const declaration of all)
    if (declaration.kind === 'Assert' && declaration.of !== undefined && namesOf(found).has(gameName(declaration.of)))
      found.add(declaration);
  return found;
}

function nameOf(declaration: Own): string | undefined {
  return declaration.kind === 'Assert' ? undefined : declaration.name?.text;
}

function namesOf(declarations: ReadonlySet<Own>): ReadonlySet<string> {
  return new Set([...declarations].flatMap(d => (d.kind === 'Game' || d.kind === 'GameAlias' ? [d.name.text] : [])));
}

function gameName(ref: GameRef): string {
  return ref.base === undefined ? (ref.path.at(-1)?.text ?? '') : gameName(ref.base);
}

function isOwn(declaration: Declaration): declaration is Own {
  return declaration.kind in own;
}

const own: Readonly<Record<Own['kind'], true>> = {
  Game: true,
  GameAlias: true,
  Solve: true,
  Train: true,
  Sweep: true,
  Assert: true,
};
