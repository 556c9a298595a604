/** Statements: variables, stores, loops, branches and chance. */

import { sumsToOne, sumTolerance } from '../game/draws.ts';
import { wrongSum } from '../game/evaluateErrors.ts';
import type { Distribution, IrExpr, IrStmt, Local, Store } from '../game/model.ts';
import { blocksOf } from '../game/parts.ts';
import { arrayName, type Body, type Code, level, operand, primary, row } from './gameCode.ts';
import { asNumber, element, emit, emitBool, emitNumber, nested, numberCode, offset } from './gameExpr.ts';
import { constantOf, intConst, type Known, scalarNumber } from './gameFold.ts';
import { identifier, stringLiteral } from './gameNames.ts';
import { loopBound } from './gameReduce.ts';
import { type Block, placeKey, type Slot, slotKey, slotOf } from './gameScopes.ts';
import { keptWhole } from './gameWholes.ts';

/** Draws that a `such that` may need before the program gives up. */
export const drawLimit = 100_000;

export function emitStmts(body: Body, stmts: readonly IrStmt[], block: Block = []): void {
  for (const [k, stmt] of stmts.entries()) {
    for (const slot of body.scopes.before.get(placeKey(block, k)) ?? []) declareEarly(body, slot);
    emitStmt(body, stmt, block, k);
  }
}

function emitStmt(body: Body, stmt: IrStmt, block: Block, k: number): void {
  const { out } = body;
  switch (stmt.op) {
    case 'let':
      bindLocal(body, stmt.local, () => emit(body, stmt.value, stmt.local.name));
      return;
    case 'store':
      if (body.inVariable(stmt.store)) {
        bindStore(body, stmt.store, () => keptWhole(body, stmt.value, emit(body, stmt.value, stmt.store.name)));
        return;
      }
      {
        const value = keptWhole(body, stmt.value, emitNumber(body, stmt.value)).text;
        out.line(`${element(body, stmt.store, stmt.index)} = ${value};`);
      }
      return;
    case 'copy':
      copy(body, stmt.from, stmt.to);
      return;
    case 'for': {
      const count = loopBound(body, stmt.count);
      body.names.open();
      const variable = body.names.declare(stmt.variable.name);
      body.locals.set(stmt.variable.id, primary(variable));
      out.block(`for (let ${variable} = 0; ${variable} < ${count}; ${variable}++)`, () =>
        emitStmts(body, stmt.body, [...block, k, 0]),
      );
      body.names.close();
      return;
    }
    case 'if': {
      const condition = emitBool(body, stmt.condition);
      if (condition.value === undefined) {
        nested(body, `if (${condition.text})`, () => emitStmts(body, stmt.then, [...block, k, 0]));
        if (stmt.else.length > 0) nested(body, 'else', () => emitStmts(body, stmt.else, [...block, k, 1]));
        return;
      }
      const taken = condition.value !== 0 ? 0 : 1;
      const inner = blocksOf(stmt)[taken] as readonly IrStmt[];
      if (inner.length > 0) nested(body, '', () => emitStmts(body, inner, [...block, k, taken]));
      return;
    }
    case 'draw':
      bindLocal(body, { ...stmt.local, name: drawnName(body, stmt.local.name) }, () =>
        draw(body, stmt.dist, stmt.local.name),
      );
      return;
    case 'such_that': {
      body.names.open();
      const tries = body.names.declare('tries');
      out.block(`for (let ${tries} = 0; ; ${tries}++)`, () => {
        out.line(`if (${tries} === ${drawLimit}) throw new Error(impossibleDraw);`);
        emitStmts(body, stmt.body, [...block, k, 0]);
        const condition = emitBool(body, stmt.condition);
        if (condition.value !== 0) out.line(condition.value === undefined ? `if (${condition.text}) break;` : 'break;');
      });
      body.names.close();
    }
  }
}

/** The message of the error that an emitted game throws when `such that` never holds. */
export function impossibleDraw(game: string): string {
  return stringLiteral(
    `${game}: a "such that" condition did not hold in ${drawLimit.toLocaleString('en-US')} draws. ` +
      'It is impossible or nearly so in a state that was reached; loosen it or draw fewer values under it.',
  );
}

/** The check of weights that nothing shows to sum to 1: `of` names the variable that is drawn. */
export function weightCheck(game: string, types: boolean): readonly string[] {
  const typed = (type: string): string => (types ? `: ${type}` : '');
  const [before, between, after] = wrongSum('\n', '\n').split('\n') as [string, string, string];
  const listed = 'Array.from(weights.subarray(0, count)).join(", ")';
  return [
    '/** The weights of a draw of `of` must sum to 1. */',
    `function requireSum(weights${typed('Float64Array')}, count${typed('number')}, of${typed('string')})${typed('void')} {`,
    '  let sum = 0;',
    '  for (let k = 0; k < count; k++) sum += weights[k];',
    `  if (Math.abs(sum - 1) <= ${sumTolerance}) return;`,
    `  throw new Error(${stringLiteral(`${game}: ${before}`)} + of + ${stringLiteral(between)} + sum + ${stringLiteral(`${after}: `)} + ${listed});`,
    '}',
  ];
}

/** The message of the error that an emitted game throws when a uniform draw has nothing to draw from. */
export function emptyDraw(game: string): string {
  return stringLiteral(`${game}: a uniform draw over an empty set was reached; guard it with "if".`);
}

// ------------------------------------------------------------------------------------------ variables

function declareEarly(body: Body, slot: Slot): void {
  const name = body.names.declare(slot.name);
  body.out.line(`let ${name} = 0;`);
  (slot.kind === 'local' ? body.locals : body.slots).set(slot.id, primary(name));
}

function bindLocal(body: Body, local: Local, value: () => Code): void {
  bind(body, slotOf('local', local), body.locals, value);
}

function bindStore(body: Body, store: Store, value: () => Code): void {
  bind(body, slotOf('store', store), body.slots, value);
}

/** Declares or assigns a variable. A value that already sits in a fresh variable of its own, or is a constant, needs none. */
function bind(body: Body, slot: Slot, into: Map<number, Code>, value: () => Code): void {
  const code = value();
  if (!body.scopes.single.has(slotKey(slot))) {
    const target = into.get(slot.id);
    const text = asNumber(code).text;
    if (target !== undefined) {
      body.out.line(`${target.text} = ${text};`);
      return;
    }
    const variable = body.names.declare(slot.name);
    body.out.line(`let ${variable} = ${text};`);
    into.set(slot.id, primary(variable));
  } else if (code.value !== undefined || body.temporaries.has(code.text)) {
    into.set(slot.id, code);
  } else {
    const variable = body.names.declare(slot.name);
    body.out.line(`const ${variable} = ${code.text};`);
    into.set(slot.id, primary(variable, code.bool));
  }
}

function copy(body: Body, from: Store, to: Store): void {
  if (to.size === 1) {
    const index = intConst(0);
    const value = (): Code => emit(body, { op: 'load', store: from, index, scalar: from.scalar, bounds: from.bounds });
    if (body.inVariable(to)) bindStore(body, to, value);
    else body.out.line(`${element(body, to, index)} = ${asNumber(value()).text};`);
    return;
  }
  copyAll(body, [[from, to]]);
}

/** Copies stores of one size in one loop. */
export function copyAll(body: Body, pairs: readonly (readonly [Store, Store])[]): void {
  const size = pairs[0]?.[0].size ?? 0;
  const place = (store: Store, k: Code): string => {
    const array = arrayName(body.unit, store);
    return `${array}[${store.role.kind === 'state' ? offset(row(body, store.size), k) : k.text}]`;
  };
  if (size <= 4) {
    for (const [from, to] of pairs)
      for (let k = 0; k < size; k++) body.out.line(`${place(to, numberCode(k))} = ${place(from, numberCode(k))};`);
    return;
  }
  body.names.open();
  const k = body.names.declare('k');
  const copies = pairs.map(([from, to]) => `${place(to, primary(k))} = ${place(from, primary(k))};`);
  const header = `for (let ${k} = 0; ${k} < ${size}; ${k}++)`;
  if (copies.length === 1) body.out.line(`${header} ${copies[0]}`);
  else body.out.block(header, () => body.out.all(copies));
  body.names.close();
}

// --------------------------------------------------------------------------------------------- chance

const word = 'hash32(k0, k1, counter++)';

/** The value of a draw; takes as many words from the stream as `Stream` in runtime/rng/stream.ts does. */
/** What is drawn for a variable often has that variable's name, and so is told from it; as is one of several values from their array. */
function drawnName(body: Body, name: string): string {
  return [name, `drawn_${name}`].find(one => !body.names.has(identifier(one))) ?? `one_${name}`;
}

function draw(body: Body, dist: Distribution, drawn: string): Code {
  const { unit } = body;
  body.usesRandom = true;
  switch (dist.kind) {
    case 'uniform_int':
      return uniformInt(body, dist.low, dist.count);
    case 'bernoulli': {
      unit.random.add('chance');
      const p = operand(emitNumber(body, dist.probability), level.shift);
      return { text: `chance(${word}) < ${p}`, level: level.relational, bool: true };
    }
    case 'categorical':
      return categorical(body, dist.weights, drawn);
    case 'uniform_real': {
      unit.random.add('unit');
      const low = emitNumber(body, dist.low);
      const high = emitNumber(body, dist.high);
      const width =
        low.value !== undefined && high.value !== undefined
          ? numberCode(high.value - low.value)
          : {
              text: `${operand(high, level.additive)} - ${operand(low, level.multiplicative)}`,
              level: level.additive,
              bool: false,
            };
      return {
        text: `${operand(low, level.additive)} + ${operand(width, level.multiplicative)} * unit(${word}, ${word})`,
        level: level.additive,
        bool: false,
      };
    }
    case 'normal': {
      unit.random.add('unit').add('normal');
      const mean = operand(emitNumber(body, dist.mean), level.additive);
      const deviation = operand(emitNumber(body, dist.deviation), level.multiplicative);
      const unitText = `unit(${word}, ${word})`;
      return { text: `${mean} + ${deviation} * normal(${unitText}, ${unitText})`, level: level.additive, bool: false };
    }
  }
}

/** Counts up to 2^21 take one word; larger ones two. */
function uniformInt(body: Body, lowExpr: IrExpr, countExpr: IrExpr): Code {
  const { unit, out } = body;
  const low = emitNumber(body, lowExpr);
  let count = emitNumber(body, countExpr);
  const plus = (text: string): Code =>
    low.value === 0
      ? primary(text)
      : { text: `${operand(low, level.additive)} + ${text}`, level: level.additive, bool: false };
  const most = count.value ?? countExpr.bounds.high;
  const least = count.value ?? countExpr.bounds.low;
  if (count.value === undefined && (least < 1 || most > 2097152) && !/^\w+$/.test(count.text)) {
    const name = body.names.declare('choices');
    out.line(`const ${name} = ${count.text};`);
    count = primary(name);
  }
  if (least < 1) out.line(`if (!(${operand(count, level.shift)} >= 1)) throw new Error(emptyDraw);`);
  const few = `below(${word}, ${count.text})`;
  const many = `Math.floor(unit(${word}, ${word}) * ${operand(count, level.unary)})`;
  if (most <= 2097152) {
    unit.random.add('below');
    return plus(few);
  }
  unit.random.add('unit');
  if (least > 2097152) return plus(many);
  unit.random.add('below');
  return plus(`(${operand(count, level.shift)} <= 2097152 ? ${few} : ${many})`);
}

function categorical(body: Body, weights: readonly IrExpr[], drawn: string): Code {
  const { unit, out } = body;
  unit.random.add('categorical');
  const codes = weights.map(weight => emitNumber(body, weight));
  const sum = codes.reduce((total, code) => total + (code.value ?? Number.NaN), 0);
  if (Math.abs(sum - 1) <= sumTolerance) {
    const values = codes.map(code => code.text);
    const known = unit.tables.find(table => table.values.join() === values.join());
    const name = known?.name ?? `drawWeights${unit.tables.length + 1}`;
    if (known === undefined) unit.tables.push({ name, values });
    return primary(`categorical(${word}, ${name}, ${values.length})`);
  }
  unit.weightSlots = Math.max(unit.weightSlots, codes.length);
  for (const [k, code] of codes.entries()) out.line(`drawWeights[${k}] = ${code.text};`);
  if (!sumsToOne(weights)) {
    unit.usesWeightCheck = true;
    out.line(`requireSum(drawWeights, ${codes.length}, ${stringLiteral(drawn)});`);
  }
  return primary(`categorical(${word}, drawWeights, ${codes.length})`);
}

// ------------------------------------------------------------------------------------------- coverage

/** The indices of `store` that a statement surely assigns, as far as loops over constant counts tell. */
export function assignedIndices(stmt: IrStmt, store: Store): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (inner: IrStmt, known: Known, budget: { left: number }): void => {
    if (inner.op === 'store' && inner.store === store) {
      const index = constantOf(inner.index, known);
      if (index !== undefined) found.add(index);
    }
    if (inner.op === 'such_that') for (const next of inner.body) visit(next, known, budget);
    if (inner.op !== 'for') return;
    const count = constantOf(inner.count, known) ?? 0;
    for (let k = 0; k < count && budget.left > 0; k++, budget.left--) {
      const inside = new Map(known).set(inner.variable.id, k);
      for (const next of inner.body) visit(next, inside, budget);
    }
  };
  visit(stmt, new Map(), { left: 4096 });
  return found;
}

/** A constant store's numbers as code. */
export function constantValues(store: Store): readonly string[] {
  return store.role.kind === 'constant' ? store.role.data.map(value => String(scalarNumber(value))) : [];
}
