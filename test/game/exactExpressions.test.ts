/**
 * Random expressions, evaluated three ways: by the exact reading, by a tree walk over fractions, by the stepped reading and by
 * the JavaScript that a person would write for them.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IrExpr, IrFunction, Local, Store } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { Rational } from '../../runtime/games/rational.ts';
import {
  actions,
  and,
  Builder,
  binary,
  bind,
  call,
  chosen,
  get,
  int,
  load,
  or,
  real,
  reduce,
  select,
  toReal,
  unary,
} from './build.ts';
import { tableOf } from './tables.ts';

/** One expression in three forms. Booleans are 0/1 in all of them. */
interface Form {
  readonly ir: IrExpr;
  readonly js: string;
  readonly exact: (env: ReadonlyMap<string, Rational>) => Rational;
}

type Tree = { readonly op: string; readonly n: number; readonly args: readonly Tree[] };

const intOps = ['add', 'sub', 'mul', 'min', 'max', 'idiv', 'mod', 'neg', 'abs', 'sign', 'floor', 'ceil', 'round'];
const testOps = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not', 'any', 'all'];
const moreInt = ['select', 'sum', 'product', 'least', 'most', 'argmin', 'argmax', 'load', 'call', 'action', 'var'];
const realOps = ['add', 'sub', 'mul', 'min', 'max', 'div', 'neg', 'abs', 'select', 'sum', 'product', 'least', 'most'];

const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.record({
    op: fc.constantFrom(...intOps, ...testOps, ...moreInt, ...realOps),
    n: fc.integer({ min: -5, max: 5 }),
    args: fc.oneof(
      { maxDepth: 4, depthSize: 'large' },
      fc.constant([]),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')),
    ),
  }),
}));

/** Integers are exact below 2^53 only; larger ones are outside what the language promises. */
class TooLarge extends Error {}
function modest(value: Rational): Rational {
  if (Math.abs(value.toNumber()) > 2 ** 50) throw new TooLarge();
  return value;
}

const truth = (holds: boolean) => (holds ? Rational.one : Rational.zero);
const holds = (value: Rational) => value.sign !== 0;

/** Builds the three forms of a tree, as an integer or a real expression. */
class Forms {
  private readonly b: Builder;
  private readonly data = [4, -2, 0, 7];
  private readonly store: Store;
  private readonly params: readonly [Local, Local];
  private readonly fn: IrFunction;
  private variables = 0;

  constructor(b: Builder) {
    this.b = b;
    this.store = b.constant('data', this.data);
    this.params = [b.local('p', undefined), b.local('q', undefined)];
    const [p, q] = this.params;
    const inner = b.local('inner', undefined);
    const body = [bind(inner, binary('mul', get(p), int(2)))];
    this.fn = b.fn('twiceMinus', [p, q], body, binary('sub', get(inner), get(q)));
  }

  int(t: Tree, scope: readonly { local: Local; name: string }[]): Form {
    const leaf: Form = { ir: int(t.n), js: `(${t.n})`, exact: () => Rational.of(t.n) };
    const of = scope[Math.abs(t.n) % Math.max(1, scope.length)];
    if (t.op === 'var' && of !== undefined) {
      return { ir: get(of.local), js: of.name, exact: env => env.get(of.name) as Rational };
    }
    if (t.op === 'action') return { ir: chosen(0, 0, 3), js: 'action', exact: env => env.get('action') as Rational };
    const [x, y, z] = t.args;
    if (x === undefined || y === undefined || z === undefined) return leaf;
    const divisor = t.n === 0 ? 3 : t.n;
    const a = () => this.int(x, scope);
    const b = () => this.int(y, scope);
    switch (t.op) {
      case 'idiv':
        return quotient(a(), divisor, 'idiv');
      case 'mod':
        return quotient(a(), divisor, 'mod');
      case 'floor':
      case 'ceil':
      case 'round':
      case 'sign':
        return rounding(t.op, this.real(x, scope));
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return t.n > 0 ? comparison(t.op, a(), b()) : comparison(t.op, this.real(x, scope), this.real(y, scope));
      case 'and': {
        const [l, r] = [a(), b()];
        return {
          ir: and(l.ir, r.ir),
          js: `(${l.js} !== 0 && ${r.js} !== 0 ? 1 : 0)`,
          exact: env => truth(holds(l.exact(env)) && holds(r.exact(env))),
        };
      }
      case 'or': {
        const [l, r] = [a(), b()];
        return {
          ir: or(l.ir, r.ir),
          js: `(${l.js} !== 0 || ${r.js} !== 0 ? 1 : 0)`,
          exact: env => truth(holds(l.exact(env)) || holds(r.exact(env))),
        };
      }
      case 'not': {
        const v = a();
        return { ir: unary('not', v.ir), js: `(${v.js} === 0 ? 1 : 0)`, exact: env => truth(!holds(v.exact(env))) };
      }
      case 'load': {
        const at = quotient(a(), this.data.length, 'mod');
        return {
          ir: load(this.store, at.ir),
          js: `${JSON.stringify(this.data)}[${at.js}]`,
          exact: env => Rational.of(this.data[at.exact(env).toNumber()] as number),
        };
      }
      case 'call': {
        // Called twice, once inside its own argument.
        const [p, q] = [a(), b()];
        const js = (u: string, v: string) => `(${u} * 2 - ${v})`;
        const exact = (u: Rational, v: Rational) => modest(u.add(u).sub(v));
        return {
          ir: call(this.fn, p.ir, call(this.fn, q.ir, p.ir)),
          js: js(p.js, js(q.js, p.js)),
          exact: env => exact(p.exact(env), exact(q.exact(env), p.exact(env))),
        };
      }
      case 'argmin':
      case 'argmax':
      case 'any':
      case 'all':
        return this.fold(t, scope, t.op, t.n > 0 && t.op.startsWith('arg'));
      default:
        return this.either(t, scope, (tree, inner) => this.int(tree, inner)) ?? leaf;
    }
  }

  real(t: Tree, scope: readonly { local: Local; name: string }[]): Form {
    const value = Rational.of(t.n, 3);
    const leaf: Form = { ir: real(value), js: `(${t.n} / 3)`, exact: () => value };
    const [x] = t.args;
    if (x === undefined) return leaf;
    if (t.op === 'div') {
      const a = this.real(x, scope);
      const by = Rational.of(t.n === 0 ? 7 : t.n, 2);
      return {
        ir: binary('div', a.ir, real(by)),
        js: `(${a.js} / ${by.toNumber()})`,
        exact: env => a.exact(env).div(by),
      };
    }
    const mixed = this.either(t, scope, (tree, inner) => this.real(tree, inner));
    if (mixed !== undefined) return mixed;
    const whole = this.int(t, scope);
    return { ...whole, ir: toReal(whole.ir) };
  }

  /** Operators that work alike on integers and reals. */
  private either(
    t: Tree,
    scope: readonly { local: Local; name: string }[],
    make: (tree: Tree, scope: readonly { local: Local; name: string }[]) => Form,
  ): Form | undefined {
    const [x, y, z] = t.args as [Tree, Tree, Tree];
    switch (t.op) {
      case 'add':
      case 'sub':
      case 'mul':
      case 'min':
      case 'max':
        return arithmetic(t.op, make(x, scope), make(y, scope));
      case 'neg':
      case 'abs': {
        const a = make(x, scope);
        const js = t.op === 'neg' ? `(-${a.js})` : `Math.abs(${a.js})`;
        return { ir: unary(t.op, a.ir), js, exact: env => (t.op === 'neg' ? a.exact(env).neg() : a.exact(env).abs()) };
      }
      case 'select': {
        const [c, a, b] = [this.int(x, scope), make(y, scope), make(z, scope)];
        return {
          ir: select(c.ir, a.ir, b.ir),
          js: `(${c.js} !== 0 ? ${a.js} : ${b.js})`,
          exact: env => (holds(c.exact(env)) ? a.exact(env) : b.exact(env)),
        };
      }
      case 'sum':
      case 'product':
        return this.fold(t, scope, t.op, make(x, []).ir.scalar === 'real');
      case 'least':
      case 'most':
        return this.fold(t, scope, t.op === 'least' ? 'min' : 'max', make(x, []).ir.scalar === 'real');
      default:
        return undefined;
    }
  }

  private fold(
    t: Tree,
    scope: readonly { local: Local; name: string }[],
    operator: 'sum' | 'product' | 'min' | 'max' | 'any' | 'all' | 'argmin' | 'argmax',
    ofReals: boolean,
  ): Form {
    const [x, y] = t.args as [Tree, Tree];
    const name = `v${this.variables++}`;
    const local = this.b.local(name, { low: 0, high: 3 });
    const inner = [{ local, name }, ...scope];
    const body = ofReals ? this.real(x, inner) : this.int(x, inner);
    // Folds that need an element are never filtered.
    const filtered = ['sum', 'product', 'any', 'all'].includes(operator) && t.n % 2 === 0;
    const condition = filtered ? this.int(y, inner) : undefined;
    const when = condition === undefined ? '' : `if (${condition.js} === 0) continue;`;
    const start = { sum: 's = 0', product: 's = 1', any: 's = 0', all: 's = 1' }[operator as 'sum'] ?? 's, at = -1';
    const join = {
      sum: 's += x;',
      product: 's *= x;',
      any: 'if (x !== 0) s = 1;',
      all: 'if (x === 0) s = 0;',
      min: 'if (at < 0 || x < s) { s = x; at = k; }',
      argmin: 'if (at < 0 || x < s) { s = x; at = k; }',
      max: 'if (at < 0 || x > s) { s = x; at = k; }',
      argmax: 'if (at < 0 || x > s) { s = x; at = k; }',
    }[operator];
    const result = operator.startsWith('arg') ? 'at' : 's';
    const loop = `for (let k = 0; k < 4; k++) { const ${name} = k; ${when} const x = ${body.js}; ${join} }`;
    return {
      ir: reduce(operator, local, 4, body.ir, condition?.ir),
      js: `(() => { let ${start}; ${loop} return ${result}; })()`,
      exact: env => {
        const values: [Rational, number][] = [];
        for (let k = 0; k < 4; k++) {
          const at = new Map([...env, [name, Rational.of(k)]]);
          if (condition === undefined || holds(condition.exact(at))) values.push([body.exact(at), k]);
        }
        if (operator === 'any') return truth(values.some(([v]) => holds(v)));
        if (operator === 'all') return truth(values.every(([v]) => holds(v)));
        if (operator === 'sum') return values.reduce((s, [v]) => modest(s.add(v)), Rational.zero);
        if (operator === 'product') return values.reduce((s, [v]) => modest(s.mul(v)), Rational.one);
        const sign = operator.endsWith('min') ? 1 : -1;
        const [best, k] = values.reduce((a, b) => (b[0].compare(a[0]) * sign < 0 ? b : a));
        return operator.startsWith('arg') ? Rational.of(k) : best;
      },
    };
  }
}

function arithmetic(op: 'add' | 'sub' | 'mul' | 'min' | 'max', a: Form, b: Form): Form {
  const sign = { add: '+', sub: '-', mul: '*' }[op as 'add'];
  return {
    ir: binary(op, a.ir, b.ir),
    js: sign === undefined ? `Math.${op}(${a.js}, ${b.js})` : `(${a.js} ${sign} ${b.js})`,
    exact: env => {
      const [x, y] = [a.exact(env), b.exact(env)];
      if (op === 'min' || op === 'max') return x.compare(y) <= 0 === (op === 'min') ? x : y;
      return modest(x[op](y));
    },
  };
}

function quotient(a: Form, divisor: number, op: 'idiv' | 'mod'): Form {
  const d = Rational.of(divisor);
  const floor = (x: Rational) => Rational.of(x.div(d).floor());
  const js = (x: string) =>
    op === 'idiv' ? `Math.floor(${x} / ${divisor})` : `(${x} - ${divisor} * Math.floor(${x} / ${divisor}))`;
  return {
    ir: binary(op, a.ir, int(divisor)),
    js: js(a.js),
    exact: env => (op === 'idiv' ? floor(a.exact(env)) : a.exact(env).sub(d.mul(floor(a.exact(env))))),
  };
}

function rounding(op: 'floor' | 'ceil' | 'round' | 'sign', a: Form): Form {
  return {
    ir: unary(op, a.ir),
    js: op === 'round' ? `Math.floor(${a.js} + 0.5)` : `Math.${op}(${a.js})`,
    exact: env => {
      const x = a.exact(env);
      if (op === 'sign') return Rational.of(x.sign);
      if (op === 'ceil') return Rational.of(-x.neg().floor());
      return Rational.of((op === 'round' ? x.add(Rational.of(1, 2)) : x).floor());
    },
  };
}

function comparison(op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', a: Form, b: Form): Form {
  const sign = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' }[op];
  return {
    ir: binary(op, a.ir, b.ir),
    js: `(${a.js} ${sign} ${b.js} ? 1 : 0)`,
    exact: env => {
      const order = a.exact(env).compare(b.exact(env));
      const all = { eq: order === 0, ne: order !== 0, lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 };
      return truth(all[op]);
    },
  };
}

test('law: both number modes evaluate as written', () => {
  const ops = new Set<string>();
  let nodes = 0;
  fc.assert(
    fc.property(tree, fc.boolean(), fc.integer({ min: 0, max: 2 }), (t, whole, action) => {
      const b = new Builder();
      const forms = new Forms(b);
      const form = whole ? forms.int(t, []) : forms.real(t, []);
      const model = b.finish({
        name: 'Expression',
        classes: [{ name: 'A', count: 1, self: b.local('self', { low: 0, high: 0 }) }],
        actions: [actions('0', '1', '2')],
        rewards: [form.ir],
        end: int(1),
        oneShot: true,
      });
      let oracle: Rational;
      try {
        oracle = form.exact(new Map([['action', Rational.of(action)]]));
      } catch (error) {
        expect(error).toBeInstanceOf(TooLarge);
        return;
      }
      const game = tableOf(model);
      expect(game.exact?.outcomeReward[action]?.toString()).toBe(oracle.toString());
      const js = new Function('action', `return ${form.js};`)(action) as number;
      expect(new Stepped(model, 1).step([action]).rewards[0]).toBe(js);
      (function collect(node: Tree): void {
        nodes++;
        ops.add(node.op);
        node.args.forEach(collect);
      })(t);
    }),
    { numRuns: 800 },
  );
  // The law is only worth something if every operator was met, and in trees of some size.
  expect(nodes).toBeGreaterThan(5000);
  expect([...new Set([...intOps, ...testOps, ...moreInt, ...realOps])].filter(op => !ops.has(op))).toEqual([]);
});
