/** Settings of algorithms and of what they are made of (optimizers, networks, mixers), against their documentation. */
import type { Expr, Quantity as QuantityNode, Setting, Span } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { NetworkSpec } from '../../runtime/tensor/layers/spec.ts';
import { optimizerField, optimizerNamed, optimizers } from '../../runtime/train/optimizers.ts';
import type { OptimizerSetting, Quantity, SettingDoc, SettingValue } from '../../runtime/train/spec.ts';
import { isOptimizer } from '../../runtime/train/written.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { constantNumber, constantWhole } from '../elaborate/constants.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';
import type { PlacedLayer } from '../networks/base.ts';
import { elaborateNetwork, specOf } from '../networks/elaborate.ts';
import type { LearnerRow } from '../requirements/base.ts';
import type { Declared } from './declared.ts';
import { mixerSetting } from './mixerSetting.ts';
import { rolesForm, rolesSetting } from './roles.ts';

/** What has settings: an algorithm, or an optimizer. */
export interface Documented {
  readonly name: string;
  readonly settings: readonly SettingDoc[];
}

/** What settings may refer to. */
export interface Around {
  readonly declared: Declared;
  /** The game as the training's policies see it; undefined where it is wrong. */
  readonly model: GameModel | undefined;
  /** The algorithm's needs, for those of them that its settings must meet. */
  readonly row: LearnerRow | undefined;
  /** Layers of networks by setting, with their places: filled as networks are read. */
  readonly layers: Map<string, readonly PlacedLayer[]>;
}

/** The settings that are given; undefined after a problem was reported. */
export function settingsOf(
  ctx: Context,
  of: Documented,
  settings: readonly Setting[],
  around: Around,
): Readonly<Record<string, SettingValue>> | undefined {
  const given: [string, SettingValue][] = [];
  const seen = new Set<string>();
  let ok = true;
  for (const setting of settings) {
    const name = setting.name.text;
    const doc = of.settings.find(s => s.name === name);
    if (doc === undefined) {
      unknownSetting(ctx, of, name, setting.name.span, sourceText(ctx, setting.value.span));
      ok = false;
      continue;
    }
    if (seen.has(name)) report(ctx, setting.name.span, 'duplicate-name', { name, what: 'setting' });
    seen.add(name);
    const value = settingValue(ctx, setting, doc, around);
    if (value === undefined) ok = false;
    else given.push([name, value]);
  }
  return ok ? Object.fromEntries(given) : undefined;
}

/** `value` is what was given, as it is written. */
export function unknownSetting(ctx: Context, of: Documented, name: string, span: Span, value?: string): void {
  const known = of.settings.map(s => s.name);
  const elsewhere = placeOfSetting(of, name, value);
  const suggestion = elsewhere === undefined ? suggest(name, known) : undefined;
  report(ctx, span, 'unknown-setting', { name, of: of.name, suggestion, known: known.join(', '), elsewhere });
}

/** Clauses of a training by what people call them inside the braces of its algorithm, and what stands behind them. */
const clauses = new Map<string, readonly [clause: string, example: string]>([
  ...['envs', 'num_envs', 'n_envs', 'environments'].map(name => [name, ['envs', '8']] as const),
  ...['budget', 'steps', 'total_timesteps', 'timesteps'].map(name => [name, ['budget', '100_000 steps']] as const),
  ...['seed', 'seeds'].map(name => [name, ['seeds', '1..5']] as const),
  ...['evaluate', 'eval_every'].map(name => [name, ['evaluate', 'every 5_000 steps for 50 episodes']] as const),
]);
const rates: ReadonlySet<string> = new Set(['lr', 'learning_rate', 'step_size', 'alpha']);
const sizes: ReadonlySet<string> = new Set(['hidden', 'hidden_size', 'hidden_dim', 'units', 'layers', 'activation']);

/** Where a setting stands that an algorithm does not have by itself: among the clauses, or inside another setting. */
function placeOfSetting({ name: algorithm, settings }: Documented, name: string, value?: string): string | undefined {
  const has = (one: string): boolean => settings.some(setting => setting.name === one);
  const clause = clauses.get(name);
  if (clause !== undefined && algorithmNamed(algorithm) !== undefined) {
    const [word, example] = clause;
    return `\`${word}\` is a clause of the training: write \`${word} ${word === 'envs' && value !== undefined ? value : example}\` behind the braces of the algorithm.`;
  }
  if (rates.has(name) && has('optimizer') && !has('alpha')) {
    const kind = settings.find(setting => setting.name === 'optimizer')?.default;
    const optimizer = typeof kind === 'object' && 'kind' in kind ? String(kind.kind) : 'adam';
    return `The learning rate belongs to the optimizer: write \`optimizer = ${optimizer}(lr: ${value ?? '1e-3'})\`.`;
  }
  if (sizes.has(name) && has('network'))
    return 'It belongs to the network: write for example `network = mlp(64, 64, tanh)`.';
  return undefined;
}

/** The value of one setting; undefined after a problem was reported. */
export function settingValue(
  ctx: Context,
  setting: Setting,
  doc: SettingDoc,
  around: Around,
): SettingValue | undefined {
  const { value } = setting;
  if (value.kind === 'Schedule') return schedule(ctx, value, doc);
  if (value.kind === 'Quantity') return counted(ctx, value.quantity, doc);
  const e = value.value;
  // What could not be read was reported.
  if (e.kind === 'Invalid') return undefined;
  switch (doc.type) {
    case 'network':
      return networkSetting(ctx, e, doc, around);
    case 'optimizer':
      return optimizerSetting(ctx, e, doc, around);
    case 'mixer':
      return mixerSetting(ctx, e, doc, around);
    case 'choice':
      return doc.roles && e.kind === 'Call' && e.callee.kind === 'NameExpr' && e.callee.name.text === 'roles'
        ? rolesSetting(ctx, e, doc, around.model)
        : choice(ctx, e, doc);
    default:
      return number(ctx, e, doc);
  }
}

function refuse(ctx: Context, doc: SettingDoc, span: Span, found: string, remedy?: string): undefined {
  const args = { name: doc.name, expected: expectation(doc), found };
  report(ctx, span, 'bad-setting', remedy === undefined ? args : { ...args, remedy });
  return undefined;
}

function inRange(ctx: Context, doc: SettingDoc, n: number, span: Span): number | undefined {
  if ((doc.low !== undefined && n < doc.low) || (doc.high !== undefined && n > doc.high))
    return refuse(ctx, doc, span, `${n}`);
  return doc.type === 'int' && !Number.isInteger(n) ? refuse(ctx, doc, span, `${n}`) : n;
}

// ---------------------------------------------------------------------------------------------- numbers and words

type ScheduleNode = Extract<Setting['value'], { kind: 'Schedule' }>;

/** Words that may stand before a schedule, beside the name of the setting. */
const labels: Readonly<Record<string, readonly string[]>> = { explore: ['epsilon'] };

function schedule(ctx: Context, node: ScheduleNode, doc: SettingDoc): SettingValue | undefined {
  if (doc.type !== 'schedule') return refuse(ctx, doc, node.span, 'a schedule');
  const { label } = node;
  const known = [doc.name, ...(labels[doc.name] ?? [])];
  if (label !== undefined && !known.includes(label.text)) {
    const suggestion = suggest(label.text, known) ?? known.at(-1);
    const remedy = `Write \`${suggestion}\`, or leave it out.`;
    const expected = `a number or a schedule, behind \`${known.join('` or `')}\` or nothing`;
    const fixes = [replaceFix(`Replace by \`${suggestion}\``, ctx.file, label.span, `${suggestion}`)];
    const found = `\`${label.text}\``;
    report(ctx, label.span, 'bad-setting', { name: doc.name, expected, found, remedy }, { fixes });
    return undefined;
  }
  const from = constantNumber(ctx, node.from, doc.name, expectation(doc));
  const to = constantNumber(ctx, node.to, doc.name, expectation(doc));
  const over = quantity(ctx, node.over, doc.name);
  if (from === undefined || to === undefined || over === undefined) return undefined;
  if (inRange(ctx, doc, from, node.from.span) === undefined || inRange(ctx, doc, to, node.to.span) === undefined)
    return undefined;
  return { from, to, over: over.amount, unit: over.unit };
}

/** `5_000 episodes`: a quantity, or a whole number of that unit. */
function counted(ctx: Context, node: QuantityNode, doc: SettingDoc): SettingValue | undefined {
  const found = quantity(ctx, node, doc.name);
  if (found === undefined) return undefined;
  const wrong = (doc.type !== 'quantity' && doc.unit === undefined) || (doc.unit ?? found.unit) !== found.unit;
  if (wrong) return refuse(ctx, doc, node.span, `a number of ${found.unit}`);
  const amount = inRange(ctx, doc, found.amount, node.span);
  return amount === undefined ? undefined : doc.type === 'quantity' ? found : amount;
}

/** `50_000 steps` */
export function quantity(ctx: Context, node: QuantityNode, name: string, most = 1e15): Quantity | undefined {
  const amount = constantWhole(ctx, node.value, name, 1, most);
  const unit = node.unit.text;
  if (unit !== 'steps' && unit !== 'episodes') {
    const suggestion = suggest(unit, ['steps', 'episodes']);
    report(ctx, node.unit.span, 'bad-setting', {
      name,
      expected: 'counted in `steps` or `episodes`',
      found: `\`${unit}\``,
      ...(suggestion === undefined ? {} : { remedy: `Did you mean \`${suggestion}\`?` }),
    });
    return undefined;
  }
  return amount === undefined ? undefined : { amount, unit };
}

function choice(ctx: Context, e: Expr, doc: SettingDoc): string | undefined {
  const word = e.kind === 'NameExpr' ? e.name.text : undefined;
  const choices = doc.choices ?? [];
  if (word !== undefined && (choices.includes(word) || word === doc.default)) return word;
  const suggestion = word === undefined ? undefined : suggest(word, choices);
  const remedy = suggestion === undefined ? undefined : `Did you mean \`${suggestion}\`?`;
  return refuse(ctx, doc, e.span, `\`${sourceText(ctx, e.span)}\``, remedy);
}

function number(ctx: Context, e: Expr, doc: SettingDoc): SettingValue | undefined {
  const word = e.kind === 'NameExpr' ? e.name.text : undefined;
  // `gamma = game`, which is a default, too, may be written.
  if (word !== undefined && word === doc.default) return word;
  const wrong = (): undefined => refuse(ctx, doc, e.span, `\`${sourceText(ctx, e.span)}\``);
  const result = elaborate(ctx, e);
  if (result.kind === 'invalid') return undefined;
  const constant = result.kind === 'scalar' ? ir.constantOf(result.e) : undefined;
  if (result.kind !== 'scalar' || constant === undefined) return wrong();
  if (doc.type === 'bool') return result.type.kind === 'bool' ? constant === 1 : wrong();
  if (result.type.kind !== 'int' && result.type.kind !== 'real') return wrong();
  if (doc.type === 'quantity') {
    const unit = doc.unit ?? 'episodes';
    return refuse(ctx, doc, e.span, 'a number without a unit', `Write \`${sourceText(ctx, e.span)} ${unit}\`.`);
  }
  const found = inRange(ctx, doc, constant, e.span);
  if (found === undefined) return undefined;
  return doc.type === 'schedule' ? { from: found, to: found, over: 0, unit: 'steps' } : found;
}

// ---------------------------------------------------------------------------------------------- networks and optimizers

function networkSetting(ctx: Context, e: Expr, doc: SettingDoc, around: Around): NetworkSpec | string | undefined {
  // `critic_network = network`, which is its default, may be written.
  if (e.kind === 'NameExpr' && e.name.text === doc.default) return e.name.text;
  const layers = elaborateNetwork(ctx, e, around.declared);
  if (layers === undefined) return undefined;
  around.layers.set(doc.name, layers);
  return specOf(layers);
}

/**
 * `adam(lr: 5e-4)`. What is left out is as in the algorithm's default, where that is the same optimizer, else as in the optimizer's own.
 */
function optimizerSetting(ctx: Context, e: Expr, doc: SettingDoc, around: Around): OptimizerSetting | undefined {
  const call = e.kind === 'Call' ? e : undefined;
  const callee = call?.callee ?? e;
  const known = optimizers.map(one => one.name);
  if (callee.kind !== 'NameExpr') return refuse(ctx, doc, e.span, `\`${sourceText(ctx, e.span)}\``);
  const { text: name, span } = callee.name;
  const optimizer = optimizerNamed(name);
  if (optimizer === undefined) {
    const suggestion = suggest(name, known);
    report(ctx, span, 'unknown-name', { name, what: 'optimizer', suggestion, known: known.join(', ') });
    return undefined;
  }
  const [unnamed] = call?.args ?? [];
  if (unnamed !== undefined) {
    const form = `${name}(lr: ${optimizer.defaults.lr.from})`;
    const fixes =
      unnamed.kind === 'Number' && call?.args.length === 1
        ? [replaceFix('Name it `lr`', ctx.file, { start: unnamed.span.start, end: unnamed.span.start }, 'lr: ')]
        : [];
    const problem = `\`${sourceText(ctx, unnamed.span)}\` has no name`;
    report(ctx, unnamed.span, 'layer-arguments', { layer: name, form, problem, topic: 'optimizer' }, { fixes });
    return undefined;
  }
  const settings = (call?.named ?? []).map((arg): Setting => {
    const value: Setting['value'] =
      arg.value.kind === 'Schedule'
        ? { ...arg.value, label: undefined }
        : { kind: 'Value', value: arg.value, span: arg.value.span };
    return { kind: 'Setting', name: arg.name, value, span: arg.span };
  });
  const given = settingsOf(ctx, optimizer, settings, around);
  if (given === undefined) return undefined;
  const usual = doc.default;
  const base = isOptimizer(usual) && usual.kind === optimizer.name ? usual : optimizer.defaults;
  return withOptimizerSettings(base, given);
}

export function withOptimizerSettings(
  base: OptimizerSetting,
  given: Readonly<Record<string, SettingValue>>,
): OptimizerSetting {
  const fields = Object.entries(given).map(([name, value]) => [optimizerField(name), value]);
  return { ...base, ...Object.fromEntries(fields) };
}

function expectation(doc: SettingDoc): string {
  const range =
    doc.low === undefined && doc.high === undefined
      ? ''
      : doc.high === undefined
        ? ` from ${doc.low}`
        : ` in ${doc.low ?? '-infinity'}..${doc.high}`;
  switch (doc.type) {
    case 'bool':
      return '`true` or `false`';
    case 'choice':
      return `one of ${(doc.choices ?? []).join(', ')}${doc.roles ? `, or \`${rolesForm}\`` : ''}`;
    case 'int':
      return `a whole number${range}${doc.unit === undefined ? '' : ` of ${doc.unit}`}`;
    case 'real':
      return `a number${range}`;
    case 'schedule':
      return `a number${range}, or a schedule such as \`1 -> 0.05 over 10_000 steps\``;
    case 'quantity':
      return doc.unit === undefined
        ? `a number of steps or episodes, such as \`5_000 episodes\``
        : `a number of ${doc.unit}, such as \`5_000 ${doc.unit}\``;
    case 'network':
      return 'a network such as `mlp(64, 64)`';
    case 'optimizer':
      return 'an optimizer such as `adam(lr: 5e-4)`';
    case 'mixer':
      return 'a mixer such as `TwoLayer(embed: 32)`';
  }
}
