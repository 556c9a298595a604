/** All files that the editor knows: open ones as they are typed, others as the host reads them; and what names mean across them. */
import type { Declaration, ImportDecl } from '../grammar/ast.ts';
import { type Desk, type LibraryHost, type Place, Sheet, type Span } from './base.ts';
import type { Insight } from './insight.ts';
import { type Decl, lookup, type Names, namesOf, type Scope, type Use } from './names.ts';
import { type LastRun, meaning, type SolveAnswer } from './results.ts';

export class Project {
  readonly desk: Desk;
  readonly #open = new Map<string, Sheet>();
  readonly #read = new Map<string, Sheet | undefined>();
  readonly #hosts = new Map<string, LibraryHost>();
  readonly #insights = new Map<string, Insight>();
  readonly #answers = new Map<string, { readonly said: string; readonly answers: readonly SolveAnswer[] }>();
  readonly #folders: string[] = [];
  #programs: readonly string[] | undefined;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  // -------------------------------------------------------------------------------------------- files

  /** Sets the text of an open file. */
  put(path: string, text: string): Sheet {
    const sheet = new Sheet(path, text);
    this.#open.set(path, sheet);
    return sheet;
  }

  close(path: string): void {
    this.#open.delete(path);
    this.#insights.delete(path);
    this.#answers.delete(path);
    this.#hosts.delete(path);
    this.forget();
  }

  /** Files on disk may have changed. */
  forget(): void {
    this.#read.clear();
    this.#programs = undefined;
  }

  addFolder(folder: string): void {
    if (!this.#folders.includes(folder)) this.#folders.push(folder);
    this.#programs = undefined;
  }

  removeFolder(folder: string): void {
    const at = this.#folders.indexOf(folder);
    if (at >= 0) this.#folders.splice(at, 1);
    this.#programs = undefined;
  }

  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  get openPaths(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** A file as it stands; undefined where it cannot be read. */
  sheet(path: string, from = path): Sheet | undefined {
    const open = this.#open.get(path);
    if (open !== undefined) return open;
    if (this.#read.has(path)) return this.#read.get(path);
    const read = this.host(from).read(path);
    const sheet = 'text' in read ? new Sheet(path, read.text) : undefined;
    this.#read.set(path, sheet);
    return sheet;
  }

  /** How imports of a file are found. */
  host(path: string): LibraryHost {
    const known = this.#hosts.get(path);
    if (known !== undefined) return known;
    const host = this.desk.host(path);
    this.#hosts.set(path, host);
    return host;
  }

  /** Every program of the opened folders, and all open files. */
  sheets(): readonly Sheet[] {
    this.#programs ??= [...new Set(this.#folders.flatMap(folder => this.desk.programs(folder)))];
    const paths = new Set([...this.#open.keys(), ...this.#programs]);
    return [...paths].flatMap(path => this.sheet(path) ?? []);
  }

  /** May a file be changed from here? Library files only where they are part of an opened folder. */
  owns(path: string): boolean {
    return (
      !this.desk.isLibrary(path) ||
      this.#open.has(path) ||
      this.#folders.some(folder => path.startsWith(folder) && /[\\/]/.test(path[folder.length] ?? ''))
    );
  }

  // -------------------------------------------------------------------------------------------- what the analysis found

  learn(path: string, insight: Insight): void {
    this.#insights.set(path, insight);
  }

  /** What the last finished analysis says of a file; its places are those of the text it was made of. */
  insight(path: string): Insight | undefined {
    return this.#insights.get(path);
  }

  /** Answers of solvers to the text as it stands. */
  learnAnswers(sheet: Sheet, answers: readonly SolveAnswer[]): void {
    const said = meaning(sheet);
    const before = this.#answers.get(sheet.path);
    const kept = before?.said === said ? before.answers.filter(old => !answers.some(one => one.of === old.of)) : [];
    this.#answers.set(sheet.path, { said, answers: [...kept, ...answers] });
  }

  /** What an open file imports was edited. */
  forgetAnswers(path: string): void {
    this.#answers.delete(path);
  }

  /** The answer to a `solve`, or about a game, while the program says what it said then. */
  answer(sheet: Sheet, name: string): SolveAnswer | undefined {
    const known = this.#answers.get(sheet.path);
    const found = known?.answers.find(one => one.of === name);
    return found !== undefined && known?.said === meaning(sheet) ? found : undefined;
  }

  /** How the last training of this name ended, and whether the program was the same. */
  lastRun(sheet: Sheet, train: string): (LastRun & { readonly same: boolean }) | undefined {
    const run = this.desk.lastRun(sheet.path, train, this.#folders);
    if (run === undefined) return undefined;
    return { ...run, same: run.text === sheet.text || meaning(new Sheet(sheet.path, run.text)) === meaning(sheet) };
  }

  /** The type of the expression at just this place, where the text has not changed since. */
  typeAt(sheet: Sheet, span: Span): string | undefined {
    const insight = this.#insights.get(sheet.path);
    return insight?.text === sheet.text ? insight.types.get(`${span.start} ${span.end}`) : undefined;
  }

  // -------------------------------------------------------------------------------------------- names

  /** The file that an import reads, for each name it brings; all names of the file where it names none. */
  imported(
    sheet: Sheet,
    declaration: ImportDecl,
  ): readonly { readonly sheet: Sheet; readonly name: string | undefined }[] {
    const host = this.host(sheet.path);
    if ('file' in declaration.from) {
      const found = host.resolve(sheet.path, declaration.from.file);
      const target = 'path' in found ? this.sheet(this.canonical(found.path), sheet.path) : undefined;
      return target === undefined ? [] : [{ sheet: target, name: undefined }];
    }
    const { path } = declaration.from;
    const group = (declaration.names === undefined ? path.slice(0, -1) : path).at(-1)?.text ?? '';
    return (declaration.names ?? path.slice(-1)).flatMap(name => {
      const target = this.#library(sheet, group, name.text);
      return target === undefined ? [] : [{ sheet: target, name: name.text }];
    });
  }

  #library(sheet: Sheet, group: string, name: string): Sheet | undefined {
    const path = this.host(sheet.path).library(group, name);
    return path === undefined ? undefined : this.sheet(this.canonical(path), sheet.path);
  }

  /** A declaration of the library, whether it is imported or not. */
  libraryDecl(sheet: Sheet, group: string, name: string): Decl | undefined {
    const other = this.#library(sheet, group, name);
    return other === undefined ? undefined : namesOf(other).file.names.get(name);
  }

  /** The one path of a file. */
  canonical(path: string): string {
    return this.#open.has(path) ? path : this.desk.same(path);
  }

  /** A name at the top of a file: its own declaration, or one that it imports. */
  global(sheet: Sheet, name: string): Decl | undefined {
    const own = lookup(namesOf(sheet).file, name);
    if (own !== undefined) return own;
    for (const declaration of sheet.ast.declarations) {
      if (declaration.kind !== 'Import') continue;
      for (const one of this.imported(sheet, declaration)) {
        if (one.name !== undefined && one.name !== name) {
          const members = memberOf(namesOf(one.sheet), one.name, name);
          if (members !== undefined) return members;
          continue;
        }
        const found = lookup(namesOf(one.sheet).file, name);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Every name that imports bring into a file. */
  importedNames(sheet: Sheet): readonly Decl[] {
    return sheet.ast.declarations.flatMap(declaration =>
      declaration.kind !== 'Import'
        ? []
        : this.imported(sheet, declaration).flatMap(({ sheet: other, name }) => {
            const { file } = namesOf(other);
            if (name === undefined) return [...file.names.values(), ...file.members.values()];
            const decl = file.names.get(name);
            return decl === undefined ? [] : decl.kind === 'enum' ? [decl, ...decl.parts] : [decl];
          }),
    );
  }

  /** The inside of a game by name, as seen from a file; aliases and imports are followed. */
  inside(sheet: Sheet, game: string, depth = 0): { readonly sheet: Sheet; readonly scope: Scope } | undefined {
    if (depth > 20) return undefined;
    const decl = this.global(sheet, game);
    if (decl?.kind !== 'game') return undefined;
    const home = this.sheet(decl.path, sheet.path);
    if (home === undefined) return undefined;
    const names = namesOf(home);
    const alias = names.aliases.get(decl.name);
    if (alias !== undefined) return this.inside(home, alias, depth + 1);
    const scope = names.games.get(decl.name);
    return scope === undefined ? undefined : { sheet: home, scope };
  }

  /** What a use means, wherever that is declared. */
  resolve(sheet: Sheet, use: Use): Decl | undefined {
    const { target } = use;
    switch (target.kind) {
      case 'decl':
        return target.decl;
      case 'global':
        return this.global(sheet, use.name);
      case 'import': {
        const other = this.#library(sheet, target.group, use.name);
        return other === undefined ? undefined : lookup(namesOf(other).file, use.name);
      }
      case 'inside': {
        const found = this.inside(sheet, target.game);
        return (found === undefined ? undefined : lookup(found.scope, use.name)) ?? this.global(sheet, use.name);
      }
      case 'argument':
        return this.#argument(sheet, target.of, use.name, use.span.start);
      case 'field':
        return this.#field(sheet, use, target);
      default:
        return undefined;
    }
  }

  #argument(sheet: Sheet, of: string, name: string, offset: number): Decl | undefined {
    const names = namesOf(sheet);
    const scoped = names.scopes
      .filter(scope => scope.span.start <= offset && offset <= scope.span.end)
      .flatMap(scope => scope.names.get(of) ?? []);
    const owner = scoped.at(-1) ?? this.global(sheet, of);
    const own = owner?.parts.find(part => part.name === name);
    if (own !== undefined || owner === undefined) return own;
    const home = this.sheet(owner.path, sheet.path);
    const alias = home === undefined ? undefined : namesOf(home).aliases.get(of);
    return alias === undefined || home === undefined || alias === of
      ? undefined
      : this.global(home, alias)?.parts.find(p => p.name === name);
  }

  /** A field by the type of its object, else the one field of that name there is in sight. */
  #field(sheet: Sheet, use: Use, target: Extract<Use['target'], { kind: 'field' }>): Decl | undefined {
    const decls = [...namesOf(sheet).decls, ...this.importedNames(sheet).flatMap(decl => [decl, ...decl.parts])];
    const type = target.of ?? this.typeAt(sheet, target.object);
    if (type !== undefined) {
      const owners = decls.filter(decl => (decl.kind === 'record' || decl.kind === 'enum') && decl.name === type);
      const near = nearest(owners, use.span.start, namesOf(sheet));
      const part = near?.parts.find(one => one.name === use.name);
      if (part !== undefined) return part;
    }
    const fields = decls.filter(decl => decl.kind === 'field' && decl.name === use.name);
    return nearest(fields, use.span.start, namesOf(sheet));
  }

  /** What is declared beside a field in the same record. */
  siblings(sheet: Sheet, decl: Decl): readonly Decl[] {
    const home = this.sheet(decl.path, sheet.path);
    const owner =
      home === undefined
        ? undefined
        : namesOf(home).decls.find(one => one.parts.some(p => p.span.start === decl.span.start));
    return owner?.parts.filter(part => part.span.start !== decl.span.start) ?? [];
  }

  /** What stands at an offset: the declaration it means, with the stretch of the name. */
  at(
    sheet: Sheet,
    offset: number,
  ): { readonly decl: Decl | undefined; readonly use: Use | undefined; readonly span: Span } | undefined {
    const names = namesOf(sheet);
    const use = names.uses.find(({ span }) => span.start <= offset && offset <= span.end);
    if (use !== undefined) return { decl: this.resolve(sheet, use), use, span: use.span };
    const decl = names.decls.find(({ span }) => span.start <= offset && offset <= span.end && span.end > span.start);
    return decl === undefined ? undefined : { decl, use: undefined, span: decl.span };
  }

  /** Every place where a declaration is named, itself first. */
  occurrences(decl: Decl, only?: Sheet): readonly (Place & { readonly writes: boolean; readonly declares: boolean })[] {
    const found: (Place & { readonly writes: boolean; readonly declares: boolean })[] = [];
    const home = this.sheet(decl.path);
    const others =
      only === undefined
        ? this.sheets().filter(sheet => sheet.path !== decl.path)
        : only.path === decl.path
          ? []
          : [only];
    if (only === undefined || only.path === decl.path)
      found.push({ path: decl.path, span: decl.span, writes: true, declares: true });
    for (const sheet of [...(home === undefined || (only !== undefined && only !== home) ? [] : [home]), ...others]) {
      if (!sheet.text.includes(decl.name)) continue;
      for (const use of namesOf(sheet).uses) {
        if (use.name !== decl.name) continue;
        const meant = this.resolve(sheet, use);
        if (meant !== undefined && meant.path === decl.path && meant.span.start === decl.span.start)
          found.push({ path: sheet.path, span: use.span, writes: use.writes, declares: false });
      }
    }
    return found;
  }
}

/** A member of an enum that an import names. */
function memberOf(names: Names, imported: string, name: string): Decl | undefined {
  const decl = names.file.names.get(imported);
  return decl?.kind === 'enum' ? decl.parts.find(part => part.name === name) : undefined;
}

/** Of several, the one declared in the same game as the offset. */
function nearest(decls: readonly Decl[], offset: number, names: Names): Decl | undefined {
  const games = [...names.games.values()].filter(({ span }) => span.start <= offset && offset <= span.end);
  const inside = decls.find(decl =>
    games.some(({ span }) => span.start <= decl.span.start && decl.span.end <= span.end),
  );
  return inside ?? decls.find(decl => decl.of === undefined) ?? (decls.length === 1 ? decls[0] : decls.at(-1));
}

/** The declaration of the tree that holds an offset. */
export function declarationAt(sheet: Sheet, offset: number): Declaration | undefined {
  return sheet.ast.declarations.find(({ span }) => span.start <= offset && offset <= span.end);
}
