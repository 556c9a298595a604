/** Folds (`sum`, `any`, `argmax`, ...): short ones are written out, the others become loops before the statement. */
import type { IrExpr } from '../game/model.ts';
import { type Body, type Code, level, operand, primary } from './gameCode.ts';
import { asNumber, boolCode, emit, emitBool, emitNumber, negate, nested, temporary } from './gameExpr.ts';
import { fitsInt32 } from './gameFold.ts';
import { checkedWhole } from './gameWholes.ts';

type Reduce = IrExpr & { op: 'reduce' };

const variableNames = {
  sum: 'total',
  product: 'product',
  min: 'least',
  max: 'most',
  any: 'found',
  all: 'every',
  argmin: 'best',
  argmax: 'best',
};

/** A fold as a loop that fills a variable. */
export function reduceLoop(body: Body, expr: Reduce, hint: string): Code {
  const { out } = body;
  const generic = hint === 'value' || hint === 'holds';
  const count = loopBound(body, expr.count);
  const name = temporary(body, generic ? variableNames[expr.operator] : hint);
  const isBool = expr.operator === 'any' || expr.operator === 'all';
  const arg = expr.operator === 'argmin' || expr.operator === 'argmax';
  const extreme = arg ? temporary(body, 'record') : name;
  out.line(`let ${name} = ${initial(expr)};`);
  if (arg) out.line(`let ${extreme} = 0;`);
  body.names.open();
  const k = body.names.declare(expr.variable.name);
  body.locals.set(expr.variable.id, primary(k));
  out.block(`for (let ${k} = 0; ${k} < ${count}; ${k}++)`, () => {
    const fold = (): void => accumulate(body, expr, name, extreme);
    const condition = expr.condition === undefined ? boolCode(true) : emitBool(body, expr.condition);
    if (condition.value === 1) fold();
    else nested(body, `if (${condition.text})`, fold);
  });
  body.names.close();
  return primary(name, isBool);
}

function initial(expr: Reduce): string {
  const whole = fitsInt32(expr.body.bounds);
  switch (expr.operator) {
    case 'sum':
      return '0';
    case 'product':
      return '1';
    case 'any':
      return 'false';
    case 'all':
      return 'true';
    case 'min':
      return expr.scalar === 'int' && whole ? '2147483647' : 'Infinity';
    case 'max':
      return expr.scalar === 'int' && whole ? '-2147483648' : '-Infinity';
    case 'argmin':
    case 'argmax':
      return '-1';
  }
}

function accumulate(body: Body, expr: Reduce, name: string, extreme: string): void {
  const { out } = body;
  switch (expr.operator) {
    case 'any':
    case 'all': {
      const value = emitBool(body, expr.body);
      const stop = expr.operator === 'any' ? value : negate(value);
      const leave = (): void => {
        out.line(`${name} = ${expr.operator === 'any'};`);
        out.line('break;');
      };
      if (stop.value === 1) leave();
      else if (stop.value !== 0) out.block(`if (${stop.text})`, leave);
      return;
    }
    case 'sum': {
      const value = emit(body, expr.body);
      if (body.unit.wholes.mayLeave(expr)) {
        const next = primary(`${name} + ${operand(asNumber(value), level.multiplicative)}`);
        out.line(`${name} = ${checkedWhole(body, expr, next).text};`);
        return;
      }
      if (value.bool) out.line(`if (${value.text}) ${name}++;`);
      else out.line(value.value === 1 ? `${name}++;` : `${name} += ${value.text};`);
      return;
    }
    case 'product': {
      const value = emitNumber(body, expr.body);
      if (body.unit.wholes.mayLeave(expr)) {
        // Keeps 0 * -1 from being a negative zero.
        const next = primary(`${name} * ${operand(value, level.unary)} + 0`);
        out.line(`${name} = ${checkedWhole(body, expr, next).text};`);
        return;
      }
      const whole = expr.scalar === 'int' && fitsInt32(expr.bounds) && fitsInt32(expr.body.bounds);
      out.line(whole ? `${name} = Math.imul(${name}, ${value.text});` : `${name} *= ${operand(value, level.unary)};`);
      return;
    }
    case 'min':
    case 'max':
      out.line(`${name} = Math.${expr.operator}(${name}, ${emitNumber(body, expr.body).text});`);
      return;
    case 'argmin':
    case 'argmax': {
      const value = body.names.declare('candidate');
      out.line(`const ${value} = ${emitNumber(body, expr.body).text};`);
      const better = expr.operator === 'argmax' ? '>' : '<';
      const variable = (body.locals.get(expr.variable.id) as Code).text;
      out.block(`if (${name} < 0 || ${value} ${better} ${extreme})`, () => {
        out.line(`${name} = ${variable};`);
        out.line(`${extreme} = ${value};`);
      });
    }
  }
}

/** The bound of a loop as code that is cheap to evaluate again and again. */
export function loopBound(body: Body, count: IrExpr): string {
  const code = emitNumber(body, count);
  if (code.value !== undefined || /^[A-Za-z_]\w*$/.test(code.text)) return code.text;
  const name = body.names.declare('count');
  body.out.line(`const ${name} = ${code.text};`);
  return name;
}
