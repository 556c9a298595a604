/** Changes that an editor offers at a place: repairs of what is wrong, and what people often write next. */
import type { Diagnostic, Fix } from '../compiler/api.ts';
import type { Action } from './actionsBase.ts';
import { extractions } from './actionsExtract.ts';
import { addLegality, commonReward, knownValues, observeVariable } from './actionsGame.ts';
import { missingArms } from './actionsMatch.ts';
import { completeTable } from './actionsPayoff.ts';
import { otherAlgorithms, teamReward } from './actionsTrain.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { declarationAt, type Project } from './project.ts';

export type { Action, ActionKind } from './actionsBase.ts';

/** Everything offered for a stretch; `diagnostics` are those of the file. */
export function actions(
  project: Project,
  sheet: Sheet,
  range: Span,
  diagnostics: readonly Diagnostic[],
): readonly Action[] {
  const repairs = diagnostics
    .filter(({ at }) => at.span.start <= range.end && range.start <= at.span.end)
    .flatMap(one => one.fixes.map((fix): Action => repair(one, fix)));
  const declaration = declarationAt(sheet, range.start);
  const all = allRepairs(sheet, diagnostics);
  if (declaration === undefined) return [...repairs, ...all];
  const at = range.start;
  return [
    ...repairs,
    ...missingArms(project, sheet, declaration, at, diagnostics),
    ...completeTable(sheet, declaration, at),
    ...otherAlgorithms(project, sheet, declaration, at),
    ...teamReward(project, sheet, declaration, at, repairs),
    ...commonReward(project, sheet, declaration, at),
    ...observeVariable(project, sheet, declaration, at),
    ...addLegality(project, sheet, declaration, at),
    ...knownValues(project, sheet, declaration, at),
    ...extractions(project, sheet, declaration, range),
    ...all,
  ];
}

function repair(one: Diagnostic, fix: Fix): Action {
  const only = one.fixes.length === 1;
  return {
    title: fix.title,
    kind: 'quickfix',
    edits: editsOf(fix),
    repairs: one,
    ...(only ? { preferred: true as const } : {}),
  };
}

function editsOf(fix: Fix): readonly Edit[] {
  return fix.edits.map(({ file, span, text }) => ({ path: file, span, text }));
}

/** All repairs of the file that leave no choice, as one change; of two that touch the same text the first. */
function allRepairs(sheet: Sheet, diagnostics: readonly Diagnostic[]): readonly Action[] {
  const taken: Edit[] = [];
  let count = 0;
  for (const one of diagnostics) {
    const [fix] = one.fixes;
    if (fix === undefined || one.fixes.length > 1) continue;
    const edits = editsOf(fix);
    const clashes = edits.some(edit =>
      taken.some(({ span }) => edit.span.start <= span.end && span.start <= edit.span.end),
    );
    if (clashes || edits.some(edit => edit.path !== sheet.path)) continue;
    taken.push(...edits);
    count++;
  }
  if (count === 0) return [];
  const title = count === 1 ? 'Repair what has one repair' : `Repair all ${count} that have one repair`;
  return [{ title, kind: 'source.fixAll', edits: taken, repairs: undefined }];
}
