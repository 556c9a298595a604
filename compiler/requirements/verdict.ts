/** One requirement on one game: met, not met (with what shows it), or undecided (with what would decide it). */
import { type Fact, proved, refuted, unknown } from '../properties/base.ts';
import { type Needed, needsText, type Requirement } from './base.ts';
import type { Subject } from './subject.ts';

export interface Verdict {
  readonly requirement: Needed;
  /** `rewards that sum to zero` */
  readonly needs: string;
  readonly fact: Fact;
  /** `team reward = sum` in the training would do. */
  readonly repair: 'team reward' | undefined;
}

export function verdictOf(requirement: Needed, subject: Subject): Verdict {
  const fact = factFor(requirement, subject);
  const joins = requirement.kind === 'team' && fact.status !== 'proved' && !constantTeam(subject);
  const repair = joins ? 'team reward' : undefined;
  return { requirement, needs: needsText(requirement), fact, repair };
}

/** Rewards that always sum to one number have no sum (or mean) to learn from. */
function constantTeam(subject: Subject): boolean {
  return subject.model.agents.length > 1 && subject.property('constant_sum').status === 'proved';
}

/** What was found, as the end of a sentence. */
export function factText(fact: Fact): string {
  switch (fact.status) {
    case 'proved':
      return fact.how;
    case 'refuted':
      return lowered(fact.witness.text);
    case 'unknown':
      return fact.why;
  }
}

/** A sentence as a piece of another: no full stop, no capital unless it begins with a name. */
function lowered(sentence: string): string {
  const text = sentence.replace(/\.$/, '');
  const common =
    /^(In|After|At|All|The|There|An?|No|Two|What|Actions|States|One|Zero-sum|Constant-sum|Symmetry|Exchanging|Chance|Every|Agents|Both|From|With)\b/.test(
      text,
    );
  return common ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

function factFor(requirement: Requirement, subject: Subject): Fact {
  const { model } = subject;
  const n = model.agents.length;
  switch (requirement.kind) {
    case 'finite-actions': {
      const agent = model.agents.find(a => realParts(subject, a.cls) > 0);
      if (agent === undefined) return proved('construction', 'every action is one of a finite set');
      const parts = realParts(subject, agent.cls);
      return refuted(`An action of ${agent.label} has ${parts} real ${parts === 1 ? 'number' : 'numbers'}.`);
    }
    case 'finite':
      return finite(subject);
    case 'finite-observations': {
      for (const cls of model.classes) {
        const real = cls.observation.pieces.find(piece => piece.value.scalar === 'real');
        if (real !== undefined)
          return refuted(`What ${model.agents[cls.first]?.label} sees has real numbers: ${real.label}.`);
      }
      return proved('construction', 'every number in an observation is a whole one');
    }
    case 'agents':
      return n === requirement.count ? proved('construction', `the game has ${n}`) : refuted(`The game has ${n}.`);
    case 'at-least':
      return n >= requirement.count ? proved('construction', `the game has ${n}`) : refuted(`The game has ${n}.`);
    case 'alike':
      return alike(subject);
    case 'symmetric':
      return subject.property('symmetric');
    case 'crowd':
      return subject.crowd();
    case 'joint-actions': {
      const joint = subject.jointActions();
      const text = joint < 1e15 ? `${joint}` : `about 10^${Math.round(Math.log10(joint))}`;
      return joint <= requirement.atMost
        ? proved('construction', `the game has ${text}`)
        : refuted(Number.isFinite(joint) ? `The game has ${text}.` : 'The game has more than any number can say.');
    }
    case 'choices': {
      const choices = model.agents.reduce((sum, agent) => sum + subject.actionCount(agent.cls), 0);
      return choices <= requirement.atMost
        ? proved('construction', `the game has ${choices}`)
        : refuted(`The game has ${choices}.`);
    }
    case 'sequences':
      return subject.sequences(requirement.atMost);
    case 'team':
      if (subject.team !== 'none' && constantTeam(subject) && subject.property('common_reward').status !== 'proved')
        return refuted(
          `The rewards of every step add up to one number, so that \`team reward = ${subject.team}\` leaves nothing to learn.`,
        );
      if (subject.team !== 'none')
        return proved('construction', `the training declares \`team reward = ${subject.team}\``);
      return n === 1 ? proved('construction', 'there is one agent') : subject.property('common_reward');
    case 'common-reward':
      return n === 1 ? proved('construction', 'there is one agent') : subject.property('common_reward');
    case 'zero-sum':
      return subject.property('zero_sum');
    case 'constant-sum':
      return subject.constantSum();
    case 'no-conflict': {
      const common = n === 1 ? proved('construction', 'there is one agent') : subject.property('common_reward');
      return common.status === 'proved' ? common : subject.property('no_conflict');
    }
    case 'one-step':
      return subject.oneStep();
    case 'many-steps': {
      const one = subject.oneStep();
      if (one.status === 'unknown') return one;
      return one.status === 'proved'
        ? refuted(`The game has one step: ${one.how}.`)
        : proved(subject.list().game === undefined ? 'construction' : 'exhaustive', factText(one));
    }
    case 'turn-based':
      return subject.property('turn_based');
    case 'perfect-information':
      return subject.property('perfect_information');
    case 'full-observation':
      return subject.fullObservation();
    case 'perfect-recall':
      return subject.property('perfect_recall');
    case 'deterministic':
      return subject.property('deterministic');
    case 'ends':
      return subject.ends();
    case 'bounded':
      return subject.bounded();
    case 'bounded-return':
      return subject.boundedReturn();
    case 'one-pass':
      return subject.onePass();
    case 'state-in-training':
      return proved('construction', 'a training knows the state of its games');
    case 'rewards-in-training':
      return proved('construction', 'a training knows what all agents are paid');
    case 'mixer':
      return proved('construction', 'the mixer belongs to the training and is checked there');
  }
}

function realParts(subject: Subject, cls: number): number {
  const { classes, actionSpaces } = subject.model;
  return actionSpaces[classes[cls]?.actionSpace ?? 0]?.realSize ?? 0;
}

function finite(subject: Subject): Fact {
  const { model } = subject;
  const real = model.agents.find(agent => realParts(subject, agent.cls) > 0);
  if (real !== undefined) return refuted(`Actions of ${real.label} are real numbers.`);
  const store = model.state.find(
    s => s.scalar === 'real' || !Number.isFinite(s.bounds.low) || !Number.isFinite(s.bounds.high),
  );
  if (store !== undefined)
    return refuted(
      store.scalar === 'real'
        ? `The variable \`${store.name}\` is a real number.`
        : `The variable \`${store.name}\` has no bounds.`,
    );
  if (!model.finite) return refuted('Chance draws real numbers.');
  if (model.oneShot) return proved('construction', 'every action has finitely many values');
  // Solvers list the game: one that is too large for that is not known to fit.
  const listed = subject.list();
  return listed.game === undefined
    ? unknown(listed.why)
    : proved('exhaustive', `all ${listed.game.stateCount} states were listed`);
}

function alike(subject: Subject): Fact {
  const { model } = subject;
  const [first] = model.classes;
  const odd = model.classes.find(
    cls =>
      cls.observation.length !== first?.observation.length ||
      (cls.actionSpace !== first?.actionSpace && !sameActions(subject, cls.actionSpace, first?.actionSpace ?? 0)),
  );
  if (odd === undefined || first === undefined)
    return proved('construction', 'all agents have the same actions and observations of the same length');
  const [a, b] = [model.agents[first.first]?.label, model.agents[odd.first]?.label];
  return odd.observation.length !== first.observation.length
    ? refuted(`${a} observes ${first.observation.length} numbers and ${b} ${odd.observation.length}.`)
    : refuted(`${a} and ${b} have different actions.`);
}

function sameActions(subject: Subject, a: number, b: number): boolean {
  const [x, y] = [subject.model.actionSpaces[a], subject.model.actionSpaces[b]];
  return x?.names.join('\n') === y?.names.join('\n') && x?.realSize === y?.realSize;
}
