/**
 * Stage games of learners: an equilibrium of the values that joint actions have where the agents are, by the solvers of games of one step.
 * What is asked again and again with the same values gives the same answer, bit for bit; nothing here leads to GLPK.
 */
import type { Objective } from '../../verify/claim.ts';
import { type Num, toFloat } from '../../verify/number.ts';
import { incentivesOf, solveExactly, stageDevice } from '../correlated-program.ts';
import { choicesOf, type NormalForm, payoffScale, rationalPayoffs } from '../normal-form.ts';
import { pureEquilibria, pureProfile } from '../pure.ts';
import { equilibriaOfTwo, nashRule, playOf, type StagePlay, type StageRule, worthOf } from './stage.ts';

/** Sizes of a game, as a learner's `Shape` has them: joint actions are numbered with the last agent fastest. */
export interface StageShape {
  readonly agents: number;
  readonly actionCount: readonly number[];
  /** Start of each agent's slice in a row of masks or strategies, and the length of the row. */
  readonly actionStart: readonly number[];
  readonly actionRow: number;
  readonly jointCount: number;
  readonly jointStride: readonly number[];
}

export interface StageGames {
  /** Of the game solved last: what it is worth to each agent. */
  readonly worth: Float64Array;
  /** The probability of every joint action, 0 where one is illegal. */
  readonly joint: Float64Array;
  /** Every agent's own strategy: what the joint probabilities say about its action alone, as a row of masks. */
  readonly strategies: Float64Array;
  /**
   * Solves the game that pays agent i `values[start + i * jointCount + u]` for joint action u. `legal` are masks from `legalStart` on; an
   * agent that does not act takes its action 0.
   */
  solve(values: Float64Array, start: number, legal: Uint8Array, legalStart: number): void;
}

/**
 * Which equilibrium two agents expect. Pure ones come before mixed ones; `first` and `second` go by the numbers of joint actions
 * (Hu and Wellman 2003), `welfare` is the greatest sum, `egalitarian` the greatest least value, `best` what one agent likes most.
 */
export type NashSelection = 'welfare' | 'egalitarian' | 'first' | 'second' | 'best';

/** Nash equilibria of the stage games of two agents, as `agent` selects them. */
export function nashGames(shape: StageShape, selection: NashSelection, agent: number): StageGames {
  const mixed = (form: NormalForm) => equilibriaOfTwo(form, {});
  switch (selection) {
    case 'welfare':
    case 'egalitarian':
      return games(shape, nashRule({ kind: selection }, mixed, false));
    case 'best':
      return games(shape, nashRule({ kind: 'agent', agent }, mixed, false));
    case 'first':
      return games(shape, nth(0));
    case 'second':
      return games(shape, nth(1));
  }
}

/** The equilibrium with this place in the list, or the last there is. */
function nth(place: number): StageRule {
  return form => {
    const pure = pureEquilibria(form, {}).profiles;
    const at = pure[Math.min(place, pure.length - 1)];
    if (at !== undefined) return playOf(form, pureProfile(form.counts, choicesOf(form, at)));
    const found = equilibriaOfTwo(form, {});
    return playOf(form, found[Math.min(place, found.length - 1)] as readonly (readonly Num[])[]);
  };
}

/**
 * Which correlated equilibrium (Greenwald and Hall 2003): the greatest sum, the greatest least value, the greatest value of anybody, or
 * every agent's own part of the one that is best for itself, played independently of the others.
 */
export type CorrelatedSelection = 'utilitarian' | 'egalitarian' | 'republican' | 'libertarian';

/** Correlated equilibria of stage games, for any number of agents. */
export function correlatedGames(shape: StageShape, selection: CorrelatedSelection): StageGames {
  switch (selection) {
    case 'utilitarian':
      return games(shape, form => played(form, deviceOf(form, { kind: 'welfare' })));
    case 'egalitarian':
      return games(shape, form => played(form, deviceOf(form, { kind: 'egalitarian' })));
    case 'republican':
      return games(shape, republican);
    case 'libertarian':
      return games(shape, libertarian);
  }
}

/** The device that pays one agent the most; of several agents that get as much, the first. */
function republican(form: NormalForm): StagePlay {
  const slack = 1e-9 * payoffScale(form);
  let best: StagePlay | undefined;
  let most = Number.NEGATIVE_INFINITY;
  form.counts.forEach((_, agent) => {
    const play = played(form, deviceOf(form, { kind: 'agent', agent }));
    const own = toFloat(play.worth[agent] as Num);
    if (own <= most + slack) return;
    most = own;
    best = play;
  });
  return best as StagePlay;
}

function libertarian(form: NormalForm): StagePlay {
  return playOf(
    form,
    form.counts.map((count, agent) => {
      const own = new Array<number>(count).fill(0);
      deviceOf(form, { kind: 'agent', agent }).forEach((p, profile) => {
        const choice = choicesOf(form, profile)[agent] as number;
        own[choice] = (own[choice] as number) + toFloat(p);
      });
      return own;
    }),
  );
}

/** There is always one. Where doubles do not find it, fractions do. */
function deviceOf(form: NormalForm, objective: Objective): readonly Num[] {
  const found =
    stageDevice(form, objective, Number.POSITIVE_INFINITY) ??
    solveExactly(form, rationalPayoffs(form), incentivesOf(form, 'ce'), objective, () => false)?.x.slice(0, form.size);
  if (found === undefined) throw new RangeError('a stage game has no correlated equilibrium');
  return found;
}

function played(form: NormalForm, device: readonly Num[]): StagePlay {
  return { tables: [device], mixes: [device], worth: form.counts.map((_, i) => worthOf(form, device, i)) };
}

function games(shape: StageShape, rule: StageRule): StageGames {
  const { agents, actionCount, actionStart, jointCount, jointStride } = shape;
  const worth = new Float64Array(agents);
  const joint = new Float64Array(jointCount);
  const strategies = new Float64Array(shape.actionRow);
  const names = actionCount.map(() => '');

  function solve(values: Float64Array, start: number, legal: Uint8Array, legalStart: number): void {
    const choices = actionCount.map((count, i) => legalActions(legal, legalStart + (actionStart[i] as number), count));
    const form = formOf(names, choices);
    const profiles = Array.from({ length: form.size }, (_, profile) =>
      choicesOf(form, profile).reduce(
        (u, choice, i) => u + (choices[i]?.[choice] as number) * (jointStride[i] as number),
        0,
      ),
    );
    profiles.forEach((u, profile) => {
      for (let i = 0; i < agents; i++) form.payoff[profile * agents + i] = values[start + i * jointCount + u] as number;
    });
    if (!form.payoff.every(Number.isFinite))
      throw new RangeError('values of joint actions grow beyond all numbers: learn with a discount below 1');
    const play = rule(form, undefined);
    if (play === undefined) throw new RangeError('a stage game has no equilibrium');
    worth.set(play.worth.map(toFloat));
    joint.fill(0);
    strategies.fill(0);
    const mix = play.mixes[0] as readonly Num[];
    profiles.forEach((u, profile) => {
      const p = Math.max(0, toFloat(mix[profile] as Num));
      if (p === 0) return;
      joint[u] = p;
      for (let i = 0; i < agents; i++) {
        const at =
          (actionStart[i] as number) + (Math.floor(u / (jointStride[i] as number)) % (actionCount[i] as number));
        strategies[at] = (strategies[at] as number) + p;
      }
    });
  }

  return { worth, joint, strategies, solve };
}

function legalActions(legal: Uint8Array, start: number, count: number): readonly number[] {
  const actions: number[] = [];
  for (let a = 0; a < count; a++) if (legal[start + a] !== 0) actions.push(a);
  return actions.length > 0 ? actions : [0];
}

function formOf(names: readonly string[], choices: readonly (readonly number[])[]): NormalForm {
  const counts = choices.map(list => list.length);
  const strides = counts.map((_, i) => counts.slice(i + 1).reduce((product, count) => product * count, 1));
  const size = counts.reduce((product, count) => product * count, 1);
  return {
    name: '',
    agents: names,
    choiceNames: [],
    counts,
    strides,
    size,
    payoff: new Float64Array(size * names.length),
    exact: undefined,
    constantSum: undefined,
  };
}
