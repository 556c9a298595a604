/** The table *who can know what* of `marl info`. */
import type { Knowledge, KnowledgeRow } from '../compiler/effects/knowledge.ts';
import { table } from './text.ts';

/** Nothing for a game in which everybody sees everything and is told nothing else. */
export function knowledgeLines({ columns, rows, legal, turn }: Knowledge): readonly string[] {
  const told = [
    { name: 'legal actions', cells: legal },
    { name: 'being asked', cells: turn },
  ].filter(({ cells }) => cells.some(cell => cell !== 'none'));
  const open = rows.some(row => row.cells.some(cell => cell !== 'sees' && cell !== 'none'));
  if (!open && told.every(({ cells }) => cells.every(cell => cell === 'none' || cell === 'nothing new'))) return [];
  const leaks = rows.some(leaksAway);
  const body = [
    ...rows.map(row => [nameOf(row), ...row.cells.map(cell => cellText(row, cell))]),
    ...told.map(({ name, cells }) => [name, ...cells.map(cell => (cell === 'none' ? '-' : cell))]),
  ];
  return [
    '',
    ...table(['who can know what', ...columns], body).split('\n'),
    ...(rows.some(row => row.cells.includes('by step')) ? ['by step: known, because it follows from the step'] : []),
    ...(leaks ? ['* each agent sees its own; here others see it, too'] : []),
  ];
}

/** For `--json`. */
export function knowledgeJson({ columns, rows, legal, turn }: Knowledge): Record<string, unknown> {
  const byColumn = (cells: readonly string[]) =>
    Object.fromEntries(columns.map((column, c) => [column, cells[c] === 'none' ? null : (cells[c] ?? null)]));
  return {
    rows: rows.map(row => ({
      variable: row.variable,
      of: row.of,
      private: row.private,
      leaks: leaksAway(row),
      cells: byColumn(row.cells),
    })),
    legal: byColumn(legal),
    turn: byColumn(turn),
  };
}

function nameOf({ variable, of }: KnowledgeRow): string {
  return of === 'all' ? variable : `${variable}, ${of === 'own' ? 'own' : "others'"}`;
}

function cellText(row: KnowledgeRow, cell: KnowledgeRow['cells'][number]): string {
  if (cell === 'none') return '-';
  const text = cell === 'part' ? 'sees part' : cell;
  return leaksAway(row) && (cell === 'sees' || cell === 'part') ? `${text} *` : text;
}

/** Others see what is each agent's own. */
function leaksAway(row: KnowledgeRow): boolean {
  return row.private && row.of === 'others' && row.cells.some(cell => cell === 'sees' || cell === 'part');
}
