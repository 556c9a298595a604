/** What the editor's thread and the analysing one say to each other, and the analysing side of it. */
import type { Diagnostic, Program } from '../compiler/api.ts';
import { compile } from '../compiler/index.ts';
import type { AssertTools } from '../compiler/properties/asserts.ts';
import { Analysis, type Checked } from './analysis.ts';
import type { Desk } from './base.ts';
import type { GameInsight, Insight } from './insight.ts';
import type { SolveAnswer, SolveTools } from './results.ts';
import { answersTo } from './solving.ts';
import { study } from './study.ts';

export type Order =
  /** The text of an open file; nothing is checked. */
  | { readonly kind: 'put'; readonly path: string; readonly text: string }
  | { readonly kind: 'close'; readonly path: string }
  /** The text of an open file, to be checked; a later check of the same file takes the place of one that waits. */
  | { readonly kind: 'check'; readonly path: string; readonly text: string; readonly version: number }
  /** Files on disk have changed. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'study'; readonly path: string; readonly version: number }
  /** What a `solve` asks, or all that ask about a game; `name` is that of either. */
  | { readonly kind: 'solve'; readonly path: string; readonly version: number; readonly name: string };

export type Report =
  | {
      readonly kind: 'checked';
      readonly path: string;
      readonly version: number;
      readonly diagnostics: readonly Diagnostic[];
      readonly files: readonly string[];
      readonly partial: boolean;
    }
  | { readonly kind: 'insight'; readonly path: string; readonly version: number; readonly insight: Insight }
  | {
      readonly kind: 'progress';
      readonly path: string;
      readonly done: number;
      readonly of: number;
      readonly what: string;
    }
  | {
      readonly kind: 'studied';
      readonly path: string;
      readonly version: number;
      readonly diagnostics: readonly Diagnostic[];
      readonly games: readonly GameInsight[];
    }
  | {
      readonly kind: 'solved';
      readonly path: string;
      readonly version: number;
      readonly answers: readonly SolveAnswer[];
    }
  /** A mistake of ours. */
  | { readonly kind: 'failed'; readonly path: string; readonly version: number; readonly message: string };

/** One end of the line between the threads. */
export interface Port {
  postMessage(report: Report): void;
  on(event: 'message', listen: (order: Order) => void): unknown;
}

/** Milliseconds without a keystroke after which the whole file is looked at. */
const quiet = 250;

/** Answers orders for as long as the thread lives. */
export function serveAnalysis(
  port: Port,
  desk: Desk,
  tools: () => AssertTools,
  solver: () => Promise<SolveTools>,
): void {
  const analysis = new Analysis(desk);
  const texts = new Map<string, string>();
  const waiting = new Map<string, number>();
  /** Files whose whole check is still to come, by the version last checked. */
  const unfinished = new Map<string, number>();
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  port.on('message', order => {
    switch (order.kind) {
      case 'put':
        texts.set(order.path, order.text);
        analysis.put(order.path, order.text);
        return;
      case 'close':
        texts.delete(order.path);
        analysis.close(order.path);
        waiting.delete(order.path);
        unfinished.delete(order.path);
        return;
      case 'check':
        texts.set(order.path, order.text);
        analysis.put(order.path, order.text);
        waiting.set(order.path, order.version);
        void run();
        return;
      case 'refresh':
        analysis.refresh();
        return;
      case 'study':
        void studyFile(order.path, order.version);
        return;
      case 'solve':
        void solveIn(order.path, order.version, order.name);
        return;
    }
  });

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    clearTimeout(timer);
    // Orders that have arrived meanwhile are taken first.
    await pause();
    for (let next = first(waiting); next !== undefined; next = first(waiting)) {
      const [path, version] = next;
      waiting.delete(path);
      attempt(path, version, () => {
        const checked = analysis.quick(path);
        tell(path, version, checked);
        unfinished.set(path, version);
      });
      await pause();
    }
    running = false;
    if (unfinished.size > 0) timer = setTimeout(() => void finish(), quiet);
  }

  async function finish(): Promise<void> {
    running = true;
    for (let next = first(unfinished); next !== undefined && waiting.size === 0; next = first(unfinished)) {
      const [path, version] = next;
      unfinished.delete(path);
      try {
        const { checked, insight } = await analysis.full(path, goOn);
        tell(path, version, checked);
        for await (const one of insight) port.postMessage({ kind: 'insight', path, version, insight: one });
      } catch (error) {
        port.postMessage({ kind: 'failed', path, version, message: describe(error) });
      }
      // Broken off by a keystroke in another file: it is taken up again.
      if (waiting.size > 0 && !waiting.has(path) && texts.has(path)) unfinished.set(path, version);
      await pause();
    }
    running = false;
    if (waiting.size > 0) void run();
    else if (unfinished.size > 0) timer = setTimeout(() => void finish(), quiet);
  }

  async function goOn(): Promise<boolean> {
    await pause();
    return waiting.size === 0;
  }

  function tell(path: string, version: number, { diagnostics, files, partial }: Checked): void {
    port.postMessage({ kind: 'checked', path, version, diagnostics, files, partial });
  }

  function attempt(path: string, version: number, body: () => void): void {
    try {
      body();
    } catch (error) {
      port.postMessage({ kind: 'failed', path, version, message: describe(error) });
    }
  }

  async function studyFile(path: string, version: number): Promise<void> {
    try {
      const found = await study(compiled(path), tools(), progress =>
        port.postMessage({ kind: 'progress', path, ...progress }),
      );
      port.postMessage({ kind: 'studied', path, version, ...found });
    } catch (error) {
      port.postMessage({ kind: 'failed', path, version, message: describe(error) });
    }
  }

  async function solveIn(path: string, version: number, name: string): Promise<void> {
    try {
      const answers = await answersTo(compiled(path), name, await solver(), progress =>
        port.postMessage({ kind: 'progress', path, ...progress }),
      );
      port.postMessage({ kind: 'solved', path, version, answers });
    } catch (error) {
      port.postMessage({ kind: 'failed', path, version, message: describe(error) });
    }
  }

  function compiled(path: string): Program {
    const disk = desk.host(path);
    const read = (file: string) => {
      const text = texts.get(file) ?? texts.get(desk.same(file));
      return text === undefined ? disk.read(file) : { text };
    };
    return compile({ ...disk, read }, path);
  }
}

function first(waiting: ReadonlyMap<string, number>): readonly [string, number] | undefined {
  for (const entry of waiting) return entry;
  return undefined;
}

/** Lets messages come in. */
function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
