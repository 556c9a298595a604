/** A game as the requirements look at it: facts by property, and those that only requirements ask for. Each is found once. */
import { buildTree, mostPivotedNodes, sequencesOf } from '../../runtime/solvers/extensive/tree.ts';
import { courseOf, hiddenState, hiddenStateText } from '../../runtime/solvers/markov.ts';
import { normalForm } from '../../runtime/solvers/normal-form.ts';
import { crowdOf } from '../crowd/read.ts';
import { GameError } from '../game/evaluateErrors.ts';
import type { GameModel } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import { type Fact, proved, refuted, unknown } from '../properties/base.ts';
import { decide, isProperty, type Listed } from '../properties/facts.ts';
import { showsAll } from '../properties/sight.ts';
import { longestPlay } from '../properties/structure.ts';
import { quickListing } from './quick.ts';

export type TeamReward = 'none' | 'sum' | 'mean';

export class Subject {
  readonly model: GameModel;
  /** How the training joins individual rewards. */
  readonly team: TeamReward;
  private readonly lister: () => Listed;
  /** Properties that the program asserts of this very game: they are decided with the assertions. */
  private readonly asserted: ReadonlySet<string>;
  private readonly known = new Map<string, Fact>();

  constructor(
    model: GameModel,
    options: {
      readonly team?: TeamReward;
      readonly list?: () => Listed;
      readonly asserted?: ReadonlySet<string>;
    } = {},
  ) {
    this.model = model;
    this.team = options.team ?? 'none';
    this.lister = options.list ?? (() => quickListing(model));
    this.asserted = options.asserted ?? new Set();
  }

  list(): Listed {
    return this.lister();
  }

  /** A property of `compiler/properties`; one that does not exist yet is undecided. */
  property(name: string): Fact {
    return this.once(name, () => {
      if (!isProperty(name)) return unknown(`this version does not decide \`${name}\``);
      const fact = decide(this.model, name, () => this.list());
      return fact.status === 'unknown' && this.asserted.has(name)
        ? proved('construction', `\`assert ${name}\` claims it and is decided with the assertions`)
        : fact;
    });
  }

  /** Everybody moves once, at the same time, having seen nothing: the game is a table of payoffs. */
  oneStep(): Fact {
    return this.once('one step', () => {
      const { model } = this;
      if (model.oneShot) return proved('construction', 'its payoffs are a table');
      const going = endsAtOnce(model) ? looksAhead(model) : goesOn(model);
      if (going !== undefined) return refuted(going);
      return this.fromTable(game => {
        const form = normalForm(game);
        return 'refused' in form
          ? refuted(`${form.refused}.`)
          : proved('exhaustive', 'every joint action ends it, and nothing is seen before');
      });
    });
  }

  /** As the solvers of Markov games need it: whoever has a choice tells the states apart in which it has one. */
  fullObservation(): Fact {
    return this.once('full observation', () => {
      if (this.model.oneShot) return proved('construction', 'there is one state');
      if (showsAll(this.model)) return proved('construction', 'every agent observes the whole state');
      return this.fromTable(game => {
        const hidden = hiddenState(game);
        return hidden === undefined
          ? proved('exhaustive', `all ${game.stateCount} states look different to whoever has a choice in them`)
          : refuted(`${sentence(hiddenStateText(game, hidden))}.`, game.describeState(hidden.states[1]));
      });
    });
  }

  /** Every episode ends: by the rules of the game, or at its horizon. */
  ends(): Fact {
    return this.once('ends', () => {
      const { model } = this;
      if (model.oneShot) return proved('construction', 'there is one step');
      if (model.horizon !== undefined)
        return proved(
          'construction',
          `episodes are cut after ${model.horizon} ${model.horizon === 1 ? 'step' : 'steps'}`,
        );
      if (endsAtOnce(model)) return proved('construction', 'the first step ends it');
      if (model.end === undefined) return refuted(`${model.name} has neither \`end when\` nor \`horizon\`.`);
      return this.property('terminating');
    });
  }

  /** No play is longer than some number of steps: unrolled, the game is a finite tree. */
  bounded(): Fact {
    return this.once('bounded', () => {
      const { model } = this;
      if (model.oneShot || endsAtOnce(model)) return proved('construction', 'there is one step');
      if (model.horizon !== undefined) return proved('construction', `the horizon is ${model.horizon}`);
      if (model.end === undefined) return refuted(`${model.name} has neither \`end when\` nor \`horizon\`.`);
      return this.fromTable(game => {
        const longest = longestPlay(game);
        return longest === undefined
          ? refuted(`States of ${model.name} return, and it has no horizon.`)
          : proved('exhaustive', `the longest play has ${longest} ${longest === 1 ? 'step' : 'steps'}`);
      });
    });
  }

  boundedReturn(): Fact {
    return this.once('bounded return', () => {
      const { model } = this;
      const discount = typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
      if (model.oneShot) return proved('construction', 'there is one step');
      if (endsAtOnce(model)) return proved('construction', 'the first step ends it');
      if (discount < 1) return proved('construction', `the discount is ${model.discount}`);
      if (model.horizon !== undefined) return proved('construction', `the horizon is ${model.horizon}`);
      return this.fromTable(game => {
        const course = courseOf(game);
        return 'refused' in course
          ? refuted(`${course.refused}.`)
          : proved('exhaustive', `no behaviour avoids the end; checked in all ${game.stateCount} states`);
      });
    });
  }

  /** Of a game of one step, expected payoffs count; of others, the rewards of every outcome. */
  constantSum(): Fact {
    return this.once('expected constant sum', () => {
      const fact = this.property('constant_sum');
      if (fact.status !== 'refuted') return fact;
      const listed = this.list();
      const form = listed.game === undefined ? undefined : normalForm(listed.game);
      return form !== undefined && !('refused' in form) && form.constantSum !== undefined
        ? proved('exhaustive', `the expected payoffs of every joint action sum to ${form.constantSum}`)
        : fact;
    });
  }

  /** No state comes back, or the steps of a horizon are counted without discount. */
  onePass(): Fact {
    return this.once('one pass', () => {
      if (this.model.oneShot) return proved('construction', 'there is one step');
      return this.fromTable(game => {
        const course = courseOf(game);
        if ('refused' in course) return refuted(`${course.refused}.`);
        return course.kind === 'cyclic'
          ? refuted('States return, and there is no horizon without discount.')
          : proved('exhaustive', course.kind === 'timed' ? `the horizon is ${course.steps}` : 'no state comes back');
      });
    });
  }

  /** The game unrolled into information sets: not more choices than this over all of them? */
  sequences(atMost: number): Fact {
    return this.once(`at most ${atMost} sequences`, () =>
      this.fromTable(game => {
        const tree = buildTree(game, {}, mostPivotedNodes);
        if ('refused' in tree) return refuted(`${sentence(tree.refused)}.`);
        const found = sequencesOf(tree);
        return found <= atMost ? proved('exhaustive', `the game has ${found}`) : refuted(`The game has ${found}.`);
      }),
    );
  }

  /** The rules of one agent among many, as a mean field needs them. */
  crowd(): Fact {
    return this.once('crowd', () => {
      const reading = crowdOf(this.model);
      if ('why' in reading) return refuted(`${sentence(reading.why)}.`);
      const { meets, stateCount } = reading.crowd;
      const alone = meets === 0 ? '' : `, and each meets ${meets === 1 ? 'one other' : `${meets} others`}`;
      return proved(
        'exhaustive',
        `all ${this.model.agents.length} agents have the same rules, in ${stateCount} states of their own${alone}`,
      );
    });
  }

  /** Actions of all agents together, as one number. */
  jointActions(): number {
    return this.model.agents.reduce((product, agent) => product * this.actionCount(agent.cls), 1);
  }

  actionCount(cls: number): number {
    const { classes, actionSpaces } = this.model;
    return actionSpaces[classes[cls]?.actionSpace ?? 0]?.count ?? 1;
  }

  private fromTable(look: (game: NonNullable<Listed['game']>) => Fact): Fact {
    const listed = this.list();
    return listed.game === undefined ? unknown(listed.why) : look(listed.game);
  }

  private once(name: string, find: () => Fact): Fact {
    const before = this.known.get(name);
    if (before !== undefined) return before;
    const fact = find();
    this.known.set(name, fact);
    return fact;
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `end when true` */
function endsAtOnce(model: GameModel): boolean {
  return model.end?.op === 'const' && model.end.value.toString() === '1';
}

/** An agent that sees different things before its only move has more than one decision to take. */
function looksAhead(model: GameModel): string | undefined {
  try {
    const starts = [1, 2, 3, 4].map(seed => new Stepped(model, seed));
    const agent = model.agents.findIndex((_, i) => {
      const seen = starts.map(start => [...start.observation(i).numbers].join());
      return seen.some(one => one !== seen[0]);
    });
    return agent === -1 ? undefined : `${model.agents[agent]?.label} learns something before it moves.`;
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    return undefined;
  }
}

/** Plays a few first steps: one that does not end the game shows that it has more. */
function goesOn(model: GameModel): string | undefined {
  if (model.end === undefined) return `${model.name} does not end after its first step.`;
  if (model.actionSpaces.some(space => space.realSize > 0)) return undefined;
  try {
    for (let seed = 1; seed <= 4; seed++) {
      const play = new Stepped(model, seed);
      const choices = model.agents.map((_, i) => {
        const legal = play.legal(i);
        return legal[(seed - 1) % Math.max(1, legal.length)];
      });
      if (play.step(choices.map(choice => choice?.action)).ended === 'terminated') continue;
      const done = model.agents.flatMap((agent, i) =>
        choices[i] === undefined ? [] : [`${agent.label} ${choices[i].name}`],
      );
      return `${model.name} goes on after its first step, for example after ${done.slice(0, 6).join(', ')}.`;
    }
  } catch (error) {
    // A game that cannot be played is reported elsewhere; here it only means that nothing was seen.
    if (!(error instanceof GameError)) throw error;
  }
  return undefined;
}
