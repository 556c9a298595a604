/** All files a program reads, their imports resolved. */
import type { Declaration, ImportDecl, Setting, Span } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { Diagnostic, Host, Source } from '../api.ts';
import { type Reporter, replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';

export interface LoadedFile extends Source {
  /** Own declarations by name (trainings and named solves included). */
  readonly own: ReadonlyMap<string, Declaration>;
  /** Names brought in by imports, with the file that declares them. */
  readonly imported: Map<string, { readonly file: string; readonly declaration: Declaration }>;
}

export interface Project {
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly syntax: readonly Diagnostic[];
  /** Mixers of the library that trainings of the entry file have because they name none, by name. */
  readonly defaults: ReadonlyMap<string, { readonly file: string; readonly declaration: Declaration }>;
  /** Names in `std.mixers`. */
  libraryMixers(): readonly string[];
}

export function loadProject(host: Host, entry: string, reporter: Reporter): Project {
  const files = new Map<string, LoadedFile>();
  const syntax: Diagnostic[] = [];
  const loading: string[] = [];

  const load = (
    path: string,
    from: { readonly file: string; readonly span: Span } | undefined,
  ): LoadedFile | undefined => {
    const known = files.get(path);
    if (known !== undefined && !loading.includes(path)) return known;
    if (loading.includes(path)) {
      const circle = [...loading.slice(loading.indexOf(path)), path].join(' imports ');
      if (from !== undefined) reporter.report(from.file, from.span, 'import-cycle', { path: circle });
      return undefined;
    }
    const found = host.read(path);
    if ('error' in found) {
      const at = from ?? { file: path, span: { start: 0, end: 0 } };
      reporter.report(at.file, at.span, 'unreadable-file', { path, reason: found.error });
      return undefined;
    }
    const { ast, errors } = parse(found.text);
    for (const problem of errors) {
      syntax.push({
        code: problem.code,
        name: problem.name,
        severity: 'error',
        at: { file: path, span: problem.span },
        message: problem.message,
        remedy: problem.remedy,
        related: problem.related.map(r => ({ at: { file: path, span: r.span }, message: r.message })),
        fixes:
          problem.fix === undefined
            ? []
            : [{ title: problem.fix.title, edits: problem.fix.edits.map(edit => ({ file: path, ...edit })) }],
      });
    }
    const own = new Map<string, Declaration>();
    for (const declaration of ast.declarations) {
      const name = nameOf(declaration);
      if (name === undefined) continue;
      const before = own.get(name.text);
      if (before === undefined) own.set(name.text, declaration);
      else reporter.report(path, name.span, 'duplicate-name', { name: name.text, what: 'declaration' });
    }
    const file: LoadedFile = { path, text: found.text, ast, own, imported: new Map() };
    files.set(path, file);
    loading.push(path);
    for (const declaration of ast.declarations) if (declaration.kind === 'Import') resolveImport(file, declaration);
    loading.pop();
    return file;
  };

  const resolveImport = (file: LoadedFile, declaration: ImportDecl): void => {
    if ('file' in declaration.from) {
      const target = host.resolve(file.path, declaration.from.file);
      if ('error' in target) {
        reporter.report(file.path, declaration.from.fileSpan, 'import-not-found', {
          name: declaration.from.file,
          reason: target.error,
          suggestion: undefined,
        });
        return;
      }
      const loaded = load(target.path, { file: file.path, span: declaration.from.fileSpan });
      if (loaded === undefined) return;
      for (const [name, own] of loaded.own) bring(file, name, loaded.path, own, declaration.from.fileSpan);
      return;
    }
    const path = declaration.from.path;
    const wanted = declaration.names ?? path.slice(-1);
    const group = (declaration.names === undefined ? path.slice(0, -1) : path).map(name => name.text);
    if (group[0] !== 'std' || group.length !== 2) {
      const text = path.map(name => name.text).join('.');
      reporter.report(file.path, declaration.span, 'import-not-found', {
        name: text,
        reason: 'names are imported from the library as `std.games.Name`, files as `"./file.marl"`',
        suggestion: undefined,
      });
      return;
    }
    for (const name of wanted) {
      if (reporter.isFull) return;
      const target = host.library(group[1] as string, name.text);
      const loaded = target === undefined ? undefined : load(target, { file: file.path, span: name.span });
      const own = loaded?.own.get(name.text);
      if (loaded === undefined || own === undefined) {
        if (target !== undefined && loaded === undefined) continue;
        const suggestion = suggest(name.text, host.libraryNames(group[1] as string));
        const fixes =
          suggestion === undefined
            ? []
            : [replaceFix(`Replace by \`${suggestion}\``, file.path, name.span, suggestion)];
        reporter.report(
          file.path,
          name.span,
          'import-not-found',
          { name: name.text, reason: `there is no such name in \`std.${group[1]}\``, suggestion },
          { fixes },
        );
        continue;
      }
      bring(file, name.text, loaded.path, own, name.span);
    }
  };

  const bring = (file: LoadedFile, name: string, from: string, declaration: Declaration, span: Span): void => {
    const before = file.imported.get(name);
    if (file.own.has(name) || (before !== undefined && before.declaration !== declaration)) {
      reporter.report(file.path, span, 'duplicate-name', { name, what: 'declaration and an import' });
      return;
    }
    file.imported.set(name, { file: from, declaration });
  };

  load(entry, undefined);
  const defaults = new Map<string, { readonly file: string; readonly declaration: Declaration }>();
  for (const name of defaultMixers(files.get(entry)?.ast.declarations ?? [])) {
    const target = host.library('mixers', name);
    const loaded = target === undefined ? undefined : load(target, undefined);
    const declaration = loaded?.own.get(name);
    if (loaded !== undefined && declaration !== undefined) defaults.set(name, { file: loaded.path, declaration });
  }
  return { files, syntax, defaults, libraryMixers: () => host.libraryNames('mixers') };
}

function given(settings: readonly Setting[], name: string): boolean {
  return settings.some(setting => setting.name.text === name);
}

/** Mixers that algorithms have by default, where a training does not set one. */
function defaultMixers(declarations: readonly Declaration[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const declaration of declarations) {
    if (declaration.kind !== 'Train') continue;
    for (const clause of declaration.clauses) {
      if (clause.kind !== 'Algorithm') continue;
      for (const doc of algorithmNamed(clause.name.text)?.settings ?? [])
        if (doc.type === 'mixer' && typeof doc.default === 'string' && !given(clause.settings, doc.name))
          names.add(doc.default);
    }
  }
  return names;
}

export function nameOf(declaration: Declaration): { readonly text: string; readonly span: Span } | undefined {
  switch (declaration.kind) {
    case 'Import':
    case 'Assert':
      return undefined;
    default:
      return declaration.name;
  }
}
