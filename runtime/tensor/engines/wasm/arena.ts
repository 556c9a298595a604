/** Temporaries that are never alive together share memory. */

interface Piece {
  readonly bytes: number;
  /** First and last moment at which the piece is in use. */
  readonly from: number;
  readonly to: number;
}

/** Offsets for the pieces, and how much memory they need together. First fit, largest pieces first. */
export function arrange(pieces: readonly Piece[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets: number[] = new Array(pieces.length).fill(-1);
  const order = pieces.map((_, k) => k).sort((a, b) => pieces[b]!.bytes - pieces[a]!.bytes || a - b);
  let bytes = 0;
  for (const k of order) {
    const piece = pieces[k]!;
    const taken = order
      .filter(o => offsets[o]! >= 0 && pieces[o]!.from <= piece.to && piece.from <= pieces[o]!.to)
      .map(o => [offsets[o]!, offsets[o]! + pieces[o]!.bytes] as const)
      .sort((a, b) => a[0] - b[0]);
    let offset = 0;
    for (const [low, high] of taken) {
      if (offset + piece.bytes <= low) break;
      offset = Math.max(offset, high);
    }
    offsets[k] = offset;
    bytes = Math.max(bytes, offset + piece.bytes);
  }
  return { offsets, bytes };
}
