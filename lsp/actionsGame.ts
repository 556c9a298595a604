/** Code actions on the parts of a game: observing a variable, legality, a common reward, assertions of what is known. */
import type { Declaration, GameDecl, RewardItem } from '../grammar/ast.ts';
import { type Action, indentOf, insertion, rewrite, wholeLine } from './actionsBase.ts';
import type { Sheet } from './base.ts';
import { contains } from './base.ts';
import { gameOf } from './hover.ts';
import { type Decl, namesOf } from './names.ts';
import type { Project } from './project.ts';

/** The declaration of a game's own name at an offset. */
function declaredHere(project: Project, sheet: Sheet, offset: number, kind: Decl['kind']): Decl | undefined {
  const found = project.at(sheet, offset);
  return found?.use === undefined && found?.decl?.kind === kind ? found.decl : undefined;
}

/** At the declaration of a state variable: it becomes part of every observation that does not name it. */
export function observeVariable(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
): readonly Action[] {
  const decl = declaredHere(project, sheet, offset, 'state');
  if (decl === undefined || declaration.kind !== 'Game') return [];
  const observes = declaration.items.flatMap(item => (item.kind === 'Observe' ? [item] : []));
  const uses = namesOf(sheet).uses.filter(use => use.target.kind === 'decl' && use.target.decl === decl);
  if (observes.length === 0) {
    const state = declaration.items.find(item => item.kind === 'State');
    const end = declaration.items.findLast(item => item.kind === 'Reward' || item.kind === 'Step') ?? state;
    if (end === undefined) return [];
    const text = `\n\n${indentOf(sheet, end.span.start)}observe { ${decl.name} }`;
    return [insertion(`Let everyone observe ${decl.name}`, sheet, end.span.end, text)];
  }
  return observes
    .filter(item => !uses.some(use => contains(item.span, use.span.start)))
    .map(item => {
      const binder = item.binder;
      const type = binder?.type?.kind === 'NamedType' ? binder.type.name.text : undefined;
      // What there is one of for each agent of the binder is observed for that agent.
      const own =
        binder !== undefined && type !== undefined && new RegExp(`\\[\\s*(${type}|agents)\\s*\\]`).test(decl.written);
      const text = own ? `${decl.name}[${binder.name.text}]` : decl.name;
      const last = item.parts.at(-1);
      const at = last?.span.end ?? item.span.end - 1;
      const who = observes.length === 1 || binder === undefined ? '' : ` by ${type ?? binder.name.text}`;
      return insertion(`Observe ${decl.name}${who}`, sheet, at, last === undefined ? ` ${text} ` : `, ${text}`);
    });
}

/** At the declaration of an action without a legality clause. */
export function addLegality(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
): readonly Action[] {
  const decl = declaredHere(project, sheet, offset, 'action');
  if (decl === undefined || declaration.kind !== 'Game') return [];
  const has = declaration.items.some(
    item => item.kind === 'Legal' && item.actions.some(name => name.text === decl.name),
  );
  const after = declaration.items.findLast(
    item => item.kind === 'Legal' || item.kind === 'State' || item.kind === 'Init' || item.kind === 'Actions',
  );
  if (has || after === undefined) return [];
  const actions = declaration.items.find(item => item.kind === 'Actions' && contains(item.span, offset));
  const of = actions?.kind === 'Actions' ? actions.of : undefined;
  const classes = declaration.items.flatMap(item => (item.kind === 'Agents' ? item.classes : []));
  // A class of several has a binder with its type, one agent stands for itself.
  const single = of !== undefined && classes.some(one => one.name.text === of.text && one.count === undefined);
  const who = of === undefined ? 'p' : single ? of.text : `p: ${of.text}`;
  const text = `\n${indentOf(sheet, after.span.start)}legal ${decl.name} for ${who} = true`;
  return [insertion(`Say when ${decl.name} is legal`, sheet, after.span.end, text)];
}

/** At a reward of each agent: all are paid the sum of what they were paid apart. */
export function commonReward(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
): readonly Action[] {
  if (declaration.kind !== 'Game') return [];
  const rewards = declaration.items.filter((item): item is RewardItem => item.kind === 'Reward');
  const [first] = rewards;
  if (first === undefined || !rewards.some(({ span, value }) => span.start <= offset && offset < value.span.start))
    return [];
  const terms: string[] = [];
  for (const { form, value } of rewards) {
    if (form.kind !== 'each') return [];
    const { name, type } = form.binder;
    const agent = type === undefined && project.at(sheet, name.span.start)?.decl?.kind === 'agents';
    const text = sheet.slice(value.span);
    const set = type === undefined ? 'agents' : sheet.slice(type.span);
    if (!agent) terms.push(`sum(${text} for ${name.text} in ${set})`);
    else terms.push(['Number', 'NameExpr', 'Call', 'IndexExpr'].includes(value.kind) ? text : `(${text})`);
  }
  const others = rewards.slice(1).map(({ span }) => ({ ...wholeLine(sheet, span), text: '' }));
  return [
    rewrite('Pay every agent the sum of all rewards', sheet, [
      { ...first.span, text: `reward = ${terms.join(' + ')}` },
      ...others,
    ]),
  ];
}

/** Facts that a test of a game usually pins down. */
const telling = [
  'zero_sum',
  'common_reward',
  'turn_based',
  'perfect_information',
  'deterministic',
  'terminating',
  'symmetric',
];

/** At the name of a game: assertions of what the last analysis found, with values once the file was saved. */
export function knownValues(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  offset: number,
): readonly Action[] {
  if (declaration.kind !== 'Game' || !contains(declaration.name.span, offset)) return [];
  const game = gameOf(project, sheet, declaration.name.text);
  if (game === undefined) return [];
  const claimed = declaration.items.flatMap(item => (item.kind === 'Assert' ? [sheet.slice(item.claim.span)] : []));
  const facts = game.facts
    .filter(fact => fact.status === 'proved' && telling.includes(fact.property))
    .map(fact => fact.property);
  const states = 'count' in game.states && game.states.count > 1 ? [`states == ${game.states.count}`] : [];
  const all = [...facts, ...states, ...(game.values ?? []).map(one => one.claim)].filter(
    claim => !claimed.some(text => text.startsWith(claim.split(' == ')[0] as string)),
  );
  const end = closingBrace(sheet, declaration);
  if (all.length === 0 || end === undefined) return [];
  const text = `\n${all.map(claim => `  assert ${claim}\n`).join('')}`;
  return [insertion('Assert what is known of this game', sheet, end, text)];
}

function closingBrace(sheet: Sheet, { span }: GameDecl): number | undefined {
  const at = span.end - 1;
  return sheet.text[at] === '}' ? at : undefined;
}
