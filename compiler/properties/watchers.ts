/** What a random play is watched for, and how a case found in it is told. */
import type { GameError } from '../game/evaluateErrors.ts';
import type { GameModel } from '../game/model.ts';
import type { Stepped } from '../game/stepped.ts';
import {
  brief,
  type Evidence,
  type Fact,
  nearlyEqual,
  type PlayStep,
  type PropertyName,
  refuted,
  type Sides,
  sentence,
  shown,
} from './base.ts';
import { theEnd } from './evidence.ts';
import { type Moment, type Move, named, realsNamed, sampledPlay } from './sampled.ts';
import { getsText, jointText } from './wording.ts';

export interface StepSeen {
  readonly found: ReadonlyMap<PropertyName, Fact>;
}

export interface Watchers {
  start(stepped: Stepped, moment: Moment): ReadonlyMap<PropertyName, Fact>;
  /** Takes the step. */
  step(stepped: Stepped, move: Move, moment: Moment): StepSeen;
}

export function watchers(model: GameModel, wanted: readonly PropertyName[]): Watchers {
  const open = new Set(wanted);
  const n = model.agents.length;
  const labels = model.agents.map(agent => agent.label);
  let firstStart: string | undefined;
  let firstSum: { readonly sum: number; readonly moment: Moment } | undefined;
  const started = (stepped: Stepped, moment: Moment): Map<PropertyName, Fact> => {
    const found = new Map<PropertyName, Fact>();
    if (!open.has('deterministic') || !model.hasChance) return found;
    const start = stepped.describe();
    firstStart ??= start;
    if (start === firstStart) return found;
    open.delete('deterministic');
    const other = { state: firstStart, play: sampledPlay({ ...moment, episode: 0, moves: [] }) };
    const sides = pair('an initial state', firstStart, 'another', start);
    found.set(
      'deterministic',
      refuted('Chance chooses among initial states.', start, undefined, { sides, play: sampledPlay(moment), other }),
    );
    return found;
  };
  const took = (stepped: Stepped, move: Move, moment: Moment): StepSeen => {
    const found = new Map<PropertyName, Fact>();
    const tell = (property: PropertyName, text: string, sides: Sides, more: Evidence = {}): void => {
      open.delete(property);
      found.set(property, told(moment, text, sides, more));
    };
    const acting = move.actions.filter(action => action !== undefined).length;
    if (acting > 1)
      for (const property of ['turn_based', 'perfect_information'] as const)
        if (open.has(property)) {
          const who = labels.filter((_, i) => move.actions[i] !== undefined);
          const names = who.length === 2 ? who.join(' and ') : `${who.slice(0, 3).join(', ')}, ...`;
          open.delete(property);
          const sides = pair('agents that act', `${acting}`, 'at most', '1');
          found.set(property, told(moment, `${names} choose at the same time`, sides, {}, false));
        }
    if (acting < n && open.has('simultaneous')) {
      const idle = labels[move.actions.indexOf(undefined)];
      open.delete('simultaneous');
      const sides = pair('agents that act', `${acting}`, 'agents', `${n}`);
      found.set('simultaneous', told(moment, `${idle} does not act`, sides, {}, false));
    }
    const twice = open.has('deterministic') && model.hasChance ? elsewhere(stepped, move) : undefined;
    const { rewards } = stepped.step(move.actions, move.reals);
    if (twice !== undefined) {
      const now = stepped.ended === 'terminated' ? theEnd : stepped.describe();
      if (now !== twice.reached)
        tell('deterministic', 'chance chooses what follows', pair('one state reached', now, 'another', twice.reached), {
          reached: now,
        });
      else if (rewards.some((reward, i) => reward !== twice.rewards[i]))
        tell(
          'deterministic',
          'chance chooses the rewards',
          pair('rewards', rewards.map(shown).join(', '), 'or', twice.rewards.map(shown).join(', ')),
        );
    }
    let sum = 0;
    let size = 0;
    for (const reward of rewards) {
      sum += reward;
      size += Math.abs(reward);
    }
    const paid = getsText(labels, rewards.map(shown));
    if (open.has('zero_sum') && !nearlyEqual(sum, 0, size))
      tell(
        'zero_sum',
        `${paid}: the rewards add up to ${shown(sum)}, not to 0`,
        pair('sum of the rewards', shown(sum), 'zero', '0'),
      );
    if (open.has('constant_sum')) {
      firstSum ??= { sum, moment: { ...moment, moves: [...moment.moves] } };
      if (!nearlyEqual(sum, firstSum.sum, size)) {
        const other = firstSum;
        const last = other.moment.moves.at(-1) as Move;
        const place = sampledPlay({ ...other.moment, moves: other.moment.moves.slice(0, -1) });
        tell(
          'constant_sum',
          `${paid}: the rewards add up to ${shown(sum)}, but to ${shown(other.sum)} ${placeText(
            stateAfter(place.start, place.steps),
            named(model, last),
          )}`,
          pair('sum of the rewards', shown(sum), 'their sum elsewhere', shown(other.sum)),
          {
            other: {
              state: stateAfter(place.start, place.steps),
              jointAction: named(model, last),
              real: realsNamed(model, last),
              play: place,
            },
          },
        );
      }
    }
    if (open.has('common_reward'))
      for (let i = 1; i < n; i++) {
        const [mine, theirs] = [rewards[0] as number, rewards[i] as number];
        if (nearlyEqual(mine, theirs)) continue;
        tell(
          'common_reward',
          `${labels[0]} gets ${shown(mine)} but ${labels[i]} gets ${shown(theirs)}`,
          pair(`reward of ${labels[0]}`, shown(mine), `reward of ${labels[i]}`, shown(theirs)),
        );
        break;
      }
    return { found };
  };
  return { start: started, step: took };
}

/** What breaks off the play: an agent without a legal action, a probability that is none. */
export function refutationAt(error: GameError, moment: Moment): Fact {
  const text = `${sentence(error.message.replace(/\.$/, ''))}`;
  const { moves } = moment;
  // A step may fail before or after it has been taken; the play goes as far as it can be played again.
  const play = sampledPlay(moment);
  const stuck = play.steps.length === moves.length;
  const last = moves.at(-1);
  const state = stateAfter(play.start, play.steps);
  return refuted(text, state, stuck || last === undefined ? undefined : named(moment.model, last), { play });
}

/** Where the step leads when chance falls differently. */
function elsewhere(stepped: Stepped, move: Move): { readonly reached: string; readonly rewards: readonly number[] } {
  const before = stepped.snapshot();
  stepped.restore({ ...before, counter: before.counter + 1_000_003 });
  try {
    const { rewards, ended } = stepped.step(move.actions, move.reals);
    return { reached: ended === 'terminated' ? theEnd : stepped.describe(), rewards };
  } finally {
    stepped.restore(before);
  }
}

function told(moment: Moment, fact: string, sides: Sides, more: Evidence, withAction = true): Fact {
  const { model, moves } = moment;
  const play = sampledPlay({ ...moment, moves: moves.slice(0, -1) });
  const state = stateAfter(play.start, play.steps);
  const move = moves.at(-1) as Move;
  const action = named(model, move);
  return refuted(sentence(fact, placeText(state, withAction ? action : {})), state, withAction ? action : undefined, {
    sides,
    play,
    real: withAction ? realsNamed(model, move) : undefined,
    ...more,
  });
}

/** `in the state n = 2, after (A North, B Stand)` */
function placeText(state: string, action: Readonly<Record<string, string>>): string {
  const choices = jointText(action);
  const parts = [
    state === '(no state)' ? '' : `in the state ${brief(state)}`,
    choices === '' ? '' : `after ${choices}`,
  ];
  return parts.filter(part => part !== '').join(', ');
}

function pair(left: string, leftValue: string, right: string, rightValue: string): Sides {
  return { left: { text: left, value: leftValue }, right: { text: right, value: rightValue } };
}

export function stateAfter(start: string, steps: readonly PlayStep[]): string {
  return steps.at(-1)?.reached ?? start;
}
