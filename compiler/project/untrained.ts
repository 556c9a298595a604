/** Trainings that end before their learner learns for the first time. */
import type { Span, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import { type Episodes, firstUpdate, mostSteps } from '../../runtime/learners/first-update.ts';
import { episodeLimit } from '../../runtime/learners/shared/shape.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { type Context, report } from '../elaborate/context.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';

/** Warns where the first update of a training cannot come within its budget, at the setting that it waits for. */
export function warnUntrained(ctx: Context, decl: TrainDecl, spec: TrainSpec, model: GameModel): void {
  const found = untrained(spec, model);
  if (found === undefined) return;
  const clause = decl.clauses.find((c): c is Extract<TrainClause, { kind: 'Algorithm' }> => c.kind === 'Algorithm');
  const setting = clause?.settings.find(({ name }) => name.text === found.setting);
  const fact = `${found.facts}${setting === undefined ? ' (the default)' : ''}, ${found.so}`;
  report(ctx, setting?.span ?? clause?.name.span ?? decl.name.span, 'never-updates', { fact, setting: found.setting });
}

/** The same of runs of a sweep, where the training itself is well: at the sweep, for the first of them. */
export function warnUntrainedRuns(
  ctx: Context,
  span: Span,
  base: TrainSpec,
  runs: readonly { readonly label: string; readonly spec: TrainSpec }[],
  model: GameModel,
): void {
  if (untrained(base, model) !== undefined) return;
  for (const { label, spec } of runs) {
    const found = untrained(spec, model);
    if (found === undefined) continue;
    const fact = `in \`${label}\`, ${found.facts}, ${found.so}`;
    report(ctx, span, 'never-updates', { fact, setting: found.setting });
    return;
  }
}

interface Untrained {
  readonly setting: string;
  /** `` `batch` asks for 5 000 transitions `` */
  readonly facts: string;
  readonly so: string;
}

function untrained(spec: TrainSpec, model: GameModel): Untrained | undefined {
  const episodes = episodesOf(model);
  const first = firstUpdate(spec, episodes);
  if (first === undefined) return undefined;
  const { setting, asks, step } = first;
  const facts = `\`${setting}\` asks for ${asks}`;
  if (!Number.isFinite(step)) return { setting, facts, so: 'so there is never an update' };
  const most = mostSteps(spec, episodes);
  if (most === undefined || step <= most) return undefined;
  const so = `so the first update would come at step ${grouped(step)}, and the budget ends at step ${grouped(most)}`;
  return { setting, facts, so };
}

/** What the declaration alone says of a game's episodes. */
function episodesOf(model: GameModel): Episodes {
  const discount = typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  const limit = episodeLimit({ ...model, discount });
  const bounded = model.oneShot || model.horizon !== undefined;
  const ends = model.end !== undefined && ir.constantOf(model.end) !== 0;
  return { limit, bounded, length: bounded && (model.oneShot || !ends) ? limit : undefined };
}

function grouped(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}
