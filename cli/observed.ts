/** Observations in words: `card=King moves=[Pass]` from the numbers that a learner is given. */
import { nested } from '../compiler/game/board.ts';
import { printNumber } from '../compiler/game/describe.ts';
import type { GameModel, ObservationPiece } from '../compiler/game/model.ts';

/**
 * Reads the keys of learned tables of this game. A table of one agent is keyed by what that agent sees, one of all agents by what all
 * of them see, one behind the other.
 */
export function readKeys(model: GameModel): (agent: number | undefined, key: ArrayLike<number>) => string {
  const groups = model.classes.map(cls => partsOf(cls.observation.pieces));
  const lengths = model.agents.map(agent => model.classes[agent.cls]?.observation.length ?? 0);
  const one = (agent: number, key: ArrayLike<number>, start: number): string =>
    (groups[model.agents[agent]?.cls ?? 0] ?? []).map(part => `${part.name}=${textOf(part, key, start)}`).join(' ');
  return (agent, key) => {
    if (agent !== undefined) return one(agent, key, 0);
    const texts: string[] = [];
    let start = 0;
    for (const [i, length] of lengths.entries()) {
      texts.push(one(i, key, start));
      start += length;
    }
    if (texts.every(text => text === texts[0])) return texts[0] ?? '';
    return texts.map((text, i) => `${model.agents[i]?.label}: ${text}`).join(' | ');
  };
}

/**
 * Which of two such keys comes first: part by part in the order of the declaration, numbers by size, values of an enumeration as they are
 * declared, sequences by what they begin with, shorter ones first.
 */
export function orderKeys(
  model: GameModel,
): (agent: number | undefined, a: ArrayLike<number>, b: ArrayLike<number>) => number {
  const groups = model.classes.map(cls => partsOf(cls.observation.pieces));
  const lengths = model.agents.map(agent => model.classes[agent.cls]?.observation.length ?? 0);
  const one = (agent: number, a: ArrayLike<number>, b: ArrayLike<number>, start: number): number => {
    for (const { pieces } of groups[model.agents[agent]?.cls ?? 0] ?? [])
      for (let k = 0; k < Math.max(...pieces.map(piece => piece.count)); k++)
        for (const piece of pieces) {
          const apart = k < piece.count ? placeOf(piece, k, a, start) - placeOf(piece, k, b, start) : 0;
          if (apart !== 0) return apart;
        }
    return 0;
  };
  return (agent, a, b) => {
    if (agent !== undefined) return one(agent, a, b, 0);
    let start = 0;
    for (const [i, length] of lengths.entries()) {
      const apart = one(i, a, b, start);
      if (apart !== 0) return apart;
      start += length;
    }
    return 0;
  };
}

/** A number that grows with the value of an element; -1 for a one-hot slot with no mark. */
function placeOf(
  { offset, stride, width }: ObservationPiece,
  k: number,
  key: ArrayLike<number>,
  start: number,
): number {
  const at = start + offset + k * stride;
  if (width === 1) return key[at] ?? 0;
  for (let slot = 0; slot < width; slot++) if (key[at + slot] === 1) return slot;
  return -1;
}

/** The pieces that encode one observed expression. */
interface Part {
  readonly name: string;
  readonly pieces: readonly ObservationPiece[];
}

function partsOf(pieces: readonly ObservationPiece[]): readonly Part[] {
  const parts: { label: string; pieces: ObservationPiece[] }[] = [];
  for (const piece of pieces) {
    const last = parts.at(-1);
    // The fields of a record, and the elements of an array of arrays, are pieces of their own.
    if (last?.label === piece.label) last.pieces.push(piece);
    else parts.push({ label: piece.label, pieces: [piece] });
  }
  // `card[p]` is the agent's own card; the index is left out where nothing else has that name.
  const bare = parts.map(({ label }) => label.replace(/\[[a-z]\w*\]$/, ''));
  return parts.map(({ label, pieces: own }, k) => {
    const short = bare[k] as string;
    return { name: bare.filter(other => other === short).length === 1 ? short : label, pieces: own };
  });
}

function textOf({ pieces }: Part, key: ArrayLike<number>, start: number): string {
  const [first] = pieces;
  if (first === undefined) return '';
  const several = pieces.length > 1;
  if (pieces.every(piece => piece.count === 1)) {
    const values = pieces.map(piece => element(piece, 0, key, start));
    return several ? `(${values.join(' ')})` : (values[0] as string);
  }
  const count = Math.max(...pieces.map(piece => piece.count));
  const items = Array.from({ length: count }, (_, k) => {
    const values = pieces.filter(piece => k < piece.count).map(piece => element(piece, k, key, start));
    return { text: several ? `(${values.join(' ')})` : (values[0] as string), empty: values.every(v => v === nothing) };
  });
  if (first.board !== undefined && first.element === undefined) {
    const rows = nested(
      first.board,
      items.map(item => item.text),
    ).flat();
    return `[${rows.map(row => row.join(' ')).join(' / ')}]`;
  }
  // The free places at the end of a sequence are no part of it.
  const used = items.findLastIndex(item => !item.empty) + 1;
  return `[${items
    .slice(0, used)
    .map(item => item.text)
    .join(' ')}]`;
}

/** A one-hot slot with no mark. */
const nothing = '-';

function element(piece: ObservationPiece, k: number, key: ArrayLike<number>, start: number): string {
  const at = start + piece.offset + k * piece.stride;
  const { low, names } = piece;
  if (piece.width === 1) {
    const value = key[at] ?? 0;
    return names === undefined ? printNumber(value) : (names[value - low] ?? printNumber(value));
  }
  for (let slot = 0; slot < piece.width; slot++)
    if (key[at + slot] === 1) return names?.[slot] ?? printNumber(low + slot);
  return nothing;
}
