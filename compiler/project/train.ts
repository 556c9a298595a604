/** Training declarations: clauses, units, settings against the catalogue of algorithms. */
import type { Expr, Quantity as QuantityNode, Setting, Span, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import { type Algorithm, algorithmNamed, algorithms, completeSettings } from '../../runtime/learners/catalogue.ts';
import type { Quantity, SettingDoc, SettingValue, TrainSpec } from '../../runtime/train/spec.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { elaborate } from '../elaborate/expr.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';
import { misfits } from '../requirements/fit.ts';

type Clause<K extends TrainClause['kind']> = Extract<TrainClause, { kind: K }>;

/** Everything of a training but its game. */
export function trainSpec(ctx: Context, decl: TrainDecl, model: GameModel | undefined): TrainSpec | undefined {
  // A second clause of a kind was reported by the grammar.
  const clause = <K extends TrainClause['kind']>(kind: K): Clause<K> | undefined =>
    decl.clauses.find((c): c is Clause<K> => c.kind === kind);
  const team = clause('TeamReward');
  const algorithmClause = clause('Algorithm');
  const budget = clause('Budget');
  const envsClause = clause('Envs');
  const seedsClause = clause('Seeds');
  const evaluate = clause('Evaluate');
  const stop = clause('Stop');
  const teamReward = teamOf(ctx, team);
  if (algorithmClause === undefined) {
    report(ctx, decl.name.span, 'missing-clause', {
      of: decl.name.text,
      clause: 'algorithm',
      remedy: `Add \`algorithm IQL { ... }\`. Known: ${algorithms.map(a => a.name).join(', ')}.`,
    });
  }
  if (budget === undefined) {
    report(ctx, decl.name.span, 'missing-clause', {
      of: decl.name.text,
      clause: 'budget',
      remedy: 'Add `budget 20_000 steps`.',
    });
  }
  const algorithm = algorithmClause === undefined ? undefined : algorithmOf(ctx, algorithmClause);
  const amount = budget === undefined ? undefined : quantity(ctx, budget.amount, 'budget');
  const envs = envsClause === undefined ? 1 : wholeNumber(ctx, envsClause.count, 'envs', 1, 1_000_000);
  const seeds = seedsClause === undefined ? [1] : seedsOf(ctx, seedsClause.seeds);
  const every = evaluate === undefined ? undefined : quantity(ctx, evaluate.every, 'evaluate every');
  const episodes = evaluate === undefined ? undefined : quantity(ctx, evaluate.episodes, 'evaluate for', 1_000_000);
  if (episodes !== undefined && episodes.unit !== 'episodes' && evaluate !== undefined) {
    report(ctx, evaluate.episodes.span, 'bad-setting', {
      name: 'evaluate for',
      expected: 'a number of episodes',
      found: `a number of ${episodes.unit}`,
    });
  }
  const settings =
    algorithm === undefined || algorithmClause === undefined
      ? undefined
      : settingsOf(ctx, algorithm, algorithmClause.settings);
  const limit = stop === undefined ? undefined : stopOf(ctx, stop);
  if (algorithm !== undefined && model !== undefined && algorithmClause !== undefined)
    checkFit(ctx, algorithmClause, algorithm, model, teamReward ?? 'none');
  if (model !== undefined) requireEnds(ctx, decl, model, [amount, every], episodes?.amount ?? defaultEpisodes);
  if (
    algorithm === undefined ||
    amount === undefined ||
    envs === undefined ||
    seeds === undefined ||
    settings === undefined
  )
    return undefined;
  const discount =
    model === undefined ? 1 : typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  return {
    name: decl.name.text,
    game: sourceText(ctx, decl.of.span),
    algorithm: algorithm.name,
    settings: completeSettings(algorithm, settings, discount),
    teamReward: teamReward ?? 'none',
    budget: amount,
    envs,
    seeds,
    evaluate: { every: every ?? tenth(amount), episodes: episodes?.amount ?? defaultEpisodes },
    stop: limit,
  };
}

const defaultEpisodes = 100;
/** Steps of one evaluation. */
const maxEvaluation = 1e9;

/** Refuses what would never be over: returns without end, budgets in episodes that last for ever. */
function requireEnds(
  ctx: Context,
  decl: TrainDecl,
  model: GameModel,
  counts: readonly (Quantity | undefined)[],
  episodes: number,
): void {
  const ends = model.end !== undefined && ir.constantOf(model.end) !== 0;
  if (ends) return;
  if (model.horizon !== undefined) {
    const steps = model.horizon * episodes;
    if (steps <= maxEvaluation) return;
    const problem = `an evaluation of ${episodes} episodes of ${model.horizon} steps is more than ${maxEvaluation} steps`;
    report(ctx, decl.of.span, 'endless-training', { problem });
    return;
  }
  const discount = typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  if (discount >= 1) {
    report(ctx, decl.of.span, 'endless-training', { problem: `\`${model.name}\` never ends, and its discount is 1` });
  } else if (counts.some(count => count?.unit === 'episodes')) {
    const problem = `\`${decl.name.text}\` counts episodes, but \`${model.name}\` never ends one`;
    report(ctx, decl.of.span, 'endless-training', { problem });
  }
}

/** Ten evaluations over the budget where nothing else is said. */
function tenth(budget: Quantity): Quantity {
  return { amount: Math.max(1, Math.floor(budget.amount / 10)), unit: budget.unit };
}

function teamOf(ctx: Context, clause: Clause<'TeamReward'> | undefined): TrainSpec['teamReward'] | undefined {
  if (clause === undefined) return 'none';
  const how = clause.how.text;
  if (how === 'sum' || how === 'mean') return how;
  report(ctx, clause.how.span, 'bad-setting', {
    name: 'team reward',
    expected: '`sum` or `mean`',
    found: `\`${how}\``,
  });
  return undefined;
}

function algorithmOf(ctx: Context, clause: Clause<'Algorithm'>): Algorithm | undefined {
  const found = algorithmNamed(clause.name.text);
  if (found !== undefined) return found;
  const known = algorithms.map(a => a.name);
  const suggestion = suggest(clause.name.text, known);
  const fixes =
    suggestion === undefined
      ? []
      : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, clause.name.span, suggestion)];
  report(
    ctx,
    clause.name.span,
    'unknown-algorithm',
    { name: clause.name.text, suggestion, known: known.join(', ') },
    { fixes },
  );
  return undefined;
}

function checkFit(
  ctx: Context,
  clause: Clause<'Algorithm'>,
  algorithm: Algorithm,
  model: GameModel,
  team: TrainSpec['teamReward'],
): void {
  for (const { severity, needs, fact, remedy } of misfits(algorithm, model, team)) {
    const args = { algorithm: algorithm.name, needs, fact, ...(remedy === undefined ? {} : { remedy }) };
    if (severity === 'warning') report(ctx, clause.name.span, 'may-not-fit', args);
    else {
      const instead = algorithm.instead[0];
      const fixes =
        instead === undefined ? [] : [replaceFix(`Use \`${instead}\``, ctx.file, clause.name.span, instead)];
      report(ctx, clause.name.span, 'does-not-fit', args, { fixes });
    }
  }
}

// ---------------------------------------------------------------------------------------------- numbers

function numberOf(ctx: Context, e: Expr, name: string, expected: string): number | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  const constant = value.kind === 'scalar' && value.type.kind !== 'bool' ? ir.constantOf(value.e) : undefined;
  if (constant === undefined)
    report(ctx, e.span, 'bad-setting', { name, expected, found: `\`${sourceText(ctx, e.span)}\`` });
  return constant;
}

function wholeNumber(ctx: Context, e: Expr, name: string, low: number, high: number): number | undefined {
  const expected = `a whole number in ${low}..${high}`;
  const value = numberOf(ctx, e, name, expected);
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  report(ctx, e.span, 'bad-setting', { name, expected, found: `${value}` });
  return undefined;
}

function quantity(ctx: Context, node: QuantityNode, name: string, most = 1e15): Quantity | undefined {
  const amount = wholeNumber(ctx, node.value, name, 1, most);
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

function seedsOf(ctx: Context, e: Expr): readonly number[] | undefined {
  const limit = 100_000;
  let seeds: number[] = [];
  if (e.kind === 'Range') {
    const low = wholeNumber(ctx, e.low, 'seeds', 0, Number.MAX_SAFE_INTEGER);
    const high = wholeNumber(ctx, e.high, 'seeds', 0, Number.MAX_SAFE_INTEGER);
    if (low === undefined || high === undefined) return undefined;
    if (high < low || high - low >= limit) {
      report(ctx, e.span, 'bad-setting', {
        name: 'seeds',
        expected: `1 to ${limit} seeds`,
        found: `${Math.max(0, high - low + 1)}`,
      });
      return undefined;
    }
    seeds = Array.from({ length: high - low + 1 }, (_, k) => low + k);
  } else if (e.kind === 'List') {
    const all = e.items.map(item => wholeNumber(ctx, item, 'seeds', 0, Number.MAX_SAFE_INTEGER));
    if (all.some(seed => seed === undefined)) return undefined;
    seeds = [...new Set(all as number[])];
  } else {
    const only = wholeNumber(ctx, e, 'seeds', 0, Number.MAX_SAFE_INTEGER);
    if (only === undefined) return undefined;
    seeds = [only];
  }
  if (seeds.length > 0) return seeds;
  report(ctx, e.span, 'bad-setting', { name: 'seeds', expected: 'at least one seed', found: 'none' });
  return undefined;
}

function stopOf(ctx: Context, clause: Clause<'Stop'>): TrainSpec['stop'] {
  const value = numberOf(ctx, clause.value, 'stop when', 'compared with a number');
  return value === undefined ? undefined : { metric: clause.metric.text, op: clause.op, value };
}

// ---------------------------------------------------------------------------------------------- settings

function settingsOf(
  ctx: Context,
  algorithm: Algorithm,
  settings: readonly Setting[],
): Readonly<Record<string, SettingValue>> | undefined {
  const given: [string, SettingValue][] = [];
  const seen = new Set<string>();
  let ok = true;
  for (const setting of settings) {
    const name = setting.name.text;
    const doc = algorithm.settings.find(s => s.name === name);
    if (doc === undefined) {
      const known = algorithm.settings.map(s => s.name);
      const suggestion = suggest(name, known);
      const fixes =
        suggestion === undefined
          ? []
          : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, setting.name.span, suggestion)];
      report(
        ctx,
        setting.name.span,
        'unknown-setting',
        { name, of: algorithm.name, suggestion, known: known.join(', ') },
        { fixes },
      );
      ok = false;
      continue;
    }
    if (seen.has(name)) report(ctx, setting.name.span, 'duplicate-name', { name, what: 'setting' });
    seen.add(name);
    const value = settingValue(ctx, setting, doc);
    if (value === undefined) ok = false;
    else given.push([name, value]);
  }
  return ok ? Object.fromEntries(given) : undefined;
}

export function settingValue(ctx: Context, setting: Setting, doc: SettingDoc): SettingValue | undefined {
  const { value } = setting;
  const wrong = (found: string, span: Span = value.span): undefined => {
    report(ctx, span, 'bad-setting', { name: doc.name, expected: expectation(doc), found });
    return undefined;
  };
  const inRange = (n: number, span: Span): number | undefined => {
    if ((doc.low !== undefined && n < doc.low) || (doc.high !== undefined && n > doc.high)) return wrong(`${n}`, span);
    return doc.type === 'int' && !Number.isInteger(n) ? wrong(`${n}`, span) : n;
  };
  if (value.kind === 'Schedule') {
    if (doc.type !== 'schedule') return wrong('a schedule');
    const from = numberOf(ctx, value.from, doc.name, expectation(doc));
    const to = numberOf(ctx, value.to, doc.name, expectation(doc));
    const over = quantity(ctx, value.over, doc.name);
    if (from === undefined || to === undefined || over === undefined) return undefined;
    if (inRange(from, value.from.span) === undefined || inRange(to, value.to.span) === undefined) return undefined;
    return { from, to, over: over.amount, unit: over.unit };
  }
  if (value.kind === 'Quantity') {
    const amount = quantity(ctx, value.quantity, doc.name);
    if (amount === undefined) return undefined;
    if (doc.unit === undefined) return wrong(`a number of ${amount.unit}`);
    return doc.unit === amount.unit ? inRange(amount.amount, value.span) : wrong(`a number of ${amount.unit}`);
  }
  const e = value.value;
  if (doc.type === 'choice' || typeof doc.default === 'string') {
    const word = e.kind === 'NameExpr' ? e.name.text : undefined;
    if (word !== undefined && (doc.choices?.includes(word) === true || word === doc.default)) return word;
    if (doc.type === 'choice') return wrong(`\`${sourceText(ctx, e.span)}\``);
  }
  const result = elaborate(ctx, e);
  if (result.kind === 'invalid') return undefined;
  const constant = result.kind === 'scalar' ? ir.constantOf(result.e) : undefined;
  if (result.kind !== 'scalar' || constant === undefined) return wrong(`\`${sourceText(ctx, e.span)}\``);
  if (doc.type === 'bool')
    return result.type.kind === 'bool' ? constant === 1 : wrong(`\`${sourceText(ctx, e.span)}\``);
  if (result.type.kind !== 'int' && result.type.kind !== 'real') return wrong(`\`${sourceText(ctx, e.span)}\``);
  const number = inRange(constant, e.span);
  if (number === undefined) return undefined;
  return doc.type === 'schedule' ? { from: number, to: number, over: 0, unit: 'steps' } : number;
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
      return `one of ${(doc.choices ?? []).join(', ')}`;
    case 'int':
      return `a whole number${range}${doc.unit === undefined ? '' : ` of ${doc.unit}`}`;
    case 'real':
      return `a number${range}`;
    case 'schedule':
      return `a number${range}, or a schedule such as \`1 -> 0.05 over 10_000 steps\``;
  }
}
