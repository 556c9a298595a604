/** Expressions. Loops that an expression needs are written before the statement it belongs to, and only run when it does. */

import { Rational } from '../../runtime/games/rational.ts';
import type { IrExpr, Scalar, Store } from '../game/model.ts';
import { partsOf } from '../game/parts.ts';
import { arrayName, type Body, type Code, level, operand, primary, row } from './gameCode.ts';
import { constantOf, fitsInt32, needsStatements, sizeWithin, unrolledCount } from './gameFold.ts';
import { commentText } from './gameNames.ts';
import { decided } from './gameRange.ts';
import { reduceLoop } from './gameReduce.ts';
import { writeOut } from './gameSubstitute.ts';
import { checkedWhole, keptWhole } from './gameWholes.ts';
import { ice } from './ice.ts';

/** A number; `text` defaults to its shortest decimal form. */
export function numberCode(value: number, text = numberText(value)): Code {
  return {
    text,
    level: text.startsWith('-') ? level.unary : text.includes(' / ') ? level.multiplicative : level.primary,
    bool: false,
    value,
  };
}

export function scalarCode(value: Scalar): Code {
  if (!(value instanceof Rational)) return numberCode(value);
  const exact =
    value.numerator <= 9007199254740991n &&
    value.numerator >= -9007199254740991n &&
    value.denominator <= 9007199254740991n;
  return numberCode(
    value.toNumber(),
    value.isInteger || !exact || isShort(value) ? undefined : value.toString().replace('/', ' / '),
  );
}

/** Fractions that print in at most six characters are written as decimals: 0.25, not 1 / 4. */
function isShort(value: Rational): boolean {
  return numberText(value.toNumber()).length <= 6;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The code as a number: booleans become 1 and 0. */
export function asNumber(code: Code): Code {
  if (!code.bool) return code;
  if (code.value !== undefined) return numberCode(code.value);
  return { text: `${operand(code, level.or)} ? 1 : 0`, level: level.conditional, bool: false };
}

/** The code as a condition. */
export function asBool(code: Code): Code {
  if (code.bool) return code;
  if (code.value !== undefined) return boolCode(code.value !== 0);
  const text = operand(code, level.relational);
  return { text: `${text} !== 0`, level: level.equality, bool: true, negated: `${text} === 0` };
}

export function boolCode(value: boolean): Code {
  return { text: String(value), level: level.primary, bool: true, value: value ? 1 : 0 };
}

export function negate(code: Code): Code {
  if (code.value !== undefined) return boolCode(code.value === 0);
  if (code.negated !== undefined) return { text: code.negated, level: level.equality, bool: true, negated: code.text };
  return { text: `!${operand(code, level.unary)}`, level: level.unary, bool: true };
}

export function both(a: Code, b: Code): Code {
  if (a.value !== undefined) return a.value === 0 ? a : b;
  if (b.value === 1) return a;
  return { text: `${operand(a, level.and)} && ${operand(b, level.and)}`, level: level.and, bool: true };
}

export function either(a: Code, b: Code): Code {
  if (a.value !== undefined) return a.value !== 0 ? a : b;
  if (b.value === 0) return a;
  // Parentheses around `&&` are not needed; people read them faster.
  const side = (code: Code): string => (code.level === level.or ? code.text : operand(code, level.bitOr));
  return { text: `${side(a)} || ${side(b)}`, level: level.or, bool: true };
}

/** The code of an expression as a number. */
export function emitNumber(body: Body, expr: IrExpr, hint = 'value'): Code {
  return asNumber(emit(body, expr, hint));
}

/** The code of an expression as a condition. */
export function emitBool(body: Body, expr: IrExpr, hint = 'holds'): Code {
  return asBool(emit(body, expr, hint));
}

/**
 * The code of an expression. What needs statements writes them to `body.out`.
 * @param hint name for a variable, should one be needed
 */
export function emit(body: Body, expr: IrExpr, hint = 'value'): Code {
  const shared = body.shared.get(expr);
  if (shared !== undefined) return shared;
  if (expr.op === 'const') return scalarCode(expr.value);
  const value = constantOf(expr, body.known);
  if (value !== undefined) {
    if (expr.op !== 'load' || expr.store.role.kind !== 'constant') return numberCode(value);
    return scalarCode(expr.store.role.data[constantOf(expr.index, body.known) ?? 0] as Scalar);
  }
  switch (expr.op) {
    case 'local':
      return body.locals.get(expr.local.id) ?? ice(`local ${expr.local.name} is read before it has a value`);
    case 'load':
      return load(body, expr.store, expr.index);
    case 'action':
      return action(body, expr);
    case 'time':
      return time(body);
    case 'unary':
      return unary(body, expr);
    case 'binary':
      return checkedWhole(body, expr, binary(body, expr));
    case 'and':
    case 'or':
      return logical(body, expr, hint);
    case 'select':
      return select(body, expr, hint);
    case 'reduce': {
      const n = unrolledCount(expr, body.known);
      return n === undefined ? reduceLoop(body, expr, hint) : emit(body, writeOut(expr, n), hint);
    }
    case 'call': {
      if (body.unit.unroll && body.readsOnce && isInlined(body, expr)) return inlined(body, expr, hint);
      const fn = body.unit.functions.get(expr.fn.id) ?? ice(`function ${expr.fn.name} is not emitted`);
      if (fn.perGame) body.usesGame = true;
      const args = expr.args.map(arg => emitNumber(body, arg).text);
      return primary(`${fn.name}(${(fn.perGame ? ['e', ...args] : args).join(', ')})`, fn.bool);
    }
  }
}

/** Engines put functions in place up to a budget that a long step exceeds; small ones are put in place here. */
function isInlined(body: Body, expr: IrExpr & { op: 'call' }): boolean {
  const { fn, args } = expr;
  if (
    fn.body.length > 0 ||
    needsStatements(fn.result, body.known) ||
    sizeWithin(fn.result, body.known, 60) === undefined
  )
    return false;
  return args.every(isCheap);
}

/** May the expression be computed where its value is perhaps not needed? Loops and reads at places that may not exist may not. */
function isCheap(expr: IrExpr): boolean {
  if (expr.op === 'reduce' || expr.op === 'call') return false;
  if (expr.op === 'load' && expr.index.op !== 'const' && expr.index.op !== 'local') return false;
  return partsOf(expr).every(isCheap);
}

function inlined(body: Body, expr: IrExpr & { op: 'call' }, hint: string): Code {
  const { fn } = expr;
  const args = expr.args.map((arg, k) => {
    const code = emitNumber(body, arg);
    if (code.value !== undefined || /^\w+$/.test(code.text)) return code;
    const name = body.names.declare((fn.params[k] as { name: string }).name);
    body.out.line(`const ${name} = ${code.text};`);
    return primary(name);
  });
  for (const [k, param] of fn.params.entries()) {
    const code = args[k] as Code;
    body.locals.set(param.id, code);
    if (code.value !== undefined) body.known.set(param.id, code.value);
  }
  const result = emit(body, fn.result, hint);
  for (const param of fn.params) {
    body.locals.delete(param.id);
    body.known.delete(param.id);
  }
  return result;
}

/** `store[index]` for reading or writing; arrays of state are reached through the game's row. */
export function element(body: Body, store: Store, index: IrExpr): string {
  const array = arrayName(body.unit, store);
  const at = emitNumber(body, index);
  if (store.role.kind !== 'state') return `${array}[${at.text}]`;
  return `${array}[${offset(row(body, store.size), at)}]`;
}

/** `start + index`. */
export function offset(start: string, index: Code): string {
  return index.value === 0 ? start : `${start} + ${operand(index, level.additive)}`;
}

function load(body: Body, store: Store, index: IrExpr): Code {
  if (store.role.kind === 'constant' && store.size === 1) return scalarCode(store.role.data[0] as Scalar);
  if (body.inVariable(store))
    return body.slots.get(store.id) ?? ice(`store ${store.name} is read before it has a value`);
  if (body.readsOnce && store.role.kind === 'state' && store.size === 1) {
    body.reads.add(store);
    return primary(body.unit.scalars.get(store.id) ?? ice(`store ${store.name} has no variable`));
  }
  const text = element(body, store, index);
  if (store.role.kind === 'state') noteRead(body, text, index, store.size, body.unit.arrays.get(store.id) ?? '');
  return primary(text);
}

/** A read at a place that is sure to exist may be moved to where its index is declared. */
function noteRead(body: Body, text: string, index: IrExpr, size: number, array: string): void {
  if (!body.readsOnce) return;
  const value = constantOf(index, body.known);
  if (value !== undefined) body.movable.set(text, { text, index: undefined, name: `${array}_${value}` });
  else if (index.op === 'local' && index.local.bounds.low >= 0 && index.local.bounds.high < size) {
    const variable = body.locals.get(index.local.id)?.text ?? '';
    if (/^\w+$/.test(variable)) body.movable.set(text, { text, index: variable, name: `${array}_${variable}` });
  }
}

function time(body: Body): Code {
  body.usesTime = true;
  body.usesGame = true;
  return primary(body.readsOnce ? 'time' : 'timeOf[e]');
}

/** The chosen flat index taken apart: the last part runs fastest. Finite parts are ordinals, whatever their values are called. */
function action(body: Body, expr: IrExpr & { op: 'action' }): Code {
  const { model, realStart } = body.unit;
  const first = constantOf(expr.agent, body.known) ?? Math.max(0, expr.agent.bounds.low);
  const cls = model.classes.find(c => first >= c.first && first < c.first + c.count) ?? ice('an action of no agent');
  const space = model.actionSpaces[cls.actionSpace] ?? ice('an action of no space');
  const part = space.parts[expr.part] ?? ice('an action part that does not exist');
  const agent = emitNumber(body, expr.agent);
  if (part.kind === 'real') {
    const component = expr.component === undefined ? numberCode(0) : emitNumber(body, expr.component);
    const known = agent.value;
    const start =
      known !== undefined
        ? numberCode((realStart[known] as number) + part.offset)
        : realOffset(body, agent, cls, space.realSize, part.offset);
    const at =
      component.value === 0
        ? start
        : start.value !== undefined && component.value !== undefined
          ? numberCode(start.value + component.value)
          : sum(start, component);
    return primary(`realActions[${offset(row(body, realStart.at(-1) as number), at)}]`);
  }
  const flat = primary(`actions[${offset(row(body, model.agents.length), agent)}]`);
  noteRead(body, flat.text, expr.agent, model.agents.length, 'action');
  let stride = 1;
  for (const later of space.parts.slice(expr.part + 1)) if (later.kind === 'finite') stride *= later.size;
  const isFirst = !space.parts.slice(0, expr.part).some(earlier => earlier.kind === 'finite' && earlier.size > 1);
  let code: Code = stride === 1 ? flat : { text: `(${flat.text} / ${stride}) | 0`, level: level.bitOr, bool: false };
  if (!isFirst)
    code = { text: `${operand(code, level.unary)} % ${part.size}`, level: level.multiplicative, bool: false };
  return code;
}

/** Start of a varying agent's real actions: agents of one space follow each other, or a table says where they are. */
function realOffset(
  body: Body,
  agent: Code,
  cls: { first: number; count: number },
  size: number,
  within: number,
): Code {
  const { realStart } = body.unit;
  const base = (realStart[cls.first] as number) - cls.first * size;
  const regular = body.unit.model.classes
    .filter(c => body.unit.model.actionSpaces[c.actionSpace]?.realSize === size)
    .every(c => (realStart[c.first] as number) - c.first * size === base);
  if (!regular) body.unit.usesRealStart = true;
  if (!regular) return sum(primary(`realStart[${agent.text}]`), numberCode(within));
  const scaled: Code =
    size === 1
      ? agent
      : { text: `${operand(agent, level.multiplicative)} * ${size}`, level: level.multiplicative, bool: false };
  return sum(scaled, numberCode(base + within));
}

function sum(a: Code, b: Code): Code {
  if (b.value === 0) return a;
  if (a.value === 0) return b;
  if (b.value !== undefined && b.value < 0)
    return { text: `${operand(a, level.additive)} - ${-b.value}`, level: level.additive, bool: false };
  return {
    text: `${operand(a, level.additive)} + ${operand(b, level.multiplicative)}`,
    level: level.additive,
    bool: false,
  };
}

function unary(body: Body, expr: IrExpr & { op: 'unary' }): Code {
  if (expr.operator === 'not') return negate(emitBool(body, expr.operand));
  const x = emitNumber(body, expr.operand);
  const call = (name: string): Code => primary(`${name}(${x.text})`);
  switch (expr.operator) {
    case 'neg':
      // Integers have no negative zero.
      return expr.scalar === 'int'
        ? { text: `0 - ${operand(x, level.multiplicative)}`, level: level.additive, bool: false }
        : { text: `-${operand(x, level.primary)}`, level: level.unary, bool: false };
    case 'toReal':
      return x;
    case 'abs':
      return call('Math.abs');
    case 'sign':
      return expr.operand.scalar === 'int' || expr.scalar === 'real'
        ? call('Math.sign')
        : integer(call('Math.sign'), expr);
    case 'floor':
      return integer(call('Math.floor'), expr);
    case 'ceil':
      return integer(call('Math.ceil'), expr);
    case 'round':
      return integer(primary(`Math.floor(${operand(x, level.additive)} + 0.5)`), expr);
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sin':
    case 'cos':
    case 'tanh':
      return call(`Math.${expr.operator}`);
  }
}

/** A whole double as an integer: `| 0` where it fits, and never a negative zero. */
function integer(code: Code, expr: IrExpr): Code {
  return fitsInt32(expr.bounds)
    ? { text: `${operand(code, level.equality)} | 0`, level: level.bitOr, bool: false }
    : { text: `${operand(code, level.additive)} + 0`, level: level.additive, bool: false };
}

const comparisons = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;
const opposites = { eq: '!==', ne: '===', lt: '>=', le: '>', gt: '<=', ge: '<' } as const;

function binary(body: Body, expr: IrExpr & { op: 'binary' }): Code {
  const { operator, left, right } = expr;
  switch (operator) {
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return comparison(body, expr, operator);
  }
  const divides = operator === 'mod' || operator === 'idiv';
  const side = (e: IrExpr): Code => (divides ? keptWhole(body, e, emitNumber(body, e)) : emitNumber(body, e));
  const a = side(left);
  const b = side(right);
  const infix = (symbol: string, at: number, code = b): Code => ({
    text: `${operand(a, at)} ${symbol} ${operand(code, at + 1)}`,
    level: at,
    bool: false,
  });
  const nonNegative =
    left.bounds.low >= 0 && right.bounds.low >= 0 && fitsInt32(left.bounds) && fitsInt32(right.bounds);
  const whole = left.scalar === 'int' && right.scalar === 'int';
  switch (operator) {
    case 'add':
      if (b.value === 0 && whole) return a;
      if (a.value === 0 && whole) return b;
      return b.value !== undefined && b.value < 0
        ? infix('-', level.additive, numberCode(-b.value))
        : infix('+', level.additive);
    case 'sub':
      return b.value === 0 ? a : infix('-', level.additive);
    case 'mul':
      if (a.value === 1) return b;
      if (b.value === 1) return a;
      if (!whole || nonNegative) return infix('*', level.multiplicative);
      // Keeps 0 * -1 from being a negative zero.
      return fitsInt32(expr.bounds) && fitsInt32(left.bounds) && fitsInt32(right.bounds)
        ? primary(`Math.imul(${a.text}, ${b.text})`)
        : { text: `${infix('*', level.multiplicative).text} + 0`, level: level.additive, bool: false };
    case 'min':
      return primary(`Math.min(${a.text}, ${b.text})`);
    case 'max':
      return primary(`Math.max(${a.text}, ${b.text})`);
    case 'div':
      return b.value === 1 ? a : infix('/', level.multiplicative);
    case 'idiv':
      if (b.value === 1) return a;
      if (nonNegative)
        return { text: `(${infix('/', level.multiplicative).text}) | 0`, level: level.bitOr, bool: false };
      return integer(primary(`Math.floor(${infix('/', level.multiplicative).text})`), expr);
    case 'mod':
      if (b.value === 1) return numberCode(0);
      if (nonNegative) return infix('%', level.multiplicative);
      body.unit.usesMod = true;
      return primary(`mod(${a.text}, ${b.text})`);
  }
}

function comparison(body: Body, expr: IrExpr & { op: 'binary' }, operator: keyof typeof comparisons): Code {
  const { left, right } = expr;
  const outcome = decided(expr, body.known);
  if (outcome !== undefined) return boolCode(outcome);
  const a = emit(body, left);
  const b = emit(body, right);
  if (operator === 'eq' || operator === 'ne') {
    const wanted = operator === 'eq';
    if (a.bool && (b.value === 0 || b.value === 1)) return (b.value === 1) === wanted ? a : negate(a);
    if (b.bool && (a.value === 0 || a.value === 1)) return (a.value === 1) === wanted ? b : negate(b);
  }
  const whole = left.scalar === 'int' && right.scalar === 'int';
  if (whole && a.text === b.text) return boolCode(operator === 'eq' || operator === 'le' || operator === 'ge');
  const symbol = comparisons[operator];
  const at = operator === 'eq' || operator === 'ne' ? level.equality : level.relational;
  const keepBool = at === level.equality && a.bool && b.bool;
  const x = operand(keepBool ? a : asNumber(a), level.shift);
  const y = operand(keepBool ? b : asNumber(b), level.shift) + valueName(body, left, b.value);
  // With reals, not (a < b) is not (a >= b): neither holds for a NaN.
  const flips = at === level.equality || whole;
  return {
    text: `${x} ${symbol} ${y}`,
    level: at,
    bool: true,
    ...(flips ? { negated: `${x} ${opposites[operator]} ${y}` } : {}),
  };
}

/** ` /* Load *\/` behind a number that an action is compared with. */
function valueName(body: Body, expr: IrExpr, value: number | undefined): string {
  if (expr.op !== 'action' || value === undefined) return '';
  const first = constantOf(expr.agent, body.known) ?? Math.max(0, expr.agent.bounds.low);
  const { model } = body.unit;
  const cls = model.classes.find(c => first >= c.first && first < c.first + c.count);
  const part = cls === undefined ? undefined : model.actionSpaces[cls.actionSpace]?.parts[expr.part];
  const name = part?.kind === 'finite' ? part.valueNames[value] : undefined;
  return name === undefined || name === String(value) ? '' : ` /* ${commentText(name)} */`;
}

function logical(body: Body, expr: IrExpr & { op: 'and' | 'or' }, hint: string): Code {
  const left = emitBool(body, expr.left, hint);
  const decided = expr.op === 'and' ? 0 : 1;
  if (left.value === decided) return boolCode(decided === 1);
  if (left.value !== undefined || !needsStatements(expr.right, body.known)) {
    const right = emitBool(body, expr.right, hint);
    const merged = expr.op === 'or' ? atMost(left, right) : undefined;
    if (merged !== undefined) return merged;
    return expr.op === 'and' ? both(left, right) : either(left, right);
  }
  const name = temporary(body, hint);
  body.out.line(`let ${name} = ${left.text};`);
  nested(body, `if (${expr.op === 'and' ? name : `!${name}`})`, () => {
    body.out.line(`${name} = ${emitBool(body, expr.right, hint).text};`);
  });
  return primary(name, true);
}

/** `x < y || x === y` as `x <= y`; also for reals, where neither holds for a NaN. */
function atMost(left: Code, right: Code): Code | undefined {
  const [x, y, ...more] = left.text.split(' < ');
  if (y === undefined || more.length > 0 || left.level !== level.relational || right.text !== `${x} === ${y}`)
    return undefined;
  return { text: `${x} <= ${y}`, level: level.relational, bool: true };
}

function select(body: Body, expr: IrExpr & { op: 'select' }, hint: string): Code {
  const known = constantOf(expr.condition, body.known);
  if (known !== undefined) return emit(body, known !== 0 ? expr.then : expr.else, hint);
  const condition = emitBool(body, expr.condition);
  if (!needsStatements(expr.then, body.known) && !needsStatements(expr.else, body.known)) {
    const then = emit(body, expr.then, hint);
    const otherwise = emit(body, expr.else, hint);
    return selectCode(condition, then, otherwise);
  }
  const name = temporary(body, hint);
  body.out.line(`let ${name} = 0;`);
  nested(body, `if (${condition.text})`, () => body.out.line(`${name} = ${emitNumber(body, expr.then, hint).text};`));
  nested(body, 'else', () => body.out.line(`${name} = ${emitNumber(body, expr.else, hint).text};`));
  return primary(name);
}

function selectCode(condition: Code, then: Code, otherwise: Code): Code {
  if (condition.value !== undefined) return condition.value !== 0 ? then : otherwise;
  const isBit = (code: Code): boolean => code.bool || code.value === 0 || code.value === 1;
  if (
    (then.bool || otherwise.bool || (then.value !== undefined && otherwise.value !== undefined)) &&
    isBit(then) &&
    isBit(otherwise)
  ) {
    const a = asBool(then);
    const b = asBool(otherwise);
    if (a.value !== undefined && b.value !== undefined && a.value === b.value) return then;
    if (b.value === 0) return both(condition, a);
    if (a.value === 1) return either(condition, b);
    if (a.value === 0) return both(negate(condition), b);
    if (b.value === 1) return either(negate(condition), a);
    return {
      text: `${operand(condition, level.or)} ? ${operand(a, level.or)} : ${operand(b, level.conditional)}`,
      level: level.conditional,
      bool: true,
    };
  }
  const a = asNumber(then);
  const b = asNumber(otherwise);
  if (a.text === b.text) return a;
  return {
    text: `${operand(condition, level.or)} ? ${operand(a, level.or)} : ${operand(b, level.conditional)}`,
    level: level.conditional,
    bool: false,
  };
}

/** A fresh variable that is complete once its statements are written. */
export function temporary(body: Body, hint: string): string {
  const name = body.names.declare(hint);
  body.temporaries.add(name);
  return name;
}

/** A block of code with a scope of its own. */
export function nested(body: Body, header: string, write: () => void): void {
  body.names.open();
  body.out.block(header, write);
  body.names.close();
}
