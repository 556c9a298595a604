/** M10: what is legal but seldom meant; reported by `marl check --strict`. */
import { type Explanation, game, oneStep, training } from './base.ts';

const walk = (...items: readonly string[]): string =>
  game('state { n: 0..3 = 0 }', 'step { next n = if action[A] == X then min(3, n + 1) else n }', ...items);

export const strict = {
  'reward-never-paid': {
    summary: 'A reward that no play can earn.',
    explanation:
      'A branch of the reward is taken in no reachable step, or no step pays anything. Mostly its condition compares with a value that a variable never has, or the step that should lead there does not. The compiler says so only where it has seen every reachable state.',
    bad: walk('reward = if n == 3 and next n == 0 then 5 else n', 'horizon 5'),
    good: walk('reward = if next n == 3 then 5 else n', 'horizon 5'),
  },
  'end-not-certain': {
    summary: 'An end that a behaviour can avoid for ever, without discount or horizon.',
    explanation:
      'Where later rewards count as much as the first, returns are finite only if play ends. The message names a state in which it can go on for ever. A discount below 1 or a horizon settles it; the choice between them is one between two problems.',
    bad: walk('reward = -1', 'end when n == 3'),
    good: walk('reward = -1', 'end when n == 3', 'horizon 50'),
  },
  'horizon-too-short': {
    summary: 'A horizon that ends before anything can be won.',
    explanation:
      'The shortest play to a reward above 0, or to the end where there is no such reward, takes more steps than the horizon allows. Then every behaviour earns the same, and nothing is learned.',
    bad: walk('reward = if n == 3 then 1 else 0', 'horizon 2'),
    good: walk('reward = if n == 3 then 1 else 0', 'horizon 20'),
  },
  'single-action': {
    summary: 'An agent with one action.',
    explanation:
      'An agent that can do one thing only decides nothing. It still counts as an agent in observations, rewards and in what fits the game. If it is part of the world, let `step` move it.',
    bad: 'game G {\n  agents A, Clock\n  actions[A] { X, Y }\n  actions[Clock] { Tick }\n  reward = if action[A] == X then 1 else 0\n  end when true\n}\n',
    good: 'game G {\n  agents A\n  actions { X, Y }\n  reward = if action[A] == X then 1 else 0\n  end when true\n}\n',
  },
  'constant-observation': {
    summary: 'An observed number that never changes.',
    explanation:
      'A part of what an agent observes is one and the same in every reachable state, for all agents of its class. It costs inputs and tells nothing. Mostly the wrong variable is observed, or one that no step changes.',
    bad: walk('reward = n', 'observe { n, limit: 3 }', 'horizon 5'),
    good: walk('reward = n', 'observe { n }', 'horizon 5'),
  },
  'unscaled-observation': {
    summary: 'An observed number without bounds.',
    explanation:
      'Networks learn badly from numbers of unknown size, and a single large one can spoil a run. Where a variable has no bounds, observe it through something that does: divided and clamped, or through `tanh`. Numbers with declared bounds are not reported.',
    bad: game('state { x: real = 0 }', 'step { next x = x + 1 }', 'observe { x }', 'reward = x', 'horizon 5'),
    good: game('state { x: real = 0 }', 'step { next x = x + 1 }', 'observe { tanh(x) }', 'reward = x', 'horizon 5'),
  },
  unused: {
    summary: 'Something that is declared and never used.',
    explanation:
      'A parameter, variable, function, enum member or state variable that nothing reads is mostly left over, or another name was meant where it should stand. A state variable that only feeds itself is not used. Names that begin with `_` are left alone.',
    bad: game('let bonus = 3', 'state { n: 0..3 = 0 }', 'reward = n + 1', 'horizon 5'),
    good: game('let bonus = 3', 'state { n: 0..3 = 0 }', 'reward = n + bonus', 'horizon 5'),
  },
  'outside-the-run': {
    summary: 'A schedule or period that is longer than the run.',
    explanation:
      'Exploration that would end after the budget never ends, so that the learned behaviour is never tried out; a replay memory larger than the run is never full, and a target renewed after its end is never renewed. Defaults count, too: they are made for longer runs, and the message says their numbers.',
    bad: training('algorithm IQL', 'budget 100 steps'),
    good: training('algorithm IQL { epsilon = 1 -> 0 over 80 steps }', 'budget 100 steps'),
  },
  'evaluates-too-often': {
    summary: 'Evaluations closer together than episodes are long.',
    explanation:
      'An evaluation plays whole episodes and takes its time. Where not even one episode of learning ends between two of them, most of the time goes into evaluating. Without an `evaluate` clause there are ten over the budget.',
    bad: `${game('state { n: 0..3 = 0 }', 'step { next n = if action[A] == X then min(3, n + 1) else n }', 'reward = n', 'horizon 50')}\ntrain T on G {\n  algorithm IQL { epsilon = 1 -> 0 over 80 steps }\n  budget 100 steps\n}\n`,
    good: `${oneStep}\ntrain T on G {\n  algorithm IQL { epsilon = 1 -> 0 over 80 steps }\n  budget 100 steps\n}\n`,
  },
} satisfies Readonly<Record<string, Explanation>>;
