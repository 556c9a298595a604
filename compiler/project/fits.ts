/** Trainings and solves against the table of requirements: what cannot work is refused, with what shows it and with repairs. */
import type { Declaration, GameRef, SolveDecl, Span, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import type { Fix } from '../api.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';
import type { Fact } from '../properties/base.ts';
import { isProperty } from '../properties/facts.ts';
import { inGeneral } from '../properties/residual.ts';
import type { LearnerRow, Requirement, SolverRow } from '../requirements/base.ts';
import { announcedInstead, fitOf, fitOfConcept, learnersInstead, solversInstead } from '../requirements/fit.ts';
import { Subject, type TeamReward } from '../requirements/subject.ts';
import { conceptNames, solverRows, solversOf } from '../requirements/table.ts';
import { factText, type Verdict } from '../requirements/verdict.ts';
import type { GameLike } from './instance.ts';

type AlgorithmClause = Extract<TrainClause, { kind: 'Algorithm' }>;

/** The property that an assertion can decide with more states than a check looks at. */
const assertable: Partial<Readonly<Record<Requirement['kind'], string>>> = {
  team: 'common_reward',
  'common-reward': 'common_reward',
  'zero-sum': 'zero_sum',
  'constant-sum': 'constant_sum',
  'no-conflict': 'no_conflict',
  'turn-based': 'turn_based',
  'perfect-information': 'perfect_information',
  deterministic: 'deterministic',
  ends: 'terminating',
};

/** The case, and behind it what the rewards are in general where that is short. */
function explained({ kind }: Requirement, fact: Fact, model: GameModel | undefined): string {
  const property = assertable[kind];
  const general =
    model === undefined || fact.status !== 'refuted' || property === undefined || !isProperty(property)
      ? undefined
      : inGeneral(model, property);
  return general === undefined ? factText(fact) : `${factText(fact)}; ${general}`;
}

/** Properties asserted of just this game: they are decided where assertions are, with more states than a check looks at. */
export function assertedOf(
  ctx: Context,
  declarations: readonly Declaration[],
  ref: GameRef,
  decl: GameLike | undefined,
): ReadonlySet<string> {
  const own = decl?.kind === 'Game' && ref.args.length === 0 ? decl.items : [];
  const text = (of: GameRef): string => written(ctx, of.span);
  const asserts = [
    ...own.filter(item => item.kind === 'Assert'),
    ...declarations.filter(d => d.kind === 'Assert' && d.of !== undefined && text(d.of) === text(ref)),
  ];
  return new Set(asserts.flatMap(d => (d.kind === 'Assert' && d.claim.kind === 'NameExpr' ? [d.claim.name.text] : [])));
}

/** A piece of the source on one line. */
function written(ctx: Context, { start, end }: Span): string {
  return ctx.build.text(ctx.file).slice(start, end).replace(/\s+/g, ' ');
}

/** Reports every requirement of an algorithm that its game does not meet, and an algorithm that this version only announces. */
export function checkLearner(
  ctx: Context,
  decl: TrainDecl,
  clause: AlgorithmClause,
  row: LearnerRow,
  model: GameModel | undefined,
  options: { readonly team: TeamReward; readonly asserted: ReadonlySet<string> },
): void {
  const at = clause.name.span;
  const subject = model === undefined ? undefined : new Subject(model, options);
  let refused = false;
  if (subject !== undefined)
    for (const verdict of fitOf(row, subject).verdicts)
      if (tellMisfit(ctx, decl, clause, row, subject, verdict)) refused = true;
  if (subject !== undefined && !refused) tellRewards(ctx, clause, row, subject);
  if (row.available || refused) return;
  const fitting = subject === undefined ? [] : learnersInstead(row, subject);
  report(
    ctx,
    at,
    'not-available',
    { name: row.name, ...optional(fitting.length === 0 ? undefined : `${use(fitting)}, which this version has.`) },
    { fixes: fitting.slice(0, 3).map(other => replaceFix(`Use \`${other.name}\``, ctx.file, at, other.name)) },
  );
}

/** Says that an algorithm needs the rewards of all agents, where they are not known from one's own. */
function tellRewards(ctx: Context, clause: AlgorithmClause, row: LearnerRow, subject: Subject): void {
  const { agents } = subject.model;
  if (!row.requires.some(({ kind }) => kind === 'rewards-in-training') || subject.team !== 'none') return;
  if (subject.property('common_reward').status === 'proved') return;
  if (agents.length === 2 && subject.property('zero_sum').status === 'proved') return;
  const labels = agents.map(({ label }) => label);
  const told = agents.length > 4 ? 'all agents' : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
  report(ctx, clause.name.span, 'told-rewards', { algorithm: row.name, agents: told });
}

/** True where the requirement is not met and not only advice. */
function tellMisfit(
  ctx: Context,
  decl: TrainDecl,
  clause: AlgorithmClause,
  row: LearnerRow,
  subject: Subject,
  verdict: Verdict,
): boolean {
  const { requirement, needs, fact, repair } = verdict;
  if (fact.status === 'proved') return false;
  const at = clause.name.span;
  if (fact.status === 'unknown') {
    tellUndecided(ctx, decl, clause, row, verdict);
    return false;
  }
  const args = { algorithm: row.name, needs, fact: explained(requirement, fact, subject.model) };
  const fitting = learnersInstead(row, subject);
  const fixes = fitting.slice(0, 3).map(other => replaceFix(`Use \`${other.name}\``, ctx.file, at, other.name));
  if (requirement.advice === true) {
    report(ctx, at, 'may-not-fit', { ...args, ...optional(sentence(use(fitting))) }, { fixes });
    return false;
  }
  if (repair === 'team reward') {
    const others = fitting.length === 0 ? '' : `; or use ${names(fitting)}`;
    const remedy = `Say how individual rewards become one: \`team reward = sum\`${others}.`;
    report(ctx, at, 'does-not-fit', { ...args, remedy }, { fixes: [teamFix(ctx, clause), ...fixes] });
    return true;
  }
  const finite = requirement.kind === 'finite-actions' ? 'Give the game a finite action set.' : undefined;
  report(ctx, at, 'does-not-fit', { ...args, ...optional(sentence(use(fitting)) ?? finite) }, { fixes });
  return true;
}

function tellUndecided(
  ctx: Context,
  decl: TrainDecl,
  clause: AlgorithmClause,
  row: LearnerRow,
  { requirement, needs, fact }: Verdict,
): void {
  const property = assertable[requirement.kind];
  // Advice that nothing could decide would only be noise.
  if (requirement.advice === true && property === undefined) return;
  const game = written(ctx, decl.of.span);
  const remedy =
    property === undefined
      ? 'Try the same training on smaller parameters, where it can be decided.'
      : `Add \`assert ${property} of ${game}\`: assertions look at up to 500 000 states.`;
  const end = { start: decl.span.end, end: decl.span.end };
  const fixes =
    property === undefined
      ? []
      : [replaceFix(`Assert \`${property}\``, ctx.file, end, `\nassert ${property} of ${game}\n`)];
  const found = `whether that holds is not known: ${factText(fact)}`;
  report(ctx, clause.name.span, 'may-not-fit', { algorithm: row.name, needs, fact: found, remedy }, { fixes });
}

/** Puts `team reward = sum` before the algorithm, on a line of its own where the algorithm stands on one. */
function teamFix(ctx: Context, clause: AlgorithmClause): Fix {
  const { start } = clause.span;
  const before = ctx.build.text(ctx.file).slice(0, start);
  const indent = /\n([ \t]*)$/.exec(before)?.[1];
  const text = `team reward = sum${indent === undefined ? ' ' : `\n${indent}`}`;
  return replaceFix('Declare `team reward = sum`', ctx.file, { start, end: start }, text);
}

/** Reports a solve that can never run on its game; without a game only what its names say. */
export function checkSolve(
  ctx: Context,
  decl: SolveDecl,
  model: GameModel | undefined,
  asserted: ReadonlySet<string>,
): void {
  const concept = decl.concept.text;
  if (!conceptNames.includes(concept)) {
    const here = [...new Set(solverRows.filter(row => row.available).map(row => row.concept))];
    const suggestion = suggest(concept, here);
    const known = here.join(', ');
    const fixes =
      suggestion === undefined
        ? []
        : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, decl.concept.span, suggestion)];
    report(ctx, decl.concept.span, 'unknown-concept', { name: concept, suggestion, known }, { fixes });
    return;
  }
  const method = decl.method?.text;
  if (decl.method !== undefined && solversOf(concept, method).length === 0) {
    unknownMethod(ctx, concept, decl.method.text, decl.method.span);
    return;
  }
  // Whatever is undecided here, `marl solve` decides before it solves.
  const subject = model === undefined ? undefined : new Subject(model, { asserted });
  const at = decl.method?.span ?? decl.concept.span;
  const fit = subject === undefined ? undefined : fitOfConcept(concept, method, subject);
  const row = fit?.row.kind === 'solver' ? fit.row : solversOf(concept, method)[0];
  if (row === undefined) return;
  const unmet = fit?.verdicts.find(v => v.fact.status === 'refuted');
  const fitting = subject === undefined ? [] : solversInstead(row, subject);
  const fixes = fitting.slice(0, 3).map(other => solveFix(ctx, decl, other));
  if (unmet !== undefined) {
    const announced = subject === undefined ? [] : announcedInstead(row, subject);
    const later =
      announced[0]?.kind === 'solver' ? `\`by ${announced[0].method}\` is for such games and announced.` : undefined;
    const name = method === undefined ? concept : `${concept} by ${method}`;
    const remedy = sentence(use(fitting)) ?? later;
    const args = {
      algorithm: name,
      needs: unmet.needs,
      fact: explained(unmet.requirement, unmet.fact, model),
      ...optional(remedy),
    };
    report(ctx, at, 'does-not-fit', args, { fixes });
    return;
  }
  if (row.available) return;
  const name = method === undefined ? concept : `${concept} by ${method}`;
  const remedy = fitting.length === 0 ? undefined : `${use(fitting)}, which this version has.`;
  report(ctx, at, 'not-available', { name, ...optional(remedy) }, { fixes });
}

function unknownMethod(ctx: Context, concept: string, found: string, span: Span): void {
  const here = [
    ...new Set(
      solversOf(concept)
        .filter(row => row.available)
        .map(row => row.method),
    ),
  ];
  const suggestion =
    suggest(found, here) ??
    suggest(
      found,
      solversOf(concept).map(row => row.method),
    );
  report(
    ctx,
    span,
    'bad-setting',
    {
      name: 'by',
      expected: `one of ${here.join(', ')} for \`${concept}\``,
      found: `\`${found}\``,
      ...optional(suggestion === undefined ? undefined : `Did you mean \`${suggestion}\`?`),
    },
    suggestion === undefined ? {} : { fixes: [replaceFix(`Replace by \`${suggestion}\``, ctx.file, span, suggestion)] },
  );
}

/** The declaration rewritten for another concept: the method goes, an objective stays where the concept takes one. */
function solveFix(ctx: Context, decl: SolveDecl, row: SolverRow): Fix {
  const keeps = decl.maximizing !== undefined && row.concept.includes('correlated');
  const tail = keeps ? ` maximizing ${decl.maximizing?.text}` : '';
  const edits = [{ file: ctx.file, span: decl.concept.span, text: row.concept }];
  const end = decl.maximizing?.span.end ?? decl.span.end;
  if (decl.method !== undefined || decl.maximizing !== undefined || decl.iterations !== undefined)
    edits.push({ file: ctx.file, span: { start: decl.of.span.end, end }, text: tail });
  return { title: `Solve for \`${row.concept}\``, edits };
}

function names(rows: readonly (LearnerRow | SolverRow)[]): string {
  const words = rows.slice(0, 3).map(row => `\`${row.kind === 'learner' ? row.name : row.concept}\``);
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function use(rows: readonly (LearnerRow | SolverRow)[]): string {
  return rows.length === 0 ? '' : `Use ${names(rows)}`;
}

function sentence(text: string): string | undefined {
  return text === '' ? undefined : `${text}.`;
}

function optional(remedy: string | undefined): { readonly remedy?: string } {
  return remedy === undefined ? {} : { remedy };
}
