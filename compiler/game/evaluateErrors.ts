import type { Span } from '../../grammar/ast.ts';
import type { Origin } from './model.ts';

/** What can go wrong while a model is evaluated; `span` is the draw in question where there is one. */
export type GameFault =
  /** A condition that nothing satisfies, or a draw from an empty set. */
  | 'zero-mass'
  /** A probability outside [0, 1], or weights that do not sum to one. */
  | 'probability'
  /** The exact reading met real numbers where it must list every case. */
  | 'not-finite'
  /** More states or outcomes than were allowed. */
  | 'budget'
  /** An agent that acts has no legal action. */
  | 'no-legal-action'
  /** A sequence longer than its type allows, or a whole number beyond what is exact. */
  | 'overflow'
  /** An action was read of an agent that does not act. */
  | 'no-action'
  /** A reward is infinite, or no number. */
  | 'reward'
  /** A value or index outside what the checker promised. */
  | 'evaluation';

/** What is wrong with the weights of a draw; `drawn` is the variable that gets its value. */
export const wrongSum = (drawn: string, sum: string): string =>
  `the probabilities of a draw must sum to 1, but those of \`${drawn}\` sum to ${sum}`;

/** Thrown by the exact and stepped readings. Messages say the rule and the fact; the host adds the place from `span`. */
export class GameError extends Error {
  readonly fault: GameFault;
  readonly span: Span | undefined;

  constructor(fault: GameFault, message: string, span?: Span) {
    super(message);
    this.fault = fault;
    this.span = span;
    this.name = new.target.name;
  }
}

export class ZeroMassError extends GameError {
  constructor(message: string, span: Span | undefined) {
    super('zero-mass', message, span);
  }
}

export class ProbabilityError extends GameError {
  /** `where` is the state and what the agents chose, once that is known. */
  constructor(message: string, span: Span | undefined, where?: string) {
    super('probability', where === undefined ? message : `${message}, ${where}`, span);
  }
}

export class NotFiniteError extends GameError {
  constructor(message: string, span?: Span) {
    super('not-finite', message, span);
  }
}

export class BudgetError extends GameError {
  constructor(message: string, span?: Span) {
    super('budget', message, span);
  }
}

export class NoLegalActionError extends GameError {
  /** The agent that is to act, by its number. */
  readonly agent: number;
  /** Rule and fact without the remedy, for hosts that have a place for remedies. */
  readonly fact: string;

  /** `where` is the moment: `in the state n = 2`, `after 3 steps`. */
  constructor(agent: number, label: string, where: string) {
    const fact = `an agent that acts needs a legal action, but ${label} has none ${where}`;
    super('no-legal-action', `${fact}; make an action legal there, or let ${label} not act`);
    this.agent = agent;
    this.fact = fact;
  }
}

export class OverflowError extends GameError {
  /** Says what is stored; `where` is the state and what the agents chose, once that is known. */
  constructor(message: string, where?: string) {
    super('overflow', where === undefined ? message : `${message}, ${where}`);
  }
}

export class EvaluationError extends GameError {
  constructor(message: string) {
    super('evaluation', message);
  }
}

/** A reward that is infinite, or no number at all. */
export class RewardError extends GameError {
  /** `where` is the state and what the agents chose, once that is known. */
  constructor(message: string, where?: string) {
    super('reward', where === undefined ? message : `${message}, ${where}`);
  }
}

/** An action was read of an agent that does not act. */
export class NotActingError extends GameError {
  /** What read it, where the model was lowered with places (`elaborate/trace.ts`). */
  readonly origin: Origin | undefined;

  /** `where` is the state and what the agents chose, once that is known. */
  constructor(message: string, origin: Origin | undefined, where?: string) {
    super('no-action', where === undefined ? message : `${message}, ${where}`);
    this.origin = origin;
  }
}
