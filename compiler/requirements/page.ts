/** The page of the documentation that shows the table. `tools/requirements.ts` writes it, and a test compares it. */
import { type Needed, needsText, type Row } from './base.ts';
import { conceptNames, learnerRows, solversOf } from './table.ts';

const header = `<!-- Written by \`node tools/requirements.ts\` from compiler/requirements. Change the table, not this page. -->

# Algorithms and solvers

What each learning algorithm and each solver needs of a game. \`marl check\` refuses a training or a solve whose needs are not met and
shows the case that breaks them; \`marl info GAME --fits\` compares a game with the whole table. Rows marked *announced* can be asked
about, but not run in this version: naming one in a program is an error (M0613).

*Meant for* is advice: the algorithm runs elsewhere, too, but what is known of it need not hold there. A reward that all agents share is a common
reward, or individual ones that the training joins by \`team reward = sum\` or \`mean\`. Recall is perfect in every game: what an agent knows
is all that it has observed and done.
`;

/** The whole page as Markdown. */
export function requirementsPage(): string {
  const lines = [header, '## Learning algorithms', ''];
  lines.push('| algorithm | | needs | meant for | where it does not fit |', '|---|---|---|---|---|');
  for (const row of learnerRows) {
    const instead = row.instead.map(name => `\`${name}\``).join(', ');
    lines.push(
      `| \`${row.name}\`${mark(row)} | ${row.title} (${row.paper}) | ${list(row, false)} | ${list(row, true)} | ${instead} |`,
    );
  }
  lines.push('', '## Solvers', '', '| `solve` | `by` | | needs |', '|---|---|---|---|');
  for (const concept of conceptNames)
    for (const row of solversOf(concept))
      lines.push(
        `| \`${row.concept}\` | \`${row.method}\`${mark(row)} | ${row.title} ${row.paper}. | ${list(row, false)} |`,
      );
  return `${lines.join('\n')}\n`;
}

function mark({ available }: Row): string {
  return available ? '' : ' *(announced)*';
}

function list({ requires }: Row, advice: boolean): string {
  return requires
    .filter((need: Needed) => (need.advice === true) === advice)
    .map(need => needsText(need))
    .join('; ');
}
