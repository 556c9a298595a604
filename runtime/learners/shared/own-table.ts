import { bestLegal } from './explore.ts';
import type { Arrays, LearnedTable } from './learner.ts';
import { type Column, type Rows, rowsFor } from './rows.ts';
import type { Shape } from './shape.ts';

/** What one agent knows of its own actions: a row per observation it has decided on, a cell per action. */
export interface OwnTable {
  readonly agent: number;
  readonly width: number;
  readonly rows: Rows;
  /** Q(observation, action). */
  readonly q: Column;
  /** The numbers whose largest is the greedy action: `q` itself, unless the learner keeps its policy apart. */
  readonly policy: Column;
}

/** Empty tables, one per agent. */
export function ownTables(shape: Shape, initial: number): OwnTable[] {
  const tables: OwnTable[] = [];
  for (let agent = 0; agent < shape.agents; agent++) {
    const width = shape.actionCount[agent]!;
    const rows = rowsFor(shape, shape.observationLength[agent]!, width);
    const q = rows.column('q', width, initial);
    tables.push({ agent, width, rows, q, policy: q });
  }
  return tables;
}

/** The largest Q of a row over the actions that were legal when it was first seen; `initial` for a row never seen (-1). */
export function largestKnown(table: OwnTable, row: number, initial: number): number {
  if (row < 0) return initial;
  const start = row * table.width;
  return table.q.values[start + bestLegal(table.q.values, start, table.rows.legal, start, table.width)]!;
}

export function saveOwn(tables: readonly OwnTable[]): Arrays {
  const arrays: Arrays = new Map();
  for (const { agent, rows } of tables) rows.save(`agent${agent}`, arrays);
  return arrays;
}

export function restoreOwn(tables: readonly OwnTable[], from: Arrays): void {
  for (const { agent, rows } of tables) rows.restore(`agent${agent}`, from);
}

/** The learned Q by own observation and action; greedy is the best legal one. */
export function viewOwn({ agent, width, rows, q, policy }: OwnTable): LearnedTable {
  return {
    agent,
    quantity: 'Q',
    rows: rows.count,
    keyLength: rows.keyLength,
    key: row => rows.key(row),
    value: (row, action) => q.values[row * width + action]!,
    legal: (row, action) => rows.legal[row * width + action] !== 0,
    best: row => bestLegal(policy.values, row * width, rows.legal, row * width, width),
  };
}

/** A learned mixed policy by own observation, which has no greedy action. */
export function viewPolicy(
  shape: Shape,
  { agent, rows, policy }: { readonly agent: number; readonly rows: Rows; readonly policy: Column },
): LearnedTable {
  return {
    agent,
    quantity: 'probability',
    rows: rows.count,
    keyLength: rows.keyLength,
    key: row => rows.key(row),
    value: (row, action) => policy.values[row * shape.actionCount[agent]! + action]!,
    legal: (row, action) => rows.legal[row * shape.actionRow + shape.actionStart[agent]! + action] !== 0,
    best: () => undefined,
  };
}
