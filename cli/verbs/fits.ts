/** `marl info FILE[:Game] --fits`: which algorithms and solvers fit a game, which do not, and the fact that decides. */
import type { Diagnostic, Source } from '../../compiler/api.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { nameOf, type Row } from '../../compiler/requirements/base.ts';
import { decisive, type Fit, type FitStatus, fitsOf, reason, Subject } from '../../compiler/requirements/fit.ts';
import { factText } from '../../compiler/requirements/verdict.ts';
import { exitCode } from '../io.ts';
import { jsonDiagnostics, type Reply } from '../reply.ts';
import type { Listing } from '../study.ts';
import { displayWidth } from '../text.ts';

const headings: readonly (readonly [FitStatus, string])[] = [
  ['fits', 'fits'],
  ['with team reward', 'fits where the training declares `team reward = sum`'],
  ['meant for other games', 'runs, but is meant for other games'],
  ['undecided', 'undecided'],
  ['no', 'does not fit'],
];

export function fits(
  reply: Reply,
  model: GameModel,
  listed: Listing,
  program: { readonly diagnostics: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, Source> },
): number {
  const found = fitsOf(new Subject(model, { list: () => listed }));
  if (reply.json) {
    reply.object(true, {
      name: model.name,
      params: Object.fromEntries(model.params.map(p => [p.name, p.value])),
      fits: found.map(jsonFit),
      diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
    });
    return exitCode.done;
  }
  const params = model.params.map(p => `${p.name} = ${p.value}`).join(', ');
  reply.say(
    `${model.name}${params === '' ? '' : ` (${params})`}: what fits. What stands in brackets is announced, not here.`,
  );
  for (const line of fitLines(found)) reply.say(line);
  return exitCode.done;
}

/** The groups of a whole table, what each group needs (with the fact that decides, or without), and the names in it. */
export function fitLines(
  found: readonly Fit[],
  facts: 'with facts' | 'without facts' = 'with facts',
): readonly string[] {
  const lines: string[] = [];
  for (const [status, heading] of headings) {
    const group = found.filter(fit => fit.status === status);
    if (group.length === 0) continue;
    lines.push('', heading);
    const reasons = new Map<string, Fit[]>();
    for (const fit of group) {
      const needs = decisive(fit)?.needs;
      const why = status === 'fits' ? '' : facts === 'with facts' ? reason(fit) : `needs ${needs}`;
      reasons.set(why, [...(reasons.get(why) ?? []), fit]);
    }
    for (const [why, fitting] of reasons) {
      if (why === '') lines.push(...kinds(fitting, '  '));
      else lines.push(`  ${why}`, ...kinds(fitting, '      '));
    }
  }
  return lines;
}

/** Learners first, then a paragraph for each concept with its solvers; what this version cannot run comes last, in brackets. */
function kinds(group: readonly Fit[], indent: string): readonly string[] {
  const rows = [...new Map(group.map(({ row }) => [nameOf(row), row])).values()].sort(
    (a, b) => Number(b.available) - Number(a.available),
  );
  const learners = rows.filter(row => row.kind === 'learner').map(row => shown(row, row.name));
  const concepts = new Map<string, string[]>();
  for (const row of rows)
    if (row.kind === 'solver')
      concepts.set(row.concept, [...(concepts.get(row.concept) ?? []), shown(row, row.method)]);
  return [
    ...(learners.length === 0 ? [] : paragraph(learners, indent, '')),
    ...[...concepts].flatMap(([concept, methods]) => paragraph(methods, indent, `${concept} by `)),
  ];
}

function shown(row: Row, name: string): string {
  return row.available ? name : `[${name}]`;
}

const columns = 100;

/** Words with commas between them on lines of at most `columns`, the first one behind `head`, the others further in. */
function paragraph(words: readonly string[], indent: string, head: string): readonly string[] {
  const lines: string[] = [];
  let line = indent + head;
  words.forEach((word, k) => {
    const text = k === words.length - 1 ? word : `${word},`;
    if (line.trim() !== '' && displayWidth(line) + 1 + displayWidth(text) > columns) {
      lines.push(line);
      line = `${indent}${head === '' ? '' : '    '}${text}`;
    } else line += line.endsWith(' ') || line === '' ? text : ` ${text}`;
  });
  return [...lines, line];
}

function jsonFit(fit: Fit): Record<string, unknown> {
  const { row, status, verdicts } = fit;
  const name =
    row.kind === 'learner'
      ? { kind: row.kind, name: row.name }
      : { kind: row.kind, name: nameOf(row), concept: row.concept, method: row.method };
  const verdict = decisive(fit);
  return {
    ...name,
    available: row.available,
    status,
    reason: verdict === undefined ? null : reason(fit),
    requirements: verdicts.map(({ requirement, needs, fact }) => ({
      kind: requirement.kind,
      needs,
      advice: requirement.advice === true,
      status: fact.status,
      fact: factText(fact),
      state: fact.status === 'refuted' ? (fact.witness.state ?? null) : null,
      jointAction: fact.status === 'refuted' ? (fact.witness.jointAction ?? null) : null,
    })),
  };
}
