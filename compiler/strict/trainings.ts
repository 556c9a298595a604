/** Trainings: what is set to happen outside of the run, and evaluations between which nothing can have changed. */
import type { Setting, Span, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { Quantity, Schedule, SettingDoc, TrainSpec } from '../../runtime/train/spec.ts';
import { isQuantity, isSchedule } from '../../runtime/train/written.ts';
import type { Fix } from '../api.ts';
import { type Reporter, replaceFix } from '../diagnostics/report.ts';
import type { GameModel } from '../game/model.ts';
import { shortestEpisode } from './plays.ts';

type Clause<K extends TrainClause['kind']> = Extract<TrainClause, { kind: K }>;

export interface Training {
  readonly file: string;
  readonly text: string;
  readonly decl: TrainDecl;
  readonly spec: TrainSpec;
  readonly model: GameModel | undefined;
}

export function lintTraining(training: Training, reporter: Reporter): void {
  const docs = algorithmNamed(training.spec.algorithm)?.settings ?? [];
  for (const doc of docs) {
    const found = outsideOfRun(doc, training.spec, training.model);
    if (found !== undefined) tellSetting(training, doc, found, reporter);
  }
  lintEvaluation(training, reporter);
}

export interface Outside {
  /** `` `epsilon` changes over 16 000 steps `` */
  readonly fact: string;
  /** What the run has: `the run has 100 steps`. */
  readonly run: string;
  /** A number of the setting's unit that would do. */
  readonly better: number | undefined;
}

/** What a setting promises that the run cannot hold; undefined where it can, or where that is not known. */
export function outsideOfRun(doc: SettingDoc, spec: TrainSpec, model: GameModel | undefined): Outside | undefined {
  const value = spec.settings[doc.name];
  const name = `\`${doc.name}\``;
  if (isSchedule(value)) {
    const most = mostIn(value.unit, spec, model);
    if (value.over === 0 || value.from === value.to || most === undefined || value.over <= most) return undefined;
    const fact = `${name} changes from ${value.from} to ${value.to} over ${grouped(value.over)} ${value.unit}`;
    return { fact, run: runText(value.unit, most), better: Math.max(1, Math.floor(most * 0.8)) };
  }
  const [count, unit] = isQuantity(value) ? [value.amount, value.unit] : [value, doc.unit];
  if (typeof count !== 'number' || unit === undefined) return undefined;
  const most = mostIn(unit, spec, model);
  if (/^target/.test(doc.name)) {
    if (count === 0) return { fact: `${name} is renewed every 0 ${unit}, which is never`, run: '', better: undefined };
    if (most === undefined || count <= most) return undefined;
    return {
      fact: `${name} is renewed every ${grouped(count)} ${unit}`,
      run: runText(unit, most),
      better: undefined,
    };
  }
  if (/^(replay|buffer)/.test(doc.name) && most !== undefined && count > most)
    return { fact: `${name} holds ${grouped(count)} ${unit}`, run: runText(unit, most), better: most };
  return undefined;
}

function runText(unit: string, most: number): string {
  return `the run has ${grouped(most)} ${most === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** Steps or episodes that a run can have at most. */
function mostIn(unit: Quantity['unit'], spec: TrainSpec, model: GameModel | undefined): number | undefined {
  const { budget } = spec;
  // No episode is shorter than one step.
  if (budget.unit === unit || unit === 'episodes') return budget.amount;
  const longest = model?.oneShot === true ? 1 : model?.horizon;
  return longest === undefined ? undefined : budget.amount * longest;
}

function tellSetting(training: Training, doc: SettingDoc, found: Outside, reporter: Reporter): void {
  const { file, decl, spec } = training;
  const clause = decl.clauses.find((c): c is Clause<'Algorithm'> => c.kind === 'Algorithm');
  if (clause === undefined) return;
  const setting = clause.settings.find(s => s.name.text === doc.name);
  // A memory with room to spare does no harm; only who asked for it may have meant something else.
  if (setting === undefined && doc.type === 'quantity') return;
  const given = setting === undefined ? ', its default' : '';
  const span = setting?.span ?? clause.name.span;
  const value = spec.settings[doc.name];
  const fixes =
    found.better === undefined || !isSchedule(value)
      ? []
      : scheduleFix(training, clause, setting, doc.name, value, found.better);
  const run = found.run === '' ? '' : `, and ${found.run}`;
  reporter.report(file, span, 'outside-the-run', { fact: `${found.fact}${given}${run}` }, { fixes });
}

function scheduleFix(
  { file, text: source }: Training,
  clause: Clause<'Algorithm'>,
  setting: Setting | undefined,
  name: string,
  value: Schedule,
  better: number,
): readonly Fix[] {
  const title = `Let it end after ${grouped(better)} ${value.unit}`;
  if (setting !== undefined)
    return setting.value.kind === 'Schedule'
      ? [replaceFix(title, file, setting.value.over.value.span, `${better}`)]
      : [];
  const text = `${name} = ${value.from} -> ${value.to} over ${better} ${value.unit}`;
  const [first] = clause.settings;
  if (first !== undefined) {
    // Before the others: behind one, its name could be read as the unit of a number.
    const { start } = first.span;
    const indent = /\n([ \t]*)$/.exec(source.slice(0, start))?.[1];
    return [replaceFix(title, file, { start, end: start }, `${text}${indent === undefined ? ' ' : `\n${indent}`}`)];
  }
  const { end } = clause.name.span;
  return clause.span.end === end ? [replaceFix(title, file, { start: end, end }, ` { ${text} }`)] : [];
}

function lintEvaluation({ file, decl, spec, model }: Training, reporter: Reporter): void {
  const { every } = spec.evaluate;
  if (model === undefined || every.unit !== 'steps') return;
  const shortest = shortestEpisode(model);
  if (shortest === undefined || every.amount >= shortest * spec.envs) return;
  const clause = decl.clauses.find((c): c is Clause<'Evaluate'> => c.kind === 'Evaluate');
  const budget = decl.clauses.find((c): c is Clause<'Budget'> => c.kind === 'Budget');
  const span: Span = clause?.every.span ?? budget?.span ?? decl.name.span;
  const by = clause === undefined ? ', a tenth of the budget,' : '';
  const games = spec.envs === 1 ? '' : ` of ${spec.envs} games`;
  const needed = shortest * spec.envs;
  const fact = `it is due every ${grouped(every.amount)} steps${by} and an episode${games} takes at least ${grouped(needed)}`;
  const title = `Evaluate every ${grouped(needed)} steps`;
  const end = budget === undefined ? undefined : { start: budget.span.end, end: budget.span.end };
  const fixes =
    clause !== undefined
      ? [replaceFix(title, file, clause.every.value.span, `${needed}`)]
      : end === undefined
        ? []
        : [replaceFix(title, file, end, ` evaluate every ${needed} steps for ${spec.evaluate.episodes} episodes`)];
  reporter.report(file, span, 'evaluates-too-often', { fact }, { fixes });
}

function grouped(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}
