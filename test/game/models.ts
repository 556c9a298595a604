/** Small games as hand-written models: each exercises other corners of the contract. Bigger boards are in boards.ts. */
import type { GameModel } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import {
  actions,
  add,
  and,
  Builder,
  bernoulli,
  bind,
  call,
  categorical,
  chosen,
  chosenReal,
  clamp,
  copy,
  div,
  draw,
  eq,
  ge,
  get,
  int,
  load,
  loop,
  lt,
  mul,
  ne,
  not,
  or,
  put,
  real,
  reduce,
  select,
  shown,
  sub,
  suchThat,
  time,
  toReal,
  unary,
  uniform,
  when,
} from './build.ts';

export { connectFour, soccer, ticTacToe } from './boards.ts';

const bit = { low: 0, high: 1 };

/** One step, no state, payoffs in a constant store. */
export function matchingPennies(): GameModel {
  const b = new Builder();
  const self = b.local('self', bit);
  const payoff = b.constant('payoff', [1, -1, -1, 1]);
  const row = load(payoff, add(mul(chosen(0), int(2)), chosen(1)));
  return b.finish({
    name: 'MatchingPennies',
    classes: [
      { name: 'Row', count: 1, self },
      { name: 'Column', count: 1, self: b.local('self', bit) },
    ],
    actions: [actions('Heads', 'Tails')],
    rewards: [row, unary('neg', row)],
    end: int(1),
    oneShot: true,
  });
}

/**
 * Two cells. Both agents choose Stay or Move; one of them, drawn with probability 1/2, acts first and the second move fails
 * with probability 1/3. Who stands on cell 1 after the step earns 1/2; the game ends when both do.
 */
export function twoCells(): GameModel {
  const b = new Builder();
  const [at, nextAt] = b.state('at', 2, bit);
  const self = b.local('self', bit);
  const first = b.local('first', bit);
  const slip = b.local('slip', bit);
  const k = b.local('k', bit);
  const p = b.local('p', bit);
  const moved = b.local('moved', bit);
  const half = real(Rational.of(1, 2));
  const fails = and(ne(get(p), get(first)), get(slip));
  return b.finish({
    name: 'TwoCells',
    classes: [
      {
        name: 'P',
        count: 2,
        self,
        sees: [
          b.sees('at', 1, () => load(at, get(self)), 2),
          b.sees('other', 1, () => load(at, sub(int(1), get(self)))),
        ],
      },
    ],
    actions: [actions('Stay', 'Move')],
    init: [loop(k, 2, put(at, get(k), int(0)))],
    step: [
      draw(first, uniform(2)),
      draw(slip, bernoulli(real(Rational.of(1, 3)))),
      loop(
        p,
        2,
        bind(moved, select(eq(chosen(get(p)), int(1)), sub(int(1), load(at, get(p))), load(at, get(p)))),
        put(nextAt, get(p), select(fails, load(at, get(p)), get(moved))),
      ),
    ],
    rewards: [0, 1].map(i => select(eq(load(nextAt, i), int(1)), half, real(0))),
    end: and(load(nextAt, 0), load(nextAt, 1)),
    horizon: 20,
    discount: Rational.of(9, 10),
    hasChance: true,
  });
}

/** Kuhn poker: `such that` over two cards, a sequence of moves, turns, one-hot observations padded with zeros. */
export function kuhn(): GameModel {
  const b = new Builder();
  const [card] = b.state('card', 2, { low: 0, high: 2 }, 'int', false);
  const [length, nextLength] = b.state('moves_len', 1, { low: 0, high: 3 });
  const [moves, nextMoves] = b.state('moves', 3, bit);
  const cards = ['Jack', 'Queen', 'King'];
  const k = b.local('k', bit);
  const j = b.local('j', { low: 0, high: 2 });
  const dealt = b.local('dealt', { low: 0, high: 2 });
  const turn = select(eq(load(length), int(1)), int(1), int(0));
  const [l, m] = [load(nextLength), (i: number) => load(nextMoves, i)];
  const two = and(eq(l, int(2)), not(and(eq(m(0), int(0)), eq(m(1), int(1)))));
  const winner = select(ge(load(card, 0), load(card, 1)), int(1), int(-1));
  const bets = (i: number) => eq(m(i), int(1));
  const folded2 = and(eq(l, int(2)), bets(0), not(bets(1)));
  const folded3 = and(eq(l, int(3)), not(bets(2)));
  const stake = select(or(and(eq(l, int(2)), bets(0)), eq(l, int(3))), int(2), int(1));
  const ended = or(two, eq(l, int(3)));
  const first = select(ended, select(folded2, int(1), select(folded3, int(-1), mul(stake, winner))), int(0));
  const observer = (name: string) => {
    const self = b.local('self', bit);
    return {
      name,
      count: 1,
      self,
      sees: [
        b.sees('card', 1, () => load(card, get(self)), 3),
        b.sees('moves', 3, i => select(lt(i, load(length)), load(moves, i), int(-1)), 2),
      ],
    };
  };
  return b.finish({
    name: 'Kuhn',
    classes: [observer('First'), observer('Second')],
    actions: [actions('Pass', 'Bet')],
    view: [
      {
        name: 'card',
        value: shown.array(['First', 'Second'], [shown.named(card, cards), shown.named(card, cards, 1)]),
      },
      {
        name: 'moves',
        value: {
          kind: 'seq',
          length: { store: length, offset: 0 },
          items: [0, 1, 2].map(i => shown.named(moves, ['Pass', 'Bet'], i)),
        },
      },
    ],
    init: [
      suchThat(ne(load(card, 0), load(card, 1)), loop(k, 2, draw(dealt, uniform(3)), put(card, get(k), get(dealt)))),
      put(length, 0, int(0)),
      loop(j, 3, put(moves, get(j), int(0))),
    ],
    turn,
    active: activeOnTurn(b, turn),
    step: [
      copy(moves, nextMoves),
      put(nextMoves, load(length), chosen(turn)),
      put(nextLength, 0, add(load(length), int(1))),
    ],
    rewards: [first, unary('neg', first)],
    end: ended,
    hasChance: true,
  });
}

function activeOnTurn(b: Builder, turn: Parameters<typeof eq>[0]): NonNullable<GameModel['active']> {
  const self = b.local('self', bit);
  return { self, condition: eq(get(self), turn) };
}

/**
 * A point mass on a line with friction and noise: real state, a real action vector beside a finite part, and what the first agent
 * says is heard by the second.
 */
export function drift(): GameModel {
  const b = new Builder();
  const wide = { low: -10, high: 10 };
  const [x, nextX] = b.state('x', 2, wide, 'real');
  const [v, nextV] = b.state('v', 2, wide, 'real');
  const [heard, nextHeard] = b.state('heard', 1, { low: 0, high: 2 });
  const self = b.local('self', bit);
  const k = b.local('k', bit);
  const start = b.local('start', { low: -1, high: 1 }, 'real');
  const noise = b.local('noise', undefined, 'real');
  const p = b.local('p', bit);
  const q = b.local('q', bit);
  const push = { low: -1, high: 1 };
  const distance = (i: number) =>
    unary('sqrt', add(mul(load(nextX, i), load(nextX, i)), mul(load(nextV, i), load(nextV, i))));
  return b.finish({
    name: 'Drift',
    classes: [
      {
        name: 'Mass',
        count: 2,
        self,
        sees: [
          b.sees('x', 2, i => load(x, i)),
          b.sees('v', 1, () => load(v, get(self))),
          b.sees('heard', 1, () => load(heard), 3),
        ],
      },
    ],
    actions: [
      {
        parts: [
          { kind: 'real', name: 'force', size: 2, bounds: push, offset: 0 },
          { kind: 'finite', name: 'say', size: 3, low: 0, valueNames: ['0', '1', '2'] },
        ],
        count: 3,
        names: ['0', '1', '2'],
        realSize: 2,
      },
    ],
    init: [
      loop(
        k,
        2,
        draw(start, { kind: 'uniform_real', low: real(-1), high: real(1) }),
        put(x, get(k), get(start)),
        put(v, get(k), real(0)),
      ),
      put(heard, 0, int(0)),
    ],
    step: [
      loop(
        p,
        2,
        draw(noise, { kind: 'normal', mean: real(0), deviation: real(Rational.of(1, 10)) }),
        put(
          nextV,
          get(p),
          clamp(
            add(
              mul(load(v, get(p)), real(Rational.of(3, 4))),
              add(
                mul(chosenReal(get(p), 0, 0, push), real(Rational.of(1, 10))),
                sub(get(noise), mul(chosenReal(get(p), 0, 1, push), real(Rational.of(1, 100)))),
              ),
            ),
            -10,
            10,
          ),
        ),
        put(nextX, get(p), clamp(add(load(x, get(p)), load(nextV, get(p))), -10, 10)),
      ),
      put(nextHeard, 0, chosen(0, 1, 3)),
    ],
    rewards: [0, 1].map(i => unary('neg', add(distance(i), toReal(eq(chosen(i, 1, 3), int(2)))))),
    end: reduce('all', q, 2, lt(unary('abs', load(nextX, get(q))), real(Rational.of(1, 20)))),
    horizon: 12,
    discount: Rational.of(99, 100),
    hasChance: true,
    finite: false,
  });
}

/**
 * Two workers carry crates from three piles to one keeper who may lock a pile. Scratch arrays, loops, a function, categorical
 * draws, `such that` over an array, masks that depend on the state, two classes with their own actions (one of two parts).
 */
export function depot(): GameModel {
  const b = new Builder();
  const [pile, nextPile] = b.state('pile', 3, { low: 0, high: 2 });
  const [locked, nextLocked] = b.state('locked', 1, { low: 0, high: 3 });
  const demand = b.scratch('demand', 3, { low: 0, high: 2 });
  const served = b.scratch('served', 3, { low: 0, high: 2 });
  const price = b.constant('price', [Rational.of(1, 3), Rational.of(1, 2), 1], 'real');
  const pileOf = { low: 0, high: 2 };
  const i = b.local('i', pileOf);
  const drawn = b.local('drawn', pileOf);
  const w = b.local('w', bit);
  const f = b.local('f', pileOf);
  const c = b.local('c', pileOf);
  const lost = b.local('lost', pileOf);
  const worker = b.local('self', { low: 0, high: 2 });
  const keeper = b.local('self', { low: 0, high: 2 });
  const mask = { self: b.local('self', { low: 0, high: 2 }), action: b.local('action', { low: 0, high: 3 }) };
  const available = b.local('available', pileOf);
  const wanted = b.local('wanted', pileOf);
  const taken = b.fn('taken', [available, wanted], [], binaryMin(get(available), get(wanted)));
  const empty = b.local('empty', pileOf);
  const count = b.scratch('count', 1, { low: 0, high: 3 });
  const stocked = b.scratch('stocked', 3, { low: -1, high: 2 });
  const slot = b.local('slot', pileOf);
  const u = b.local('u', pileOf);
  const r = b.local('r', pileOf);
  const pay = reduce(
    'sum',
    r,
    3,
    mul(toReal(load(served, get(r))), load(price, get(r))),
    ge(load(served, get(r)), int(1)),
  );
  const s = b.local('s', pileOf);
  const t = b.local('t', pileOf);
  return b.finish({
    name: 'Depot',
    classes: [
      {
        name: 'Worker',
        count: 2,
        actionSpace: 0,
        self: worker,
        sees: [b.sees('pile', 3, k => load(pile, k), 3), b.sees('locked', 1, () => load(locked), 4)],
      },
      {
        name: 'Keeper',
        count: 1,
        actionSpace: 1,
        self: keeper,
        // The piles that still hold something, as a sequence padded with -1.
        prelude: [
          put(count, 0, int(0)),
          loop(slot, 3, put(stocked, get(slot), int(-1))),
          loop(
            u,
            3,
            when(ge(load(pile, get(u)), int(1)), [
              put(stocked, load(count), get(u)),
              put(count, 0, add(load(count), int(1))),
            ]),
          ),
        ],
        sees: [
          b.sees('stocked', 3, k => load(stocked, k), 3),
          b.sees('total', 1, () => reduce('sum', s, 3, load(pile, get(s)))),
          b.sees('worth', 3, k => mul(toReal(load(pile, k)), load(price, k))),
        ],
      },
    ],
    actions: [
      actions('Rest', 'Take0', 'Take1', 'Take2'),
      {
        parts: [
          { kind: 'finite', name: 'lock', size: 3, low: 0, valueNames: ['0', '1', '2'] },
          { kind: 'finite', name: 'open', size: 2, low: 0, valueNames: ['false', 'true'] },
        ],
        count: 6,
        names: ['(0, false)', '(0, true)', '(1, false)', '(1, true)', '(2, false)', '(2, true)'],
        realSize: 0,
      },
    ],
    legal: [
      {
        ...mask,
        condition: or(
          eq(get(mask.action), int(0)),
          and(ge(load(pile, sub(get(mask.action), int(1))), int(1)), ne(load(locked), get(mask.action))),
        ),
      },
      undefined,
    ],
    init: [
      suchThat(
        eq(reduce('sum', t, 3, load(pile, get(t))), int(4)),
        loop(
          i,
          3,
          draw(drawn, categorical(real(Rational.of(1, 6)), real(Rational.of(1, 3)), real(Rational.of(1, 2)))),
          put(pile, get(i), get(drawn)),
        ),
      ),
      put(locked, 0, int(0)),
    ],
    step: [
      loop(f, 3, put(demand, get(f), int(0))),
      loop(
        w,
        2,
        when(ge(chosen(get(w), 0, 4), int(1)), [
          put(demand, sub(chosen(get(w), 0, 4), int(1)), add(load(demand, sub(chosen(get(w), 0, 4), int(1))), int(1))),
        ]),
      ),
      loop(
        c,
        3,
        put(served, get(c), call(taken, load(pile, get(c)), load(demand, get(c)))),
        put(nextPile, get(c), sub(load(pile, get(c)), load(served, get(c)))),
      ),
      draw(lost, uniform(3)),
      when(ge(load(nextPile, get(lost)), int(2)), [put(nextPile, get(lost), int(1))]),
      put(nextLocked, 0, select(chosen(2, 1), int(0), add(chosen(2, 0, 3), int(1)))),
    ],
    rewards: [pay, pay, unary('neg', pay)],
    end: reduce('all', empty, 3, eq(load(nextPile, get(empty)), int(0))),
    horizon: 30,
    discount: Rational.of(19, 20),
    hasChance: true,
  });
}

const binaryMin = (x: Parameters<typeof ge>[0], y: Parameters<typeof ge>[1]) => select(lt(x, y), x, y);

/** One agent, no state of its own: the reward is the number of steps taken, the game ends after the fourth. Time is the state. */
export function clock(): GameModel {
  const b = new Builder();
  const self = b.local('self', { low: 0, high: 0 });
  return b.finish({
    name: 'Clock',
    classes: [{ name: 'A', count: 1, self, sees: [b.sees('time', 1, () => time())] }],
    actions: [actions('Wait')],
    rewards: [div(time(), int(2))],
    end: eq(time(), int(3)),
    usesTime: true,
  });
}
