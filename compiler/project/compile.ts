/** A program from its entry file: loads, checks everything, and answers questions about what it declares. */
import type { AssertDecl, Declaration, GameRef, SolveDecl, Span, SweepDecl, TrainDecl } from '../../grammar/ast.ts';
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
import { withinLimits } from '../elaborate/budget.ts';
import { report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import { checkFunction } from '../elaborate/functions.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';
import { workOf } from '../game/work.ts';
import { claimOf } from './assert.ts';
import { elaborateFound, elaborateRef, type Found, findGame, outsideArguments, workspace } from './instance.ts';
import { type LoadedFile, loadProject, nameOf, type Project } from './load.ts';
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

/** Names may be megabytes long; a message shows enough of each to find it. */
function legible(diagnostic: Diagnostic): Diagnostic {
  const short = (text: string): string =>
    text.length <= 200 ? text : text.replace(/[^\s`]{120,}/g, word => `${word.slice(0, 60)}...${word.slice(-20)}`);
  return {
    ...diagnostic,
    message: short(diagnostic.message),
    remedy: diagnostic.remedy === undefined ? undefined : short(diagnostic.remedy),
    related: diagnostic.related.map(one => ({ ...one, message: short(one.message) })),
    fixes: diagnostic.fixes.map(fix => ({ ...fix, title: short(fix.title) })),
  };
}

function sorted(diagnostics: readonly Diagnostic[], files: readonly string[], entry: string): readonly Diagnostic[] {
  const rank = (file: string) => (file === entry ? -1 : files.indexOf(file));
  const seen = new Set<string>();
  return diagnostics
    .map(legible)
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

/** Expressions that one step may evaluate: some seconds of work. */
const maxStepWork = 1e9;
/** Games and uses of games, times declarations of their file. */
const maxCrowd = 1e7;
const usesGames: ReadonlySet<Declaration['kind']> = new Set(['Game', 'GameAlias', 'Solve', 'Train', 'Sweep', 'Assert']);

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
  private exceeded = false;

  constructor(project: Project, file: LoadedFile, diagnostics: Diagnostic[]) {
    this.project = project;
    this.file = file;
    this.diagnostics = diagnostics;
  }

  run(): void {
    if (this.isCrowded()) return;
    for (const file of this.project.files.values()) if (!this.exceeded) this.checkDeclarations(file);
    const { declarations } = this.file.ast;
    for (const declaration of declarations) {
      if (this.exceeded) return;
      // A second declaration of a name was reported; it cannot be asked for.
      if (
        'name' in declaration &&
        declaration.name !== undefined &&
        this.file.own.get(declaration.name.text) !== declaration
      )
        continue;
      this.limitedUse(declaration, () => this.checkUse(declaration));
    }
    for (const declaration of declarations)
      if (declaration.kind === 'Sweep' && !this.exceeded) this.limitedUse(declaration, () => this.sweep(declaration));
  }

  private checkUse(declaration: Declaration): void {
    switch (declaration.kind) {
      case 'Solve':
        this.solve(declaration);
        return;
      case 'Train':
        this.train(declaration);
        return;
      case 'Assert':
        this.assert(declaration, undefined);
        return;
      case 'Game':
        for (const item of declaration.items)
          if (item.kind === 'Assert') this.assert(item, { decl: declaration, file: this.file.path });
        return;
      default:
    }
  }

  private limitedUse(declaration: Declaration, body: () => void): void {
    const reporter = new Reporter();
    const { start } = declaration.span;
    this.limited(reporter, this.file.path, { start, end: start + 1 }, 'this declaration', body);
    this.diagnostics.push(...reporter.diagnostics);
  }

  /** Every game, and every use of one, makes the names of its file anew: files with thousands of both are refused. */
  private isCrowded(): boolean {
    const uses = this.file.ast.declarations.filter(({ kind }) => usesGames.has(kind)).length;
    const names = Math.max(...[...this.project.files.values()].map(file => file.ast.declarations.length));
    if (uses * names <= maxCrowd) return false;
    const reporter = new Reporter();
    const reason = `it has ${uses} games and uses of games, with ${names} declarations to look names up in`;
    reporter.report(this.file.path, { start: 0, end: 1 }, 'too-large', { what: 'this file', reason });
    this.diagnostics.push(...reporter.diagnostics);
    return true;
  }

  /** Types, constants, functions and games of one file, each game at its defaults. */
  private checkDeclarations(file: LoadedFile): void {
    const reporter = new Reporter();
    const space = workspace(this.project, reporter);
    const scope = space.scopes.of(file.path);
    const ctx = space.scopes.context(file.path);
    for (const [name, binding] of [...scope.names]) {
      const declaration = file.own.get(name);
      const span = (declaration === undefined ? undefined : nameOf(declaration)?.span) ?? { start: 0, end: 1 };
      this.limited(reporter, file.path, span, `\`${name}\``, () => {
        if (binding.kind === 'lazy' || binding.kind === 'type') binding.get();
        if (binding.kind === 'fn' && binding.fn.file === file.path) checkFunction(ctx, binding.fn);
      });
      if (this.exceeded || reporter.isFull) break;
    }
    this.diagnostics.push(...reporter.diagnostics);
    for (const declaration of file.own.values()) {
      if (this.exceeded) return;
      if (declaration.kind !== 'Game' && declaration.kind !== 'GameAlias') continue;
      const found: Found = { decl: declaration, file: file.path };
      const own = new Reporter();
      const { span, text } = declaration.name;
      this.limited(own, file.path, span, `\`${text}\``, () => {
        const model = elaborateFound(workspace(this.project, own), found, new Map(), [], undefined);
        if (model !== undefined) requireBounded(own, file.path, span, model);
      });
      this.diagnostics.push(...own.diagnostics);
      if (own.hasErrors) this.broken.add(declaration);
      if (file === this.file) this.games.push(this.gameInfo(found));
    }
  }

  /** Runs a part of the check; where that exceeds a limit, says so and ends the whole check: the next part might do the same. */
  private limited<T>(reporter: Reporter, file: string, span: Span, what: string, body: () => T): T | undefined {
    return withinLimits(body, reason => {
      this.exceeded = true;
      reporter.report(file, span, 'too-large', { what, reason });
    });
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
      const here = found ?? { file: this.file.path, decl: undefined };
      const span = here.decl?.name.span ?? { start: 0, end: 1 };
      model = this.limited(reporter, here.file, span, 'this game', () => {
        const args =
          overrides.size === 0 || found === undefined ? undefined : outsideArguments(space, found, overrides);
        const made = reporter.hasErrors ? undefined : build(space, args);
        if (made !== undefined) requireBounded(reporter, here.file, span, made);
        return made;
      });
    }
    if (model === undefined || reporter.hasErrors)
      return { model: undefined, diagnostics: reporter.diagnostics.map(legible) };
    return { model, diagnostics: reporter.diagnostics.map(legible) };
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

/** A step that nobody would live to see the end of is refused like any other size. */
function requireBounded(reporter: Reporter, file: string, span: Span, model: GameModel): void {
  const { step } = workOf(model);
  if (step <= maxStepWork) return;
  const reason = `one step evaluates about ${step.toPrecision(2)} expressions, and at most ${maxStepWork.toExponential()} are allowed`;
  reporter.report(file, span, 'too-large', { what: `\`${model.name}\``, reason });
}

function innermost(ref: GameRef): GameRef {
  return ref.base === undefined ? ref : innermost(ref.base);
}
