/** What takes longer than a keystroke: assertions decided, games listed in full. Runs when a file is saved. */
import type { Diagnostic, Program } from '../compiler/api.ts';
import { Reporter } from '../compiler/diagnostics/report.ts';
import { reportUnplayable } from '../compiler/project/unplayable.ts';
import { type AssertTools, evaluateAssert } from '../compiler/properties/asserts.ts';
import { breakOffOf } from '../compiler/properties/glimpse.ts';
import { type GameInsight, gameInsight } from './insight.ts';
import { knownValuesOf } from './knownValues.ts';

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly what: string;
}

export interface Studied {
  /** Assertions that do not hold or are not decided, games that cannot be played. */
  readonly diagnostics: readonly Diagnostic[];
  readonly games: readonly GameInsight[];
}

/** Everything there is to find out about a program without errors; progress is told before each part. */
export async function study(
  program: Program,
  tools: AssertTools,
  tell: (progress: Progress) => void,
): Promise<Studied> {
  const reporter = new Reporter();
  const games: GameInsight[] = [];
  if (program.diagnostics.some(one => one.severity === 'error')) return { diagnostics: [], games };
  const of = program.games.length + program.asserts.length;
  let done = 0;
  for (const { name } of program.games) {
    tell({ done: done++, of, what: name });
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) continue;
    const listed = tools.list(model);
    const problem = breakOffOf(model, listed);
    if (problem !== undefined) reportUnplayable(reporter, program, name, problem);
    const insight = gameInsight(model, listed, true);
    games.push({ ...insight, values: await knownValuesOf(model, listed, insight.facts, tools) });
  }
  for (const spec of program.asserts) {
    tell({ done: done++, of, what: spec.text });
    const { model } = spec.instantiate(new Map());
    if (model === undefined) continue;
    const verdict = await evaluateAssert(spec, model, tools);
    const { file, span } = spec.at;
    if (verdict.status === 'failed')
      reporter.report(file, span, 'assertion-failed', { claim: spec.text, fact: verdict.fact });
    if (verdict.status === 'unknown') {
      const listed = tools.list(model);
      const large = listed.game === undefined && listed.problem?.kind === 'budget';
      reporter.report(file, span, 'assertion-unknown', { claim: spec.text, reason: verdict.why, large });
    }
  }
  return { diagnostics: reporter.diagnostics, games };
}
