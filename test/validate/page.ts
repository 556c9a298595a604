/** `docs/results.md`: one section per suite, one table per game. Sections of suites that did not run stay as they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package.ts';
import { meanText, type Runs, type Suite, type Validation, verdictOf } from './result.ts';

const file = join(packageRoot(), 'docs', 'results.md');

const head = `<!-- Written by \`npm run validate -- --write\` (test/validate). Run it again, do not change this page by hand. -->

# Results

What the learners of this version reach, beside published values, reference runs and exact answers. \`npm run validate\` runs the suites
below but for the long one, \`npm run validate -- deep\` one of them; \`--write\` writes its section here.

Means are over seeds, with the 95 % interval of the percentile bootstrap. What counts is the greedy policy after the last step; the best
one on the way stands beside it only where that is what was published and measured alike. *Reported* means that nothing known is firm enough for a gate. Seconds are of all seeds together, one after the other
in one process, and depend on the machine and on what else it does: CPU seconds are the steadier ones.
`;

/** Replaces the sections of the suites found; the others are kept, or said not to have been run. */
export function writeSections(
  suites: readonly Suite[],
  found: ReadonlyMap<Suite, readonly Validation[]>,
  unfinished?: Suite,
): void {
  const before = earlier();
  const sections = suites.map(suite => {
    const results = found.get(suite);
    const start = `<!-- suite ${suite.name} -->\n## ${suite.name}\n\n${suite.about}\n`;
    if (results !== undefined) {
      const cut = suite === unfinished ? '\nStopped before its end: what is not listed was not run.\n' : '';
      return `${start}${cut}\n${sectionOf(results)}`;
    }
    return before.get(suite.name) ?? `${start}\nNot run yet.\n`;
  });
  writeFileSync(file, `${head}\n${sections.join('\n')}`);
}

function earlier(): ReadonlyMap<string, string> {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Map();
  }
  const parts = text.split(/^(?=<!-- suite [\w-]+ -->$)/m).slice(1);
  return new Map(parts.map(part => [/^<!-- suite ([\w-]+) -->/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]));
}

function sectionOf(results: readonly Validation[]): string {
  const plain = results.filter(result => result.runs === undefined);
  const games = new Map<string, Validation[]>();
  for (const result of results) {
    if (result.runs === undefined) continue;
    const of = games.get(result.runs.game) ?? [];
    of.push(result);
    games.set(result.runs.game, of);
  }
  const parts = [...games].map(([game, of]) => gameTable(game, of));
  if (plain.length > 0) {
    const rows = plain.map(result => [result.name, result.detail, verdictOf(result)]);
    parts.push(table(['check', 'found', 'verdict'], rows));
  }
  return `${parts.join('\n\n')}\n`;
}

function gameTable(game: string, results: readonly Validation[]): string {
  const columns = [
    'algorithm',
    'measure',
    'seeds',
    'steps',
    'wall s',
    'CPU s',
    'mean',
    'by seed',
    'reference',
    'verdict',
  ];
  const rows = results.map(result => {
    const runs = result.runs as Runs;
    return [
      `\`${runs.algorithm}\``,
      runs.measure,
      `${runs.seeds.length}`,
      `${runs.steps}`,
      runs.wall.toFixed(1),
      runs.cpu.toFixed(1),
      meanText(runs.finals),
      runs.finals.map(x => `${Math.round(x * 1000) / 1000}`).join(', '),
      runs.reference,
      verdictOf(result),
    ];
  });
  const settings = new Map<string, Set<string>>();
  const notes: string[] = [];
  for (const { runs } of results) {
    const { algorithm, settings: text, note } = runs as Runs;
    settings.set(text, (settings.get(text) ?? new Set()).add(`\`${algorithm}\``));
    if (note !== undefined) notes.push(`- \`${algorithm}\`: ${note}`);
  }
  const used = [...settings].map(([text, of]) => `- ${[...of].join(', ')}: ${text}`);
  const lines = [`### ${game}`, '', table(columns, rows), '', 'Settings that differ from the defaults:', '', ...used];
  return [...lines, ...(notes.length > 0 ? ['', 'Notes:', '', ...notes] : [])].join('\n');
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
