/** Programs to start from: small, complete, and each shows another part of the language. */
export const templates: Readonly<Record<string, (name: string) => string>> = {
  matrix: name => `/// Two hunters choose at once: a stag needs both, a hare needs nobody.
game ${name} {
  agents Row, Column
  actions { Stag, Hare }
  payoff {
             Stag      Hare
    Stag:   (4, 4)    (1, 3)
    Hare:   (3, 1)    (3, 3)
  }
  assert symmetric
}

solve pure of ${name}

train Learn on ${name} {
  algorithm IQL {
    alpha   = 0.1
    epsilon = 1.0 -> 0 over 8_000 steps
  }
  budget 10_000 steps
  seeds 1..3
}
`,
  grid: name => `/// Two walkers share a corridor and want to swap ends; cells hold one walker each.
game ${name}(length: 3..9 = 5) {
  agents Left, Right
  actions { Back, Stay, Forward }

  state {
    at: (0..length-1)[agents] = { Left: 0, Right: length - 1 }
  }

  /// Forward means towards the other end.
  fn toward(p: agents, m: Action): 0..length-1 = match m {
    Back    => clamp(if p == Left then at[p] - 1 else at[p] + 1, 0, length - 1)
    Stay    => at[p]
    Forward => clamp(if p == Left then at[p] + 1 else at[p] - 1, 0, length - 1)
  }

  step {
    next at[p: agents] = toward(p, action[p])
  }

  reward = if next at[Left] == length - 1 and next at[Right] == 0 then 10 else -1
  end when next at[Left] == length - 1 and next at[Right] == 0
  horizon 50
  discount 0.95

  assert common_reward
}

solve optimal of ${name}

train Learn on ${name} {
  algorithm CentralQ {
    alpha   = 0.2
    epsilon = 1.0 -> 0.05 over 20_000 steps
  }
  budget 30_000 steps
  seeds 1..3
}
`,
  cards: name => `/// One card each, seen by its holder alone; First may bet on it, Second may call.
game ${name} {
  agents First, Second
  enum Card { Low, Middle, High }
  enum Stage { Bidding, Answering, Over }
  actions { Pass, Bet }

  state {
    card:  Card[agents]
    stage: Stage = Bidding
  }
  init { card ~ uniform(Card[agents]) such that card[First] != card[Second] }

  turn = if stage == Bidding then First else Second
  step {
    let best = if ord(card[First]) > ord(card[Second]) then 1 else -1
    next stage = if stage == Bidding and action[turn] == Bet then Answering else Over
  }

  // A pass shows the cards for the ante; a bet that is not called wins it; a called bet doubles it.
  reward zero_sum First =
    if next stage == Answering then 0
    else if stage == Bidding then best
    else if action[Second] == Bet then 2 * best
    else 1

  observe[p: agents] { card[p], stage }
  end when next stage == Over

  assert zero_sum
  assert turn_based
  assert terminating
}

train Learn on ${name} {
  algorithm IQL {
    alpha   = 0.05
    epsilon = 1.0 -> 0.05 over 40_000 steps
  }
  budget 50_000 steps
  seeds 1..3
}
`,
};
