/** Checks a mixer at representative sizes: its shapes, its claims, and what else is proved about it. */
import type { MixerDecl, Name, Span } from '../../grammar/ast.ts';
import type { MixerModel, MixerSizes } from '../../runtime/mixers/model.ts';
import type { MixerFact } from '../api.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { Argument } from '../elaborate/params.ts';
import { type Analysis, analyse, type MixerProperty, mixerProperties, proofOf, teachesNothing } from './analysis.ts';
import { blameFor, isGradientAtFault } from './blame.ts';
import { elaborateMixer } from './elaborate.ts';
import * as I from './interval.ts';
import { unreachedBy } from './reach.ts';
import { textAt } from './source.ts';
import { isSearched, refute } from './witness.ts';

/**
 * Two teams without a size in common: what fits at both fits by its name, not because a number happens to equal the number of agents.
 * For the same reason a proof counts only if both have it (docs/decisions/mixers.md).
 */
const teams: readonly [MixerSizes, MixerSizes] = [
  { agents: 3, state: 5, features: 7, actions: 2 },
  { agents: 4, state: 11, features: 6, actions: 9 },
];

export interface CheckedMixer {
  /** Worked out when asked for: a refutation is a search. */
  readonly facts: () => readonly MixerFact[];
  readonly claims: readonly MixerProperty[];
}

const ruleOf = {
  monotonic: 'not-monotonic',
  strictly_monotonic: 'not-strictly-monotonic',
  additive: 'not-additive',
  igm: 'not-igm',
} as const;

/** Problems are reported to the reporter of `ctx`; undefined where the mixer cannot be built. */
export function checkMixer(
  ctx: Context,
  decl: MixerDecl,
  args: ReadonlyMap<string, Argument> = new Map(),
): CheckedMixer | undefined {
  const claims = claimsOf(ctx, decl);
  const source = elaborateMixer(ctx, decl, args, teams[0]);
  const other = source === undefined ? undefined : elaborateMixer(ctx, decl, args, teams[1]);
  if (source === undefined || other === undefined) return undefined;
  const both: Analyses = [analyse(source), analyse(other)];
  requireDomains(ctx, both[0]);
  const detached = both.some(teachesNothing);
  if (detached || !source.model.reads.includes('q')) {
    const binding = decl.bindings.find(one => one.name.text === 'total');
    report(ctx, binding?.value.span ?? decl.name.span, 'ignores-utilities', { mixer: decl.name.text, detached });
  }
  warnOfUntaught(ctx, decl, both);
  // A mixer that claims more than one thing at the same sub-term is told the weakest first.
  const reported = new Set<string>();
  for (const { property, span } of claims) {
    if (proofOf(weaker(both, property), property) !== undefined) continue;
    const implied = property === 'strictly_monotonic' || property === 'igm' ? 'monotonic' : undefined;
    if (implied !== undefined && reported.has(implied)) continue;
    reported.add(property);
    reportBroken(ctx, decl, both, property, span);
  }
  return checked(both, claims);
}

type Analyses = readonly [Analysis, Analysis];

/** Agents whose utilities move the total and learn nothing from it, because of where `stop_gradient` stands. */
function warnOfUntaught(ctx: Context, decl: MixerDecl, both: Analyses): void {
  const [first, second] = both.map(({ source: { model } }) => unreachedBy(model));
  const { source } = both[0];
  if (first === undefined || second === undefined) return;
  const names = (agents: readonly number[]): string => {
    const each = agents.map(agent => `\`q[${agent}]\``);
    return each.length < 2 ? (each[0] ?? '') : `${each.slice(0, -1).join(', ')} and ${each.at(-1)}`;
  };
  const same = (key: 'agents' | 'reached'): boolean => first[key].join() === second[key].join();
  // Which agents these are may depend on how many there are: `q[0]` is one, those beside it are all the others.
  const who = same('agents')
    ? names(first.agents)
    : same('reached')
      ? `every utility but ${names(first.reached)}`
      : `${names(first.agents)} of ${first.agents.length + first.reached.length} agents`;
  const { span, callee } = source.origins[first.at]!;
  const fixes =
    callee === undefined
      ? []
      : [{ title: 'Remove `stop_gradient` here', edits: [{ file: ctx.file, span: callee, text: '' }] }];
  report(ctx, span, 'untaught-agents', { mixer: decl.name.text, who }, { fixes });
}

/** The one of the two teams that proves less. */
function weaker([first, second]: Analyses, property: MixerProperty): Analysis {
  return proofOf(first, property) === undefined || proofOf(second, property) !== undefined ? first : second;
}

function checked(both: Analyses, claims: readonly Claim[]): CheckedMixer {
  let facts: readonly MixerFact[] | undefined;
  return {
    facts: () => {
      facts ??= mixerProperties.map(property => fact(both, property));
      return facts;
    },
    claims: claims.map(claim => claim.property),
  };
}

/** A counterexample, and whether one was looked for at all. */
interface Sought {
  readonly witness: string | undefined;
  readonly searched: boolean;
}

function sought(both: Analyses, property: MixerProperty): Sought {
  const analysis = weaker(both, property);
  // What never falls has no case in which it does, and a search sees values, not gradients.
  const hopeless = property === 'strictly_monotonic' && proofOf(weaker(both, 'monotonic'), 'monotonic') !== undefined;
  const pointless = analysis.withoutValue !== undefined || isGradientAtFault(analysis, property);
  if (hopeless || pointless) return { witness: undefined, searched: false };
  const { model } = analysis.source;
  return { witness: refute(model, property), searched: isSearched(model, property) };
}

function reportBroken(ctx: Context, decl: MixerDecl, both: Analyses, property: MixerProperty, claim: Span): void {
  const analysis = weaker(both, property);
  const { span, reason, remedy, repairs, made } = blameFor(analysis, property);
  const { file } = ctx;
  const related = [
    ...(made === undefined ? [] : [{ at: { file, span: made.span }, message: `\`${made.name}\` is made here` }]),
    { at: { file, span: claim }, message: 'claimed here' },
  ];
  const fixes = repairs.map(({ title, span: at, text }) => ({ title, edits: [{ file, span: at, text }] }));
  const args = {
    mixer: decl.name.text,
    term: textAt(analysis.source, span),
    reason,
    remedy,
    ...sought(both, property),
  };
  report(ctx, span, ruleOf[property], args, { related, fixes });
}

function fact(both: Analyses, property: MixerProperty): MixerFact {
  const analysis = weaker(both, property);
  const how = proofOf(analysis, property);
  if (how !== undefined) {
    const only = teachesNothing(analysis) ? '; `stop_gradient` lets no gradient through to the utilities' : '';
    return { property, status: 'proved', how: `${how}${only}` };
  }
  const model: MixerModel = analysis.source.model;
  if (!model.reads.includes('q'))
    return { property, status: 'unknown', why: 'the total does not depend on the utilities' };
  const { witness, searched } = sought(both, property);
  const { reason, span } = blameFor(analysis, property);
  const at = { file: analysis.source.file, span };
  return witness === undefined
    ? { property, status: 'unknown', why: searched ? `${reason}; no counterexample was found` : reason, at }
    : { property, status: 'refuted', why: reason, witness, at };
}

interface Claim {
  readonly property: MixerProperty;
  readonly span: Span;
}

/** `monotonic`, `strictly monotonic` (or `strictly_monotonic`), `additive`, `igm`, in the order of strength in which they are reported. */
function claimsOf(ctx: Context, decl: MixerDecl): readonly Claim[] {
  const found: Claim[] = [];
  const words = [...decl.claims];
  for (let k = 0; k < words.length; k++) {
    const word = words[k] as Name;
    const next = words[k + 1];
    const strictly = word.text === 'strictly' && next?.text === 'monotonic';
    const name = strictly ? 'strictly_monotonic' : word.text;
    const span = strictly ? { start: word.span.start, end: (next as Name).span.end } : word.span;
    if (strictly) k++;
    const property = mixerProperties.find(one => one === name);
    if (property === undefined) {
      const suggestion = suggest(word.text, word.text === 'monotone' ? ['monotonic'] : mixerProperties);
      report(ctx, word.span, 'unknown-claim', { name: word.text, suggestion });
    } else if (found.some(one => one.property === property)) {
      report(ctx, span, 'duplicate-name', { name, what: 'claim' });
    } else found.push({ property, span });
  }
  return found.sort((a, b) => mixerProperties.indexOf(a.property) - mixerProperties.indexOf(b.property));
}

/** `log` and `sqrt` take numbers of one sign: nothing may turn into not-a-number while it learns. */
function requireDomains(ctx: Context, { source, ranges }: Analysis): void {
  for (const [k, node] of source.model.nodes.entries()) {
    if (node.op !== 'unary' || (node.fn !== 'log' && node.fn !== 'sqrt')) continue;
    const range = ranges[node.of]!;
    if (node.fn === 'log' ? I.isPositive(range) : I.isNonNegative(range)) continue;
    const span = source.origins[k]!.args[0] ?? source.origins[k]!.span;
    const needs = node.fn === 'log' ? 'positive numbers' : 'numbers that are not negative';
    const fact = `\`${textAt(source, span)}\` may be ${range.low < 0 ? 'negative' : '0'}`;
    report(ctx, span, 'mixer-domain', { fn: node.fn, needs, fact });
  }
}
