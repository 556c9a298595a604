import type { Explanation } from './base.ts';

const hidden = (observed: string, ...items: readonly string[]): string =>
  `game G {
  agents A, B
  actions { X, Y }
  state { coin: bool, n: 0..3 = 0 }
  init { coin ~ bernoulli(0.5) }
  reward = if coin and action[A] == X then 1 else 0
  observe[p: agents] { ${observed} }
${items.map(item => `  ${item}\n`).join('')}  horizon 5
}
`;

const trained = (algorithm: string, ...clauses: readonly string[]): string =>
  `train T on G {
  algorithm ${algorithm}
  budget 100 steps
${clauses.map(clause => `  ${clause}\n`).join('')}}
`;

const rewarded = `game G {
  agents A, B
  actions { X, Y }
  payoff {
           X       Y
    X:  (2, 1)  (0, 0)
    Y:  (0, 0)  (1, 2)
  }
}
`;

/** M09: information flow: who may read what. */
export const flow = {
  'hidden-input': {
    summary: 'A policy reads what its agent does not observe.',
    explanation:
      'A policy is carried out by its agent alone, with what it sees: one that reads more can be trained, but never used. What it reads must be made of what the agent observes, its own last action (`last_action`) and the time, or be a function of the observation and the time in every reachable state. The message shows two states that look alike to the agent and give different inputs, and the path from the hidden variable to the input. Let the game show it to the agent, or leave it to a critic, which only training needs.',
    bad: `${hidden('n')}${trained('IQL', 'policy[p: agents] reads { n, coin }')}`,
    good: `${hidden('n, coin')}${trained('IQL', 'policy[p: agents] reads { n, coin }')}`,
  },
  'no-critic': {
    summary: 'A critic reads something, but the algorithm has none.',
    explanation:
      'While it learns, a critic or a value of the whole team may look at the state, because acting does not need it. Independent learners have only values by which they act, so for them there is nothing that could read more. A central learner has a value for all agents: it may.',
    bad: `${hidden('n')}${trained('IQL', 'critic reads { state }')}`,
    good: `${hidden('n')}${trained('CentralQ', 'critic reads { state }')}`,
  },
  'legal-reveals': {
    summary: 'The legal actions tell an agent what it does not observe.',
    explanation:
      'Whoever acts is told which of its actions are legal. Where that depends on something it does not observe, the list of actions gives it away, and a learner that masks illegal actions uses it. The message shows two states that look alike to the agent but for its actions. That may be what the rules of the game say; then observe it, so that the program says it, too.',
    bad: hidden('n', 'legal Y for p = coin'),
    good: hidden('n, coin', 'legal Y for p = coin'),
  },
  'central-policy': {
    summary: 'A policy for all agents reads what one of them does not observe.',
    explanation:
      'A central learner chooses for all agents at once, so that it may read whatever it likes. What it has learned is an upper bound for agents that act apart: they cannot follow it where it depends on what they do not see. Nothing has to be repaired.',
    bad: `${hidden('n')}${trained('CentralQ', 'policy[p: agents] reads { n, coin }')}`,
    good: `${hidden('n')}${trained('CentralQ', 'policy[p: agents] reads { n }')}`,
  },
  'told-rewards': {
    summary: 'A learner needs to know what the others are paid.',
    explanation:
      'Nash-Q and correlated-Q compute an equilibrium of the values of all agents, so that each learner has to see every agent’s reward, not its own alone. A simulation can show it; where agents will go on learning by themselves in the field, somebody has to tell them. What is learned needs no rewards to be carried out. Nothing has to be repaired; learners that know their own reward only are independent ones such as `IQL`, and those that see the others’ actions besides, such as `JAL`, `FriendQ` and `FoeQ`. In a game with a common reward, or between two whose rewards sum to zero, everybody knows what the others get, and nothing is said.',
    bad: `${rewarded}${trained('NashQ')}`,
    good: `${rewarded}${trained('JAL')}`,
  },
  'for-all': {
    summary: 'A clause with a name for every agent that it does not use.',
    explanation:
      'In brackets stands an agent, or a name of your own for whoever it is about. A name of your own without a class is for every agent: `observe[holder] { coin }` shows the coin to all. Where the clause does not use that name (of more than one letter), it may have been meant for one agent, and what is hidden from the others leaks. Name the agent, or say that all are meant.',
    bad: `${hidden('n', 'observe[holder] { coin }')}`,
    good: `${hidden('n', 'observe[B] { coin }')}`,
  },
} satisfies Readonly<Record<string, Explanation>>;
