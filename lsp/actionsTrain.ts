/** Code actions in trainings: another algorithm, one reward for a team. */
import type { Declaration, TrainDecl } from '../grammar/ast.ts';
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import { type Action, indentOf, insertion, rewrite, wholeLine } from './actionsBase.ts';
import type { Sheet, Span } from './base.ts';
import { contains } from './base.ts';
import { gameOf } from './hover.ts';
import type { Project } from './project.ts';

type Algorithm = Extract<TrainDecl['clauses'][number], { readonly kind: 'Algorithm' }>;

function algorithmOf(train: TrainDecl): Algorithm | undefined {
  return train.clauses.find((one): one is Algorithm => one.kind === 'Algorithm');
}

/** Other learners that fit the game, at the name of the one that is there. */
export function otherAlgorithms(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
): readonly Action[] {
  if (declaration.kind !== 'Train') return [];
  const clause = algorithmOf(declaration);
  if (clause === undefined || !contains(clause.name.span, offset)) return [];
  const fits = project.insight(sheet.path)?.trains.find(one => one.name === declaration.name.text)?.fits ?? [];
  return fits
    .filter(fit => fit.available && fit.status === 'fits' && fit.name !== clause.name.text)
    .slice(0, 8)
    .map((fit): Action => {
      const edits: (Span & { readonly text: string })[] = [{ ...clause.name.span, text: fit.name }];
      // Settings that the other algorithm does not have would only be refused.
      const known = algorithmNamed(fit.name)?.settings.map(one => one.name) ?? [];
      const foreign = clause.settings.filter(setting => !known.includes(setting.name.text));
      for (const setting of foreign) edits.push({ ...wholeLine(sheet, setting.span), text: '' });
      return rewrite(`Use ${fit.name}, which fits`, sheet, edits);
    });
}

/**
 * `team reward = sum` in a training whose agents are paid apart. Not where the diagnostic offers the same, and not where the rewards
 * add up to one number: nothing would be left to learn.
 */
export function teamReward(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
  offered: readonly Action[],
): readonly Action[] {
  if (declaration.kind !== 'Train') return [];
  const team = declaration.clauses.find(one => one.kind === 'TeamReward');
  const clause = algorithmOf(declaration);
  const near = [declaration.name.span, declaration.of.span, ...(clause === undefined ? [] : [clause.name.span])];
  if (team !== undefined || clause === undefined || !near.some(span => contains(span, offset))) return [];
  const game = gameOf(project, sheet, declaration.of.path.at(-1)?.text ?? '');
  const agents = game?.agents.reduce((sum, one) => sum + one.count, 0) ?? 0;
  const paidAlike = ['common_reward', 'zero_sum', 'constant_sum'];
  if (agents < 2 || game?.facts.some(fact => fact.status === 'proved' && paidAlike.includes(fact.property))) return [];
  const text = 'team reward = sum';
  if (offered.some(one => one.edits.some(edit => edit.text.includes(text)))) return [];
  const alone = sheet.text.slice(0, clause.span.start).split('\n').at(-1)?.trim() === '';
  const behind = alone ? `\n${indentOf(sheet, clause.span.start)}` : ' ';
  return [insertion('Let the agents share the sum of their rewards', sheet, clause.span.start, `${text}${behind}`)];
}
