/** Sweeps: one training per combination of values. */
import type { Declaration, Expr, Name, Setting, SweepAxis, SweepDecl } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { SettingValue, TrainSpec } from '../../runtime/train/spec.ts';
import type { SweepSpec, TrainInfo } from '../api.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import { settingValue } from './train.ts';

interface Variation {
  readonly label: string;
  change(spec: TrainSpec): TrainSpec;
}

const mostRuns = 10_000;

export function sweepRuns(
  ctx: Context,
  decl: SweepDecl,
  target: Declaration | undefined,
  trains: readonly TrainInfo[],
): SweepSpec['runs'] | undefined {
  if (target?.kind !== 'Train') {
    const known = trains.map(t => t.name);
    report(ctx, decl.of.span, 'unknown-name', {
      name: decl.of.text,
      what: 'training',
      suggestion: suggest(decl.of.text, known),
      known: known.join(', '),
    });
    return undefined;
  }
  const train = trains.find(t => t.name === decl.of.text);
  // A broken training was reported at its own place.
  if (train === undefined) return undefined;
  const axes = decl.axes.map(axis => variations(ctx, axis, train.spec));
  if (axes.some(axis => axis === undefined)) return undefined;
  let combinations: readonly (readonly Variation[])[] = [[]];
  for (const axis of axes as (readonly Variation[])[]) {
    combinations = combinations.flatMap(before => axis.map(variation => [...before, variation]));
    if (combinations.length > mostRuns) {
      report(ctx, decl.span, 'bad-sweep', {
        problem: `this one has more than ${mostRuns} combinations`,
        suggestion: undefined,
      });
      return undefined;
    }
  }
  return combinations.map(parts => {
    const label = `${decl.name.text}[${parts.map(p => p.label).join(', ')}]`;
    const spec = parts.reduce((s, p) => p.change(s), { ...train.spec, name: label });
    return { label, spec, instantiate: train.instantiate };
  });
}

function variations(ctx: Context, axis: SweepAxis, spec: TrainSpec): readonly Variation[] | undefined {
  const values = listed(ctx, axis.values);
  if (values === undefined) return undefined;
  const path = axis.path.map(name => name.text);
  const last = axis.path.at(-1) as Name;
  if (path.length === 2 && path[0] === 'algorithm') {
    const docs = algorithmNamed(spec.algorithm)?.settings ?? [];
    const doc = docs.find(d => d.name === last.text);
    if (doc === undefined) {
      const known = docs.map(d => d.name);
      report(ctx, last.span, 'unknown-setting', {
        name: last.text,
        of: spec.algorithm,
        suggestion: suggest(last.text, known),
        known: known.join(', '),
      });
      return undefined;
    }
    const result: Variation[] = [];
    for (const value of values) {
      const setting: Setting = {
        kind: 'Setting',
        name: last,
        value: { kind: 'Value', value, span: value.span },
        span: value.span,
      };
      const found = settingValue(ctx, setting, doc);
      if (found === undefined) return undefined;
      result.push({
        label: `${last.text}=${sourceText(ctx, value.span)}`,
        change: s => ({ ...s, settings: changed(s.settings, last.text, found) }),
      });
    }
    return result;
  }
  if (path.length === 1 && last.text === 'envs') {
    const result: Variation[] = [];
    for (const value of values) {
      const found = elaborate(ctx, value);
      const envs = found.kind === 'scalar' ? ir.constantOf(found.e) : undefined;
      if (envs === undefined || !Number.isInteger(envs) || envs < 1) {
        report(ctx, value.span, 'bad-setting', {
          name: 'envs',
          expected: 'a whole number from 1',
          found: `\`${sourceText(ctx, value.span)}\``,
        });
        return undefined;
      }
      result.push({ label: `envs=${envs}`, change: s => ({ ...s, envs }) });
    }
    return result;
  }
  const known = [...(algorithmNamed(spec.algorithm)?.settings ?? []).map(d => `algorithm.${d.name}`), 'envs'];
  report(ctx, axis.span, 'bad-sweep', {
    problem: `\`${path.join('.')}\` is not one of ${known.join(', ')}`,
    suggestion: suggest(path.join('.'), known),
  });
  return undefined;
}

function listed(ctx: Context, e: Expr): readonly Expr[] | undefined {
  if (e.kind === 'List' && e.items.length > 0) return e.items;
  report(ctx, e.span, 'bad-sweep', {
    problem: 'after `in` stands a list of values, such as `[0.1, 0.01]`',
    suggestion: undefined,
  });
  return undefined;
}

function changed(settings: TrainSpec['settings'], name: string, value: SettingValue): TrainSpec['settings'] {
  return Object.fromEntries(Object.entries(settings).map(([key, old]) => [key, key === name ? value : old]));
}
