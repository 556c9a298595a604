/** Projects in memory with cursor marks, for tests of features without a protocol. */
import { equationsOf } from '../../cli/equations.ts';
import { fileHost } from '../../cli/host.ts';
import { wordNamed } from '../../cli/words/index.ts';
import { Analysis } from '../../lsp/analysis.ts';
import type { Desk, Edit, Sheet } from '../../lsp/base.ts';
import { Project } from '../../lsp/project.ts';
import { type Files, memoryHost } from '../support/memory-host.ts';

/** Where the cursor is in a text. */
export const mark = '▮';

const library = fileHost(process.cwd(), 'nothing.marl', undefined);

/** Files in memory beside the real library. */
export function memoryDesk(files: Files): Desk {
  const memory = memoryHost(files);
  return {
    host: () => ({
      ...memory,
      read: path => (path.startsWith('std:') ? library.read(path) : memory.read(path)),
      library: (group, name) => library.library(group, name),
      libraryNames: group => library.libraryNames(group),
      groups: () => library.groups(),
    }),
    same: path => path,
    programs: () => Object.keys(files),
    isLibrary: path => path.startsWith('std:'),
    word: name => wordNamed(name),
    equations: equationsOf,
    lastRun: () => undefined,
  };
}

export interface Opened {
  readonly project: Project;
  readonly sheet: Sheet;
  /** Where the marks were, in order. */
  readonly marks: readonly number[];
  readonly at: number;
}

/** Opens `main.marl` (and other files, which are only read); the marks are taken out. */
export function opened(text: string, others: Files = {}): Opened {
  const marks: number[] = [];
  let plain = text;
  for (let at = plain.indexOf(mark); at >= 0; at = plain.indexOf(mark)) {
    marks.push(at);
    plain = plain.slice(0, at) + plain.slice(at + 1);
  }
  const project = new Project(memoryDesk({ ...others, 'main.marl': plain }));
  project.addFolder('project');
  const sheet = project.put('main.marl', plain);
  return { project, sheet, marks, at: marks[0] ?? 0 };
}

/** The same after a whole analysis; `before` is what was analysed, where it differs from the text. */
export async function analysed(
  text: string,
  others: Files = {},
  before?: string,
): Promise<Opened & { readonly analysis: Analysis }> {
  const made = opened(text, others);
  const analysis = new Analysis(memoryDesk({ ...others, 'main.marl': made.sheet.text }));
  analysis.put('main.marl', before ?? made.sheet.text);
  const { insight } = await analysis.full('main.marl', async () => true);
  for await (const one of insight) made.project.learn('main.marl', one);
  return { ...made, analysis };
}

/** A text after edits of one file. */
export function edited(text: string, edits: readonly Edit[], path = 'main.marl'): string {
  let result = text;
  for (const edit of edits.filter(one => one.path === path).sort((a, b) => b.span.start - a.span.start))
    result = result.slice(0, edit.span.start) + edit.text + result.slice(edit.span.end);
  return result;
}

/** Text of the places, in order. */
export function texts(
  sheet: Sheet,
  places: readonly { readonly span: { readonly start: number; readonly end: number } }[],
): readonly string[] {
  return places.map(({ span }) => sheet.slice(span));
}
