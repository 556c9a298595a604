/** How a hidden variable reaches a place, hop by hop, as secondary spans of a message. */
import type { Diagnostic } from '../api.ts';
import type { Inside } from '../elaborate/context.ts';
import { leaves } from '../elaborate/storage.ts';
import type { Origin } from '../game/model.ts';
import type { HiddenRead } from './policy.ts';

type Related = Diagnostic['related'][number];

/** From the declaration of the variable to the place at hand (which is not repeated). */
export function pathOf(
  inside: Inside | undefined,
  read: HiddenRead,
  place: Pick<Origin, 'file' | 'span'>,
): readonly Related[] {
  const path: Related[] = [];
  for (const variable of inside?.ctx.build.states.values() ?? []) {
    if (!leaves(variable.storage).includes(read.store)) continue;
    const file = inside?.ctx.file ?? '';
    path.push({ at: { file, span: variable.span }, message: `\`${variable.name}\` is part of the state` });
  }
  // Functions of the program are stations; `abs` is none.
  const own = (hop: Origin): boolean => hop.what !== 'call' || inside?.ctx.scope.lookup(hop.name)?.kind === 'fn';
  const hops = [...read.trail].filter(own).reverse();
  for (const [k, hop] of hops.entries()) {
    if (hop.file === place.file && hop.span.start === place.span.start && hop.span.end === place.span.end) continue;
    path.push({ at: { file: hop.file, span: hop.span }, message: sentence(hop, k === 0) });
  }
  return path;
}

function sentence(hop: Origin, first: boolean): string {
  if (hop.what === 'call') return `\`${hop.name}\` is called here`;
  if (hop.what === 'fold') return `\`${hop.name}\` goes over it here`;
  return first ? `\`${hop.name}\` is read here` : `\`${hop.name}\` carries it here`;
}

/** Of several hidden things the one that is farthest away: its path says most. */
export function farthest(reads: readonly HiddenRead[]): HiddenRead | undefined {
  let best: HiddenRead | undefined;
  for (const read of reads) if (best === undefined || read.trail.length > best.trail.length) best = read;
  return best;
}
