/** What the numbers that a network is given mean, place by place. */
import type { GameModel, ObservationPiece } from '../compiler/game/model.ts';
import type { Feature } from '../runtime/export/model.ts';
import type { Group } from '../runtime/learners/deep/groups.ts';

/** The input of a group's network: what its agents observe, then their number and their last action where the training gives them. */
export function layoutOf(model: GameModel, group: Group, agents: readonly number[]): readonly Feature[] {
  const classes = [...new Set(agents.map(agent => model.agents[agent]?.cls ?? 0))];
  const features: Feature[] = [];
  const [cls] = classes;
  if (group.observationLength + group.idLength + group.lastActionLength === 0)
    return [{ from: 0, to: 1, what: 'the number 1: these agents see nothing' }];
  if (classes.length === 1) features.push(...observed(model.classes[cls ?? 0]?.observation.pieces ?? []));
  else {
    const names = classes.map(k => model.classes[k]?.name).join(', ');
    features.push({
      from: 0,
      to: group.observationLength,
      what: `what the agent observes (${names}), zeros behind it`,
    });
  }
  let at = group.observationLength;
  const more = (length: number, what: string): void => {
    if (length > 0) features.push({ from: at, to: at + length, what });
    at += length;
  };
  const labels = agents.map(agent => model.agents[agent]?.label ?? `${agent}`).join(' ');
  more(group.idLength, `which agent it is, one-hot: ${labels}`);
  more(group.lastActionLength, 'its last action, one-hot; zeros at the start of an episode');
  return features;
}

/** The observed expressions in the order of their numbers. */
function observed(pieces: readonly ObservationPiece[]): readonly Feature[] {
  const features: Feature[] = [];
  for (const piece of pieces) {
    const to = piece.offset + (piece.count - 1) * piece.stride + piece.width;
    const last = features.at(-1);
    const label = `${piece.label}: `;
    // The fields of a record, and the elements of an array of arrays, are pieces of their own.
    if (last?.what.startsWith(label)) {
      features[features.length - 1] = { from: last.from, to: Math.max(last.to, to), what: `${label}several numbers` };
    } else features.push({ from: piece.offset, to, what: `${label}${encoding(piece)}` });
  }
  return features;
}

function encoding({ count, width, low, names }: ObservationPiece): string {
  const values = names?.slice(0, width).join(' ') ?? `${low}..${low + width - 1}`;
  const one = width === 1 ? 'number' : `one-hot of ${values}`;
  if (count === 1) return one;
  return width === 1 ? `${count} numbers` : `${count} times ${one}`;
}
