/** Observations of a small class as straight-line code, where speed counts: what all its agents compute alike is done once. */

import type { AgentClass, IrExpr, IrStmt, ObservationPiece, Store } from '../game/model.ts';
import { expressionsOf } from '../game/parts.ts';
import { type Body, newBody, type Part, type Unit, Writer } from './gameCode.ts';
import { nested, numberCode, offset } from './gameExpr.ts';
import { intConst, walkStmts } from './gameFold.ts';
import { lineComment } from './gameNames.ts';
import { planScopes } from './gameScopes.ts';
import { emitStmts } from './gameStmt.ts';
import { substitute } from './gameSubstitute.ts';
import { type Unrolled, unrollStep } from './gameUnroll.ts';

/** Pieces of at most this many elements become straight-line code. */
const straightElements = 8;

/** How one element, or a whole piece in a loop, is written; `at` is where the agent's slice of a row begins. */
export type WriteElement = (body: Body, piece: ObservationPiece, place: (slot: number) => string) => void;
export type WritePiece = (body: Body, piece: ObservationPiece, at: string) => void;

/**
 * The code of all agents of a class.
 * @param total numbers per row; the class begins at `start`
 * @param own the next and scratch stores that only observations of this class touch
 */
export function observeAgents(
  unit: Unit,
  cls: AgentClass,
  total: number,
  start: number,
  own: (store: Store) => boolean,
  writeElement: WriteElement,
  writePiece: WritePiece,
): readonly Part[] {
  const agents = Array.from({ length: cls.count }, (_, k) => straight(cls, cls.first + k, own));
  const elements = new Set(agents.flatMap(agent => [...agent.elements.values()].flat()).map(store => store.id));
  const held = (store: Store): boolean => elements.has(store.id) || (store.size === 1 && own(store));
  const common = commonStatements(agents.map(agent => agent.stmts));
  const prefix = (agents[0] as Unrolled).stmts.slice(0, common);
  const rests = agents.map(agent => agent.stmts.slice(common));
  const writer = new Writer();
  // Everything the agents read of what they have in common is read in the block that encloses them.
  const uses = [...rests.flatMap(expressionsIn), ...agents.flatMap(agent => agent.tail)];
  const scopes = planScopes(prefix, uses, held, rests.flatMap(copied).filter(held));
  const shared = newBody(unit, { out: writer, scopes, readsOnce: true, inVariable: held });
  if (common > 0) writer.line(lineComment(`What every ${cls.name} sees`));
  emitStmts(shared, prefix);
  const parts: Part[] = common > 0 ? [{ body: shared, writer }] : [];
  for (const [k, { tail }] of agents.entries()) {
    const rest = rests[k] as readonly IrStmt[];
    const lines = new Writer();
    const plan = planScopes(rest, tail, held, []);
    const body = newBody(unit, { out: lines, scopes: plan, readsOnce: true, inVariable: held }, shared);
    body.known.set(cls.observation.self.id, cls.first + k);
    lines.line(lineComment(unit.model.agents[cls.first + k]?.label ?? cls.name));
    nested(body, '', () => {
      const at = body.names.declare('o');
      const row = total === 1 ? 'e' : `e * ${total}`;
      lines.line(`const ${at} = ${offset(row, numberCode(start + k * cls.observation.length))};`);
      emitStmts(body, rest);
      writeAll(body, cls.observation.pieces, tail, at, writeElement, writePiece);
    });
    parts.push({ body, writer: lines });
  }
  return parts;
}

function straight(cls: AgentClass, agent: number, own: (store: Store) => boolean): Unrolled {
  const { observation } = cls;
  const values = observation.pieces.flatMap(piece =>
    piece.count > straightElements
      ? [piece.value]
      : Array.from({ length: piece.count }, (_, k) =>
          substitute(piece.value, new Map([[piece.variable.id, intConst(k)]])),
        ),
  );
  const self = new Map([[observation.self.id, intConst(agent)]]);
  return unrollStep(observation.prelude, values, own, 1_000_000_000, self);
}

function writeAll(
  body: Body,
  pieces: readonly ObservationPiece[],
  values: readonly IrExpr[],
  at: string,
  writeElement: WriteElement,
  writePiece: WritePiece,
): void {
  let next = 0;
  for (const piece of pieces) {
    if (piece.count > straightElements) {
      writePiece(body, { ...piece, value: values[next++] as IrExpr }, at);
      continue;
    }
    for (let k = 0; k < piece.count; k++) {
      const value = values[next++] as IrExpr;
      const first = piece.offset + k * piece.stride;
      writeElement(body, { ...piece, value }, slot => offset(at, numberCode(first + slot)));
    }
  }
}

// -------------------------------------------------------------------------------------- common statements

/** How many statements all agents begin with, if none of them later changes what these assign. */
function commonStatements(agents: readonly (readonly IrStmt[])[]): number {
  const [first, ...others] = agents;
  if (first === undefined || others.length === 0) return 0;
  let count = 0;
  while (count < first.length && others.every(other => count < other.length && same(first[count], other[count])))
    count++;
  const assigned = assignedBy(first.slice(0, count));
  const changed = agents.some(stmts => [...assignedBy(stmts.slice(count))].some(slot => assigned.has(slot)));
  return changed ? 0 : count;
}

/** Are two parts of statements alike? Stores and locals are known by their ids. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if ('id' in a && 'id' in b && 'name' in a && 'name' in b) return a.id === b.id && a.name === b.name;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

function assignedBy(stmts: readonly IrStmt[]): ReadonlySet<string> {
  const found = new Set<string>();
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'store') found.add(`store ${stmt.store.id}`);
      if (stmt.op === 'copy') found.add(`store ${stmt.to.id}`);
      if (stmt.op === 'let' || stmt.op === 'draw') found.add(`local ${stmt.local.id}`);
    },
    () => {},
  );
  return found;
}

function expressionsIn(stmts: readonly IrStmt[]): readonly IrExpr[] {
  const found: IrExpr[] = [];
  walkStmts(
    stmts,
    stmt => {
      found.push(...expressionsOf(stmt));
    },
    () => {},
  );
  return found;
}

function copied(stmts: readonly IrStmt[]): readonly Store[] {
  const found: Store[] = [];
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'copy') found.push(stmt.from);
    },
    () => {},
  );
  return found;
}
