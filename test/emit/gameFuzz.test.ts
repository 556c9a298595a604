/** Random models: whatever the operators, loops and branches, emitted code does what the stepped reading does. */
import { expect, test } from 'vitest';
import type { GameModel, IrExpr, IrFunction, IrStmt, Local, Store } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import * as b from '../game/build.ts';
import { compareReadings } from './against.ts';

const small = { low: -9, high: 9 };
const size = 3;

/** Grows expressions and statements from a stream of random choices. */
class Grower {
  readonly build = new b.Builder();
  readonly stream: Stream;
  readonly ints: Store[] = [];
  readonly reals: Store[] = [];
  functions: IrFunction[] = [];
  locals: Local[] = [];
  inStep = false;
  private names = 0;

  constructor(seed: number) {
    this.stream = new Stream(seed, 77, 0, 0);
  }

  pick<T>(...options: readonly T[]): T {
    return options[this.stream.below(options.length)] as T;
  }

  local(bounds = small, scalar: 'int' | 'real' = 'int'): Local {
    return this.build.local(
      this.pick('a', 'b', 'c', 'total', 'for', 'x1') + (this.names++ % 3 === 0 ? '' : '_'),
      bounds,
      scalar,
    );
  }

  index(depth: number): IrExpr {
    const scope = this.locals.filter(l => l.scalar === 'int' && l.bounds.low >= 0 && l.bounds.high < size);
    if (scope.length > 0 && this.stream.bernoulli(0.6)) return b.get(this.pick(...scope));
    return depth <= 0 ? b.int(this.stream.below(size)) : b.binary('mod', this.int(depth - 1), b.int(size));
  }

  int(depth: number): IrExpr {
    const scope = this.locals.filter(l => l.scalar === 'int');
    if (depth <= 0) {
      if (scope.length > 0 && this.stream.bernoulli(0.5)) return b.get(this.pick(...scope));
      if (this.inStep && this.stream.bernoulli(0.2)) return b.chosen(this.pick(0, 1), 0, 4);
      return this.stream.bernoulli(0.5)
        ? b.int(this.stream.below(7) - 3)
        : b.load(this.pick(...this.ints), this.stream.below(size));
    }
    const d = depth - 1;
    switch (this.stream.below(15)) {
      case 0:
      case 1:
        return b.binary(this.pick('add', 'sub', 'mul', 'min', 'max'), this.int(d), this.int(d));
      case 2:
        return b.binary(
          this.pick('idiv', 'mod'),
          this.int(d),
          this.pick(b.int(3), b.int(-2), b.int(1), b.binary('max', this.int(d), b.int(1))),
        );
      case 3:
        return b.unary(this.pick('neg', 'abs', 'sign'), this.int(d));
      case 4:
        return b.unary(this.pick('floor', 'ceil', 'round'), b.clamp(this.real(d), -99, 99));
      case 5:
        return b.select(this.bool(d), this.int(d), this.int(d));
      case 6:
        return this.bool(d);
      case 7:
      case 8:
        return b.load(this.pick(...this.ints), this.index(d));
      case 9:
      case 10:
        return this.fold(this.pick('sum', 'product', 'min', 'max', 'argmin', 'argmax'), d, () => this.int(d));
      case 11:
        return this.functions.length > 0 ? b.call(this.pick(...this.functions), this.int(d)) : this.int(d);
      case 12:
        return b.time();
      default:
        return this.inStep ? b.chosen(b.binary('mod', this.int(d), b.int(2)), 0, 4) : this.int(d);
    }
  }

  real(depth: number): IrExpr {
    const scope = this.locals.filter(l => l.scalar === 'real');
    if (depth <= 0) {
      if (scope.length > 0 && this.stream.bernoulli(0.5)) return b.get(this.pick(...scope));
      return this.pick(
        b.real(Rational.of(this.stream.below(9) - 4, 7)),
        b.real(0.1),
        b.load(this.pick(...this.reals), this.stream.below(size)),
      );
    }
    const d = depth - 1;
    switch (this.stream.below(9)) {
      case 0:
      case 1:
        return b.binary(
          this.pick('add', 'sub', 'mul', 'min', 'max'),
          this.real(d),
          this.pick(this.real(d), this.int(d)),
        );
      case 2:
        return b.div(this.pick(this.real(d), this.int(d)), b.binary('max', b.unary('abs', this.real(d)), b.real(0.25)));
      case 3:
        return b.unary(this.pick('neg', 'abs', 'tanh', 'sin', 'cos'), this.real(d));
      case 4:
        return b.unary(this.pick('sqrt', 'exp', 'log'), b.clamp(this.real(d), 0.5, 4));
      case 5:
        return b.select(this.bool(d), this.real(d), this.real(d));
      case 6:
        return this.fold(this.pick('sum', 'product', 'min', 'max'), d, () => b.toReal(this.real(d)));
      case 7:
        return b.load(this.pick(...this.reals), this.index(d));
      default:
        return b.toReal(this.int(d));
    }
  }

  bool(depth: number): IrExpr {
    if (depth <= 0) return this.pick(b.int(0), b.int(1), b.eq(this.int(0), this.int(0)));
    const d = depth - 1;
    switch (this.stream.below(7)) {
      case 0:
        return b.and(this.bool(d), this.bool(d));
      case 1:
        return b.or(this.bool(d), this.bool(d));
      case 2:
        return b.not(this.bool(d));
      case 3:
        return this.fold(this.pick('any', 'all'), d, () => this.bool(d));
      case 4:
        return b.binary(this.pick('lt', 'le', 'gt', 'ge'), this.real(d), this.real(d));
      case 5:
        return b.select(this.bool(d), this.bool(d), this.bool(d));
      default:
        return b.binary(this.pick('eq', 'ne', 'lt', 'le', 'gt', 'ge'), this.int(d), this.int(d));
    }
  }

  fold(operator: Parameters<typeof b.reduce>[0], depth: number, body: () => IrExpr): IrExpr {
    const count = this.pick(1, 2, 3, 5);
    const variable = this.local({ low: 0, high: Math.min(count, size) - 1 });
    const rounds = Math.min(count, size);
    const needsOne = ['min', 'max', 'argmin', 'argmax'].includes(operator);
    this.locals.push(variable);
    const condition = this.stream.bernoulli(0.4) ? this.bool(depth) : undefined;
    const value = body();
    this.locals.pop();
    // An element that surely counts keeps `min` and the like from being empty.
    const safe = condition !== undefined && needsOne ? b.or(b.eq(b.get(variable), b.int(0)), condition) : condition;
    return b.reduce(
      operator,
      variable,
      this.stream.bernoulli(0.8) ? rounds : b.binary('min', b.binary('max', this.int(0), b.int(1)), b.int(rounds)),
      value,
      safe,
    );
  }

  statements(targets: readonly Store[], depth: number, count: number): IrStmt[] {
    const out: IrStmt[] = [];
    const outer = this.locals.length;
    for (let k = 0; k < count; k++) out.push(...this.statement(targets, depth));
    this.locals.length = outer;
    return out;
  }

  private statement(targets: readonly Store[], depth: number): IrStmt[] {
    const value = (store: Store): IrExpr =>
      store.scalar === 'int' ? b.clamp(this.int(depth), -9, 9) : b.clamp(this.real(depth), -9, 9);
    const target = this.pick(...targets);
    switch (this.stream.below(depth <= 0 ? 3 : 8)) {
      case 0:
      case 1:
        return [b.put(target, target.size === 1 ? 0 : this.index(1), value(target))];
      case 2: {
        const expr = this.stream.bernoulli(0.6) ? b.clamp(this.int(depth), -9, 9) : this.bool(depth);
        const local = this.local(expr.bounds.low >= 0 && expr.bounds.high <= 1 ? { low: 0, high: 1 } : small);
        this.locals.push(local);
        return [b.bind(local, expr)];
      }
      case 3: {
        const local = this.local(small, 'real');
        const stmt = b.bind(local, b.clamp(this.real(depth), -9, 9));
        this.locals.push(local);
        return [stmt];
      }
      case 4: {
        const variable = this.local({ low: 0, high: size - 1 });
        this.locals.push(variable);
        const body = this.statements(targets, depth - 1, 2);
        this.locals.pop();
        return [
          b.loop(variable, this.pick<IrExpr | number>(size, 2, b.binary('mod', this.int(0), b.int(size + 1))), ...body),
        ];
      }
      case 5:
        return [
          b.when(this.bool(depth), this.statements(targets, depth - 1, 2), this.statements(targets, depth - 1, 1)),
        ];
      case 6: {
        // Drawn or computed in two branches, read behind them.
        const local = this.local({ low: -9, high: 9 });
        const stmt = b.when(
          this.bool(depth),
          [
            b.draw(
              local,
              b.uniform(b.binary('max', b.binary('min', this.int(1), b.int(4)), b.int(1)), b.int(this.stream.below(3))),
            ),
          ],
          [b.bind(local, b.clamp(this.int(1), -9, 9))],
        );
        this.locals.push(local);
        return [stmt];
      }
      default: {
        const local = this.local({ low: 0, high: 2 });
        const other = this.local(small, 'real');
        const third = b.real(Rational.of(1, 3));
        const draws = [
          b.draw(local, this.pick(b.categorical(third, third, third), b.uniform(3), b.bernoulli(third))),
          b.draw(
            other,
            this.pick<Parameters<typeof b.draw>[1]>(
              { kind: 'uniform_real', low: b.real(-1), high: this.pick(b.real(2), b.clamp(this.real(0), -1, 2)) },
              { kind: 'normal', mean: b.real(0), deviation: b.real(0.5) },
            ),
          ),
        ];
        this.locals.push(local, other);
        return [
          b.suchThat(b.or(b.lt(b.get(other), b.real(1)), this.bool(0)), ...draws),
          b.put(target, target.size === 1 ? 0 : this.index(1), value(target)),
        ];
      }
    }
  }
}

function randomModel(seed: number): GameModel {
  const g = new Grower(seed);
  const { build } = g;
  const [x, nextX] = build.state('x', size, small);
  const [y, nextY] = build.state('y', size, small, 'real');
  const [z, nextZ] = build.state('z', 1, small);
  const fixed = build.state('fixed', size, small, 'int', false)[0];
  const table = build.constant('table', [2, -1, 4]);
  const weights = build.constant('weights', [Rational.of(1, 3), 0.5, -2], 'real');
  const scratch = [build.scratch('work', size, small), build.scratch('level', 1, small)];
  const heat = build.scratch('heat', size, small, 'real');
  g.ints.push(x, fixed, table);
  g.reals.push(y, weights);
  const param = g.local();
  g.locals = [param];
  const fn = build.fn('twist', [param], [], b.clamp(g.int(2), -9, 9));
  g.locals = [];
  g.functions = [fn];
  const k = g.local({ low: 0, high: size - 1 });
  const j = g.local({ low: 0, high: size - 1 });
  const init = [
    b.loop(k, size, b.put(x, b.get(k), b.clamp(b.mul(b.get(k), b.int(3)), -9, 9)), b.put(fixed, b.get(k), b.int(2))),
    b.loop(j, size, b.put(y, b.get(j), b.div(b.get(j), b.int(7)))),
    b.put(z, 0, b.int(1)),
    ...g.statements([x, y, z, fixed], 2, 3),
  ];
  g.inStep = true;
  const clear = g.local({ low: 0, high: size - 1 });
  const work = [
    b.loop(clear, size, b.put(scratch[0] as Store, b.get(clear), b.int(1)), b.put(heat, b.get(clear), b.real(0))),
    b.put(scratch[1] as Store, 0, b.int(0)),
  ];
  const keep = [b.copy(x, nextX), b.copy(y, nextY), b.copy(z, nextZ)];
  const before = g.ints.length;
  g.ints.push(nextX, scratch[0] as Store);
  g.reals.push(nextY, heat);
  const step = [...keep, ...work, ...g.statements([nextX, nextY, nextZ, ...scratch, heat], 3, 5)];
  const rewards = [g.real(3), b.toReal(g.int(3))].map(e => b.clamp(e, -1000, 1000));
  const end = b.and(b.ge(b.time(), b.int(2)), g.bool(3));
  g.ints.length = before;
  g.reals.length = 2;
  g.inStep = false;
  const self = build.local('self', { low: 0, high: 1 });
  const mask = { self: build.local('self', { low: 0, high: 1 }), action: build.local('action', { low: 0, high: 3 }) };
  g.locals = [mask.self, mask.action];
  const legal = b.or(b.eq(b.get(mask.action), b.int(0)), g.bool(2));
  g.locals = [self];
  const sees = [
    build.sees('x', size, i => b.load(x, i), g.pick(1, 3, 5, 12), g.pick(-9, 0)),
    build.sees('some', 1, () => g.int(3)),
    build.sees('real', g.pick(1, 2, 6), () => g.real(3)),
  ];
  return build.finish({
    name: `Random${seed}`,
    classes: [{ name: 'P', count: 2, self, sees }],
    actions: [b.actions('A', 'B', 'C', 'D')],
    legal: [{ ...mask, condition: legal }],
    init,
    step,
    rewards,
    end,
    horizon: 6,
    hasChance: true,
    finite: false,
  });
}

test('random models agree with the stepped reading, loops kept and written out', () => {
  let ended = 0;
  for (let seed = 0; seed < 250; seed++) {
    const model = randomModel(seed);
    for (const unroll of [false, true]) {
      const ends = compareReadings(model, { unroll, envs: 2, steps: 14, seed });
      ended += ends.terminated + ends.truncated;
    }
  }
  expect(ended).toBeGreaterThan(500);
});
