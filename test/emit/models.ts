/** Hand-written models of the games that the speed of the sampled reading is measured on. */
import type { GameModel, IrExpr, IrStmt, Local } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import {
  actions,
  add,
  and,
  Builder,
  binary,
  bind,
  chosen,
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
  sub,
  suchThat,
  toReal,
  unary,
  uniform,
} from '../game/build.ts';

const bit = { low: 0, high: 1 };

/** The two-step game of Rashid et al. 2018, appendix B: the first agent picks the second state, which pays 7 or [0,1; 1,8]. */
export function twoStep(): GameModel {
  const b = new Builder();
  const [stage, nextStage] = b.state('stage', 1, { low: 0, high: 2 });
  const self = b.local('self', bit);
  const payoff = b.constant('payoff', [0, 1, 1, 8]);
  const cell = load(payoff, add(mul(chosen(0), int(2)), chosen(1)));
  const reward = select(eq(load(stage), int(1)), int(7), select(eq(load(stage), int(2)), cell, int(0)));
  return b.finish({
    name: 'TwoStep',
    classes: [{ name: 'Player', count: 2, self, sees: [b.sees('stage', 1, () => load(stage), 3)] }],
    actions: [actions('A', 'B')],
    init: [put(stage, 0, int(0))],
    step: [put(nextStage, 0, select(eq(load(stage), int(0)), add(chosen(0), int(1)), int(0)))],
    rewards: [reward, reward],
    end: ne(load(stage), int(0)),
    discount: Rational.of(99, 100),
  });
}

const distance = (a: IrExpr, b: IrExpr): IrExpr => unary('abs', sub(a, b));

/** Level-based foraging, `size` x `size`, full sight: rules as in shared definitions of lbforaging v3. */
export function foraging(size = 8, players = 2, foods = 3): GameModel {
  const b = new Builder();
  const cell = { low: 0, high: size - 1 };
  const player = { low: 0, high: players - 1 };
  const food = { low: 0, high: foods - 1 };
  const [row, nextRow] = b.state('at_row', players, cell);
  const [col, nextCol] = b.state('at_col', players, cell);
  const [skill] = b.state('skill', players, { low: 1, high: 2 }, 'int', false);
  const [foodRow] = b.state('spot_row', foods, cell, 'int', false);
  const [foodCol] = b.state('spot_col', foods, cell, 'int', false);
  const [worth, nextWorth] = b.state('worth', foods, { low: 0, high: 2 * players });
  const [total] = b.state('total', 1, { low: 0, high: 2 * players * foods }, 'int', false);
  const v = (name: string, bounds: { low: number; high: number }): Local => b.local(name, bounds);
  const near = (p: IrExpr, f: IrExpr): IrExpr =>
    eq(add(distance(load(row, p), load(foodRow, f)), distance(load(col, p), load(foodCol, f))), int(1));

  // Where a move leads; walls and foods that are still there stop it.
  const isFood = (r: IrExpr, c: IrExpr): IrExpr => {
    const f = v('f', food);
    return reduce(
      'any',
      f,
      foods,
      and(eq(load(foodRow, get(f)), r), eq(load(foodCol, get(f)), c)),
      ge(load(worth, get(f)), int(1)),
    );
  };
  const inside = (r: IrExpr, c: IrExpr): IrExpr =>
    and(ge(r, int(0)), lt(r, int(size)), ge(c, int(0)), lt(c, int(size)));
  const goalRow = b.scratch('goal_row', players, cell);
  const goalCol = b.scratch('goal_col', players, cell);
  const power = b.scratch('power', foods, { low: 0, high: 2 * players });
  const p = v('p', player);
  const act = chosen(get(p), 0, 6);
  const toRow = v('toRow', { low: -1, high: size });
  const toCol = v('toCol', { low: -1, high: size });
  const free = v('free', bit);
  const q = v('q', player);
  const other = v('q', player);
  const clash = reduce(
    'any',
    other,
    players,
    and(eq(load(goalRow, get(other)), load(goalRow, get(q))), eq(load(goalCol, get(other)), load(goalCol, get(q)))),
    ne(get(other), get(q)),
  );
  const stays = v('stays', bit);
  const f = v('f', food);
  const loader = v('p', player);
  const loads = (who: IrExpr, f: IrExpr): IrExpr => and(eq(chosen(who, 0, 6), int(5)), near(who, f));
  const loaded = (f: IrExpr): IrExpr => and(ge(load(worth, f), int(1)), ge(load(power, f), load(worth, f)));
  const step: IrStmt[] = [
    loop(
      p,
      players,
      bind(toRow, add(load(row, get(p)), select(eq(act, int(1)), int(-1), select(eq(act, int(2)), int(1), int(0))))),
      bind(toCol, add(load(col, get(p)), select(eq(act, int(3)), int(-1), select(eq(act, int(4)), int(1), int(0))))),
      bind(free, and(inside(get(toRow), get(toCol)), not(isFood(get(toRow), get(toCol))))),
      put(goalRow, get(p), select(get(free), get(toRow), load(row, get(p)))),
      put(goalCol, get(p), select(get(free), get(toCol), load(col, get(p)))),
    ),
    loop(
      q,
      players,
      bind(stays, clash),
      put(nextRow, get(q), select(get(stays), load(row, get(q)), load(goalRow, get(q)))),
      put(nextCol, get(q), select(get(stays), load(col, get(q)), load(goalCol, get(q)))),
    ),
    loop(
      f,
      foods,
      put(power, get(f), reduce('sum', loader, players, load(skill, get(loader)), loads(get(loader), get(f)))),
      put(nextWorth, get(f), select(loaded(get(f)), int(0), load(worth, get(f)))),
    ),
  ];
  const rewards = Array.from({ length: players }, (_, i) => {
    const g = v('f', food);
    return reduce(
      'sum',
      g,
      foods,
      div(mul(load(skill, i), load(worth, get(g))), mul(load(power, get(g)), load(total))),
      and(loaded(get(g)), loads(int(i), get(g))),
    );
  });

  // Players and foods appear one after the other on free cells, foods apart from each other and from the edge.
  const i = v('i', food);
  const [r, c, level, sumSkill] = [
    v('r', cell),
    v('c', cell),
    v('level', { low: 1, high: 2 }),
    v('sumSkill', { low: 0, high: 2 * players }),
  ];
  const j = v('j', food);
  const apart = reduce(
    'all',
    j,
    get(i),
    or(
      ge(distance(load(foodRow, get(i)), load(foodRow, get(j))), int(3)),
      ge(distance(load(foodCol, get(i)), load(foodCol, get(j))), int(3)),
      ge(
        add(
          distance(load(foodRow, get(i)), load(foodRow, get(j))),
          distance(load(foodCol, get(i)), load(foodCol, get(j))),
        ),
        int(3),
      ),
    ),
  );
  const k = v('k', player);
  const [k1, k2] = [v('j', player), v('f', food)];
  const freeCell = and(
    reduce('all', k1, get(k), or(ne(load(row, get(k)), load(row, get(k1))), ne(load(col, get(k)), load(col, get(k1))))),
    reduce(
      'all',
      k2,
      foods,
      or(ne(load(row, get(k)), load(foodRow, get(k2))), ne(load(col, get(k)), load(foodCol, get(k2)))),
    ),
  );
  const [s1, s2] = [v('p', player), v('f', food)];
  const drawn = v('drawn', { low: 1, high: 2 * players });
  const init: IrStmt[] = [
    ...skillDraw(b, skill, level),
    bind(sumSkill, reduce('sum', s1, players, load(skill, get(s1)))),
    loop(
      i,
      foods,
      suchThat(
        apart,
        draw(r, uniform(size - 2, 1)),
        put(foodRow, get(i), get(r)),
        draw(c, uniform(size - 2, 1)),
        put(foodCol, get(i), get(c)),
      ),
      draw(drawn, uniform(get(sumSkill), 1)),
      put(worth, get(i), get(drawn)),
    ),
    loop(k, players, suchThat(freeCell, ...placeDraw(b, row, col, get(k), cell, size))),
    put(total, 0, reduce('sum', s2, foods, load(worth, get(s2)))),
  ];

  const self = v('self', player);
  const mask = { self: v('self', player), action: v('action', { low: 0, high: 5 }) };
  const a = get(mask.action);
  const me = get(mask.self);
  const moveRow = add(load(row, me), select(eq(a, int(1)), int(-1), select(eq(a, int(2)), int(1), int(0))));
  const moveCol = add(load(col, me), select(eq(a, int(3)), int(-1), select(eq(a, int(4)), int(1), int(0))));
  const reach = v('f', food);
  const canLoad = reduce('any', reach, foods, near(me, get(reach)), ge(load(worth, get(reach)), int(1)));
  const all = v('f', food);
  const seen = (k: IrExpr): IrExpr => binary('mod', add(get(self), k), int(players));
  return b.finish({
    name: 'Foraging',
    classes: [
      {
        name: 'Player',
        count: players,
        self,
        sees: [
          [
            b.sees('food row', foods, k => select(ge(load(worth, k), int(1)), load(foodRow, k), int(-1))),
            b.sees('food col', foods, k => select(ge(load(worth, k), int(1)), load(foodCol, k), int(-1))),
            b.sees('food level', foods, k => load(worth, k)),
          ],
          [
            b.sees('player row', players, k => load(row, seen(k))),
            b.sees('player col', players, k => load(col, seen(k))),
            b.sees('player level', players, k => load(skill, seen(k))),
          ],
        ],
      },
    ],
    actions: [actions('None', 'North', 'South', 'West', 'East', 'Load')],
    legal: [
      {
        ...mask,
        condition: select(
          eq(a, int(0)),
          int(1),
          select(eq(a, int(5)), canLoad, and(inside(moveRow, moveCol), not(isFood(moveRow, moveCol)))),
        ),
      },
    ],
    init,
    step,
    rewards,
    end: reduce('all', all, foods, eq(load(nextWorth, get(all)), int(0))),
    horizon: 50,
    discount: Rational.of(99, 100),
    hasChance: true,
  });
}

function skillDraw(b: Builder, skill: Parameters<typeof load>[0], level: Local): IrStmt[] {
  const k = b.local('k', bit);
  return [loop(k, skill.size, draw(level, uniform(2, 1)), put(skill, get(k), get(level)))];
}

function placeDraw(
  b: Builder,
  row: Parameters<typeof load>[0],
  col: Parameters<typeof load>[0],
  who: IrExpr,
  cell: { low: number; high: number },
  size: number,
): IrStmt[] {
  const r = b.local('r', cell);
  const c = b.local('c', cell);
  return [draw(r, uniform(size)), put(row, who, get(r)), draw(c, uniform(size)), put(col, who, get(c))];
}

/** simple_spread of the multi-agent particle environments (Lowe et al. 2017): five discrete actions, contact forces, 25 steps. */
export function spread(agents = 3): GameModel {
  const b = new Builder();
  const open = { low: -Infinity, high: Infinity };
  const one = { low: -1, high: 1 };
  const which = { low: 0, high: agents - 1 };
  const [x, nextX] = b.state('x', agents, open, 'real');
  const [y, nextY] = b.state('y', agents, open, 'real');
  const [vx, nextVx] = b.state('vx', agents, open, 'real');
  const [vy, nextVy] = b.state('vy', agents, open, 'real');
  const [markX] = b.state('mark_x', agents, one, 'real', false);
  const [markY] = b.state('mark_y', agents, one, 'real', false);
  const fx = b.scratch('fx', agents, open, 'real');
  const fy = b.scratch('fy', agents, open, 'real');
  const v = (name: string): Local => b.local(name, which);
  const num = (name: string): Local => b.local(name, open, 'real');
  const size = real(Rational.of(3, 20));
  const p = v('p');
  const act = chosen(get(p), 0, 5);
  const push = (plus: number, minus: number): IrExpr =>
    select(eq(act, int(plus)), real(5), select(eq(act, int(minus)), real(-5), real(0)));
  // Contact force between two agents: a smooth wall at the sum of their radii (margin 0.001, stiffness 100).
  const i = v('i');
  const j = v('j');
  const [dx, dy, d, overlap, soft, force] = [num('dx'), num('dy'), num('d'), num('overlap'), num('soft'), num('force')];
  const change = (store: Parameters<typeof put>[0], k: IrExpr, by: IrExpr): IrStmt =>
    put(store, k, add(load(store, k), by));
  const hypot = (a: IrExpr, c: IrExpr): IrExpr => unary('sqrt', add(mul(a, a), mul(c, c)));
  const step: IrStmt[] = [
    loop(p, agents, put(fx, get(p), push(1, 2)), put(fy, get(p), push(3, 4))),
    loop(
      i,
      agents,
      loop(
        j,
        get(i),
        bind(dx, sub(load(x, get(i)), load(x, get(j)))),
        bind(dy, sub(load(y, get(i)), load(y, get(j)))),
        bind(d, hypot(get(dx), get(dy))),
        bind(overlap, div(sub(add(size, size), get(d)), real(Rational.of(1, 1000)))),
        bind(
          soft,
          mul(
            add(
              binary('max', get(overlap), real(0)),
              unary('log', add(real(1), unary('exp', unary('neg', unary('abs', get(overlap)))))),
            ),
            real(Rational.of(1, 1000)),
          ),
        ),
        bind(force, div(mul(real(100), get(soft)), binary('max', get(d), real(1e-9)))),
        change(fx, get(i), mul(get(force), get(dx))),
        change(fy, get(i), mul(get(force), get(dy))),
        change(fx, get(j), unary('neg', mul(get(force), get(dx)))),
        change(fy, get(j), unary('neg', mul(get(force), get(dy)))),
      ),
    ),
    ...moves(b, agents),
  ];

  function moves(b: Builder, n: number): IrStmt[] {
    const q = b.local('q', which);
    const speed = (store: typeof vx, force: typeof fx): IrExpr =>
      add(mul(load(store, get(q)), real(Rational.of(3, 4))), mul(load(force, get(q)), real(Rational.of(1, 10))));
    const place = (store: typeof x, speed: typeof vx): IrExpr =>
      add(load(store, get(q)), mul(load(speed, get(q)), real(Rational.of(1, 10))));
    return [
      loop(
        q,
        n,
        put(nextVx, get(q), speed(vx, fx)),
        put(nextVy, get(q), speed(vy, fy)),
        put(nextX, get(q), place(x, nextVx)),
        put(nextY, get(q), place(y, nextVy)),
      ),
    ];
  }

  const l = v('l');
  const c = v('c');
  const nearest = reduce(
    'min',
    c,
    agents,
    hypot(sub(load(nextX, get(c)), load(markX, get(l))), sub(load(nextY, get(c)), load(markY, get(l)))),
  );
  const missing = num('missing');
  const after = [bind(missing, reduce('sum', l, agents, nearest))];
  const rewards = Array.from({ length: agents }, (_, me) => {
    const o = v('o');
    const gap = hypot(sub(load(nextX, get(o)), load(nextX, me)), sub(load(nextY, get(o)), load(nextY, me)));
    return unary('neg', add(get(missing), toReal(reduce('sum', o, agents, lt(gap, real(Rational.of(3, 10)))))));
  });
  const s = v('k');
  const [x0, y0, x1, y1] = [num('x0'), num('y0'), num('x1'), num('y1')];
  const anywhere = { kind: 'uniform_real', low: real(-1), high: real(1) } as const;
  const self = v('self');
  const shift = (k: IrExpr, from: number): IrExpr => binary('mod', add(get(self), add(k, int(from))), int(agents));
  const rest = agents - 1;
  return b.finish({
    name: 'Spread',
    classes: [
      {
        name: 'Agent',
        count: agents,
        self,
        sees: [
          [b.sees('vx', 1, () => load(vx, get(self))), b.sees('vy', 1, () => load(vy, get(self)))],
          [b.sees('x', 1, () => load(x, get(self))), b.sees('y', 1, () => load(y, get(self)))],
          [
            b.sees('mark x', agents, k => sub(load(markX, k), load(x, get(self)))),
            b.sees('mark y', agents, k => sub(load(markY, k), load(y, get(self)))),
          ],
          [
            b.sees('other x', rest, k => sub(load(x, shift(k, 1)), load(x, get(self)))),
            b.sees('other y', rest, k => sub(load(y, shift(k, 1)), load(y, get(self)))),
          ],
          b.sees('heard', 2 * rest, () => real(0)),
        ],
      },
    ],
    actions: [actions('Stay', 'Right', 'Left', 'Up', 'Down')],
    init: [
      loop(
        s,
        agents,
        draw(x0, anywhere),
        draw(y0, anywhere),
        draw(x1, anywhere),
        draw(y1, anywhere),
        put(x, get(s), get(x0)),
        put(y, get(s), get(y0)),
        put(markX, get(s), get(x1)),
        put(markY, get(s), get(y1)),
        put(vx, get(s), real(0)),
        put(vy, get(s), real(0)),
      ),
    ],
    step,
    after,
    rewards,
    horizon: 25,
    discount: Rational.of(99, 100),
    hasChance: true,
    finite: false,
  });
}
