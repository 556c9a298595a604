/** The code action that completes a payoff table. */
import type { Declaration, Expr, GameDecl, PayoffItem, PayoffLabel } from '../grammar/ast.ts';
import { type Action, indentOf, rewrite } from './actionsBase.ts';
import type { Sheet } from './base.ts';
import { contains } from './base.ts';

/** Cells written at most: a larger table is better given by a `reward` equation. */
const mostCells = 400;

/** Rows, columns and profiles that a table lacks; new cells are zero. */
export function completeTable(sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  if (declaration.kind !== 'Game') return [];
  const table = declaration.items.find(
    (item): item is PayoffItem => item.kind === 'Payoff' && contains(item.span, offset),
  );
  const choices = choicesOf(declaration);
  if (table === undefined || choices === undefined || choices.length === 0) return [];
  // The table is written anew: comments between its rows would be lost.
  const inside = (at: number): boolean => table.span.start < at && at < table.span.end;
  if (sheet.pieces.some(one => (one.kind === 'comment' || one.kind === 'doc') && inside(one.start))) return [];
  const size = choices.reduce((cells, own) => cells * own.length, 1);
  if (size === 0 || size > mostCells) return [];
  const profiles = table.header === undefined && table.rows.some(row => row.labels.length > 1);
  const lines =
    choices.length === 2 && !profiles
      ? tableLines(sheet, table, choices[0]!, choices[1]!)
      : profileLines(sheet, table, choices);
  if (lines === undefined) return [];
  const indent = `${indentOf(sheet, table.span.start)}  `;
  const text = `payoff {\n${lines.map(line => `${indent}${line}\n`).join('')}${indent.slice(2)}}`;
  return [rewrite('Complete the payoff table', sheet, [{ ...table.span, text }])];
}

/** What each agent chooses from, as labels; undefined where that is not written out. */
function choicesOf(game: GameDecl): readonly (readonly string[])[] | undefined {
  const found: (readonly string[])[] = [];
  for (const item of game.items) {
    if (item.kind !== 'Agents') continue;
    for (const { name, count } of item.classes) {
      const agents = count === undefined ? 1 : whole(count);
      const labels = labelsOf(game, name.text);
      if (agents === undefined || agents > 8 || labels === undefined) return undefined;
      for (let k = 0; k < agents; k++) found.push(labels);
    }
  }
  return found;
}

function labelsOf(game: GameDecl, agent: string): readonly string[] | undefined {
  const item = game.items.find(one => one.kind === 'Actions' && (one.of === undefined || one.of.text === agent));
  if (item?.kind !== 'Actions') return undefined;
  const { space } = item;
  if (space.kind === 'ActionEnum') return space.members.map(member => member.text);
  if (space.kind !== 'ActionType' || space.type.kind !== 'RangeType') return undefined;
  const [low, high] = [whole(space.type.low), whole(space.type.high)];
  if (low === undefined || high === undefined || high - low > mostCells) return undefined;
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, k) => String(low + k));
}

function whole(e: Expr): number | undefined {
  return e.kind === 'Number' && /^\d+$/.test(e.text) ? Number(e.text) : undefined;
}

function labelText(label: PayoffLabel): string {
  return label.text;
}

/** Header and rows of the complete table of two agents; undefined where nothing is missing, or where cells have no column. */
function tableLines(
  sheet: Sheet,
  table: PayoffItem,
  rows: readonly string[],
  columns: readonly string[],
): readonly string[] | undefined {
  if (table.header === undefined && table.rows.length > 0) return undefined;
  const header = (table.header ?? []).map(labelText);
  const order = [...header, ...columns.filter(name => !header.includes(name))];
  const labelled = table.rows.map(row => ({ row, label: row.labels[0] === undefined ? '' : labelText(row.labels[0]) }));
  const old = labelled.map(({ label }) => label);
  const all = [...old, ...rows.filter(name => !old.includes(name))];
  const full =
    header.length === order.length &&
    old.length === all.length &&
    table.rows.every(row => row.cells.length === order.length);
  if (full) return undefined;
  const cell = (name: string, column: string): string => {
    const given = labelled.find(({ label }) => label === name)?.row.cells[header.indexOf(column)];
    return header.includes(column) && given !== undefined ? sheet.slice(given.span) : '(0, 0)';
  };
  return [order.join('  '), ...all.map(name => `${name}: ${order.map(column => cell(name, column)).join('  ')}`)];
}

/** All profiles, those that are there as they are written. */
function profileLines(
  sheet: Sheet,
  table: PayoffItem,
  choices: readonly (readonly string[])[],
): readonly string[] | undefined {
  const given = new Set(table.rows.map(row => row.labels.map(labelText).join(' ')));
  if (table.rows.some(row => row.labels.length !== choices.length)) return undefined;
  let all: readonly (readonly string[])[] = [[]];
  for (const own of choices) all = all.flatMap(before => own.map(label => [...before, label]));
  const missing = all.filter(profile => !given.has(profile.join(' ')));
  if (missing.length === 0) return undefined;
  const zero = choices.map(() => '0').join(', ');
  return [
    ...table.rows.map(row => sheet.slice(row.span)),
    ...missing.map(profile => `(${profile.join(', ')}): (${zero})`),
  ];
}
