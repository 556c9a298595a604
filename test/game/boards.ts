/** Board games as hand-written models, with state counts that are known from elsewhere. */
import type { GameModel, IrExpr, IrStmt, Local } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import {
  actions,
  add,
  and,
  Builder,
  binary,
  bind,
  call,
  chosen,
  clamp,
  copy,
  draw,
  eq,
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
  reduce,
  select,
  shown,
  sub,
  unary,
  uniform,
  when,
} from './build.ts';

const bit = { low: 0, high: 1 };

/** 5478 positions reachable, 958 of them at the end of a game (Schaefer 2002, "Tic-Tac-Toe: how many?"). */
export function ticTacToe(): GameModel {
  const b = new Builder();
  const [board, nextBoard] = b.state('board', 9, { low: 0, high: 2 });
  const [turn, nextTurn] = b.state('turn', 1, bit);
  const lines = b.constant('lines', [0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 3, 6, 1, 4, 7, 2, 5, 8, 0, 4, 8, 2, 4, 6]);
  const k = b.local('k', { low: 0, high: 8 });
  const line = b.local('line', { low: 0, high: 7 });
  const full = b.local('full', { low: 0, high: 8 });
  const won = b.local('won', bit);
  const mark = add(load(turn), int(1));
  const onLine = (i: number) => eq(load(nextBoard, load(lines, add(mul(get(line), int(3)), int(i)))), mark);
  const acting = b.local('self', bit);
  const mask = { self: b.local('self', bit), action: b.local('action', { low: 0, high: 8 }) };
  const names = ['.', 'X', 'O'];
  const cells = Array.from({ length: 9 }, (_, i) => i);
  const player = (name: string) => ({
    name,
    count: 1,
    self: b.local('self', bit),
    sees: [b.sees('board', 9, i => load(board, i), 3)],
  });
  const win = select(get(won), select(eq(load(turn), int(0)), int(1), int(-1)), int(0));
  return b.finish({
    name: 'TicTacToe',
    classes: [player('X'), player('O')],
    actions: [actions(...cells.map(i => `${i}`))],
    view: [
      {
        name: 'board',
        value: shown.array(
          cells.map(i => `${Math.floor(i / 3)}, ${i % 3}`),
          cells.map(i => shown.named(board, names, i)),
          [3, 3],
        ),
      },
      { name: 'turn', value: shown.named(turn, ['X', 'O']) },
    ],
    init: [loop(k, 9, put(board, get(k), int(0))), put(turn, 0, int(0))],
    turn: load(turn),
    active: { self: acting, condition: eq(get(acting), load(turn)) },
    legal: [{ ...mask, condition: eq(load(board, get(mask.action)), int(0)) }],
    step: [
      copy(board, nextBoard),
      put(nextBoard, chosen(load(turn), 0, 9), mark),
      put(nextTurn, 0, sub(int(1), load(turn))),
    ],
    after: [bind(won, reduce('any', line, 8, and(onLine(0), onLine(1), onLine(2))))],
    rewards: [win, unary('neg', win)],
    end: or(get(won), reduce('all', full, 9, ne(load(nextBoard, get(full)), int(0)))),
  });
}

/** Littman's soccer (1994): moves in random order, the ball changes hands in front of a standing player. */
export function soccer(): GameModel {
  const b = new Builder();
  const rowOf = { low: 0, high: 3 };
  const colOf = { low: 0, high: 4 };
  const [row, nextRow] = b.state('row', 2, rowOf);
  const [col, nextCol] = b.state('col', 2, colOf);
  const [ball, nextBall] = b.state('ball', 1, bit);
  const deltaRow = b.constant('deltaRow', [-1, 1, 0, 0, 0]);
  const deltaCol = b.constant('deltaCol', [0, 0, 1, -1, 0]);
  const first = b.local('first', bit);
  const drawn = b.local('drawn', bit);
  const goal = b.local('goal', { low: -1, high: 1 });
  const half: IrStmt[] = [];
  // Working copies: positions as they are between the two moves.
  const r = b.scratch('r', 2, rowOf);
  const c = b.scratch('c', 2, colOf);
  const holder = b.scratch('holder', 1, bit);
  const score = b.scratch('score', 1, { low: -1, high: 1 });
  const turn = b.local('turn', bit);
  const mover: Local = b.local('mover', bit);
  const wantCol = b.local('wantCol', { low: -1, high: 5 });
  const toRow = b.local('toRow', rowOf);
  const toCol = b.local('toCol', colOf);
  const me = get(mover);
  const you = sub(int(1), me);
  const act = chosen(me, 0, 5);
  const inGoalRows = and(binary('ge', load(r, me), int(1)), binary('le', load(r, me), int(2)));
  const edge = select(eq(me, int(0)), int(5), int(-1));
  const scores = and(eq(load(holder), me), inGoalRows, eq(get(wantCol), edge));
  half.push(
    bind(mover, select(eq(get(turn), int(0)), get(first), sub(int(1), get(first)))),
    when(eq(load(score), int(0)), [
      bind(wantCol, add(load(c, me), load(deltaCol, act))),
      when(
        scores,
        [put(score, 0, select(eq(me, int(0)), int(1), int(-1)))],
        [
          bind(toRow, clamp(add(load(r, me), load(deltaRow, act)), 0, 3)),
          bind(toCol, clamp(get(wantCol), 0, 4)),
          when(
            and(eq(get(toRow), load(r, you)), eq(get(toCol), load(c, you))),
            [put(holder, 0, you)],
            [put(r, me, get(toRow)), put(c, me, get(toCol))],
          ),
        ],
      ),
    ]),
  );
  const player = (name: string) => ({
    name,
    count: 1,
    self: b.local('self', bit),
    sees: [
      [b.sees('row', 2, i => load(row, i), 4), b.sees('col', 2, i => load(col, i), 5)],
      b.sees('ball', 1, () => load(ball), 2),
    ],
  });
  const cell = (i: number) => shown.record('Cell', { row: shown.number(row, i), col: shown.number(col, i) });
  return b.finish({
    name: 'Soccer',
    classes: [player('A'), player('B')],
    actions: [actions('North', 'South', 'East', 'West', 'Stand')],
    view: [
      { name: 'at', value: shown.array(['A', 'B'], [cell(0), cell(1)]) },
      { name: 'ball', value: shown.named(ball, ['A', 'B']) },
    ],
    init: [
      put(row, 0, int(2)),
      put(col, 0, int(1)),
      put(row, 1, int(1)),
      put(col, 1, int(3)),
      draw(drawn, uniform(2)),
      put(ball, 0, get(drawn)),
    ],
    step: [
      draw(first, uniform(2)),
      copy(row, r),
      copy(col, c),
      copy(ball, holder),
      put(score, 0, int(0)),
      loop(turn, 2, ...half),
      copy(r, nextRow),
      copy(c, nextCol),
      copy(holder, nextBall),
    ],
    after: [bind(goal, load(score))],
    rewards: [get(goal), unary('neg', get(goal))],
    end: ne(get(goal), int(0)),
    discount: Rational.of(9, 10),
    hasChance: true,
  });
}

/** Connect four on 6 rows and 7 columns; positions by number of stones: 1, 7, 49, 238, 1120, 4263, 16422, ... */
export function connectFour(): GameModel {
  const b = new Builder();
  const [height, nextHeight] = b.state('height', 7, { low: 0, high: 6 });
  const [board, nextBoard] = b.state('board', 42, { low: 0, high: 2 });
  const [turn, nextTurn] = b.state('turn', 1, bit);
  const k = b.local('k', { low: 0, high: 41 });
  const j = b.local('j', { low: 0, high: 6 });
  const column = b.local('column', { low: 0, high: 6 });
  const level = b.local('level', { low: 0, high: 5 });
  const won = b.local('won', bit);
  const dr = b.constant('dr', [0, 1, 1, 1]);
  const dc = b.constant('dc', [1, 0, 1, -1]);
  const mark = add(load(turn), int(1));
  // How many stones of the mover lie in a row from the new one in a direction, counting at most three.
  const stepRow = b.local('stepRow', { low: -1, high: 1 });
  const stepCol = b.local('stepCol', { low: -1, high: 1 });
  const fromRow = b.local('fromRow', { low: 0, high: 5 });
  const fromCol = b.local('fromCol', { low: 0, high: 6 });
  const mine = (n: number): IrExpr => {
    const row = add(get(fromRow), mul(int(n), get(stepRow)));
    const col = add(get(fromCol), mul(int(n), get(stepCol)));
    const inside = and(not(lt(row, int(0))), lt(row, int(6)), not(lt(col, int(0))), lt(col, int(7)));
    return and(inside, eq(load(nextBoard, add(mul(row, int(7)), col)), mark));
  };
  const run = b.fn(
    'run',
    [fromRow, fromCol, stepRow, stepCol],
    [],
    select(mine(1), select(mine(2), select(mine(3), int(3), int(2)), int(1)), int(0)),
  );
  const d = b.local('d', { low: 0, high: 3 });
  const ray = (sign: 1 | -1) =>
    call(run, get(level), get(column), mul(int(sign), load(dr, get(d))), mul(int(sign), load(dc, get(d))));
  const acting = b.local('self', bit);
  const mask = { self: b.local('self', bit), action: b.local('action', { low: 0, high: 6 }) };
  const full = b.local('full', { low: 0, high: 6 });
  const win = select(get(won), select(eq(load(turn), int(0)), int(1), int(-1)), int(0));
  const player = (name: string) => ({ name, count: 1, self: b.local('self', bit) });
  return b.finish({
    name: 'ConnectFour',
    classes: [player('First'), player('Second')],
    actions: [actions('0', '1', '2', '3', '4', '5', '6')],
    init: [loop(j, 7, put(height, get(j), int(0))), loop(k, 42, put(board, get(k), int(0))), put(turn, 0, int(0))],
    turn: load(turn),
    active: { self: acting, condition: eq(get(acting), load(turn)) },
    legal: [{ ...mask, condition: lt(load(height, get(mask.action)), int(6)) }],
    step: [
      bind(column, chosen(load(turn), 0, 7)),
      bind(level, load(height, get(column))),
      copy(height, nextHeight),
      copy(board, nextBoard),
      put(nextHeight, get(column), add(get(level), int(1))),
      put(nextBoard, add(mul(get(level), int(7)), get(column)), mark),
      put(nextTurn, 0, sub(int(1), load(turn))),
    ],
    after: [bind(won, reduce('any', d, 4, binary('ge', add(ray(1), ray(-1)), int(3))))],
    rewards: [win, unary('neg', win)],
    end: or(get(won), reduce('all', full, 7, eq(load(nextHeight, get(full)), int(6)))),
  });
}
