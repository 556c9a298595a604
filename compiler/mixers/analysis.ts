/** Everything the compiler finds out about a mixer, and what follows from it. */
import type { MixerInput } from '../../runtime/mixers/model.ts';
import { differentiatedPart } from './equal.ts';
import { type Gaps, gapsOf, isBelow } from './gap.ts';
import * as I from './interval.ts';
import { type Dependence, dependences } from './polarity.ts';
import { rangesOf, withoutValue } from './ranges.ts';
import type { MixerSource } from './source.ts';

export interface Analysis {
  readonly source: MixerSource;
  readonly ranges: readonly I.Interval[];
  readonly dependences: readonly Dependence[];
  readonly gaps: Gaps;
  /** The first node behind the total that may have no finite value, with weights and inputs that are numbers. */
  readonly withoutValue: number | undefined;
  /** The same of what is differentiated, where `stop_gradient` detaches something. */
  readonly gradient: Analysis | undefined;
}

export function analyse(source: MixerSource): Analysis {
  const { model } = source;
  const ranges = rangesOf(model);
  const part = differentiatedPart(model);
  const gradient = part && analysisOf({ ...source, model: part }, ranges, undefined);
  return analysisOf(source, ranges, gradient);
}

function analysisOf(source: MixerSource, ranges: readonly I.Interval[], gradient: Analysis | undefined): Analysis {
  const found = dependences(source.model, ranges);
  const gaps = gapsOf(source.model, ranges, found);
  return { source, ranges, dependences: found, gaps, withoutValue: withoutValue(source.model, ranges), gradient };
}

/** What can be claimed, in the order in which it is reported. */
export const mixerProperties = ['monotonic', 'strictly_monotonic', 'additive', 'igm'] as const;
export type MixerProperty = (typeof mixerProperties)[number];

/**
 * Why a property holds, as a sentence without its full stop; undefined where it is not proved. What says in which direction the total
 * moves is claimed of training too: the gradient, which `stop_gradient` may tell apart from the value, must not point the other way.
 */
export function proofOf(analysis: Analysis, property: MixerProperty): string | undefined {
  // Of what is not a number nothing can be said.
  if (analysis.withoutValue !== undefined || !gradientFollows(analysis, property)) return undefined;
  return proofOfValue(analysis, property);
}

/** Does the differentiated part never fall where a utility grows, or for a strict claim always grow? `additive` says nothing of it. */
export function gradientFollows({ gradient }: Analysis, property: MixerProperty): boolean {
  if (gradient === undefined || property === 'additive') return true;
  const wanted = property === 'strictly_monotonic' ? property : 'monotonic';
  return proofOfValue(gradient, wanted) !== undefined;
}

/** Is everything that the total takes from the utilities behind `stop_gradient`, so that no gradient reaches them? */
export function teachesNothing({ gradient }: Analysis): boolean {
  return gradient?.dependences[gradient.source.model.output]?.spread.kind === 'none';
}

/** As `proofOf`, of the value alone. */
export function proofOfValue(analysis: Analysis, property: MixerProperty): string | undefined {
  const { model } = analysis.source;
  const { polarity, strict, spread } = analysis.dependences[model.output]!;
  const reads = (input: MixerInput): boolean => model.reads.includes(input);
  const directed = polarity === 'rising' || polarity === 'constant';
  const gap = analysis.gaps.of[model.output];
  // Of a total that reads `q` alone, the duplex rule says total(q) <= total(q') for all q <= q'.
  const outweighed = !directed && isBelow(gap) && !reads('best') && !reads('actions');
  const monotonic = directed || outweighed;
  switch (property) {
    case 'monotonic':
      if (outweighed) return 'where a term falls, others that rise with the same utilities outweigh it';
      if (!monotonic) return undefined;
      return polarity === 'constant'
        ? 'the total does not depend on the utilities'
        : 'every path from a utility to the total is a never-falling function or a factor that is never negative';
    case 'strictly_monotonic':
      if (polarity !== 'rising' || strict.kind !== 'every') return undefined;
      return 'every utility reaches the total by a path of increasing functions and positive factors, and no path falls';
    case 'additive':
      // Whatever reads the joint action mixes the agents, even if the utilities enter one by one.
      if (spread.kind === 'mixed' || reads('actions')) return undefined;
      return 'the total is a sum in which each term depends on the utility of one agent at most, and on the state';
    case 'igm': {
      if (monotonic && polarity !== 'constant' && !reads('actions'))
        return strict.kind === 'every'
          ? 'the total is strictly monotonic, so the joint actions that maximise it are exactly the greedy ones'
          : 'the total is monotonic, so the greedy joint action maximises it (others may tie, because the slope may be 0)';
      if (gap === undefined || gap.slacks.length === 0 || !isBelow(gap)) return undefined;
      const exact = gap.slacks.some(
        ({ base, coefficient }) => I.isPositive(coefficient) && analysis.dependences[base]!.strict.kind !== 'none',
      );
      return `the total is its value at the greedy joint action plus advantages that are never positive, with weights that are ${exact ? 'positive, so the joint actions that maximise it are exactly the greedy ones' : 'never negative'}`;
    }
  }
}
