/** The networks and mixers that a file can name: its own, those it imports, and the library's where an algorithm asks for one. */
import type { Declaration, MixerDecl, Span } from '../../grammar/ast.ts';
import type { Fix } from '../api.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { FoundNetwork, Networks } from '../networks/base.ts';
import type { Workspace } from './instance.ts';

/** A `mixer` declaration; `ctx` gives the names of its file. */
export interface FoundMixer {
  readonly decl: MixerDecl;
  readonly ctx: Context;
}

export interface Declared extends Networks {
  mixer(name: string): FoundMixer | undefined;
  readonly mixerNames: readonly string[];
  /** The mixer that an algorithm has where nothing is said. */
  libraryMixer(name: string): FoundMixer | undefined;
  /** Names that `import std.mixers.NAME` would bring. */
  readonly importable: readonly string[];
}

export function declaredIn(space: Workspace, file: string): Declared {
  const source = space.project.files.get(file);
  const find = (name: string): { readonly declaration: Declaration; readonly file: string } | undefined => {
    const own = source?.own.get(name);
    return own === undefined ? source?.imported.get(name) : { declaration: own, file };
  };
  const names = (kind: Declaration['kind']): readonly string[] => [
    ...[...(source?.own ?? [])].flatMap(([name, one]) => (one.kind === kind ? [name] : [])),
    ...[...(source?.imported ?? [])].flatMap(([name, one]) => (one.declaration.kind === kind ? [name] : [])),
  ];
  return {
    network(name) {
      const found = find(name);
      if (found?.declaration.kind !== 'Network') return undefined;
      return { decl: found.declaration, ctx: space.scopes.context(found.file) };
    },
    get networkNames() {
      return names('Network');
    },
    networksOf: (found: FoundNetwork) => declaredIn(space, found.ctx.file),
    mixer(name) {
      const found = find(name);
      if (found?.declaration.kind !== 'Mixer') return undefined;
      return { decl: found.declaration, ctx: space.scopes.context(found.file) };
    },
    get mixerNames() {
      return names('Mixer');
    },
    libraryMixer(name) {
      const found = space.project.defaults.get(name);
      if (found?.declaration.kind !== 'Mixer') return undefined;
      return { decl: found.declaration, ctx: space.scopes.context(found.file) };
    },
    get importable() {
      return space.project.libraryMixers();
    },
  };
}

/** No mixer of that name: says which there are, and imports it where the library has it. */
export function reportUnknownMixer(ctx: Context, declared: Declared, name: string, span: Span): void {
  const { mixerNames, importable } = declared;
  const known = [...mixerNames, ...importable.filter(one => !mixerNames.includes(one))];
  const inLibrary = importable.includes(name);
  const suggestion = inLibrary ? undefined : suggest(name, known);
  const wanted = inLibrary ? name : suggestion;
  const text = `import std.mixers.${wanted}\n`;
  const start = { start: 0, end: 0 };
  const add = wanted === undefined || mixerNames.includes(wanted) ? [] : [{ file: ctx.file, span: start, text }];
  const rename = suggestion === undefined ? [] : [{ file: ctx.file, span, text: suggestion }];
  const title = add.length === 0 ? `Replace by \`${suggestion}\`` : `Import \`std.mixers.${wanted}\``;
  const fixes: readonly Fix[] = wanted === undefined ? [] : [{ title, edits: [...add, ...rename] }];
  const list = known.map(one => (mixerNames.includes(one) ? one : `std.mixers.${one}`)).join(', ');
  report(ctx, span, 'unknown-name', { name, what: 'mixer', suggestion, known: list }, { fixes });
}
