/** Sweeps: one training per combination of values. */
import type { Declaration, Expr, Name, Setting, SweepAxis, SweepDecl, TrainDecl } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import { optimizerNamed } from '../../runtime/train/optimizers.ts';
import type { OptimizerSetting, SettingDoc, SettingValue, TrainSpec } from '../../runtime/train/spec.ts';
import { isOptimizer } from '../../runtime/train/written.ts';
import type { FittedSpec, SweepSpec, TrainInfo } from '../api.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { constantWhole } from '../elaborate/constants.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';
import { learnerNamed } from '../requirements/table.ts';
import { networkFits } from './algorithmSettings.ts';
import type { Declared } from './declared.ts';
import { type Around, settingValue, unknownSetting, withOptimizerSettings } from './settings.ts';

interface Variation {
  readonly label: string;
  change(spec: TrainSpec): TrainSpec;
}

/** What a sweep varies. */
interface Swept {
  readonly decl: TrainDecl;
  readonly spec: TrainSpec;
  /** The game as the policies see it; made where a setting needs it. */
  readonly model: () => GameModel | undefined;
  readonly declared: Declared;
}

/** Where a sweep stands. */
export interface Surroundings {
  readonly declared: Declared;
  specFor(spec: TrainSpec, model: GameModel): FittedSpec;
}

const mostRuns = 10_000;

export function sweepRuns(
  ctx: Context,
  decl: SweepDecl,
  target: Declaration | undefined,
  trains: readonly TrainInfo[],
  { declared, specFor }: Surroundings,
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
  let model: GameModel | undefined;
  const swept: Swept = {
    decl: target,
    spec: train.spec,
    model: () => {
      model ??= train.instantiate(new Map()).model;
      return model;
    },
    declared,
  };
  if (!areApart(ctx, decl.axes)) return undefined;
  const axes = decl.axes.map(axis => variations(ctx, axis, swept));
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
  const runs = combinations.map(parts => {
    const label = `${decl.name.text}[${parts.map(p => p.label).join(', ')}]`;
    const spec = parts.reduce((s, p) => p.change(s), { ...train.spec, name: label });
    return { label, spec, instantiate: train.instantiate, specFor: (made: GameModel) => specFor(spec, made) };
  });
  for (const { label, spec } of runs) {
    const clash = algorithmNamed(spec.algorithm)?.clash?.(spec.settings);
    if (clash === undefined) continue;
    const problem = `in \`${label}\`, \`${clash.name}\` is ${clash.found}, but has to be ${clash.expected}`;
    report(ctx, decl.span, 'bad-sweep', { problem, suggestion: undefined });
    return undefined;
  }
  return runs;
}

/** No line varies what another one varies, or a part of it. */
function areApart(ctx: Context, axes: readonly SweepAxis[]): boolean {
  const paths = axes.map(axis => axis.path.map(name => name.text).join('.'));
  for (const [k, path] of paths.entries()) {
    const before = paths
      .slice(0, k)
      .find(other => `${other}.`.startsWith(`${path}.`) || `${path}.`.startsWith(`${other}.`));
    if (before === undefined) continue;
    const twice = before === path ? `\`${path}\` is varied twice` : `\`${path}\` and \`${before}\` are varied at once`;
    const problem = `${twice}, and the second would undo the first`;
    const related = [{ at: { file: ctx.file, span: axes[paths.indexOf(before)]!.span }, message: 'the first one' }];
    report(ctx, axes[k]!.span, 'bad-sweep', { problem, suggestion: undefined }, { related });
    return false;
  }
  return true;
}

function variations(ctx: Context, axis: SweepAxis, swept: Swept): readonly Variation[] | undefined {
  const values = listed(ctx, axis.values);
  if (values === undefined) return undefined;
  const path = axis.path.map(name => name.text);
  const { spec } = swept;
  const docs = algorithmNamed(spec.algorithm)?.settings ?? [];
  if (path[0] === 'algorithm' && path.length >= 2 && path.length <= 3) {
    const name = axis.path[1] as Name;
    const doc = docs.find(d => d.name === name.text);
    if (doc === undefined) {
      unknownSetting(ctx, { name: spec.algorithm, settings: docs }, name.text, name.span);
      return undefined;
    }
    return all(values, value => {
      const text = `${path.slice(1).join('.')}=${sourceText(ctx, value.span)}`;
      return path.length === 2
        ? whole(ctx, name, doc, value, text, swept)
        : part(ctx, axis.path[2] as Name, doc, value, text, swept);
    });
  }
  if (path.length === 1 && path[0] === 'envs') {
    return all(values, value => {
      const envs = constantWhole(ctx, value, 'envs', 1, 1_000_000);
      return envs === undefined ? undefined : { label: `envs=${envs}`, change: s => ({ ...s, envs }) };
    });
  }
  const known = [...docs.flatMap(doc => pathsOf(doc, spec)), 'envs'];
  report(ctx, axis.span, 'bad-sweep', {
    problem: `\`${path.join('.')}\` is not one of ${known.join(', ')}`,
    suggestion: suggest(path.join('.'), known),
  });
  return undefined;
}

/** Stops at the first value with a problem. */
function all(values: readonly Expr[], make: (value: Expr) => Variation | undefined): readonly Variation[] | undefined {
  const result: Variation[] = [];
  for (const value of values) {
    const found = make(value);
    if (found === undefined) return undefined;
    result.push(found);
  }
  return result;
}

/** `algorithm.network in [gru(64), mlp(64, 64)]` */
function whole(
  ctx: Context,
  name: Name,
  doc: SettingDoc,
  value: Expr,
  label: string,
  swept: Swept,
): Variation | undefined {
  const found = valueAt(ctx, name, doc, value, swept);
  return found === undefined
    ? undefined
    : { label, change: s => ({ ...s, settings: changed(s.settings, doc.name, found) }) };
}

function valueAt(ctx: Context, name: Name, doc: SettingDoc, value: Expr, swept: Swept): SettingValue | undefined {
  const needsGame = doc.type === 'network' || doc.type === 'mixer';
  const model = needsGame ? swept.model() : undefined;
  const { declared, spec } = swept;
  const around: Around = { declared, model, row: learnerNamed(spec.algorithm), layers: new Map() };
  const found = settingValue(ctx, settingOf(name, value), doc, around);
  for (const [setting, layers] of around.layers)
    if (!networkFits(ctx, setting, layers, spec.settings, model, spec.algorithm)) return undefined;
  return found;
}

function settingOf(name: Name, value: Expr): Setting {
  return { kind: 'Setting', name, value: { kind: 'Value', value, span: value.span }, span: value.span };
}

/** `algorithm.optimizer.lr`, `algorithm.mixer.embed`, `algorithm.network.units`: one argument of a setting. */
function part(
  ctx: Context,
  key: Name,
  doc: SettingDoc,
  value: Expr,
  label: string,
  swept: Swept,
): Variation | undefined {
  const old = swept.spec.settings[doc.name];
  if (isOptimizer(old)) return optimizerPart(ctx, key, doc, value, label, { old, swept });
  const written = writtenIn(swept.decl, doc);
  const call = written?.kind === 'Call' || written?.kind === 'NameExpr' ? written : undefined;
  if ((doc.type !== 'network' && doc.type !== 'mixer') || call === undefined) {
    const problem = `\`${doc.name}\` of \`${swept.spec.algorithm}\` has no parts with names in this training`;
    report(ctx, key.span, 'bad-sweep', { problem, suggestion: undefined });
    return undefined;
  }
  const [callee, args, named] = call.kind === 'Call' ? [call.callee, call.args, call.named] : [call, [], []];
  const others = named.filter(arg => arg.name.text !== key.text);
  const given = { kind: 'NamedArg' as const, name: key, value, span: value.span };
  const e: Expr = { kind: 'Call', callee, args, named: [...others, given], span: value.span };
  return whole(ctx, key, doc, e, label, swept);
}

function optimizerPart(
  ctx: Context,
  key: Name,
  doc: SettingDoc,
  value: Expr,
  label: string,
  { old, swept }: { readonly old: OptimizerSetting; readonly swept: Swept },
): Variation | undefined {
  const optimizer = optimizerNamed(old.kind);
  const inner = optimizer?.settings.find(one => one.name === key.text);
  if (optimizer === undefined) return undefined;
  if (inner === undefined) {
    unknownSetting(ctx, optimizer, key.text, key.span);
    return undefined;
  }
  const found = valueAt(ctx, key, inner, value, swept);
  if (found === undefined) return undefined;
  return {
    label,
    change(s) {
      const now = s.settings[doc.name];
      const next = withOptimizerSettings(isOptimizer(now) ? now : old, { [inner.name]: found });
      return { ...s, settings: changed(s.settings, doc.name, next) };
    },
  };
}

/** The expression of a setting in the training, or of its default where that is the name of a mixer. */
function writtenIn(decl: TrainDecl, doc: SettingDoc): Expr | undefined {
  for (const clause of decl.clauses) {
    if (clause.kind !== 'Algorithm') continue;
    const setting = clause.settings.find(one => one.name.text === doc.name);
    if (setting?.value.kind === 'Value') return setting.value.value;
  }
  return undefined;
}

function pathsOf(doc: SettingDoc, spec: TrainSpec): readonly string[] {
  const path = `algorithm.${doc.name}`;
  const value = spec.settings[doc.name];
  const inner = isOptimizer(value) ? (optimizerNamed(value.kind)?.settings ?? []) : [];
  return [path, ...inner.map(one => `${path}.${one.name}`)];
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
