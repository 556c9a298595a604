/** The analysis of one open file after another, as it runs behind the editor: quick after a keystroke, whole when there is time. */
import type { Diagnostic, Host, Program } from '../compiler/api.ts';
import { compile } from '../compiler/index.ts';
import type { TrainDecl } from '../grammar/ast.ts';
import type { Desk } from './base.ts';
import {
  type GameInsight,
  gameInsight,
  gatherTypes,
  type Insight,
  mixerInsights,
  type TrainInsight,
  trainFits,
} from './insight.ts';
import { innermost } from './namesDeclared.ts';
import { type Chunk, chunksOf, merged, rechunked, sliceFor } from './slices.ts';

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, the entry first. */
  readonly files: readonly string[];
  /** A whole check has still to follow. */
  readonly partial: boolean;
}

interface Last {
  readonly text: string;
  readonly chunks: readonly Chunk[];
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
  /** Texts of the other files as they were read. */
  readonly others: ReadonlyMap<string, string>;
  /** Names by import, as written. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

export class Analysis {
  readonly #desk: Desk;
  readonly #open = new Map<string, string>();
  readonly #last = new Map<string, Last>();
  readonly #hosts = new Map<string, Host>();
  /** What is known of games, by all that their meaning depends on. */
  readonly #known = new Map<string, GameInsight>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  put(path: string, text: string): void {
    this.#open.set(path, text);
  }

  close(path: string): void {
    this.#open.delete(path);
    this.#last.delete(path);
    this.#hosts.delete(path);
  }

  /** Files on disk have changed: what was found before may be wrong. */
  refresh(): void {
    this.#last.clear();
    this.#known.clear();
  }

  /** After a keystroke: the edited declaration with all that depends on it, where that is sure to be enough. */
  quick(path: string): Checked {
    const text = this.#open.get(path) ?? '';
    const last = this.#last.get(path);
    if (last === undefined || this.#othersChanged(path, last)) return this.whole(path);
    if (last.text === text) return { diagnostics: last.diagnostics, files: last.files, partial: false };
    const chunks = rechunked(last.chunks, last.text, text);
    const slice = sliceFor(last.chunks, chunks, one => last.imports.get(one.text.trim()) ?? [...one.words]);
    if (slice === undefined) return this.whole(path);
    const host = this.#host(path);
    const program = compile({ ...host, read: file => (file === path ? { text: slice.text } : host.read(file)) }, path);
    const diagnostics = merged(path, last.diagnostics, last.chunks, chunks, slice, program.diagnostics);
    return { diagnostics, files: last.files, partial: true };
  }

  whole(path: string): Checked {
    const { program } = this.#compile(path, false);
    return this.#remember(path, program);
  }

  /** A whole check that also says what expressions are; games come one by one, so that whoever waits can break off. */
  async full(
    path: string,
    goOn: () => Promise<boolean>,
  ): Promise<{ readonly checked: Checked; readonly insight: AsyncGenerator<Insight> }> {
    const text = this.#open.get(path) ?? '';
    const { program, types } = this.#compile(path, true);
    const checked = this.#remember(path, program);
    return { checked, insight: this.#insights(text, program, types, goOn) };
  }

  async *#insights(
    text: string,
    program: Program,
    types: ReadonlyMap<string, string>,
    goOn: () => Promise<boolean>,
  ): AsyncGenerator<Insight> {
    const games: GameInsight[] = [];
    const trains: TrainInsight[] = [];
    const mixers = mixerInsights(program);
    yield { text, types, games, trains, mixers };
    const context = [...program.sources]
      .flatMap(([file, source]) => (file === program.entry ? [] : [source.text]))
      .join('\0');
    for (const name of gamesOf(program)) {
      if (!(await goOn())) return;
      const game = this.#game(program, text, context, name);
      if (game !== undefined) games.push({ ...game, name });
    }
    for (const decl of program.sources.get(program.entry)?.ast.declarations ?? []) {
      if (decl.kind !== 'Train' || decl.of.base !== undefined) continue;
      if (!(await goOn())) return;
      const train = trainInsight(program, text, decl);
      if (train !== undefined) trains.push(train);
    }
    if (games.length + trains.length > 0) yield { text, types, games, trains, mixers };
  }

  #game(program: Program, text: string, context: string, name: string): GameInsight | undefined {
    const decl = program.sources
      .get(program.entry)
      ?.ast.declarations.find(d => d.kind === 'Game' && d.name.text === name);
    // Whatever else the file declares may change what a game means; trainings cannot.
    const others = (program.sources.get(program.entry)?.ast.declarations ?? [])
      .filter(d => !['Train', 'Solve', 'Sweep', 'Assert', 'Game', 'GameAlias'].includes(d.kind))
      .map(d => text.slice(d.span.start, d.span.end));
    const key =
      decl === undefined ? undefined : [text.slice(decl.span.start, decl.span.end), ...others, context].join('\0');
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) return undefined;
    const made = gameInsight(model);
    if (key !== undefined) {
      if (this.#known.size > 200) this.#known.clear();
      this.#known.set(key, made);
    }
    return made;
  }

  #compile(path: string, listen: boolean): { readonly program: Program; readonly types: ReadonlyMap<string, string> } {
    const host = this.#host(path);
    if (!listen) return { program: compile(host, path), types: new Map() };
    const { made, types } = gatherTypes(path, () => compile(host, path));
    return { program: made, types };
  }

  #remember(path: string, program: Program): Checked {
    const text = program.sources.get(path)?.text ?? this.#open.get(path) ?? '';
    const others = new Map(
      [...program.sources].flatMap(([file, source]) => (file === path ? [] : [[file, source.text]])),
    );
    const last: Last = {
      text,
      chunks: chunksOf(text),
      diagnostics: program.diagnostics,
      files: [path, ...others.keys()],
      others,
      imports: importNames(program, text),
    };
    this.#last.set(path, last);
    return { diagnostics: last.diagnostics, files: last.files, partial: false };
  }

  /** An imported file that is open was edited. */
  #othersChanged(path: string, last: Last): boolean {
    return [...last.others].some(([file, text]) => {
      const open = this.#open.get(this.#desk.same(file));
      return file !== path && open !== undefined && open !== text;
    });
  }

  #host(path: string): Host {
    const known = this.#hosts.get(path);
    if (known !== undefined) return known;
    const disk = this.#desk.host(path);
    const host: Host = {
      ...disk,
      read: file => {
        const text = this.#open.get(file) ?? this.#open.get(this.#desk.same(file));
        return text === undefined ? disk.read(file) : { text };
      },
    };
    this.#hosts.set(path, host);
    return host;
  }
}

/** What each import of the entry file brings; everything, where that is a whole file. */
function importNames(program: Program, text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const declaration of program.sources.get(program.entry)?.ast.declarations ?? []) {
    if (declaration.kind !== 'Import') continue;
    const written = text.slice(declaration.span.start, declaration.span.end).trim();
    if ('file' in declaration.from) {
      names.set(written, everyName(program));
      continue;
    }
    const brought = (declaration.names ?? declaration.from.path.slice(-1)).map(name => name.text);
    // Members of an imported enum are named without it.
    const members = [...program.sources.values()].flatMap(source =>
      source.path === program.entry
        ? []
        : source.ast.declarations.flatMap(d =>
            d.kind === 'Enum' && brought.includes(d.name.text) ? d.members.map(m => m.text) : [],
          ),
    );
    names.set(written, [...brought, ...members]);
  }
  return names;
}

/** All names at the top of the other files, members of enums among them. */
function everyName(program: Program): readonly string[] {
  return [...program.sources.values()].flatMap(({ path, ast }) =>
    path === program.entry
      ? []
      : ast.declarations.flatMap(one => [
          ...('name' in one && one.name !== undefined ? [one.name.text] : []),
          ...(one.kind === 'Enum' ? one.members.map(member => member.text) : []),
        ]),
  );
}

/** The games of the entry file, and those it imports and names somewhere. */
function gamesOf(program: Program): readonly string[] {
  const own = program.games.map(game => game.name);
  const named = (program.sources.get(program.entry)?.ast.declarations ?? []).flatMap(one => {
    if (one.kind === 'Import')
      return (one.names ?? ('path' in one.from ? one.from.path.slice(-1) : [])).map(name => name.text);
    if (one.kind === 'Train' || one.kind === 'Solve' || one.kind === 'GameAlias') return [innermost(one.of)];
    return one.kind === 'Assert' && one.of !== undefined ? [innermost(one.of)] : [];
  });
  return [...new Set([...own, ...named])];
}

/** How learners fit a training's game; known also where the training is refused, which is when it is wanted. */
function trainInsight(program: Program, text: string, decl: TrainDecl): TrainInsight | undefined {
  const game = decl.of.path.at(-1)?.text ?? '';
  const given = decl.of.args.map(({ name, value }): readonly [string, string] => [
    name.text,
    text.slice(value.span.start, value.span.end),
  ]);
  const { model } = program.instantiate(game, new Map(given));
  if (model === undefined) return undefined;
  const team = decl.clauses.find(clause => clause.kind === 'TeamReward');
  const how = team?.kind === 'TeamReward' ? team.how.text : 'none';
  return { name: decl.name.text, game, fits: trainFits(model, how === 'sum' || how === 'mean' ? how : 'none') };
}
