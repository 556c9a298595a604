/** The run folders beside a program, for the language server: how the last training of a name ended. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LastRun } from '../lsp/results.ts';
import { withNoise } from '../runtime/train/figures.ts';
import { readRunFolder, readSummary, sound } from '../runtime/train/folder.ts';

interface Read {
  readonly time: number;
  readonly run: LastRun | undefined;
}

/** Finds runs where `marl train` writes them: `runs/NAME` below the folder of the file or one of the editor's. */
export class Runs {
  readonly #read = new Map<string, Read>();

  /** The newest of those that were trained from a file of this name. */
  last(file: string, train: string, folders: readonly string[]): LastRun | undefined {
    const candidates = [...new Set([dirname(file), ...folders])].map(folder => join(folder, 'runs', train));
    let newest: Read | undefined;
    for (const folder of candidates) {
      const found = this.#at(folder, basename(file), train);
      if (found?.run !== undefined && (newest === undefined || found.time > newest.time)) newest = found;
    }
    return newest?.run;
  }

  #at(folder: string, file: string, train: string): Read | undefined {
    const summary = join(folder, 'summary.json');
    const time = statSync(summary, { throwIfNoEntry: false })?.mtimeMs;
    if (time === undefined) return undefined;
    const key = `${folder}\0${file}`;
    const known = this.#read.get(key);
    if (known?.time === time) return known;
    const made = { time, run: readRun(folder, file, train) };
    this.#read.set(key, made);
    return made;
  }
}

function readRun(folder: string, file: string, train: string): LastRun | undefined {
  const summary = readSummary(folder);
  const described = readRunFolder(folder);
  if ('error' in summary || 'error' in described) return undefined;
  if (summary.return === undefined || summary.name !== train || basename(described.entry) !== file) return undefined;
  const { algorithm, reduction } = summary;
  const text = described.sources[described.entry] ?? '';
  return { algorithm, result: withNoise(summary.return), seeds: sound(summary).length, reduction, folder, text };
}
