/** Reward systems as people write them, with what calculation is expected to show. */

export interface Case {
  readonly name: string;
  readonly text: string;
  /** Properties that must be proved. */
  readonly proves: readonly Claim[];
  /** Properties that hold (or may) and are not proved, or that do not hold: neither may be claimed. */
  readonly leaves: readonly Claim[];
}

export type Claim = 'zero_sum' | 'constant_sum' | 'common_reward' | 'no_conflict' | 'exact_potential' | 'symmetric';

/** A game of `n` players with real numbers; `rest` are its step, rewards and so on. */
const family = (n: number, rest: string): string => `game G(n: int = ${n}) {
  agents P[n]
  actions { Stay, Move, Help }
  state { x: real[P] = 0, level: (0..9)[P] = 1, pot: real = 1, at: (0..7)[P] = 0 }
  init { x[p: P] ~ uniform(real in 0..1) level[p: P] ~ uniform(0..9) at[p: P] ~ uniform(0..7) }
  ${rest}
  horizon 9
}`;

const pair = (rest: string): string => `game G {
  agents A, B
  actions { Left, Right, Wait }
  state { hp: (0..9)[agents] = 5, gold: real[agents] = 1, bonus: (0..3)[agents] = 1, ball: agents = A }
  init { hp[p: agents] ~ uniform(0..9) gold[p: agents] ~ uniform(real in 0..10) bonus[p: agents] ~ uniform(0..3) ball ~ uniform(agents) }
  ${rest}
  horizon 9
}`;

const oneStep = (n: number, actions: string, rest: string): string => `game G {
  agents P[${n}]
  actions ${actions}
  step { let total = count(action[q] == action[q] for q in P) }
  ${rest}
  end when true
}`;

const zero: readonly Claim[] = ['zero_sum', 'constant_sum'];
const common: readonly Claim[] = ['common_reward', 'no_conflict'];

export const cases: readonly Case[] = [
  {
    name: 'a poker hand written as if-chains for each side',
    text: pair(`step { let shown = if hp[A] > hp[B] then 1 else if hp[A] < hp[B] then -1 else 0 }
      reward[A] = if action[A] == Wait then -1 else shown
      reward[B] = if action[A] == Wait then 1 else if hp[B] > hp[A] then 1 else if hp[B] == hp[A] then 0 else -1`),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'differences of the own and the other health',
    text: pair(`step { next hp[p: agents] = max(hp[p] - (if action[other(p)] == Left then 1 else 0), 0) }
      reward[p: agents] = (hp[p] - next hp[p]) * -1 + (hp[other(p)] - next hp[other(p)])`),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'zero sum through helper functions',
    text: pair(`fn score(p: agents): int = if hp[p] > 5 then 2 * hp[p] else hp[p]
      reward[A] = score(A) - score(B)
      reward[B] = score(B) - score(A)`),
    proves: zero,
    leaves: [],
  },
  {
    name: 'a bonus that was forgotten on the other side',
    text: pair(`reward[A] = hp[A] - hp[B] + bonus[A]
      reward[B] = hp[B] - hp[A] + bonus[A]`),
    proves: [],
    leaves: ['zero_sum', 'constant_sum', 'common_reward'],
  },
  {
    name: 'two guards that complete each other',
    text: pair(`step { let early = ball == A and action[A] == Left
        let late = ball == B and action[B] == Right }
      reward[A] = (if early then 1 else 0) - (if late then 1 else 0)
      reward[B] = if late then 1 else if early then -1 else 0`),
    proves: zero,
    leaves: [],
  },
  {
    name: 'soccer: who moved first scored',
    text: pair(`step { let first ~ uniform(agents)
        let goal1 = ball == first and action[first] == Left
        let goal2 = not goal1 and ball != first and action[other(first)] == Right }
      reward[p: agents] =
        if goal1 then (if first == p then 1 else -1) else if goal2 then (if first == p then -1 else 1) else 0`),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'connect four: the winner by whose turn it is',
    text: `game G {
      agents Red, Yellow
      actions = 0..6
      state { height: (0..6)[7] = 0 }
      turn = if sum(height[c] for c in 0..6) % 2 == 0 then Red else Yellow
      legal c for p = height[c] < 6
      step { let four = height[action[turn]] == 5
        next height[action[turn]] = min(height[action[turn]] + 1, 6) }
      reward[Red] = if not four then 0 else if turn == Red then 1 else -1
      reward[Yellow] = if four and turn == Yellow then 1 else if four then -1 else 0
      end when four
    }`,
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'market shares of one pie',
    text: pair(`fn weight(p: agents): real = 1 + gold[p] * gold[p]
      reward[p: agents] = 100 * weight(p) / (weight(A) + weight(B))`),
    proves: ['constant_sum'],
    leaves: ['zero_sum'],
  },
  {
    name: 'market shares of many',
    text: family(12, 'reward[p: P] = (1 + level[p]) / sum(1 + level[q] for q in P)'),
    proves: ['constant_sum'],
    leaves: ['zero_sum', 'common_reward'],
  },
  {
    name: 'a pie cut at a point',
    text: pair(`let size = 10
      reward[A] = clamp(hp[A] + bonus[A], 0, size)
      reward[B] = size - clamp(hp[A] + bonus[A], 0, size)`),
    proves: ['constant_sum'],
    leaves: ['zero_sum'],
  },
  {
    name: 'own less the mean of all, 50 agents',
    text: family(50, 'reward[p: P] = x[p] - sum(x[q] for q in P) / n'),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'own times the others less the sum of the others, 50 agents',
    text: family(50, 'reward[p: P] = (n - 1) * x[p] - sum(x[q] for q in P if q != p)'),
    proves: zero,
    leaves: [],
  },
  {
    name: 'pairwise games, each won by one, 50 agents',
    text: family(
      50,
      `fn beats(p: P, q: P): int = if level[p] > level[q] then 1 else 0
       reward[p: P] = sum(beats(p, q) - beats(q, p) for q in P)`,
    ),
    proves: zero,
    leaves: [],
  },
  {
    name: 'pairwise exchange by sign',
    text: family(
      20,
      `step { let gain[p: P, q: P] = sign(level[p] - level[q]) * (if action[p] == Move and action[q] == Move then 1 else 0) }
       reward[p: P] = sum(gain[p, q] for q in P if q != p)`,
    ),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'transfers: what one gives another gets',
    text: family(
      30,
      `fn gift(p: P, q: P): real = if p == q then 0 else x[p] * level[q]
       reward[p: P] = sum(gift(q, p) for q in P) - sum(gift(p, q) for q in P)`,
    ),
    proves: zero,
    leaves: [],
  },
  {
    name: 'predators share what the prey loses',
    text: `game G {
      agents Hunter[3], Prey
      actions { Go, Stop }
      state { at: real[2][agents] = 0 }
      init { at ~ uniform((real in -1..1)[2][agents]) }
      fn far(p: agents): real = sqrt((at[p][0] - at[Prey][0]) * (at[p][0] - at[Prey][0]) + (at[p][1] - at[Prey][1]) * (at[p][1] - at[Prey][1]))
      step { let catches = count(far(h) < 0.1 for h in Hunter) }
      reward[h: Hunter] = 10 * catches
      reward[Prey] = -30 * catches
      horizon 25
    }`,
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'tag as published: a catch is counted for every predator',
    text: `game G {
      agents Hunter[3], Prey
      actions { Go, Stop }
      state { at: real[agents] = 0 }
      init { at ~ uniform((real in -1..1)[agents]) }
      step { let catches = count(abs(at[h] - at[Prey]) < 0.1 for h in Hunter) }
      reward[h: Hunter] = 10 * catches
      reward[Prey] = -10 * catches
      horizon 25
    }`,
    proves: [],
    leaves: ['zero_sum', 'constant_sum', 'common_reward'],
  },
  {
    name: 'distances are the same both ways',
    text: family(
      8,
      `fn far(p: P, q: P): real = sqrt((x[p] - x[q]) * (x[p] - x[q]) + 0.01)
       reward[p: P] = sum(far(p, q) - far(q, p) for q in P)`,
    ),
    proves: ['zero_sum', 'constant_sum', 'common_reward', 'no_conflict'],
    leaves: [],
  },
  {
    name: 'own plus the others is the team',
    text: family(50, 'reward[p: P] = x[p] + sum(x[q] for q in P if q != p)'),
    proves: common,
    leaves: ['zero_sum'],
  },
  {
    name: 'team less own plus own',
    text: pair(`step { let team = gold[A] + gold[B] }
      reward[A] = team - gold[A] + gold[A]
      reward[B] = gold[B] + team - gold[B]`),
    proves: common,
    leaves: ['zero_sum'],
  },
  {
    name: 'two agents with the same conditions in another order',
    text: pair(`reward[A] = if action[A] == Left and action[B] == Left then 1 else 0
      reward[B] = if action[B] != Left or action[A] != Left then 0 else 1`),
    proves: common,
    leaves: ['zero_sum'],
  },
  {
    name: 'the maximum as an if and as max',
    text: pair(`reward[A] = max(hp[A], hp[B])
      reward[B] = if hp[A] >= hp[B] then hp[A] else hp[B]`),
    proves: common,
    leaves: ['zero_sum'],
  },
  {
    name: 'the distance as abs and as max less min',
    text: pair(`reward[A] = abs(gold[A] - gold[B])
      reward[B] = max(gold[A], gold[B]) - min(gold[A], gold[B])`),
    proves: common,
    leaves: [],
  },
  {
    name: 'each agent one half of two different weights: interests agree',
    text: pair(`step { let won = action[A] == action[B] }
      reward[A] = if won then 3 * hp[A] else 0
      reward[B] = if won then hp[A] / 2 else 0`),
    proves: ['no_conflict'],
    leaves: ['common_reward', 'zero_sum'],
  },
  {
    name: 'public goods',
    text: oneStep(
      4,
      '{ Keep, Give }',
      'reward[p: P] = 1.6 * count(action[q] == Give for q in P) / 4 + (if action[p] == Keep then 1 else 0)',
    ),
    proves: ['symmetric', 'exact_potential'],
    leaves: ['zero_sum', 'common_reward'],
  },
  {
    name: 'congestion with linear costs',
    text: oneStep(
      4,
      '{ North, South, East }',
      'reward[p: P] = -count(action[q] == action[p] for q in P) * (if action[p] == North then 2 else 3)',
    ),
    proves: ['symmetric', 'exact_potential'],
    leaves: ['zero_sum', 'common_reward'],
  },
  {
    name: 'congestion with a table of costs',
    text: oneStep(3, '{ North, South }', 'reward[p: P] = -[0, 1, 5, 7][count(action[q] == action[p] for q in P)]'),
    proves: ['symmetric', 'exact_potential'],
    leaves: ['zero_sum', 'common_reward'],
  },
  {
    name: 'difference rewards of a potential',
    text: oneStep(
      3,
      '{ Off, On }',
      `fn value(k: int): real = k * (5 - k)
       reward[p: P] = value(count(action[q] == On for q in P)) - value(count(action[q] == On for q in P if q != p))`,
    ),
    proves: ['exact_potential', 'symmetric'],
    leaves: ['zero_sum', 'common_reward'],
  },
  {
    name: 'matching pennies has no potential',
    text: `game G { agents A, B  actions { H, T }
      reward[A] = if action[A] == action[B] then 1 else -1
      reward[B] = if action[A] == action[B] then -1 else 1
      end when true }`,
    proves: zero,
    leaves: ['exact_potential', 'symmetric', 'common_reward'],
  },
  {
    name: 'rock paper scissors by remainders',
    text: `game G { agents A, B  actions = 0..2
      fn beats(a: 0..2, b: 0..2): int = if (a + 3 - b) % 3 == 1 then 1 else 0
      reward[A] = beats(action[A], action[B]) - beats(action[B], action[A])
      reward[B] = beats(action[B], action[A]) - beats(action[A], action[B])
      end when true }`,
    proves: [...zero, 'symmetric'],
    leaves: ['exact_potential', 'common_reward'],
  },
  {
    name: 'foraging: the shares of a loaded food add up, in the names of the game',
    text: family(
      5,
      `step { let lifts[p: P] = action[p] == Help
         let power = sum(level[p] for p in P if lifts[p]) }
       reward[p: P] = if lifts[p] and power > 0 then level[p] / power - (if power > 0 then 1 / n else 0)
         else if power > 0 then -1 / n else 0`,
    ),
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'a team and its opponent',
    text: `game G { agents Team[4], Foe  actions { X, Y }
      state { score: real = 0 }
      step { next score = score + (if action[Foe] == X then 1 else -2) }
      reward[p: Team] = (next score - score) / 4
      reward[Foe] = score - next score
      horizon 5 }`,
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'two teams through one family over all agents',
    text: `game G { agents Blue[3], Red[3]  actions { X, Y }
      state { x: real[agents] = 0 }
      init { x ~ uniform((real in 0..1)[agents]) }
      step { let lead = sum(x[p] for p in Blue) - sum(x[p] for p in Red) }
      reward[p: Blue] = lead
      reward[p: Red] = -lead
      horizon 5 }`,
    proves: zero,
    leaves: ['common_reward'],
  },
  {
    name: 'zero only because of a law of sines that is not known here',
    text: pair(`reward[A] = sin(gold[A]) * sin(gold[A]) + cos(gold[A]) * cos(gold[A])
      reward[B] = -1`),
    proves: [],
    leaves: ['zero_sum', 'constant_sum', 'common_reward'],
  },
  {
    name: 'zero only in the states that are reached',
    text: pair(`step { next bonus[A] = bonus[A] }
      reward[A] = (if hp[A] > 9 - bonus[A] and hp[A] * hp[A] < 0 - bonus[A] then 1 else 0) + gold[A]
      reward[B] = -gold[A] * (if ball == A or ball == B then 1 else 2)`),
    proves: zero,
    leaves: [],
  },
  {
    name: 'the greatest by an order of three that would need transitivity',
    text: family(3, `reward[p: P] = if x[P[0]] < x[P[1]] and x[P[1]] < x[P[2]] and x[P[2]] < x[P[0]] then 1 else 0`),
    proves: common,
    leaves: ['zero_sum', 'constant_sum'],
  },
];
