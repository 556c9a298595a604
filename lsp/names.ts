/**
 * What the names of one file mean: every declaration with its scope, every use with what it refers to. Made from the tree alone, so it
 * is there while a program is wrong; uses that lead to other files or into games are settled by the project.
 */
import type { Sheet, Span } from './base.ts';
import { Walk } from './namesWalk.ts';

export type DeclKind =
  | 'game'
  | 'enum'
  | 'member'
  | 'record'
  | 'field'
  | 'constant'
  | 'function'
  | 'parameter'
  | 'agents'
  | 'index'
  | 'action'
  | 'state'
  | 'local'
  | 'binder'
  | 'training'
  | 'solve'
  | 'sweep'
  | 'mixer'
  | 'network';

export interface Decl {
  readonly kind: DeclKind;
  readonly name: string;
  readonly path: string;
  /** The name itself. */
  readonly span: Span;
  /** The whole declaration. */
  readonly extent: Span;
  readonly doc: string | undefined;
  /** How it is declared, on one line: `at: Cell[Player]`. */
  readonly written: string;
  /** The game, record, enum or function it belongs to. */
  readonly of: string | undefined;
  /** Fields, members or parameters. */
  readonly parts: readonly Decl[];
}

/** What a use refers to, as far as the file itself says. */
export type Target =
  | { readonly kind: 'decl'; readonly decl: Decl }
  /** Not declared in this file: imported, or nothing. */
  | { readonly kind: 'global' }
  /** Imported here from the library or from another file. */
  | { readonly kind: 'import'; readonly group: string }
  /** A name inside a game, seen from outside: an agent, a state variable. */
  | { readonly kind: 'inside'; readonly game: string }
  /** `name:` in the arguments of a game, mixer, network, layer or optimizer. */
  | { readonly kind: 'argument'; readonly of: string }
  /** `.row`, `with row = 1`; `of` names the enum where it is one. */
  | { readonly kind: 'field'; readonly object: Span; readonly of: string | undefined }
  | { readonly kind: 'setting'; readonly algorithm: string }
  | { readonly kind: 'algorithm' | 'concept' | 'method' | 'property' | 'claim' };

export interface Use {
  readonly name: string;
  readonly span: Span;
  readonly target: Target;
  /** It gets a new value here. */
  readonly writes: boolean;
}

/** Names that can be written somewhere; `names` win over `members` of any scope. */
export interface Scope {
  readonly span: Span;
  readonly outer: Scope | undefined;
  readonly names: Map<string, Decl>;
  readonly members: Map<string, Decl>;
  /** The game whose inside can be named here although it is declared elsewhere. */
  readonly inside: string | undefined;
}

export interface Names {
  readonly file: Scope;
  /** In order of the text. */
  readonly decls: readonly Decl[];
  readonly uses: readonly Use[];
  readonly scopes: readonly Scope[];
  /** The inside of each game by name. */
  readonly games: ReadonlyMap<string, Scope>;
  /** `game A = B(...)`: the games that names of A are found in. */
  readonly aliases: ReadonlyMap<string, string>;
}

const cache = new WeakMap<Sheet, Names>();

/** Made once per text. */
export function namesOf(sheet: Sheet): Names {
  const known = cache.get(sheet);
  if (known !== undefined) return known;
  const made = new Walk(sheet).run();
  cache.set(sheet, made);
  return made;
}

/** The innermost scope at an offset. */
export function scopeAt(names: Names, offset: number): Scope {
  let best = names.file;
  for (const scope of names.scopes)
    if (scope.span.start <= offset && offset <= scope.span.end && depth(scope) > depth(best)) best = scope;
  return best;
}

function depth(scope: Scope): number {
  let count = 0;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) count++;
  return count;
}

export function lookup(scope: Scope, name: string): Decl | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.members.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
