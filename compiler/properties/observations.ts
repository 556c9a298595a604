/** Does everything that agents observe tell them something? */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel, ObservationSpace } from '../game/model.ts';
import { everywhere, type Fact, proved, refuted, sentence, unknown } from './base.ts';
import { refutedAt } from './evidence.ts';

/** One observed part and the slots of the numeric encoding that it fills. */
export interface ObservedPart {
  readonly label: string;
  readonly slots: readonly number[];
}

/** The parts of an observation: pieces of one label (the fields of an array of records) together. */
export function partsOf(space: ObservationSpace): readonly ObservedPart[] {
  const parts = new Map<string, number[]>();
  for (const { label, offset, count, stride, width } of space.pieces) {
    const slots = parts.get(label) ?? [];
    parts.set(label, slots);
    for (let k = 0; k < count; k++) for (let w = 0; w < width; w++) slots.push(offset + k * stride + w);
  }
  return [...parts].map(([label, slots]) => ({ label, slots }));
}

/**
 * No observed part is constant over all reachable states, and none is a function of the other parts that the same agent
 * observes. A part that is either can be left out without loss.
 */
export function informativeObservations(game: TabularGame, model: GameModel): Fact {
  const { observedNumbers } = game;
  if (observedNumbers === undefined) return unknown('what the agents observe was not kept');
  const n = game.agents.length;
  if (model.agents.every(agent => (model.classes[agent.cls] as GameModel['classes'][number]).observation.length === 0))
    return proved('construction', 'nothing is observed');
  for (let agent = 0; agent < n; agent++) {
    const space = (
      model.classes[(model.agents[agent] as GameModel['agents'][number]).cls] as GameModel['classes'][number]
    ).observation;
    const parts = partsOf(space);
    if (parts.length === 0) continue;
    const seen: Float64Array[] = [];
    const firstState: number[] = [];
    for (let state = 0; state < game.stateCount; state++) {
      const observation = game.observation[state * n + agent] as number;
      if (seen[observation] !== undefined) continue;
      seen[observation] = observedNumbers(agent, observation);
      firstState[observation] = state;
    }
    const columns = parts.map(part => interned(seen, part.slots));
    const constant = columns.findIndex(column => column.every(value => value === 0));
    if (constant !== -1) {
      const { label, slots } = parts[constant] as ObservedPart;
      const value = slots.map(slot => seen[0]?.[slot] ?? 0).slice(0, 8);
      return refutedAt(
        game,
        sentence(
          `${game.agents[agent]} observes \`${label}\`, which is the same in all ${game.stateCount} reachable states (ends not counted)`,
        ),
        { state: firstState[0] as number },
        {
          left: { text: `values of ${label}`, value: '1' },
          right: { text: 'at least', value: '2' },
        },
        // A second state in which it is the same, where there is one.
        game.stateCount > 1 && value.length > 0 ? { state: game.stateCount - 1 } : undefined,
      );
    }
    // From the last: where two parts say the same, the one declared later is the one too many.
    for (let part = parts.length - 1; part >= 0; part--) {
      const others = parts.map((_, k) => k).filter(k => k !== part);
      if (!determines(columns, others, part)) continue;
      let needed = others;
      for (const k of others) {
        const fewer = needed.filter(other => other !== k);
        if (determines(columns, fewer, part)) needed = fewer;
      }
      const known = needed.map(k => `\`${parts[k]?.label}\``);
      const words = known.length < 2 ? known.join('') : `${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
      const label = parts[part]?.label;
      return refutedAt(
        game,
        sentence(
          `${game.agents[agent]} can work out \`${label}\` from ${words} in all ${game.stateCount} reachable states`,
        ),
        { state: firstState[0] as number },
        {
          left: { text: `combinations of ${words} and ${label}`, value: `${distinct(columns, [...needed, part])}` },
          right: { text: `combinations of ${words}`, value: `${distinct(columns, needed)}` },
        },
      );
    }
  }
  return proved('exhaustive', everywhere(game));
}

/** A part that is constant by its form, for games whose states are not listed. */
export function constantObservation(model: GameModel): Fact | undefined {
  for (const cls of model.classes) {
    const byLabel = new Map<string, boolean>();
    for (const { label, value, count } of cls.observation.pieces)
      byLabel.set(label, (byLabel.get(label) ?? true) && (count === 0 || value.bounds.low === value.bounds.high));
    for (const [label, constant] of byLabel)
      if (constant)
        return refuted(
          `${model.agents[cls.first]?.label} observes \`${label}\`, which is the same in every state by its form.`,
        );
  }
  return undefined;
}

/** Every observation's values in some slots as one number, counted from 0 in the order met. */
function interned(seen: readonly Float64Array[], slots: readonly number[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(seen, values => {
    const key = slots.map(slot => values[slot]).join(' ');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  });
}

function determines(columns: readonly Int32Array[], from: readonly number[], part: number): boolean {
  return distinct(columns, from) === distinct(columns, [...from, part]);
}

/** Number of distinct combinations of some columns, by refining one column after the other. */
function distinct(columns: readonly Int32Array[], chosen: readonly number[]): number {
  const rows = columns[0]?.length ?? 0;
  let group = new Int32Array(rows);
  let groups = Math.min(1, rows);
  for (const c of chosen) {
    const column = columns[c] as Int32Array;
    const numbers = new Map<number, number>();
    const finer = new Int32Array(rows);
    for (let r = 0; r < rows; r++) {
      const key = (group[r] as number) * rows + (column[r] as number);
      const known = numbers.get(key) ?? numbers.size;
      numbers.set(key, known);
      finer[r] = known;
    }
    group = finer;
    groups = numbers.size;
    if (groups === rows) break;
  }
  return groups;
}
