/** Programs with trainings of a deep learner, compiled against a catalogue entry that belongs to these tests. */
import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/index.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { memoryHost } from '../support/memory-host.ts';

/** A team of two who see a grid of 3 by 4, in a state of 13 numbers. */
export const game = `game G(size: 2..6 = 2) {
  agents P[size]
  actions { Left, Right, Stay }
  state { board: (0..1)[3, 4]  n: 0..9 = 0 }
  init { board[r: 0..2, c: 0..3] = 0 }
  step { next n = min(9, n + 1) }
  reward = n
  observe[p: P] { board }
  horizon 5
}
`;

const library = (name: string): string =>
  readFileSync(new URL(`../../stdlib/mixers/${name}.marl`, import.meta.url), 'utf8');

export interface Compiled {
  readonly codes: readonly string[];
  /** `CODE what stands there` of every diagnostic. */
  readonly places: readonly string[];
  readonly messages: readonly string[];
  readonly remedies: readonly (string | undefined)[];
  /** The program with the first fix applied. */
  readonly fixed: string;
  readonly spec: TrainSpec | undefined;
  readonly program: ReturnType<typeof compile>;
}

export function compiled(source: string): Compiled {
  const mixers = ['TwoLayer', 'Sum', 'Central'].map(name => [`std:mixers/${name}.marl`, library(name)]);
  const host = memoryHost({ ...Object.fromEntries(mixers), 'main.marl': source });
  const program = compile(host, 'main.marl');
  const { diagnostics } = program;
  const text = (file: string, span: { start: number; end: number }): string =>
    (program.sources.get(file)?.text ?? '').slice(span.start, span.end);
  const edits = [...(diagnostics[0]?.fixes[0]?.edits ?? [])].sort((a, b) => b.span.start - a.span.start);
  return {
    codes: diagnostics.map(one => one.code),
    places: diagnostics.map(one => `${one.code} ${text(one.at.file, one.at.span)}`),
    messages: diagnostics.map(one => one.message),
    remedies: diagnostics.map(one => one.remedy),
    fixed: edits.reduce((s, { span, text: t }) => s.slice(0, span.start) + t + s.slice(span.end), source),
    spec: program.trains[0]?.spec,
    program,
  };
}

/** A training of QMIX with these settings, after these declarations. */
export const qmix = (settings: string, before = ''): string =>
  `${game}${before}\ntrain T on G {\n  algorithm QMIX {\n    ${settings}\n  }\n  budget 100_000 steps\n}\n`;
