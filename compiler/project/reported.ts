/** What a training says of its evaluations: the policy that plays them, and how the agents' returns are reported. */
import type { Name, TrainClause } from '../../grammar/ast.ts';
import { type Algorithm, algorithms } from '../../runtime/learners/catalogue.ts';
import { type Reduction, type Reported, reductions, type TrainSpec } from '../../runtime/train/spec.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';

type Clause<K extends TrainClause['kind']> = Extract<TrainClause, { kind: K }>;

const policies = ['greedy', 'sampled'] as const;
const groups = ['agent', 'class'] as const;

/** `sampled`, where a policy that can be sampled is learned; undefined for the greedy one, and after a problem was reported. */
export function policyOf(
  ctx: Context,
  clause: Clause<'Evaluate'> | undefined,
  algorithm: Algorithm | undefined,
  model: GameModel | undefined,
): 'sampled' | undefined {
  const word = clause?.policy;
  if (word === undefined || oneOf(ctx, 'evaluate', word, policies) !== 'sampled' || algorithm === undefined)
    return undefined;
  const why = unsampled(algorithm, model);
  if (why === undefined) return 'sampled';
  const others = algorithms.filter(({ stochastic }) => stochastic === true).map(({ name }) => name);
  report(
    ctx,
    word.span,
    'bad-setting',
    {
      name: 'evaluate',
      expected: `\`greedy\` with ${algorithm.name}, ${why.reason}`,
      found: '`sampled`',
      remedy: why.otherwise
        ? `Leave \`sampled\` out, or learn a policy: ${others.join(', ')}.`
        : 'Leave `sampled` out: the numbers that are learned are what is played.',
    },
    { fixes: [replaceFix('Evaluate the greedy policy', ctx.file, word.span, 'greedy')] },
  );
  return undefined;
}

/** Why there is nothing to draw from, and whether another algorithm would have it. */
function unsampled(
  { stochastic }: Algorithm,
  model: GameModel | undefined,
): { readonly reason: string; readonly otherwise: boolean } | undefined {
  if (stochastic !== true)
    return { reason: 'whose play follows from the values that it learns: it has no policy to sample', otherwise: true };
  const finite =
    model === undefined || model.actionSpaces.some(({ parts }) => parts.some(({ kind }) => kind === 'finite'));
  return finite ? undefined : { reason: 'which draws finite actions only, and here there are none', otherwise: false };
}

/** How agents' returns are reported; undefined where nothing is said, and after a problem was reported. */
export function reportedOf(
  ctx: Context,
  clause: Clause<'Report'> | undefined,
  team: TrainSpec['teamReward'],
): Reported | undefined {
  if (clause === undefined) return undefined;
  const { how, per } = clause;
  const group = per === undefined ? 'team' : oneOf(ctx, 'report per', per, groups);
  const given = how === undefined ? undefined : oneOf(ctx, 'report', how, reductions);
  if (group === undefined || (how !== undefined && given === undefined)) return undefined;
  if (group === 'agent' && how !== undefined && per !== undefined) {
    const fix = replaceFix('Report every agent', ctx.file, { start: how.span.start, end: per.span.start }, 'per ');
    const expected = '`per agent` without a word before it: there is nothing to reduce';
    report(ctx, how.span, 'bad-setting', { name: 'report', expected, found: `\`${how.text}\`` }, { fixes: [fix] });
    return undefined;
  }
  const usual: Reduction = team === 'sum' ? 'sum' : 'mean';
  return { reduction: given ?? usual, per: group };
}

function oneOf<W extends string>(ctx: Context, name: string, { text, span }: Name, words: readonly W[]): W | undefined {
  const found = words.find(word => word === text);
  if (found !== undefined) return found;
  const meant = suggest(text, words) ?? (text === 'average' ? 'mean' : text === 'total' ? 'sum' : undefined);
  const fixes = meant === undefined ? [] : [replaceFix(`Replace by \`${meant}\``, ctx.file, span, meant)];
  const expected = words.map(word => `\`${word}\``).join(' or ');
  report(ctx, span, 'bad-setting', { name, expected, found: `\`${text}\`` }, { fixes });
  return undefined;
}
