/** A payoff table with its equilibria in words and as Markdown. */
import type { PayoffTable } from './payoff.ts';

/** Equilibria that are named; of more, only their number is. */
const mostNamed = 4;

/** A Markdown table; equilibria in pure strategies are bold. */
export function tableText(table: PayoffTable): string {
  const { agents, rows, columns, cells, equilibria } = table;
  const bold = (row: number, column: number): boolean => equilibria.some(([r, c]) => r === row && c === column);
  const lines = [
    `| ${agents[0]} \\ ${agents[1]} | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...rows.map((name, r) => {
      const shown = (cells[r] ?? []).map(([a, b], c) => (bold(r, c) ? `**${a}, ${b}**` : `${a}, ${b}`));
      return `| ${name} | ${shown.join(' | ')} |`;
    }),
  ];
  const { mixed } = table;
  const mixing = (mixed ?? []).slice(0, mostNamed).map(one => `- mixed: ${one}`);
  if (mixed !== undefined && mixed.length > mostNamed) mixing.push(`- and ${mixed.length - mostNamed} more`);
  return `${lines.join('\n')}\n\n${equilibriaText(table)}${mixing.length === 0 ? '' : `\n\n${mixing.join('\n')}`}`;
}

/** One or two sentences. */
export function equilibriaText({ rows, columns, equilibria, mixed }: PayoffTable): string {
  const more = mixed === undefined || mixed.length === 0 ? '' : ` Mixed: ${mixed.length}.`;
  if (equilibria.length === 0) return `No equilibrium in pure strategies.${more}`;
  const named = equilibria.slice(0, mostNamed).map(([r, c]) => `(${rows[r]}, ${columns[c]})`);
  const rest = equilibria.length > mostNamed ? `, and ${equilibria.length - mostNamed} more` : '';
  return `Pure ${equilibria.length === 1 ? 'equilibrium' : 'equilibria'}: ${named.join(', ')}${rest}.${more}`;
}
