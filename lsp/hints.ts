/** What the compiler knows and the program does not say, shown between its words. */
import type { Declaration, GameDecl, Stmt, TrainDecl } from '../grammar/ast.ts';
import type { Sheet, Span } from './base.ts';
import { gameOf } from './hover.ts';
import type { GameInsight } from './insight.ts';
import { solveName } from './lenses.ts';
import type { Project } from './project.ts';

export interface Hint {
  readonly at: number;
  readonly text: string;
  readonly kind: 'type' | 'fact';
  readonly tooltip: string;
}

/** Hints of a stretch; types only while the text is the one that was analysed. */
export function hints(project: Project, sheet: Sheet, range: Span): readonly Hint[] {
  return sheet.ast.declarations
    .flatMap(one => declarationHints(project, sheet, one))
    .filter(({ at }) => range.start <= at && at <= range.end);
}

function declarationHints(project: Project, sheet: Sheet, one: Declaration): readonly Hint[] {
  if (one.kind === 'Const')
    return one.type === undefined ? typeHint(project, sheet, one.name.span, one.value.span) : [];
  if (one.kind === 'Fn') return lets(project, sheet, one.lets);
  if (one.kind === 'Solve') return answered(project, sheet, solveName(sheet, one), one.span.end);
  if (one.kind === 'Train') return trained(project, sheet, one);
  if (one.kind !== 'Game') return [];
  const game = gameOf(project, sheet, one.name.text);
  return [
    ...one.items.flatMap(item => {
      switch (item.kind) {
        case 'Step':
        case 'Init':
          return lets(project, sheet, item.stmts);
        case 'Fn':
          return lets(project, sheet, item.lets);
        case 'Const':
          return item.type === undefined ? typeHint(project, sheet, item.name.span, item.value.span) : [];
        default:
          return [];
      }
    }),
    ...(game === undefined ? [] : [...observations(one, game), ...states(sheet, one, game)]),
    ...answered(project, sheet, one.name.text, one.name.span.end),
  ];
}

/** The answer of the last run of a solver. */
function answered(project: Project, sheet: Sheet, name: string, at: number): readonly Hint[] {
  const found = project.answer(sheet, name);
  return found === undefined ? [] : [{ at, text: ` ${found.short}`, kind: 'fact', tooltip: found.lines.join('\n') }];
}

/** How the last training ended, behind its name and game. */
function trained(project: Project, sheet: Sheet, one: TrainDecl): readonly Hint[] {
  const run = project.lastRun(sheet, one.name.text);
  if (run === undefined) return [];
  const seeds = `${run.seeds} ${run.seeds === 1 ? 'seed' : 'seeds'}`;
  const text = ` return ${run.result}, ${seeds}${run.same ? '' : ', of an older text'}`;
  const tooltip = `The last evaluation of ${run.algorithm} in ${run.folder}: return (${run.reduction}), mean and standard error over ${seeds}.`;
  return [{ at: one.of.span.end, text, kind: 'fact', tooltip }];
}

function lets(project: Project, sheet: Sheet, stmts: readonly Stmt[]): readonly Hint[] {
  return stmts.flatMap(stmt => {
    if (stmt.kind !== 'Let' || stmt.type !== undefined || stmt.value.kind !== 'Is') return [];
    const end =
      stmt.binders.length === 0 ? stmt.name.span.end : sheet.text.indexOf(']', stmt.binders.at(-1)!.span.end) + 1;
    return typeHint(project, sheet, { start: stmt.name.span.start, end }, stmt.value.value.span);
  });
}

function typeHint(project: Project, sheet: Sheet, name: Span, value: Span): readonly Hint[] {
  const type = project.typeAt(sheet, value);
  if (type === undefined || type.startsWith('an ')) return [];
  const short = type.length <= 30 ? type : `${type.slice(0, 27)}...`;
  return [{ at: name.end, text: `: ${short}`, kind: 'type', tooltip: `The type that the compiler found: ${type}` }];
}

/** How many numbers an agent sees, at the last `observe` that speaks of it. */
function observations(decl: GameDecl, game: GameInsight): readonly Hint[] {
  const last = new Map<string, number>();
  for (const item of decl.items) {
    if (item.kind !== 'Observe') continue;
    const type = item.binder?.type;
    const name = type?.kind === 'NamedType' ? type.name.text : item.binder?.name.text;
    const classes = game.agents.filter(agent => agent.class === name);
    for (const agent of classes.length > 0 ? classes : game.agents) last.set(agent.class, item.span.end);
  }
  const at = new Map<number, string[]>();
  for (const agent of game.agents) {
    const end = last.get(agent.class);
    if (end === undefined) continue;
    const of = game.agents.every(other => other.observation === agent.observation) ? '' : `${agent.class}: `;
    const text = `${of}${agent.observation} ${agent.observation === 1 ? 'number' : 'numbers'}`;
    const known = at.get(end) ?? [];
    if (!known.includes(text)) at.set(end, [...known, text]);
  }
  return [...at].map(([end, texts]) => ({
    at: end,
    text: ` ${texts.join(', ')}`,
    kind: 'fact',
    tooltip: 'Length of the observation as a network reads it',
  }));
}

/** Reachable states, and who acts, behind the brace that opens the game. */
function states(sheet: Sheet, decl: GameDecl, game: GameInsight): readonly Hint[] {
  const open = sheet.text.indexOf('{', decl.where?.span.end ?? decl.params.at(-1)?.span.end ?? decl.name.span.end);
  if (open < 0 || open > decl.span.end) return [];
  const is = (property: string): boolean =>
    game.facts.some(fact => fact.property === property && fact.status === 'proved');
  const parts = [
    ...('count' in game.states && game.states.count > 1 ? [`${game.states.count} states`] : []),
    ...(is('turn_based') ? ['one acts at a time'] : is('simultaneous') ? ['all act at once'] : []),
  ];
  if (parts.length === 0) return [];
  return [{ at: open + 1, text: ` ${parts.join(', ')}`, kind: 'fact', tooltip: game.words }];
}
