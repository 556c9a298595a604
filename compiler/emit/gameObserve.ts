/** The emitted functions that write what agents see and may do. */
import type { AgentClass, GameModel, IrExpr, IrStmt, ObservationPiece, Store } from '../game/model.ts';
import {
  type Body,
  type Code,
  declarations,
  level,
  newBody,
  operand,
  type Part,
  primary,
  type Unit,
  Writer,
  withHoistedReads,
} from './gameCode.ts';
import { asNumber, emit, emitBool, emitNumber, nested, numberCode, offset } from './gameExpr.ts';
import { constantOf, needsStatements, walkExpr, walkStmts } from './gameFold.ts';
import { commentText, lineComment } from './gameNames.ts';
import { observeAgents } from './gameObserveStraight.ts';
import { planScopes } from './gameScopes.ts';
import { emitStmts } from './gameStmt.ts';

/** What of a game's observations and masks can change. */
export interface Views {
  /** Is the whole state written too? */
  readonly state: boolean;
  readonly observations: 'none' | 'constant' | 'changing';
  readonly masks: 'constant' | 'changing';
}

export function viewsOf(unit: Unit, state: boolean): Views {
  const { model } = unit;
  const seeing = model.classes.filter(c => c.observation.length > 0);
  const sees = (c: AgentClass): boolean =>
    changes(
      unit,
      c.observation.prelude,
      c.observation.pieces.map(p => p.value),
    );
  const conditions = [...model.legal.map(l => l?.condition), model.active?.condition].filter(c => c !== undefined);
  return {
    state: state && model.globalState.length > 0,
    observations: seeing.length === 0 ? 'none' : seeing.some(sees) ? 'changing' : 'constant',
    masks: changes(unit, [], conditions) ? 'changing' : 'constant',
  };
}

/** Do these read anything that differs between states? */
function changes(unit: Unit, stmts: readonly IrStmt[], exprs: readonly IrExpr[]): boolean {
  let found = false;
  const visit = (expr: IrExpr): void => {
    if (expr.op === 'time' || expr.op === 'action') found = true;
    if (expr.op === 'load' && (expr.store.role.kind === 'state' || expr.store.role.kind === 'next')) found = true;
    if (expr.op === 'call' && unit.functions.get(expr.fn.id)?.perGame !== false) found = true;
  };
  walkStmts(stmts, () => {}, visit);
  for (const expr of exprs) walkExpr(expr, visit);
  return found;
}

// --------------------------------------------------------------------------------------- observations

/** Pieces of at most this many elements are written out element by element. */
const unrollElements = 4;

/**
 * `observe(from, to, out)`: rows of games from .. to-1.
 * @param own the next and scratch stores that only the function with a key touches
 */
export function emitObserve(unit: Unit, own: (key: string) => (store: Store) => boolean): readonly string[] {
  const doc = '/** Writes what the agents of games from .. to-1 see into their rows of `out`. */';
  return emitRows(unit, own, 'observe', doc, unit.model.classes);
}

/** `observeState(from, to, out)`: the whole state, for critics and mixers. */
export function emitObserveState(unit: Unit, own: (key: string) => (store: Store) => boolean): readonly string[] {
  const doc = '/** Writes the whole state of games from .. to-1 into their rows of `out`. */';
  return emitRows(unit, own, 'observeState', doc, [
    { name: 'state', first: 0, count: 1, actionSpace: 0, observation: unit.model.globalState },
  ]);
}

function emitRows(
  unit: Unit,
  own: (key: string) => (store: Store) => boolean,
  name: 'observe' | 'observeState',
  doc: string,
  classes: readonly AgentClass[],
): readonly string[] {
  const { types } = unit;
  const lengths = classes.map(c => c.count * c.observation.length);
  const total = lengths.reduce((a, b) => a + b, 0);
  let start = 0;
  const parts: Part[] = [];
  for (const [k, cls] of classes.entries()) {
    if (cls.observation.length > 0) {
      const mine = own(`${name}${k}`);
      if (unit.unroll && cls.count <= unrollElements)
        parts.push(...observeAgents(unit, cls, total, start, mine, emitElement, emitPiece));
      else parts.push(observeClass(unit, cls, total, start, mine));
    }
    start += lengths[k] as number;
  }
  const out = new Writer();
  const num = types ? ': number' : '';
  const parameters = `from${num}, to${num}, out${types ? ': Float32Array' : ''}`;
  out.line(doc);
  out.block(`function ${name}(${parameters})${types ? ': void' : ''}`, () => {
    out.block('for (let e = from; e < to; e++)', () => {
      out.all(mergeDeclarations(parts.map(part => part.body)));
      out.all(withHoistedReads(parts));
    });
  });
  return out.lines;
}

/** All agents of a class, in a loop where there are several. */
function observeClass(unit: Unit, cls: AgentClass, total: number, start: number, own: (store: Store) => boolean): Part {
  const { observation } = cls;
  const writer = new Writer();
  const held = (store: Store): boolean => store.size === 1 && own(store);
  const values = observation.pieces.map(piece => piece.value);
  const scopes = planScopes(observation.prelude, values, held, []);
  const body = newBody(unit, { out: writer, scopes, readsOnce: true, inVariable: held });
  if (unit.model.classes.length > 1) writer.line(lineComment(cls.name));
  perAgent(body, cls, observation.self.id, total, start, observation.length, 'o', at => {
    emitStmts(body, observation.prelude);
    for (const piece of observation.pieces) emitPiece(body, piece, at);
  });
  return { body, writer };
}

/** Runs `write` once per agent of a class, with the place where its slice of a row begins. */
function perAgent(
  body: Body,
  cls: AgentClass,
  self: number,
  rowLength: number,
  start: number,
  length: number,
  name: string,
  write: (at: string, agent: Code) => void,
): void {
  const { out } = body;
  const row = rowLength === 1 ? 'e' : `e * ${rowLength}`;
  if (cls.count === 1 || (body.unit.unroll && cls.count <= unrollElements)) {
    for (let k = 0; k < cls.count; k++) {
      body.known.set(self, cls.first + k);
      // Variables of this block are gone after it: the next agent declares its own.
      const outer = [new Map(body.locals), new Map(body.slots)] as const;
      nested(body, '', () => {
        const at = body.names.declare(name);
        out.line(`const ${at} = ${offset(row, numberCode(start + k * length))};`);
        write(at, numberCode(cls.first + k));
      });
      restore(body.locals, outer[0]);
      restore(body.slots, outer[1]);
    }
    body.known.delete(self);
    return;
  }
  body.names.open();
  const agent = body.names.declare('self');
  body.locals.set(self, primary(agent));
  out.block(`for (let ${agent} = ${cls.first}; ${agent} < ${cls.first + cls.count}; ${agent}++)`, () => {
    const at = body.names.declare(name);
    const scaled: Code =
      length === 1 ? primary(agent) : { text: `${agent} * ${length}`, level: level.multiplicative, bool: false };
    const shift = start - cls.first * length;
    const tail = shift === 0 ? '' : shift > 0 ? ` + ${shift}` : ` - ${-shift}`;
    out.line(`const ${at} = ${offset(row, scaled)}${tail};`);
    write(at, primary(agent));
  });
  body.names.close();
}

function restore(bound: Map<number, Code>, outer: ReadonlyMap<number, Code>): void {
  bound.clear();
  for (const [id, code] of outer) bound.set(id, code);
}

function emitPiece(body: Body, piece: ObservationPiece, at: string): void {
  const { out } = body;
  if (piece.count === 0) return;
  out.line(lineComment(piece.label));
  const small = piece.count <= unrollElements && (piece.count === 1 || !needsStatements(piece.value, body.known));
  if (small) {
    for (let k = 0; k < piece.count; k++) {
      body.known.set(piece.variable.id, k);
      emitElement(body, piece, slot => offset(at, numberCode(piece.offset + k * piece.stride + slot)));
    }
    body.known.delete(piece.variable.id);
    return;
  }
  body.names.open();
  const k = body.names.declare(piece.variable.name);
  body.locals.set(piece.variable.id, primary(k));
  out.block(`for (let ${k} = 0; ${k} < ${piece.count}; ${k}++)`, () => {
    const scaled = piece.stride === 1 ? k : `${k} * ${piece.stride}`;
    emitElement(body, piece, slot => `${offset(at, numberCode(piece.offset + slot))} + ${scaled}`);
  });
  body.names.close();
}

function emitElement(body: Body, piece: ObservationPiece, place: (slot: number) => string): void {
  const { out } = body;
  if (piece.width === 1) {
    out.line(`out[${place(0)}] = ${emitNumber(body, piece.value, 'seen').text};`);
    return;
  }
  const value = emit(body, piece.value, 'seen');
  const slots = Array.from({ length: piece.width }, (_, slot) => slot);
  if (value.value !== undefined || value.bool) {
    const code = simple(body, value);
    for (const slot of slots) out.line(`out[${place(slot)}] = ${isValue(code, piece.low + slot)};`);
    return;
  }
  const { low, high } = piece.value.bounds;
  const inside = low >= piece.low && high < piece.low + piece.width;
  if (inside && piece.width <= 8) {
    // Branches on values that nobody can predict cost more than two stores.
    for (const slot of slots) out.line(`out[${place(slot)}] = 0;`);
    const hot = place(-piece.low);
    out.line(`out[${hot} + ${operand(value, level.additive)}] = 1;`);
    return;
  }
  const at = operand(value, level.additive);
  const hot = piece.low === 0 ? at : piece.low > 0 ? `${at} - ${piece.low}` : `${at} + ${-piece.low}`;
  body.unit.usesOneHot = true;
  out.line(`oneHot(out, ${place(0)}, ${piece.width}, ${hot});`);
}

/** The value in a variable of its own unless it is one already. */
function simple(body: Body, code: Code): Code {
  if (code.value !== undefined || /^\w+$/.test(code.text)) return code;
  const name = body.names.declare('seen');
  body.out.line(`const ${name} = ${code.text};`);
  return primary(name, code.bool);
}

function isValue(code: Code, wanted: number): string {
  if (code.value !== undefined) return code.value === wanted ? '1' : '0';
  if (code.bool) return wanted === 1 ? `${code.text} ? 1 : 0` : wanted === 0 ? `${code.text} ? 0 : 1` : '0';
  return `${asNumber(code).text} === ${wanted} ? 1 : 0`;
}

// ---------------------------------------------------------------------------------------------- masks

/** Action sets of at most this many actions get one line per action. */
const unrollActions = 12;

/** `writeMasks(from, to, out)`: 1 where an action is legal, all 0 for agents that do not act; games from .. to-1. */
export function emitMasks(unit: Unit): readonly string[] {
  const { model, types } = unit;
  const counts = model.classes.map(c => (model.actionSpaces[c.actionSpace]?.count ?? 1) * c.count);
  const total = counts.reduce((a, b) => a + b, 0);
  const out = new Writer();
  let start = 0;
  const parts: { body: Body; writer: Writer }[] = [];
  for (const [k, cls] of model.classes.entries()) {
    const writer = new Writer();
    const held = (): boolean => false;
    const body = newBody(unit, {
      out: writer,
      scopes: planScopes([], [], held, []),
      readsOnce: true,
      inVariable: held,
    });
    if (model.classes.length > 1) writer.line(lineComment(cls.name));
    emitClassMasks(body, model, cls, total, start);
    parts.push({ body, writer });
    start += counts[k] as number;
  }
  const num = types ? ': number' : '';
  const parameters = `from${num}, to${num}, out${types ? ': Uint8Array' : ''}`;
  out.line('/** Marks the legal actions of every agent of games from .. to-1; agents that do not act have none. */');
  out.block(`function writeMasks(${parameters})${types ? ': void' : ''}`, () => {
    out.block('for (let e = from; e < to; e++)', () => {
      out.all(mergeDeclarations(parts.map(p => p.body)));
      out.all(withHoistedReads(parts));
    });
  });
  return out.lines;
}

function emitClassMasks(body: Body, model: GameModel, cls: AgentClass, total: number, start: number): void {
  const space = model.actionSpaces[cls.actionSpace] as GameModel['actionSpaces'][number];
  const legal = model.legal[cls.actionSpace];
  const { active } = model;
  const self = legal?.self.id ?? active?.self.id ?? -1;
  perAgent(body, cls, self, total, start, space.count, 'm', (at, agent) => {
    for (const id of [legal?.self.id, active?.self.id]) {
      if (id === undefined) continue;
      if (agent.value !== undefined) body.known.set(id, agent.value);
      else body.locals.set(id, agent);
    }
    const write = (): void => legalLines(body, legal, space, at);
    const acts = active === undefined ? undefined : emitBool(body, active.condition, 'acts');
    if (acts === undefined || acts.value === 1) write();
    else if (acts.value === 0) fill(body, at, space.count, '0');
    else {
      nested(body, `if (${acts.text})`, write);
      nested(body, 'else', () => fill(body, at, space.count, '0'));
    }
    for (const id of [legal?.self.id, active?.self.id]) if (id !== undefined) body.known.delete(id);
  });
}

function fill(body: Body, at: string, count: number, value: string): void {
  if (count <= unrollElements) {
    for (let a = 0; a < count; a++) body.out.line(`out[${offset(at, numberCode(a))}] = ${value};`);
    return;
  }
  body.names.open();
  const a = body.names.declare('a');
  body.out.line(`for (let ${a} = 0; ${a} < ${count}; ${a}++) out[${at} + ${a}] = ${value};`);
  body.names.close();
}

function legalLines(
  body: Body,
  legal: GameModel['legal'][number],
  space: GameModel['actionSpaces'][number],
  at: string,
): void {
  const { out } = body;
  if (legal === undefined) {
    fill(body, at, space.count, '1');
    return;
  }
  if (space.count > unrollActions) {
    body.names.open();
    const a = body.names.declare('a');
    body.locals.set(legal.action.id, primary(a));
    out.block(`for (let ${a} = 0; ${a} < ${space.count}; ${a}++)`, () => {
      out.line(`out[${at} + ${a}] = ${asNumber(emitBool(body, legal.condition, 'legal')).text};`);
    });
    body.names.close();
    return;
  }
  for (let a = 0; a < space.count; a++) {
    body.known.set(legal.action.id, a);
    const known = constantOf(legal.condition, body.known);
    const name = space.names[a];
    const comment = name !== undefined && name !== String(a) ? ` // ${commentText(name)}` : '';
    const value =
      known !== undefined ? String(known !== 0 ? 1 : 0) : asNumber(emitBool(body, legal.condition, 'legal')).text;
    out.line(`out[${offset(at, numberCode(a))}] = ${value};${comment}`);
  }
  body.known.delete(legal.action.id);
}

/** Declarations of several bodies that share one block, each once. */
function mergeDeclarations(bodies: readonly Body[]): readonly string[] {
  return [...new Set(bodies.flatMap(body => declarations(body)))];
}
