/** Payoff tables: one constant store per agent, looked up by the joint action. */
import type { Expr, PayoffItem, PayoffLabel, PayoffRow } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { amount, suggest } from '../diagnostics/suggest.ts';
import type { IrExpr, IrStmt, Scalar, Store } from '../game/model.ts';
import * as B from './bounds.ts';
import { expectNumber } from './coerce.ts';
import { type Context, report } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';

export interface PayoffSpaces {
  /** Names of the actions of each agent. */
  readonly names: readonly (readonly string[])[];
  readonly agentLabels: readonly string[];
}

/** Reward expressions per agent and the draw a table with lotteries needs. */
export function payoff(
  ctx: Context,
  item: PayoffItem,
  spaces: PayoffSpaces,
): { readonly rewards: readonly IrExpr[]; readonly step: readonly IrStmt[] } | undefined {
  const counts = spaces.names.map(names => names.length);
  const total = counts.reduce((a, b) => a * b, 1);
  if (total > 1_000_000) {
    report(ctx, item.span, 'bad-size', { what: 'A payoff table', size: `${total} cells`, limit: 'at most 1,000,000' });
    return undefined;
  }
  const cells: ((readonly IrExpr[])[] | undefined)[] = Array.from({ length: total }, () => undefined);
  let ok = true;
  const put = (profile: readonly number[], alternatives: readonly (readonly Expr[])[], span: PayoffRow['span']) => {
    const index = profile.reduce((flat, action, i) => flat * (counts[i] as number) + action, 0);
    if (cells[index] !== undefined) {
      report(ctx, span, 'payoff-shape', {
        problem: `(${profile.map((a, i) => spaces.names[i]?.[a]).join(', ')}) is given twice`,
      });
      ok = false;
      return;
    }
    const values = alternatives.map(alternative => amounts(ctx, alternative, counts.length, span));
    if (values.some(v => v === undefined)) ok = false;
    else cells[index] = values as (readonly IrExpr[])[];
  };
  const header = item.header?.map(label => actionNumber(ctx, label, spaces, 1));
  if (header !== undefined) {
    if (counts.length !== 2) {
      report(ctx, item.span, 'payoff-shape', {
        problem: `a table of rows and columns is for two agents, and this game has ${counts.length}; write \`(A, B, C): cell\` for each joint action`,
      });
      return undefined;
    }
    for (const row of item.rows) {
      const action = row.labels.length === 1 ? actionNumber(ctx, row.labels[0] as PayoffLabel, spaces, 0) : undefined;
      if (row.labels.length !== 1)
        report(ctx, row.span, 'payoff-shape', { problem: 'under a header each row has one label' });
      if (row.cells.length !== header.length) {
        report(ctx, row.span, 'payoff-shape', {
          problem: `this row has ${amount(row.cells.length, 'cell')}, the header ${amount(header.length, 'column')}`,
        });
        ok = false;
      } else if (action !== undefined) {
        row.cells.forEach((cell, k) => {
          const column = header[k];
          if (column !== undefined) put([action, column], cell.alternatives, cell.span);
        });
      }
      if (action === undefined) ok = false;
    }
    if (header.includes(undefined)) ok = false;
  } else if (counts.length === 2 && item.rows.every(row => row.labels.length === 1)) {
    // Rows without the header that names their columns.
    const columns = (spaces.names[1] ?? []).join(' ');
    const problem = `a table for two agents begins with a header, here \`${columns}\`, and this one does not`;
    const first = item.rows[0]?.span ?? item.span;
    const at = { start: first.start, end: first.start };
    const fixes = [replaceFix(`Insert \`${columns}\``, ctx.file, at, `${columns}\n    `)];
    report(ctx, first, 'payoff-shape', { problem }, { fixes });
    return undefined;
  } else {
    for (const row of item.rows) {
      const cell = row.cells[0];
      if (row.labels.length !== counts.length || row.cells.length !== 1 || cell === undefined) {
        report(ctx, row.span, 'payoff-shape', {
          problem: `a profile names ${counts.length} ${counts.length === 1 ? 'action' : 'actions'} and has one cell`,
        });
        ok = false;
        continue;
      }
      const profile = row.labels.map((label, i) => actionNumber(ctx, label, spaces, i));
      if (profile.includes(undefined)) ok = false;
      else put(profile as number[], cell.alternatives, cell.span);
    }
  }
  if (!ok) return undefined;
  const missing = cells.indexOf(undefined);
  if (missing >= 0) {
    report(ctx, item.span, 'payoff-shape', { problem: `(${profileName(missing, spaces)}) has none` });
    return undefined;
  }
  return tables(ctx, cells as (readonly IrExpr[])[][], item, counts);
}

function tables(
  ctx: Context,
  cells: (readonly IrExpr[])[][],
  item: PayoffItem,
  counts: readonly number[],
): { rewards: readonly IrExpr[]; step: readonly IrStmt[] } {
  // Lotteries of different lengths are spread over their least common multiple, so that one uniform draw serves all.
  const ways = cells.map(cell => cell.length).reduce(leastCommonMultiple, 1);
  let index: IrExpr = ir.int(0);
  counts.forEach((count, i) => {
    index = ir.binary(
      'add',
      ir.binary('mul', index, ir.int(count)),
      ir.action(ir.int(i), 0, undefined, B.between(0, count - 1)),
    );
  });
  const step: IrStmt[] = [];
  if (ways > 1) {
    const chance = ctx.build.local('chance', 'int', B.between(0, ways - 1));
    step.push({
      op: 'draw',
      local: chance,
      dist: { kind: 'uniform_int', low: ir.int(0), count: ir.int(ways) },
      span: item.span,
    });
    index = ir.binary('add', ir.binary('mul', index, ir.int(ways)), ir.local(chance));
  }
  const made = new Map<string, Store>();
  const rewards = counts.map((_, agent) => {
    const data: Scalar[] = [];
    let bounds = { low: Infinity, high: -Infinity };
    for (const cell of cells) {
      for (let w = 0; w < ways; w++) {
        const alternative = cell[Math.floor((w * cell.length) / ways)] as readonly IrExpr[];
        const value = (alternative[agent] ?? alternative[0]) as IrExpr;
        data.push(value.op === 'const' ? value.value : 0);
        bounds = B.union(bounds, value.bounds);
      }
    }
    const key = data.map(String).join(' ');
    const store = made.get(key) ?? ctx.build.constant('payoff', 'real', bounds, data);
    made.set(key, store);
    return ir.load(store, index);
  });
  return { rewards, step };
}

/** One number for all agents or one per agent, constants. */
function amounts(
  ctx: Context,
  exprs: readonly Expr[],
  agents: number,
  span: PayoffRow['span'],
): readonly IrExpr[] | undefined {
  if (exprs.length !== 1 && exprs.length !== agents) {
    report(ctx, span, 'payoff-shape', {
      problem: `this cell has ${amount(exprs.length, 'number')} for ${amount(agents, 'agent')}`,
    });
    return undefined;
  }
  const values = exprs.map(e => {
    const value = expectNumber(ctx, elaborate(ctx, e), e.span, 'A payoff');
    if (value === undefined) return undefined;
    if (value.op !== 'const') {
      report(ctx, e.span, 'not-constant', { what: 'A payoff' });
      return undefined;
    }
    return ir.toReal(value);
  });
  return values.some(v => v === undefined) ? undefined : (values as IrExpr[]);
}

function actionNumber(ctx: Context, label: PayoffLabel, spaces: PayoffSpaces, agent: number): number | undefined {
  const names = spaces.names[agent] ?? [];
  const text = label.text;
  const k = names.indexOf(text);
  if (k >= 0) return k;
  report(ctx, label.span, 'unknown-name', {
    name: text,
    what: `action of ${spaces.agentLabels[agent] ?? 'this agent'}`,
    suggestion: suggest(text, names),
    known: names.join(', '),
  });
  return undefined;
}

function profileName(index: number, spaces: PayoffSpaces): string {
  const names: string[] = [];
  let rest = index;
  for (let i = spaces.names.length - 1; i >= 0; i--) {
    const count = spaces.names[i]?.length ?? 1;
    names.unshift(spaces.names[i]?.[rest % count] ?? '?');
    rest = Math.floor(rest / count);
  }
  return names.join(', ');
}

function leastCommonMultiple(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
