/** A program from its entry file: loads, checks everything, and answers questions about what it declares. */
import type { AssertDecl, GameRef, SolveDecl, SweepDecl, TrainDecl } from '../../grammar/ast.ts';
import { concepts, solverTable } from '../../runtime/solvers/table.ts';
import type {
  AssertSpec,
  Diagnostic,
  GameInfo,
  Host,
  Instance,
  Program,
  SolveSpec,
  SweepSpec,
  TrainInfo,
} from '../api.ts';
import { Reporter, replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import { checkFunction } from '../elaborate/functions.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';
import { claimOf } from './assert.ts';
import { elaborateFound, elaborateRef, type Found, findGame, outsideArguments, workspace } from './instance.ts';
import { type LoadedFile, loadProject, type Project } from './load.ts';
import { sweepRuns } from './sweep.ts';
import { trainSpec } from './train.ts';

export function compile(host: Host, entry: string): Program {
  const reporter = new Reporter();
  const project = loadProject(host, entry, reporter);
  const diagnostics = [...project.syntax, ...reporter.diagnostics];
  const file = project.files.get(entry);
  const checked = file === undefined ? undefined : new Checker(project, file, diagnostics);
  checked?.run();
  return {
    entry,
    sources: project.files,
    diagnostics: sorted(diagnostics, [...project.files.keys()], entry),
    games: checked?.games ?? [],
    solves: checked?.solves ?? [],
    trains: checked?.trains ?? [],
    sweeps: checked?.sweeps ?? [],
    asserts: checked?.asserts ?? [],
    instantiate: (name, overrides) =>
      checked?.instantiateNamed(name, overrides) ?? { model: undefined, diagnostics: [] },
  };
}

function sorted(diagnostics: readonly Diagnostic[], files: readonly string[], entry: string): readonly Diagnostic[] {
  const rank = (file: string) => (file === entry ? -1 : files.indexOf(file));
  const seen = new Set<string>();
  return [...diagnostics]
    .filter(d => {
      const key = `${d.code} ${d.at.file} ${d.at.span.start} ${d.at.span.end} ${d.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort(
      (a, b) => rank(a.at.file) - rank(b.at.file) || a.at.span.start - b.at.span.start || a.at.span.end - b.at.span.end,
    );
}

class Checker {
  readonly games: GameInfo[] = [];
  readonly solves: SolveSpec[] = [];
  readonly trains: TrainInfo[] = [];
  readonly sweeps: SweepSpec[] = [];
  readonly asserts: AssertSpec[] = [];
  private readonly project: Project;
  private readonly file: LoadedFile;
  private readonly diagnostics: Diagnostic[];
  /** Games whose own declaration is wrong; uses of them say nothing more. */
  private readonly broken = new Set<object>();

  constructor(project: Project, file: LoadedFile, diagnostics: Diagnostic[]) {
    this.project = project;
    this.file = file;
    this.diagnostics = diagnostics;
  }

  run(): void {
    for (const file of this.project.files.values()) this.checkDeclarations(file);
    const { declarations } = this.file.ast;
    for (const declaration of declarations) {
      // A second declaration of a name was reported; it cannot be asked for.
      if (
        'name' in declaration &&
        declaration.name !== undefined &&
        this.file.own.get(declaration.name.text) !== declaration
      )
        continue;
      switch (declaration.kind) {
        case 'Solve':
          this.solve(declaration);
          break;
        case 'Train':
          this.train(declaration);
          break;
        case 'Assert':
          this.assert(declaration, undefined);
          break;
        case 'Game':
          for (const item of declaration.items)
            if (item.kind === 'Assert') this.assert(item, { decl: declaration, file: this.file.path });
          break;
        default:
      }
    }
    for (const declaration of declarations) if (declaration.kind === 'Sweep') this.sweep(declaration);
  }

  /** Types, constants, functions and games of one file, each game at its defaults. */
  private checkDeclarations(file: LoadedFile): void {
    const reporter = new Reporter();
    const space = workspace(this.project, reporter);
    const scope = space.scopes.of(file.path);
    const ctx = space.scopes.context(file.path);
    for (const binding of [...scope.names.values()]) {
      if (binding.kind === 'lazy' || binding.kind === 'type') binding.get();
      if (binding.kind === 'fn' && binding.fn.file === file.path) checkFunction(ctx, binding.fn);
    }
    this.diagnostics.push(...reporter.diagnostics);
    for (const declaration of file.own.values()) {
      if (declaration.kind !== 'Game' && declaration.kind !== 'GameAlias') continue;
      const found: Found = { decl: declaration, file: file.path };
      const own = new Reporter();
      elaborateFound(workspace(this.project, own), found, new Map(), [], undefined);
      this.diagnostics.push(...own.diagnostics);
      if (own.hasErrors) this.broken.add(declaration);
      if (file === this.file) this.games.push(this.gameInfo(found));
    }
  }

  private gameInfo({ decl }: Found): GameInfo {
    const { text } = this.file;
    const slice = (span: { start: number; end: number }) => text.slice(span.start, span.end).replace(/\s+/g, ' ');
    const params = decl.params.map(p => ({
      name: p.name.text,
      type: slice(p.type.span),
      default: p.default === undefined ? undefined : slice(p.default.span),
      doc: p.doc,
    }));
    return { name: decl.name.text, doc: decl.doc, span: decl.name.span, params };
  }

  // -------------------------------------------------------------------------------------------- instances

  instantiateNamed(name: string, overrides: ReadonlyMap<string, string>): Instance {
    const found = findGame(this.project, this.file.path, name);
    if (found === undefined) return { model: undefined, diagnostics: [] };
    return this.instance(
      overrides,
      (space, args) => elaborateFound(space, found, args ?? new Map(), [], this.asUse(space, found)),
      found,
    );
  }

  private asUse(space: ReturnType<typeof workspace>, found: Found) {
    return { ctx: space.scopes.context(found.file), span: found.decl.name.span };
  }

  /** The game of a `solve`, `train` or `assert`; overrides replace its arguments one by one. */
  private instantiateRef(ref: GameRef, overrides: ReadonlyMap<string, string>): Instance {
    const path = this.file.path;
    const name = ref.path.at(-1)?.text ?? '';
    const found = ref.base === undefined ? findGame(this.project, path, name) : undefined;
    return this.instance(
      overrides,
      (space, args) => {
        const ctx = space.scopes.context(path);
        if (args === undefined || found === undefined) return elaborateRef(space, ctx, ref, []);
        const merged = new Map(args);
        for (const arg of ref.args) {
          if (!merged.has(arg.name.text))
            merged.set(arg.name.text, { value: elaborate(ctx, arg.value), at: { file: path, span: arg.value.span } });
        }
        return elaborateFound(space, found, merged, [], { ctx, span: ref.span });
      },
      found,
    );
  }

  private instance(
    overrides: ReadonlyMap<string, string>,
    build: (space: ReturnType<typeof workspace>, args: ReturnType<typeof outsideArguments>) => GameModel | undefined,
    found: Found | undefined,
  ): Instance {
    const reporter = new Reporter();
    const space = workspace(this.project, reporter);
    let model: GameModel | undefined;
    if (overrides.size > 0 && found === undefined) {
      report(space.scopes.context(this.file.path), { start: 0, end: 0 }, 'unknown-argument', {
        name: [...overrides.keys()][0] ?? '',
        of: 'this game',
        suggestion: undefined,
        known: '',
      });
    } else {
      const args = overrides.size === 0 || found === undefined ? undefined : outsideArguments(space, found, overrides);
      if (!reporter.hasErrors) model = build(space, args);
    }
    if (model === undefined || reporter.hasErrors) return { model: undefined, diagnostics: reporter.diagnostics };
    return { model, diagnostics: reporter.diagnostics };
  }

  /** Checks a use of a game: its own problems are told at its declaration, those of these arguments here. */
  private use(ref: GameRef): GameModel | undefined {
    const base = innermost(ref);
    const found = findGame(this.project, this.file.path, base.path.at(-1)?.text ?? '');
    if (found !== undefined && this.broken.has(found.decl)) return undefined;
    const { model, diagnostics } = this.instantiateRef(ref, new Map());
    const here = (d: Diagnostic) =>
      d.at.file === this.file.path && d.at.span.start >= ref.span.start && d.at.span.end <= ref.span.end;
    const elsewhere = diagnostics.filter(d => d.severity === 'error' && !here(d));
    this.diagnostics.push(...diagnostics.filter(here));
    const first = elsewhere[0];
    if (first !== undefined) {
      const reporter = new Reporter();
      const related = elsewhere.map(d => ({ at: d.at, message: d.message }));
      reporter.report(
        this.file.path,
        ref.span,
        'instance-of',
        { game: base.path.at(-1)?.text ?? '', problem: first.message },
        { related },
      );
      this.diagnostics.push(...reporter.diagnostics);
    }
    return model;
  }

  // -------------------------------------------------------------------------------------------- declarations

  private context(reporter: Reporter) {
    return workspace(this.project, reporter).scopes.context(this.file.path);
  }

  private solve(decl: SolveDecl): void {
    const reporter = new Reporter();
    const ctx = this.context(reporter);
    const concept = decl.concept.text;
    if (!(concepts as readonly string[]).includes(concept)) {
      const suggestion = suggest(concept, concepts);
      const fixes =
        suggestion === undefined
          ? []
          : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, decl.concept.span, suggestion)];
      report(
        ctx,
        decl.concept.span,
        'unknown-concept',
        { name: concept, suggestion, known: concepts.join(', ') },
        { fixes },
      );
    } else if (decl.method !== undefined) {
      const methods = solverTable.filter(row => row.concept === concept).map(row => row.method);
      if (!methods.includes(decl.method.text)) {
        report(ctx, decl.method.span, 'bad-setting', {
          name: 'by',
          expected: `one of ${methods.join(', ')} for \`${concept}\``,
          found: `\`${decl.method.text}\``,
        });
      }
    }
    const iterations = decl.iterations === undefined ? undefined : elaborate(ctx, decl.iterations);
    const count = iterations?.kind === 'scalar' ? ir.constantOf(iterations.e) : undefined;
    const model = this.use(decl.of);
    if (decl.maximizing !== undefined && model !== undefined) {
      const known = ['welfare', 'egalitarian', ...model.agents.map(a => a.label)];
      if (!known.includes(decl.maximizing.text)) {
        const suggestion = suggest(decl.maximizing.text, known);
        report(ctx, decl.maximizing.span, 'bad-setting', {
          name: 'maximizing',
          expected: `one of ${known.slice(0, 8).join(', ')}`,
          found: `\`${decl.maximizing.text}\``,
          ...(suggestion === undefined ? {} : { remedy: `Did you mean \`${suggestion}\`?` }),
        });
      }
    }
    this.diagnostics.push(...reporter.diagnostics);
    if (reporter.hasErrors) return;
    const game = sourceText(ctx, decl.of.span);
    this.solves.push({
      name: decl.name?.text ?? `${concept} of ${game}`,
      concept,
      method: decl.method?.text,
      iterations: count,
      maximizing: decl.maximizing?.text,
      game,
      span: decl.span,
      instantiate: overrides => this.instantiateRef(decl.of, overrides),
    });
  }

  private train(decl: TrainDecl): void {
    const reporter = new Reporter();
    const model = this.use(decl.of);
    const spec = trainSpec(this.context(reporter), decl, model);
    this.diagnostics.push(...reporter.diagnostics);
    if (spec === undefined || reporter.hasErrors) return;
    this.trains.push({
      name: decl.name.text,
      spec,
      span: decl.span,
      instantiate: overrides => this.instantiateRef(decl.of, overrides),
    });
  }

  private assert(decl: AssertDecl, inside: Found | undefined): void {
    const reporter = new Reporter();
    const ctx = this.context(reporter);
    const claim = claimOf(ctx, decl);
    if (decl.of === undefined && inside === undefined) {
      report(ctx, decl.span, 'missing-item', { game: 'assert', item: 'game', remedy: 'Write `assert ... of Game`.' });
    }
    if (decl.of !== undefined) this.use(decl.of);
    this.diagnostics.push(...reporter.diagnostics);
    if (claim === undefined || reporter.hasErrors) return;
    const { of } = decl;
    this.asserts.push({
      text: sourceText(ctx, { start: decl.claim.span.start, end: decl.claim.span.end }),
      claim,
      at: { file: this.file.path, span: decl.span },
      instantiate: overrides =>
        of === undefined
          ? this.instantiateNamed(inside?.decl.name.text ?? '', overrides)
          : this.instantiateRef(of, overrides),
    });
  }

  private sweep(decl: SweepDecl): void {
    const reporter = new Reporter();
    const ctx = this.context(reporter);
    const runs = sweepRuns(ctx, decl, this.file.own.get(decl.of.text), this.trains);
    this.diagnostics.push(...reporter.diagnostics);
    if (runs !== undefined && !reporter.hasErrors)
      this.sweeps.push({ name: decl.name.text, of: decl.of.text, runs, span: decl.span });
  }
}

function innermost(ref: GameRef): GameRef {
  return ref.base === undefined ? ref : innermost(ref.base);
}
