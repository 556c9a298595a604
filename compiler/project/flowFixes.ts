/** The two repairs of a policy that reads what its agent does not observe: observe it, or leave it to a critic. */
import type { ObserveItem, ReadsClause, Span, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { Fix } from '../api.ts';
import type { Context, Inside } from '../elaborate/context.ts';
import type { Input } from '../elaborate/inputs.ts';
import type { GameModel } from '../game/model.ts';
import { fitOf } from '../requirements/fit.ts';
import { Subject } from '../requirements/subject.ts';
import { learnerNamed } from '../requirements/table.ts';

type Edit = Fix['edits'][number];

function textAt(ctx: Context, file: string, span: Span): string {
  return ctx.build.text(file).slice(span.start, span.end);
}

/** `[p: Player]` as it was written. */
function binderText(ctx: Context, { binder }: ReadsClause): string {
  return binder === undefined ? '' : `[${textAt(ctx, ctx.file, binder.span)}]`;
}

/** Adds the input to what the game lets its agents observe. Games of the library are not ours to change. */
export function observeFix(ctx: Context, inside: Inside, input: Input): Fix | undefined {
  const { file } = inside.ctx;
  const items = inside.decl.items.filter((item): item is ObserveItem => item.kind === 'Observe');
  const last = items.at(-1);
  if (last === undefined || file.startsWith('std:')) return undefined;
  const written = textAt(ctx, ctx.file, input.part.span);
  const text = input.whole ? [...inside.ctx.build.states.keys()].join(', ') : written;
  const binder = binderText(ctx, input.clause);
  const same = items.find(
    item =>
      binder === (item.binder === undefined ? '' : `[${textAt(ctx, file, item.binder.span)}]`) && item.parts.length > 0,
  );
  const behind = same?.parts.at(-1)?.span.end;
  const edit: Edit =
    behind === undefined
      ? { file, span: { start: last.span.end, end: last.span.end }, text: `\n  observe${binder} { ${text} }` }
      : { file, span: { start: behind, end: behind }, text: `, ${text}` };
  return { title: `Observe it in \`${inside.decl.name.text}\``, edits: [edit] };
}

/**
 * Moves the input to what the critic reads; where the algorithm has none (`without`), the algorithm becomes one that has, if that
 * fits the game and has the settings that are given.
 */
export function criticFix(
  ctx: Context,
  decl: TrainDecl,
  model: GameModel,
  input: Input,
  without: string | undefined,
): { readonly fix: Fix; readonly words: string } | undefined {
  const edits: Edit[] = [removal(ctx, input), addition(ctx, decl, input)];
  if (without === undefined)
    return { fix: { title: 'Move it to `critic reads`', edits }, words: 'move it to `critic reads`' };
  const algorithm = decl.clauses.find(
    (clause): clause is Extract<TrainClause, { kind: 'Algorithm' }> => clause.kind === 'Algorithm',
  );
  const central = learnerNamed('CentralQ');
  if (algorithm === undefined || central === undefined) return undefined;
  const words = 'move it to `critic reads` of an algorithm that has a critic or a central value, such as `CentralQ`';
  const settings = algorithmNamed(central.name)?.settings.map(setting => setting.name) ?? [];
  const known = algorithm.settings.every(setting => settings.includes(setting.name.text));
  const team = decl.clauses.find(
    (clause): clause is Extract<TrainClause, { kind: 'TeamReward' }> => clause.kind === 'TeamReward',
  );
  const how = team?.how.text === 'sum' || team?.how.text === 'mean' ? team.how.text : 'none';
  const { status } = fitOf(central, new Subject(model, { team: how }));
  if (!known || (status !== 'fits' && status !== 'meant for other games')) return undefined;
  edits.push({ file: ctx.file, span: algorithm.name.span, text: central.name });
  return { fix: { title: `Move it to \`critic reads\` of \`${central.name}\``, edits }, words };
}

function removal(ctx: Context, { part, clause }: Input): Edit {
  const k = clause.parts.indexOf(part);
  const before = clause.parts[k - 1];
  const after = clause.parts[k + 1];
  const start = before === undefined ? part.span.start : before.span.end;
  const end = before === undefined && after !== undefined ? after.span.start : part.span.end;
  return { file: ctx.file, span: { start, end }, text: '' };
}

function addition(ctx: Context, decl: TrainDecl, { part, clause }: Input): Edit {
  const text = textAt(ctx, ctx.file, part.span);
  const binder = binderText(ctx, clause);
  for (const other of decl.clauses) {
    if (other.kind !== 'Reads' || other.who !== 'critic' || binderText(ctx, other) !== binder) continue;
    const end = other.parts.at(-1)?.span.end;
    if (end !== undefined) return { file: ctx.file, span: { start: end, end }, text: `, ${text}` };
  }
  const { end } = clause.span;
  return { file: ctx.file, span: { start: end, end }, text: `\n  critic${binder} reads { ${text} }` };
}
