/** The scope of a file for one elaboration: its own declarations and what it imports. */
import type { Declaration } from '../../grammar/ast.ts';
import { type Builder, type Context, Scope } from '../elaborate/context.ts';
import { declareAll } from '../elaborate/declare.ts';
import type { LoadedFile, Project } from './load.ts';

const whatIs: Readonly<Record<string, string>> = {
  Game: 'a game',
  GameAlias: 'a game',
  Train: 'a training',
  Solve: 'a solve',
  Sweep: 'a sweep',
  Mixer: 'a mixer',
  Network: 'a network',
};

/** Scopes per file, made when asked for. Also forces constants and types of a file, so that they are checked. */
export class FileScopes {
  private readonly scopes = new Map<string, Scope>();
  private readonly project: Project;
  private readonly build: Builder;

  constructor(project: Project, build: Builder) {
    this.project = project;
    this.build = build;
  }

  context(path: string): Context {
    return { build: this.build, scope: this.of(path), file: path, phase: 'constant', out: undefined, calling: [] };
  }

  of(path: string): Scope {
    const known = this.scopes.get(path);
    if (known !== undefined) return known;
    const scope = new Scope(undefined);
    this.scopes.set(path, scope);
    const file = this.project.files.get(path);
    if (file === undefined) return scope;
    const ctx: Context = { build: this.build, scope, file: path, phase: 'constant', out: undefined, calling: [] };
    declareAll(ctx, scope, ownDeclarations(file), false);
    for (const [name, declaration] of file.own) {
      const what = whatIs[declaration.kind];
      if (what !== undefined && !scope.names.has(name)) scope.names.set(name, { kind: 'other', what });
    }
    for (const [name, { file: from, declaration }] of file.imported) {
      const theirs = this.of(from);
      const binding = theirs.names.get(name);
      if (binding !== undefined && !scope.names.has(name)) scope.names.set(name, binding);
      if (declaration.kind === 'Enum' && binding?.kind === 'type') {
        const type = binding.get();
        if (type.kind === 'enum') scope.addMembers(type);
      }
    }
    return scope;
  }
}

/** Each name once: duplicates were reported when the file was loaded. */
function ownDeclarations(file: LoadedFile): readonly Declaration[] {
  return [...file.own.values()];
}
