/** How bounds of rewards and returns are written. */
import { shortNumber } from './text.ts';

interface Bounds {
  readonly agent: string;
  /** -Infinity and Infinity where there is no bound. */
  readonly low: number;
  readonly high: number;
}

export function rangeText(low: number, high: number): string {
  const ends = [
    Number.isFinite(low) ? shortNumber(low) : 'unbounded below',
    Number.isFinite(high) ? shortNumber(high) : 'unbounded above',
  ];
  return Number.isFinite(low) && Number.isFinite(high) ? ends.join(' to ') : ends.join(', ');
}

/** One for all agents where they agree. */
export function joinedBounds<B extends Bounds>(all: readonly B[]): readonly B[] {
  const [first] = all;
  const same = all.every(r => r.low === first?.low && r.high === first?.high);
  return same && all.length > 1 && first !== undefined ? [{ ...first, agent: 'everyone' }] : all;
}
