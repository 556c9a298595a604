/** What an algorithm or a solver may need of a game, and how that is said. */

export type Requirement =
  /** Every agent chooses from finitely many actions. */
  | { readonly kind: 'finite-actions' }
  /** Finitely many states and actions, so that the game can be listed. */
  | { readonly kind: 'finite' }
  /** No real number in what an agent sees: a table would never meet the same row twice. */
  | { readonly kind: 'finite-observations' }
  | { readonly kind: 'agents'; readonly count: number }
  | { readonly kind: 'at-least'; readonly count: number }
  /** All agents choose from the same actions and see observations of the same length: one network, or one table, serves all. */
  | { readonly kind: 'alike' }
  /** Exchanging any two agents gives the same game. */
  | { readonly kind: 'symmetric' }
  /** One class of agents that are alike and matter to each other only in sums over all of them. */
  | { readonly kind: 'crowd' }
  /** A table over joint actions has at most this many columns. */
  | { readonly kind: 'joint-actions'; readonly atMost: number }
  /** Actions of both agents together. */
  | { readonly kind: 'choices'; readonly atMost: number }
  /** Actions at all information sets of all agents together. */
  | { readonly kind: 'sequences'; readonly atMost: number }
  /** All agents are always paid alike, or the training declares `team reward`. */
  | { readonly kind: 'team' }
  /** One agent, or all are always paid alike. */
  | { readonly kind: 'common-reward' }
  | { readonly kind: 'zero-sum' }
  | { readonly kind: 'constant-sum' }
  /** All agents agree which outcome is best. */
  | { readonly kind: 'no-conflict' }
  /** One move of everybody, without anything seen before it. */
  | { readonly kind: 'one-step' }
  /** More than that. */
  | { readonly kind: 'many-steps' }
  | { readonly kind: 'turn-based' }
  | { readonly kind: 'perfect-information' }
  /** Every agent that has a choice tells all states apart in which it has one. */
  | { readonly kind: 'full-observation' }
  | { readonly kind: 'perfect-recall' }
  /** Nothing is drawn after the start. */
  | { readonly kind: 'deterministic' }
  /** Every episode ends: by itself, or at the horizon. */
  | { readonly kind: 'ends' }
  /** A number of steps that no play exceeds. */
  | { readonly kind: 'bounded' }
  /** A discount below one, a horizon, or an end that no behaviour avoids. */
  | { readonly kind: 'bounded-return' }
  /** One pass from the end finds the values: no state returns, or a horizon counts the steps and nothing is discounted. */
  | { readonly kind: 'one-pass' }
  /** The state is known while learning (not while acting). */
  | { readonly kind: 'state-in-training' }
  /** Every learner is told what all agents are paid (while learning), not only what it is paid itself. */
  | { readonly kind: 'rewards-in-training' }
  /** What the mixer must be proved to be; the mixer is declared in the training, not in the game. */
  | { readonly kind: 'mixer'; readonly claim: 'additive' | 'monotonic' | 'complete' };

/** A requirement of a row; advice is not refused where it is not met, only said. */
export type Needed = Requirement & { readonly advice?: true };

/** One algorithm, existing or announced. */
export interface LearnerRow {
  readonly kind: 'learner';
  /** As written after `algorithm`. */
  readonly name: string;
  readonly title: string;
  readonly paper: string;
  /** False for what this version only announces: it can be asked about, not run. */
  readonly available: boolean;
  readonly requires: readonly Needed[];
  /** Names of learners to think of where a requirement fails, nearest first. */
  readonly instead: readonly string[];
}

/** One way to compute one solution concept, existing or announced. */
export interface SolverRow {
  readonly kind: 'solver';
  /** As written after `solve`, and after `by`. */
  readonly concept: string;
  readonly method: string;
  readonly title: string;
  readonly paper: string;
  readonly available: boolean;
  readonly requires: readonly Needed[];
  /** Concepts to think of where a requirement fails, nearest first. */
  readonly instead: readonly string[];
}

export type Row = LearnerRow | SolverRow;

export function nameOf(row: Row): string {
  return row.kind === 'learner' ? row.name : `${row.concept} by ${row.method}`;
}

/** A requirement as the object of `needs`. */
export function needsText(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'finite-actions':
      return 'finitely many actions';
    case 'finite':
      return 'finitely many states and actions';
    case 'finite-observations':
      return 'observations without real numbers';
    case 'agents':
      return requirement.count === 1 ? 'one agent' : `exactly ${requirement.count} agents`;
    case 'at-least':
      return `at least ${requirement.count} agents`;
    case 'alike':
      return 'agents with the same actions and observations';
    case 'symmetric':
      return 'a symmetric game';
    case 'crowd':
      return 'agents that are alike, and meet in sums over all of them or as neighbours';
    case 'joint-actions':
      return `at most ${requirement.atMost} joint actions`;
    case 'choices':
      return `at most ${requirement.atMost} actions of both agents together`;
    case 'sequences':
      return `at most ${requirement.atMost} choices over all information sets`;
    case 'team':
      return 'a reward that all agents share';
    case 'common-reward':
      return 'one agent or a common reward';
    case 'zero-sum':
      return 'rewards that sum to zero';
    case 'constant-sum':
      return 'payoffs that sum to a constant';
    case 'no-conflict':
      return 'agents that agree on the best outcome';
    case 'one-step':
      return 'a single simultaneous move';
    case 'many-steps':
      return 'a game of several steps';
    case 'turn-based':
      return 'agents that take turns';
    case 'perfect-information':
      return 'perfect information';
    case 'full-observation':
      return 'every agent to see the state';
    case 'perfect-recall':
      return 'perfect recall';
    case 'deterministic':
      return 'a game without chance';
    case 'ends':
      return 'episodes that end';
    case 'bounded':
      return 'plays of bounded length';
    case 'bounded-return':
      return 'a discount, a horizon or a certain end';
    case 'one-pass':
      return 'states that never return, or a horizon without discount';
    case 'state-in-training':
      return 'the state while learning';
    case 'rewards-in-training':
      return 'everybody’s rewards while learning';
    case 'mixer':
      return { additive: 'an additive mixer', monotonic: 'a monotonic mixer', complete: 'a mixer that keeps IGM' }[
        requirement.claim
      ];
  }
}
