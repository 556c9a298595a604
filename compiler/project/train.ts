/** Training declarations: clauses, units, settings against the catalogue of algorithms. */
import type { Expr, TrainClause, TrainDecl } from '../../grammar/ast.ts';
import { type Algorithm, algorithmNamed, algorithms } from '../../runtime/learners/catalogue.ts';
import type { Quantity, TrainSpec } from '../../runtime/train/spec.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { constantNumber, constantWhole } from '../elaborate/constants.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import * as ir from '../elaborate/ir.ts';
import type { GameModel } from '../game/model.ts';
import type { LearnerRow } from '../requirements/base.ts';
import { learnerNamed } from '../requirements/table.ts';
import { algorithmSettings } from './algorithmSettings.ts';
import type { Declared } from './declared.ts';
import { checkLearner } from './fits.ts';
import { policyOf, reportedOf } from './reported.ts';
import { quantity } from './settings.ts';
import { warnUntrained } from './untrained.ts';

type Clause<K extends TrainClause['kind']> = Extract<TrainClause, { kind: K }>;

/** What a training is checked with. */
export interface Trained {
  readonly model: GameModel | undefined;
  /** The game as the policies of the training see it, where clauses say what they read. */
  readonly seen: GameModel | undefined;
  /** Properties that the file claims of this very game. */
  readonly asserted: ReadonlySet<string>;
  readonly declared: Declared;
}

/** Everything of a training but its game. */
export function trainSpec(
  ctx: Context,
  decl: TrainDecl,
  { model, seen, asserted, declared }: Trained,
): TrainSpec | undefined {
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
  const row = algorithmClause === undefined ? undefined : rowOf(ctx, algorithmClause);
  const algorithm: Algorithm | undefined = row === undefined ? undefined : algorithmNamed(row.name);
  const amount = budget === undefined ? undefined : quantity(ctx, budget.amount, 'budget');
  const envs = envsClause === undefined ? 1 : constantWhole(ctx, envsClause.count, 'envs', 1, 1_000_000);
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
  const policy = policyOf(ctx, evaluate, algorithm, seen);
  const told = reportedOf(ctx, clause('Report'), teamReward ?? 'none');
  const discount =
    model === undefined ? 1 : typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  const settings =
    algorithm === undefined || algorithmClause === undefined
      ? undefined
      : algorithmSettings(ctx, algorithmClause, algorithm, { declared, model: seen, row, layers: new Map() }, discount);
  const limit = stop === undefined ? undefined : stopOf(ctx, stop);
  if (row !== undefined && algorithmClause !== undefined)
    checkLearner(ctx, decl, algorithmClause, row, model, { team: teamReward ?? 'none', asserted });
  if (model !== undefined) requireEnds(ctx, decl, model, [amount, every], episodes?.amount ?? defaultEpisodes);
  if (
    algorithm === undefined ||
    amount === undefined ||
    envs === undefined ||
    seeds === undefined ||
    settings === undefined
  )
    return undefined;
  const spec: TrainSpec = {
    name: decl.name.text,
    game: sourceText(ctx, decl.of.span),
    algorithm: algorithm.name,
    settings,
    teamReward: teamReward ?? 'none',
    budget: amount,
    envs,
    seeds,
    evaluate: {
      every: every ?? tenth(amount),
      episodes: episodes?.amount ?? defaultEpisodes,
      ...(policy === undefined ? {} : { policy }),
    },
    ...(told === undefined ? {} : { report: told }),
    stop: limit,
  };
  if (model !== undefined) warnUntrained(ctx, decl, spec, model);
  return spec;
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

/** The algorithm's row in the table of requirements; announced ones have one, too. */
function rowOf(ctx: Context, clause: Clause<'Algorithm'>): LearnerRow | undefined {
  const found = learnerNamed(clause.name.text);
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

// ---------------------------------------------------------------------------------------------- numbers

function seedsOf(ctx: Context, e: Expr): readonly number[] | undefined {
  const limit = 100_000;
  let seeds: number[] = [];
  if (e.kind === 'Range') {
    const low = constantWhole(ctx, e.low, 'seeds', 0, Number.MAX_SAFE_INTEGER);
    const high = constantWhole(ctx, e.high, 'seeds', 0, Number.MAX_SAFE_INTEGER);
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
    const all = e.items.map(item => constantWhole(ctx, item, 'seeds', 0, Number.MAX_SAFE_INTEGER));
    if (all.some(seed => seed === undefined)) return undefined;
    seeds = [...new Set(all as number[])];
  } else {
    const only = constantWhole(ctx, e, 'seeds', 0, Number.MAX_SAFE_INTEGER);
    if (only === undefined) return undefined;
    seeds = [only];
  }
  if (seeds.length > 0) return seeds;
  report(ctx, e.span, 'bad-setting', { name: 'seeds', expected: 'at least one seed', found: 'none' });
  return undefined;
}

function stopOf(ctx: Context, clause: Clause<'Stop'>): TrainSpec['stop'] {
  const value = constantNumber(ctx, clause.value, 'stop when', 'compared with a number');
  return value === undefined ? undefined : { metric: clause.metric.text, op: clause.op, value };
}
