/** Expressions of the model as short text for people; names are those of the program where it has any. */
import type { IrExpr } from '../game/model.ts';

const signs: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** At most `limit` characters; what is longer is cut. */
export function printExpr(e: IrExpr, limit = 60): string {
  const text = print(e);
  return text.length <= limit ? text : `${text.slice(0, limit - 3)}...`;
}

function print(e: IrExpr): string {
  switch (e.op) {
    case 'const':
      return `${e.value}`;
    case 'local':
      return e.local.name;
    case 'load': {
      const name = e.store.role.kind === 'next' ? `next ${e.store.name}` : e.store.name;
      return e.store.size === 1 ? name : `${name}[${print(e.index)}]`;
    }
    case 'action':
      return `action[${print(e.agent)}]`;
    case 'time':
      return 'time';
    case 'unary':
      if (e.operator === 'toReal') return print(e.operand);
      if (e.operator === 'neg') return `-${inside(e.operand)}`;
      return e.operator === 'not' ? `not ${inside(e.operand)}` : `${e.operator}(${print(e.operand)})`;
    case 'binary': {
      const sign = signs[e.operator];
      return sign === undefined
        ? `${e.operator === 'idiv' ? 'div' : e.operator}(${print(e.left)}, ${print(e.right)})`
        : `${inside(e.left)} ${sign} ${inside(e.right)}`;
    }
    case 'and':
    case 'or':
      return `${inside(e.left)} ${e.op} ${inside(e.right)}`;
    case 'select':
      return `if ${print(e.condition)} then ${print(e.then)} else ${print(e.else)}`;
    case 'reduce': {
      const condition = e.condition === undefined ? '' : ` if ${print(e.condition)}`;
      return `${e.operator}(${print(e.body)} for ${e.variable.name}${condition})`;
    }
    case 'call':
      return `${e.fn.name}(${e.args.map(print).join(', ')})`;
  }
}

function inside(e: IrExpr): string {
  const plain = e.op === 'unary' && e.operator === 'toReal' ? e.operand : e;
  const compound =
    plain.op === 'and' ||
    plain.op === 'or' ||
    plain.op === 'select' ||
    (plain.op === 'binary' && plain.operator in signs);
  return compound ? `(${print(plain)})` : print(plain);
}
