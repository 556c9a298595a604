/** A program from its entry file: loads, checks everything, and answers questions about what it declares. */
import type { AssertDecl, Declaration, GameRef, SolveDecl, Span, SweepDecl, TrainDecl } from '../../grammar/ast.ts';
import { objectiveWords } from '../../runtime/solvers/normal/methods.ts';
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
import { Reporter } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { withinLimits } from '../elaborate/budget.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import { checkFunction } from '../elaborate/functions.ts';
import { restartKeys } from '../elaborate/keys.ts';
import { isTracing, withTrace } from '../elaborate/trace.ts';
import type { GameModel } from '../game/model.ts';
import { workOf } from '../game/work.ts';
import { claimOf } from './assert.ts';
import { withoutConsequences } from './consequences.ts';
import { declaredIn } from './declared.ts';
import { assertedOf, checkSolve } from './fits.ts';
import { checkMasks, policyModel, readsOf } from './flow.ts';
import { elaborateFound, elaborateRef, type Found, findGame, type Workspace, workspace } from './instance.ts';
import { iterationsOf } from './iterations.ts';
import { type LoadedFile, loadProject, nameOf, type Project } from './load.ts';
import { mixersOf } from './mixers.ts';
import { networksOf } from './networks.ts';
import { outsideArguments } from './outside.ts';
import { refit } from './refit.ts';
import { sweepRuns } from './sweep.ts';
import { trainSpec } from './train.ts';
import { warnUntrainedRuns } from './untrained.ts';

export function compile(host: Host, entry: string): Program {
  restartKeys();
  const reporter = new Reporter();
  const project = loadProject(host, entry, reporter);
  const diagnostics = [...project.syntax, ...reporter.diagnostics];
  const file = project.files.get(entry);
  const checked = file === undefined ? undefined : new Checker(project, file, diagnostics);
  checked?.run();
  const mixers = mixersOf(project, entry, diagnostics);
  const networks = networksOf(project, entry, diagnostics);
  return {
    entry,
    sources: project.files,
    diagnostics: sorted(withoutConsequences(project, diagnostics), [...project.files.keys()], entry),
    games: checked?.games ?? [],
    solves: checked?.solves ?? [],
    trains: checked?.trains ?? [],
    sweeps: checked?.sweeps ?? [],
    asserts: checked?.asserts ?? [],
    mixers,
    networks,
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

/** What a use of a game makes of its model. */
type Change = (space: Workspace, model: GameModel | undefined) => GameModel | undefined;
const keep: Change = (_, model) => model;

/** Messages about information flow show the path through the program, for which everything is elaborated once more. */
function withPaths(check: (into: Reporter) => void): Reporter {
  const first = new Reporter();
  check(first);
  if (!first.diagnostics.some(d => d.code.startsWith('M09') && d.related.length > 0)) return first;
  const second = new Reporter();
  withTrace(() => check(second));
  return second;
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
  /** Games as they are without arguments: whoever uses one so gets the model that was checked. */
  private readonly plain = new Map<object, GameModel>();
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
      const { span, text } = declaration.name;
      let made: GameModel | undefined;
      const check = (into: Reporter): void => {
        made = undefined;
        this.limited(into, file.path, span, `\`${text}\``, () => {
          const space = workspace(this.project, into);
          const model = elaborateFound(space, found, new Map(), [], undefined);
          if (model !== undefined) requireBounded(into, file.path, span, model);
          if (model !== undefined && declaration.kind === 'Game' && !into.hasErrors)
            checkMasks(space.scopes.context(file.path), declaration, model);
          made = model;
        });
      };
      const own = withPaths(check);
      this.diagnostics.push(...own.diagnostics);
      if (own.hasErrors) this.broken.add(declaration);
      else if (made !== undefined && declaration.params.every(p => p.default !== undefined))
        this.plain.set(declaration, made);
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
    const plain = overrides.size === 0 && !isTracing() ? this.plain.get(found.decl) : undefined;
    if (plain !== undefined) return { model: plain, diagnostics: [] };
    return this.instance(
      overrides,
      (space, args) => elaborateFound(space, found, args ?? new Map(), [], this.asUse(space, found)),
      found,
      found,
    );
  }

  private asUse(space: ReturnType<typeof workspace>, found: Found) {
    return { ctx: space.scopes.context(found.file), span: found.decl.name.span };
  }

  /** The game of a `solve`, `train` or `assert`; overrides replace its arguments one by one. */
  private instantiateRef(ref: GameRef, overrides: ReadonlyMap<string, string>, change: Change = keep): Instance {
    const path = this.file.path;
    const name = ref.path.at(-1)?.text ?? '';
    const found = ref.base === undefined ? findGame(this.project, path, name) : undefined;
    return this.instance(
      overrides,
      (space, args) => {
        const ctx = space.scopes.context(path);
        if (args === undefined || found === undefined) return change(space, elaborateRef(space, ctx, ref, []));
        const merged = new Map(args);
        for (const arg of ref.args) {
          if (!merged.has(arg.name.text))
            merged.set(arg.name.text, { value: elaborate(ctx, arg.value), at: { file: path, span: arg.value.span } });
        }
        return change(space, elaborateFound(space, found, merged, [], { ctx, span: ref.span }));
      },
      found,
      found ?? ref,
    );
  }

  private instance(
    overrides: ReadonlyMap<string, string>,
    build: (space: ReturnType<typeof workspace>, args: ReturnType<typeof outsideArguments>) => GameModel | undefined,
    found: Found | undefined,
    target: Found | GameRef,
  ): Instance {
    const reporter = new Reporter();
    const space = workspace(this.project, reporter);
    const here = found ?? { file: this.file.path, decl: undefined };
    const span = here.decl?.name.span ?? { start: 0, end: 1 };
    const model = this.limited(reporter, here.file, span, 'this game', () => {
      const args = overrides.size === 0 ? undefined : outsideArguments(space, this.file.path, target, overrides);
      const made = reporter.hasErrors ? undefined : build(space, args);
      if (made !== undefined) requireBounded(reporter, here.file, span, made);
      return made;
    });
    if (model === undefined || reporter.hasErrors)
      return { model: undefined, diagnostics: reporter.diagnostics.map(legible) };
    return { model, diagnostics: reporter.diagnostics.map(legible) };
  }

  /** Checks a use of a game: its own problems are told at its declaration, those of these arguments here. */
  private use(ref: GameRef): GameModel | undefined {
    const base = innermost(ref);
    const found = findGame(this.project, this.file.path, base.path.at(-1)?.text ?? '');
    if (found !== undefined && this.broken.has(found.decl)) return undefined;
    const plain = ref.base === undefined && ref.args.length === 0 ? this.plain.get(found?.decl ?? ref) : undefined;
    if (plain !== undefined) return plain;
    const { model, diagnostics } = this.instantiateRef(ref, new Map());
    const here = (d: Diagnostic) =>
      d.at.file === this.file.path && d.at.span.start >= ref.span.start && d.at.span.end <= ref.span.end;
    const elsewhere = diagnostics.filter(d => d.severity === 'error' && !here(d));
    this.diagnostics.push(...diagnostics.filter(here));
    // Of a game that does not exist only that is said: other mistakes of the file are told where they are.
    const first = found === undefined ? undefined : elsewhere[0];
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
    const model = this.use(decl.of);
    checkSolve(ctx, decl, model, this.asserted(ctx, decl.of));
    const count = iterationsOf(ctx, decl, model);
    if (decl.maximizing !== undefined && model !== undefined) {
      const known = [...(objectiveWords(concept) ?? ['welfare', 'egalitarian']), ...model.agents.map(a => a.label)];
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

  private asserted(ctx: Context, ref: GameRef): ReadonlySet<string> {
    const name = ref.path.at(-1)?.text ?? '';
    const found = ref.base === undefined ? findGame(this.project, this.file.path, name) : undefined;
    return assertedOf(ctx, this.file.ast.declarations, ref, found?.decl);
  }

  private train(decl: TrainDecl): void {
    const reporter = new Reporter();
    const model = this.use(decl.of);
    const space = workspace(this.project, reporter);
    const ctx = space.scopes.context(this.file.path);
    const policies: Change = (space, made) =>
      made === undefined ? undefined : policyModel(space, space.scopes.context(this.file.path), made, decl);
    const seen =
      model === undefined || readsOf(decl).length === 0
        ? model
        : this.instantiateRef(decl.of, new Map(), policies).model;
    const spec = trainSpec(ctx, decl, {
      model,
      seen,
      asserted: this.asserted(ctx, decl.of),
      declared: declaredIn(space, this.file.path),
    });
    this.diagnostics.push(...reporter.diagnostics);
    const flows = model === undefined || this.checkReads(decl, policies);
    if (spec === undefined || reporter.hasErrors || !flows) return;
    this.trains.push({
      name: decl.name.text,
      spec,
      span: decl.span,
      instantiate: overrides => this.instantiateRef(decl.of, overrides, policies),
      specFor: made => refit(this.project, this.file.path, spec, made),
    });
  }

  /** What the policies and the critic of a training read; false where it was refused. */
  private checkReads(decl: TrainDecl, policies: Change): boolean {
    if (readsOf(decl).length === 0) return true;
    const { diagnostics } = withPaths(into => {
      for (const d of this.instantiateRef(decl.of, new Map(), policies).diagnostics) into.diagnostics.push(d);
    });
    const inside = (d: Diagnostic, { start, end }: Span): boolean => d.at.span.start >= start && d.at.span.end <= end;
    const own = diagnostics.filter(
      d => d.at.file === this.file.path && inside(d, decl.span) && !inside(d, decl.of.span),
    );
    this.diagnostics.push(...own);
    return own.every(d => d.severity !== 'error');
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
    const space = workspace(this.project, reporter);
    const ctx = space.scopes.context(this.file.path);
    const runs = sweepRuns(ctx, decl, this.file.own.get(decl.of.text), this.trains, {
      declared: declaredIn(space, this.file.path),
      specFor: (spec, made) => refit(this.project, this.file.path, spec, made),
    });
    const train = this.trains.find(({ name }) => name === decl.of.text);
    const model = runs === undefined ? undefined : train?.instantiate(new Map()).model;
    if (runs !== undefined && train !== undefined && model !== undefined)
      warnUntrainedRuns(ctx, decl.name.span, train.spec, runs, model);
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
