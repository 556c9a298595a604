/** What learned policies are worth, computed from the listed game. */
import type { TabularGame } from '../games/tabular.ts';
import type { Course } from '../solvers/markov.ts';
import { atStart, type Free, MarkovChecker, type Payee, ruleIn, timedValues } from '../verify/markov.ts';
import { floats } from '../verify/number.ts';
import { floatReading } from '../verify/reading.ts';
import type { Backup } from './device.ts';
import type { StateRule } from './rule.ts';

/** Differences below this part of the greatest reward count as rounding. */
const relative = 1e-9;

/** Values of a rule, and of best replies that see the state, along the course that the solvers take. */
export class Valuation {
  readonly game: TabularGame;
  readonly course: Course;
  readonly rounding: number;
  readonly #checker: MarkovChecker;

  constructor(game: TabularGame, course: Course) {
    this.game = game;
    this.course = course;
    this.#checker = new MarkovChecker(game);
    const most = game.outcomeReward.reduce((scale, reward) => Math.max(scale, Math.abs(reward)), Number.MIN_VALUE);
    const lasting = course.kind === 'timed' ? course.steps : Math.max(1, Math.min(1e6, this.#checker.amplification()));
    this.rounding = relative * most * lasting;
  }

  /** Expected return at the start; undefined where it is not known to within rounding. */
  value(rule: StateRule, free: Free, payee: Payee): number | undefined {
    const reading = floatReading(this.game);
    if (this.course.kind === 'timed') {
      const rules = new Array<StateRule>(this.course.steps).fill(rule);
      return atStart(reading, timedValues(reading, { kind: 'timed', rules }, free, payee));
    }
    const { values, error } = this.#checker.fixedPoint(ruleIn(floats, rule), free, payee);
    return error <= this.rounding ? atStart(reading, values) : undefined;
  }

  /** The same for any way to value a state by what follows. */
  settled(backup: Backup): number | undefined {
    const reading = floatReading(this.game);
    if (this.course.kind === 'timed') {
      let values = new Float64Array(this.game.stateCount);
      for (let t = 0; t < this.course.steps; t++) values = values.map((_, s, after) => backup(s, after));
      return atStart(reading, values);
    }
    const { values, error } = this.#checker.fixedPointOf(backup);
    return error <= this.rounding ? atStart(reading, values) : undefined;
  }
}
