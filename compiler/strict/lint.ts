/** `marl check --strict`: what is legal but seldom meant, in the entry file of a program that has no errors. */
import type { TrainDecl } from '../../grammar/ast.ts';
import type { Diagnostic, Program } from '../api.ts';
import { Reporter } from '../diagnostics/report.ts';
import { type Allowance, allowances, suppresses } from './allow.ts';
import { lintGame } from './games.ts';
import { lintNames } from './names.ts';
import { lintTraining } from './trainings.ts';

/** Findings in order of place. Games are looked at with their defaults; those that need parameters only by their names. */
export function strictDiagnostics(program: Program): readonly Diagnostic[] {
  const source = program.sources.get(program.entry);
  if (source === undefined || program.diagnostics.some(d => d.severity === 'error')) return [];
  const { text } = source;
  const { declarations } = source.ast;
  const file = program.entry;
  const reporter = new Reporter();
  lintNames({ path: file, text, declarations }, reporter);
  for (const { name, span } of program.games) {
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) continue;
    const decl = declarations.find(d => d.kind === 'Game' && d.name.text === name);
    lintGame({ file, text, decl: decl?.kind === 'Game' ? decl : undefined, name: span, model }, reporter);
  }
  for (const train of program.trains) {
    const decl = declarations.find((d): d is TrainDecl => d.kind === 'Train' && d.name.text === train.name);
    if (decl === undefined) continue;
    const { model } = train.instantiate(new Map());
    lintTraining({ file, text, decl, spec: train.spec, model }, reporter);
  }
  const given = allowances(text, declarations);
  const found = reporter.diagnostics.filter(finding => !given.some(one => suppresses(one, finding)));
  found.push(...stale(file, given, reporter.diagnostics));
  return found.sort((a, b) => a.at.span.start - b.at.span.start || a.at.span.end - b.at.span.end);
}

/** Exceptions that allow nothing (any more). */
function stale(file: string, given: readonly Allowance[], findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const reporter = new Reporter();
  for (const one of given)
    if (!findings.some(finding => suppresses(one, finding)))
      reporter.report(file, one.span, 'unused', {
        what: 'exception from',
        name: one.rule,
        but: ': nothing of it is found',
      });
  return reporter.diagnostics;
}
