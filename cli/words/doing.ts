/** What is done with games. */
import { stag, training, type Word } from './base.ts';

export const doingWords: readonly Word[] = [
  {
    word: 'solve',
    also: ['maximizing', 'by'],
    summary: 'Asks for a solution: `solve CONCEPT of GAME`.',
    text: '`marl solve` computes it and re-checks it: every answer comes with the regret of each agent. `maximizing welfare` (or `egalitarian`, `social_cost`, `entropy`, an agent) chooses among many correlated or Nash equilibria and names the leader of `stackelberg`, `by METHOD` a method; a name goes in front: `solve Best: welfare of Stag`. `marl explain concepts` lists the concepts.',
    example: `${stag}\nsolve pure of Stag\nsolve Fair: correlated of Stag maximizing egalitarian\n`,
  },
  {
    word: 'value',
    also: ['values'],
    summary: 'What a solution is worth to an agent: `value(CONCEPT, Agent)`.',
    text: 'In an assertion `value(minimax, First)` is what First gets if both play well. Where a concept has several solutions the claim is about all of them; without an agent it is the common value, or the greatest welfare of `correlated`. Where agents see only part of the state `value(optimal)` is an upper bound.',
    example:
      'game Pennies {\n  agents Even, Odd\n  actions { Heads, Tails }\n  payoff {\n             Heads     Tails\n    Heads:  (1, -1)   (-1, 1)\n    Tails:  (-1, 1)   (1, -1)\n  }\n  assert value(minimax, Even) == 0\n}\n',
  },
  {
    word: 'assert',
    also: ['within', 'states', 'terminals'],
    summary: 'Makes a claim about a game that `marl check` decides.',
    text: '`assert zero_sum` claims a property (`marl explain properties` lists them), `assert states == 12` compares a quantity: `states` and `terminals` that can be reached, `horizon`, `value(CONCEPT, Agent)`. `within 1e-6` allows a difference. Inside a game it is about that game, outside it says `of GAME`. One that does not hold is an error, with the case that shows it.',
    example: `${stag}\nassert symmetric of Stag\nassert states == 2 of Stag\nassert value(welfare) == 4 within 1e-9 of Stag\n`,
  },
  {
    word: 'train',
    also: ['algorithm', 'learn'],
    summary: 'Declares a training: what learns, for how long, on which game.',
    text: 'An `algorithm` with its settings and a `budget` are needed; `seeds`, `envs`, `evaluate`, `stop` and `team reward` have defaults. `marl train FILE:NAME` runs it, one worker thread per seed, and writes `runs/NAME`; `marl eval runs/NAME` plays what was learned. `marl explain algorithms` lists what can learn, and `marl explain NAME` the settings of one.',
    example: training(
      'algorithm IQL { alpha = 0.1  epsilon = 1.0 -> 0.05 over 4_000 steps }',
      'budget 5_000 steps',
      'seeds 1..3',
    ),
  },
  {
    word: 'budget',
    also: ['steps', 'episodes'],
    summary: 'How long a training lasts, in steps or episodes.',
    text: 'A step is one joint step of one game; with `envs 8` eight games are played at once and their steps are added up. `episodes` counts games that ended or were cut off by their horizon.',
    example: training('algorithm IQL', 'budget 20_000 episodes'),
  },
  {
    word: 'seeds',
    also: ['seed'],
    summary: 'Independent runs of a training.',
    text: '`seeds 1..5` and `seeds [3, 7]` run it once per number; `seeds 4` is the one seed number 4. A seed fixes everything that is drawn: the same program, seed and version give the same numbers. Means over seeds are shown with their standard error.',
    example: training('algorithm IQL', 'budget 20_000 steps', 'seeds [3, 7]'),
  },
  {
    word: 'envs',
    summary: 'How many games a training plays in parallel.',
    text: 'All games act with the same tables or networks, which then learn from each. 1 is the textbook loop.',
    example: training('algorithm IQL', 'budget 20_000 steps', 'envs 8'),
  },
  {
    word: 'evaluate',
    also: ['evaluation', 'return'],
    summary: 'How often a training is measured, without exploration; with which policy: `greedy` or `sampled`.',
    text: '`evaluate every 500 steps for 50 episodes` plays games of its own. The return is the undiscounted sum of rewards of an episode; the mean over agents, or what `report` or else `team reward` says. Behind it, `sampled` draws every action from the stochastic policy that was learned (REINFORCE, IPPO, MAPPO and their kin; learners of values have none to draw from), `greedy` takes the likeliest and is the default. Without the clause a tenth of the budget lies between two evaluations of 100 episodes.',
    example: training('algorithm IQL', 'budget 20_000 steps', 'evaluate every 5_000 steps for 50 episodes'),
  },
  {
    word: 'report',
    also: ['reduction', 'sampled'],
    summary: 'How the returns of several agents are reported: `report max over agents`, `mean per class`, `per agent`.',
    text: '`report HOW over agents` makes one number of them in every episode (`mean`, `sum`, `max` or `min`), of which tables, curves, `stop when return` and `summary.json` show the mean over episodes; `report HOW per class` makes one of each class, `report per agent` leaves them apart. It changes nothing that is learned, as `team reward` does. Left out, it is what `team reward` says, or the mean over agents.',
    example: training(
      'algorithm REINFORCE',
      'budget 20_000 steps',
      'evaluate every 5_000 steps for 50 episodes sampled',
      'report max over agents',
    ),
  },
  {
    word: 'stop',
    summary: 'Ends a seed early: `stop when return >= 3.5`.',
    text: 'Looked at after every evaluation. The metric is `return`; the comparison is `>=` or `<=`.',
    example: training('algorithm IQL', 'budget 20_000 steps', 'stop when return >= 3.5'),
  },
  {
    word: 'team',
    summary: 'Turns individual rewards into one: `team reward = sum`, or `mean`.',
    text: 'Learners for teams need one reward for all. It is never implied: the agents of a game whose rewards differ are no team unless the training says so.',
    example: training('team reward = sum', 'algorithm CentralQ', 'budget 20_000 steps'),
  },
  {
    word: 'sweep',
    summary: 'Trains once per combination of values.',
    text: '`sweep NAME of TRAINING { algorithm.alpha in [0.1, 0.5]  envs in [1, 8] }`; parts of a setting have longer paths, `algorithm.optimizer.lr`, and values may be networks, optimizers and mixers. `marl train FILE:NAME` runs all into `runs/NAME`, each into a folder of its own, and shows them side by side; `marl eval runs/NAME` shows the table again.',
    example: `${training('algorithm IQL', 'budget 20_000 steps')}\nsweep Rates of Learn {\n  algorithm.alpha in [0.1, 0.5]\n  envs in [1, 4]\n}\n`,
  },
];
