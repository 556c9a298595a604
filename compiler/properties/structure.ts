/** Facts about who moves when, chance, and whether play ends. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import {
  actingCount,
  acts,
  everywhere,
  type Fact,
  probabilityText,
  proved,
  refuted,
  sentence,
  unknown,
  where,
} from './base.ts';
import { refutedAt } from './evidence.ts';
import { listedWithoutTime } from './timeless.ts';

/** No chance: one initial state, one outcome per joint action. */
export function deterministic(game: TabularGame): Fact {
  if (game.initialStates.length > 1)
    return refutedAt(
      game,
      `Chance chooses among ${game.initialStates.length} initial states.`,
      { state: game.initialStates[0] as number },
      { left: { text: 'initial states', value: `${game.initialStates.length}` }, right: { text: 'just', value: '1' } },
      { state: game.initialStates[1] as number },
    );
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      const from = game.outcomeStart[joint] as number;
      const to = game.outcomeStart[joint + 1] as number;
      if (to - from > 1) {
        const odds = Array.from({ length: Math.min(to - from, 4) }, (_, k) => probabilityText(game, from + k)).join(
          ', ',
        );
        return refutedAt(
          game,
          sentence(
            `there are ${to - from} outcomes, with probabilities ${odds}${to - from > 4 ? ', ...' : ''}`,
            where(game, state, joint),
          ),
          { state, joint },
          { left: { text: 'outcomes', value: `${to - from}` }, right: { text: 'just', value: '1' } },
        );
      }
    }
  // A table of time in the state does not tell apart what is reached at the horizon.
  if (game.outcomeCut !== undefined)
    return unknown('the game draws, and what the steps that reach its horizon lead to is not listed');
  return proved('exhaustive', everywhere(game));
}

/** At most one agent acts in any state. */
export function turnBased(game: TabularGame): Fact {
  for (let state = 0; state < game.stateCount; state++) {
    const acting = actingCount(game, state);
    if (acting > 1)
      return refutedAt(
        game,
        sentence(`${actingNames(game, state)} choose at the same time`, where(game, state)),
        { state },
        { left: { text: 'agents that act', value: `${acting}` }, right: { text: 'at most', value: '1' } },
      );
  }
  return proved('exhaustive', everywhere(game));
}

/** Every agent acts in every state, and there is more than one. */
export function simultaneous(game: TabularGame): Fact {
  const n = game.agents.length;
  if (n < 2) return refuted('There is one agent, so nobody moves at the same time as another.');
  for (let state = 0; state < game.stateCount; state++)
    for (let agent = 0; agent < n; agent++)
      if (!acts(game, state, agent))
        return refutedAt(
          game,
          sentence(`${game.agents[agent]} does not act`, where(game, state)),
          { state },
          {
            left: { text: 'agents that act', value: `${actingCount(game, state)}` },
            right: { text: 'agents', value: `${n}` },
          },
        );
  return proved('exhaustive', everywhere(game));
}

/**
 * Play ends with probability one, whatever the agents do. A horizon does not count: it cuts the play, but is not an end of
 * the problem. Shown by the absence of cycles, or else by the absence of a set of states that joint actions can stay in
 * for ever (the largest such set is found by removing states without a staying joint action until none is left to remove).
 */
export function terminating(game: TabularGame, model?: GameModel): Fact {
  if (game.outcomeCut !== undefined) return endsBeyondHorizon(game, game.outcomeCut, model);
  const longest = longestPlay(game);
  if (longest !== undefined)
    return proved('exhaustive', `no play is longer than ${longest} ${longest === 1 ? 'step' : 'steps'}`);
  const stays = stayingStates(game);
  const state = stays.indexOf(1);
  if (state === -1)
    return proved('exhaustive', 'every state leads to an end with positive probability, whatever the agents do');
  const joint = stayingAction(game, state, stays) as number;
  const cut =
    game.horizon === undefined
      ? ''
      : ` (the horizon of ${game.horizon} steps cuts the play but is not an end of the problem)`;
  return refutedAt(
    game,
    sentence(`the game can go on for ever${cut}`, where(game, state, joint)),
    { state, joint },
    { left: { text: 'probability that this play ends', value: '0' }, right: { text: 'certainty', value: '1' } },
  );
}

/**
 * Some plays reach the horizon without the end of the game. Whether they go on for ever is seen where only rewards and observations
 * read `time`: the states without it are the whole game, with no horizon in them.
 */
function endsBeyondHorizon(game: TabularGame, cuts: Uint8Array, model: GameModel | undefined): Fact {
  const steps = `${game.horizon} ${game.horizon === 1 ? 'step' : 'steps'}`;
  const at = cutCase(game, cuts);
  const here = where(game, at.state, at.joint);
  const never = model !== undefined && model.end === undefined;
  const whole = model === undefined || never ? undefined : listedWithoutTime(model, game.stateCount);
  const fact = whole === undefined ? undefined : terminating(whole);
  if (fact?.status === 'proved') return fact;
  if (!never && fact?.status !== 'refuted')
    return unknown(
      `plays reach the horizon of ${steps} without \`end when\`, for example ${here}; a horizon is no end, and what follows it is not listed`,
    );
  const cut = `the horizon of ${steps} cuts the play but is not an end of the problem`;
  return refutedAt(game, sentence(`play reaches the horizon and can go on for ever without it (${cut})`, here), at, {
    left: { text: 'probability that this step ends the game', value: '0' },
    right: { text: 'certainty', value: '1' },
  });
}

/** A step that the horizon cuts, whatever chance does where there is such a one. */
function cutCase(game: TabularGame, cuts: Uint8Array): { readonly state: number; readonly joint: number } {
  let some: { state: number; joint: number } | undefined;
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      const outcomes = cuts.subarray(game.outcomeStart[joint], game.outcomeStart[joint + 1]);
      if (outcomes.every(cut => cut === 1)) return { state, joint };
      if (outcomes.includes(1)) some ??= { state, joint };
    }
  return some as { state: number; joint: number };
}

/** Steps of the longest play, or undefined when states can be met again. */
export function longestPlay(game: TabularGame): number | undefined {
  // Depth-first with an explicit stack; 1 = on the path, 2 = done.
  const mark = new Uint8Array(game.stateCount);
  const depth = new Int32Array(game.stateCount);
  const stack: number[] = [];
  const cursor = new Int32Array(game.stateCount);
  const outcomesOf = (state: number): readonly [number, number] => [
    game.outcomeStart[game.jointStart[state] as number] as number,
    game.outcomeStart[game.jointStart[state + 1] as number] as number,
  ];
  for (let root = 0; root < game.stateCount; root++) {
    if (mark[root] !== 0) continue;
    stack.push(root);
    mark[root] = 1;
    cursor[root] = outcomesOf(root)[0];
    while (stack.length > 0) {
      const state = stack.at(-1) as number;
      const end = outcomesOf(state)[1];
      const at = cursor[state] as number;
      if (at < end) {
        cursor[state] = at + 1;
        const next = game.outcomeState[at] as number;
        if (next === -1) depth[state] = Math.max(depth[state] as number, 1);
        else if (mark[next] === 1) return undefined;
        else if (mark[next] === 0) {
          mark[next] = 1;
          cursor[next] = outcomesOf(next)[0];
          stack.push(next);
        } else depth[state] = Math.max(depth[state] as number, 1 + (depth[next] as number));
        continue;
      }
      mark[state] = 2;
      stack.pop();
      const parent = stack.at(-1);
      if (parent !== undefined) depth[parent] = Math.max(depth[parent] as number, 1 + (depth[state] as number));
    }
  }
  return Math.max(0, ...maxima(depth));
}

/** The largest set of states in which some joint action always keeps the play. */
function stayingStates(game: TabularGame): Uint8Array {
  const inside = new Uint8Array(game.stateCount).fill(1);
  for (let changed = true; changed; ) {
    changed = false;
    for (let state = game.stateCount - 1; state >= 0; state--)
      if (inside[state] === 1 && stayingAction(game, state, inside) === undefined) {
        inside[state] = 0;
        changed = true;
      }
  }
  return inside;
}

function stayingAction(game: TabularGame, state: number, inside: Uint8Array): number | undefined {
  for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
    let stays = true;
    for (let o = game.outcomeStart[joint] as number; stays && o < (game.outcomeStart[joint + 1] as number); o++) {
      const next = game.outcomeState[o] as number;
      stays = next !== -1 && inside[next] === 1;
    }
    if (stays) return joint;
  }
  return undefined;
}

function actingNames(game: TabularGame, state: number): string {
  const names = game.agents.filter((_, agent) => acts(game, state, agent));
  return names.length === 2 ? names.join(' and ') : `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}`;
}

/** The maximum as an array of at most one element: spreading a million numbers into Math.max would overflow the stack. */
function maxima(values: Int32Array): readonly number[] {
  let best: number | undefined;
  for (const value of values) if (best === undefined || value > best) best = value;
  return best === undefined ? [] : [best];
}
