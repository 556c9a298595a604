/** `marl check FILE...`: every diagnostic of every file, and the assertions decided. */
import type { AssertSpec, Diagnostic, Program, Source } from '../../compiler/api.ts';
import { Reporter } from '../../compiler/diagnostics/report.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { exitCode, type Io } from '../io.ts';
import { jsonMixer, mixerLine } from '../mixers.ts';
import { sayNext } from '../next.ts';
import { locate, withoutRepeats } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import type { Study } from '../study.ts';
import { counted } from '../text.ts';

/** States up to which assertions are decided by looking at each. */
const assertStates = 500_000;
/** The same for the class of a game; a file of many games shares what ten are given, so that checking stays quick. */
const glanceStates = 2_000;
const glanceEffort = 2e7;
const glancedGames = 10;

interface CheckedAssert {
  readonly claim: string;
  readonly game: string;
  readonly status: 'proved' | 'failed' | 'unknown';
  readonly detail: string;
  /** Proved by comparing doubles. */
  readonly rounded?: boolean;
}

export async function check(
  io: Io,
  files: readonly string[],
  options: { readonly json?: boolean; readonly strict?: boolean },
): Promise<number> {
  const reply = new Reply(io, 'check', options.json === true);
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, Source>();
  const asserts: CheckedAssert[] = [];
  const games: { file: string; name: string; class: string | null }[] = [];
  const mixers: Record<string, unknown>[] = [];
  const summaries: string[] = [];
  let only: Program | undefined;
  for (const file of files) {
    const located = await locate(reply, file);
    if (located.exit !== undefined) return located.exit;
    const { compile } = await import('../../compiler/index.ts');
    const program = compile(located.value.host, located.value.entry);
    only = program;
    for (const [path, source] of program.sources) sources.set(path, source);
    const found: Diagnostic[] = [...program.diagnostics];
    if (!found.some(d => d.severity === 'error')) {
      const study =
        program.asserts.length + program.games.length === 0
          ? undefined
          : new (await import('../study.ts')).Study(assertStates);
      const checked = study === undefined ? [] : await decideAsserts(program, study, found);
      asserts.push(...checked);
      const words = study === undefined ? [] : await glance(program, found);
      games.push(...words.map(({ name, words: text }) => ({ file: located.value.entry, name, class: text ?? null })));
      const own = program.mixers.filter(mixer => mixer.at.file === program.entry);
      mixers.push(...own.map(jsonMixer));
      summaries.push(
        summary(located.value.entry, program, checked),
        ...words.map(({ name, words: text }) => `  ${name}: ${text ?? 'needs parameters'}`),
        ...own.map(mixer => `  ${mixerLine(mixer)}`),
      );
    }
    if (options.strict === true)
      found.push(...(await import('../../compiler/strict/lint.ts')).strictDiagnostics(program));
    diagnostics.push(...found);
  }
  const all = withoutRepeats(diagnostics);
  // Who asks for the strict check wants to be stopped by what it finds; other warnings stop nobody.
  const findings = all.filter(d => d.code.startsWith('M10'));
  const wrong = all.some(d => d.severity === 'error') || findings.length > 0;
  reply.show(all, sources, 'out');
  for (const line of summaries) reply.say(line);
  if (wrong) reply.say(tally(all));
  else if (only !== undefined && files.length === 1)
    sayNext(reply, 'check', only, { file: files[0] as string, overrides: new Map() });
  reply.object(!wrong, { diagnostics: jsonDiagnostics(all, sources), games, mixers, asserts });
  return wrong ? exitCode.wrong : exitCode.done;
}

/** Decides every assertion; those that do not hold become diagnostics in `into`. */
async function decideAsserts(program: Program, study: Study, into: Diagnostic[]): Promise<readonly CheckedAssert[]> {
  if (program.asserts.length === 0) return [];
  const { evaluateAssert } = await import('../../compiler/properties/asserts.ts');
  const reporter = new Reporter();
  const checked: CheckedAssert[] = [];
  for (const spec of program.asserts) {
    const instance = spec.instantiate(new Map());
    if (instance.model === undefined) {
      into.push(...instance.diagnostics);
      continue;
    }
    const { model } = instance;
    const verdict = await evaluateAssert(spec, model, study);
    if (verdict.status === 'proved') {
      const { how: detail, rounded } = verdict;
      checked.push({
        claim: spec.text,
        game: model.name,
        status: 'proved',
        detail,
        ...(rounded === true ? { rounded } : {}),
      });
    } else if (verdict.status === 'failed') {
      checked.push({ claim: spec.text, game: model.name, status: 'failed', detail: verdict.fact });
      reporter.report(spec.at.file, spec.at.span, 'assertion-failed', { claim: spec.text, fact: verdict.fact });
    } else {
      checked.push({ claim: spec.text, game: model.name, status: 'unknown', detail: verdict.why });
      reporter.report(spec.at.file, spec.at.span, 'assertion-unknown', {
        claim: spec.text,
        reason: because(spec, model, study, verdict.why),
        large: study.list(model).problem?.kind === 'budget',
      });
    }
  }
  into.push(...reporter.diagnostics);
  return checked;
}

/** A game whose own chance or legality is broken says so with the draw's message. */
function because(_spec: AssertSpec, model: GameModel, study: Study, why: string): string {
  const { problem } = study.list(model);
  return problem === undefined || problem.kind === 'budget' || problem.kind === 'not-finite'
    ? why
    : `the game cannot be played: ${why}`;
}

/**
 * The class of every game that can be built without being told its parameters, as far as a quick look shows it. A game that this
 * look sees stuck is reported to `into`.
 */
async function glance(
  program: Program,
  into: Diagnostic[],
): Promise<readonly { readonly name: string; readonly words: string | undefined }[]> {
  const [{ Study: Listings }, { reportUnplayable }, { classify }, { factsOf }, { breakOffOf }] = await Promise.all([
    import('../study.ts'),
    import('../../compiler/project/unplayable.ts'),
    import('../../compiler/properties/classify.ts'),
    import('../../compiler/properties/facts.ts'),
    import('../../compiler/properties/glimpse.ts'),
  ]);
  const share = Math.min(1, glancedGames / Math.max(1, program.games.length));
  const quick = new Listings(Math.ceil(glanceStates * share), glanceEffort * share);
  const reporter = new Reporter();
  const words = program.games.map(({ name }) => {
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) return { name, words: undefined };
    const listed = quick.list(model);
    const problem = breakOffOf(model, listed);
    if (problem !== undefined) reportUnplayable(reporter, program, name, problem);
    return { name, words: classify(model, listed.game, factsOf(model, listed, { calculate: share === 1 })).words };
  });
  into.push(...reporter.diagnostics);
  return words;
}

function summary(file: string, program: Program, checked: readonly CheckedAssert[]): string {
  const mixers = program.mixers.filter(mixer => mixer.at.file === program.entry).length;
  const networks = program.networks.filter(network => network.at.file === program.entry).length;
  const parts = [
    ...(program.games.length > 0 || mixers + networks === 0 ? [counted(program.games.length, 'game')] : []),
    ...(program.solves.length > 0 ? [counted(program.solves.length, 'solve')] : []),
    ...(program.trains.length > 0 ? [counted(program.trains.length, 'training')] : []),
    ...(program.sweeps.length > 0 ? [counted(program.sweeps.length, 'sweep')] : []),
    ...(mixers > 0 ? [counted(mixers, 'mixer')] : []),
    ...(networks > 0 ? [counted(networks, 'network')] : []),
  ];
  const proved = checked.filter(a => a.status === 'proved').length;
  const rounded = checked.filter(a => a.rounded === true).length;
  const how = rounded === 0 ? '' : rounded === proved ? ' up to rounding' : `, ${rounded} of them up to rounding`;
  const claims = checked.length === 0 ? '' : `; ${proved} of ${counted(checked.length, 'assertion')} proved${how}`;
  return `${file}: ${parts.join(', ')}${claims}`;
}

function tally(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(d => d.severity === 'error').length;
  const warnings = diagnostics.filter(d => d.severity === 'warning').length;
  return `${counted(errors, 'error')}${warnings > 0 ? `, ${counted(warnings, 'warning')}` : ''}`;
}
