/** The editor's side of the analysing threads: newest text first, late answers dropped, what takes too long started afresh. */
import type { Diagnostic } from '../compiler/api.ts';
import type { Insight } from './insight.ts';
import type { Order, Report } from './thread.ts';

/** Checks go on for as long as the editor is open, a study ends. */
export type Purpose = 'check' | 'study';

export interface Thread {
  post(order: Order): void;
  onReport(listen: (report: Report) => void): void;
  /** Called where it ends by itself. */
  onEnd(listen: (why: string) => void): void;
  stop(): void;
}

/** What the server does with what is found. */
export interface Sink {
  diagnostics(
    path: string,
    version: number,
    found: readonly Diagnostic[],
    files: readonly string[],
    partial: boolean,
  ): void;
  insight(path: string, version: number, insight: Insight): void;
  studied(report: Extract<Report, { kind: 'studied' }>): void;
  solved(report: Extract<Report, { kind: 'solved' }>): void;
  progress(report: Extract<Report, { kind: 'progress' }>): void;
  log(message: string): void;
}

/** A check that takes longer than this, while a newer text waits, is given up. */
const patience = 4_000;

export class Analyst {
  readonly #start: (purpose: Purpose) => Thread;
  readonly #sink: Sink;
  readonly #texts = new Map<string, { readonly text: string; readonly version: number }>();
  #thread: Thread | undefined;
  #study: { readonly thread: Thread; readonly path: string } | undefined;
  /** Versions sent and not answered, by file. */
  readonly #asked = new Map<string, { readonly version: number; readonly since: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #failures = 0;

  constructor(start: (purpose: Purpose) => Thread, sink: Sink) {
    this.#start = start;
    this.#sink = sink;
  }

  /** Begins to load, before the first file is opened. */
  warm(): void {
    this.#worker();
  }

  check(path: string, text: string, version: number): void {
    if (this.#stopped) return;
    this.#texts.set(path, { text, version });
    if (this.#study?.path === path) this.cancelStudy();
    const before = this.#asked.get(path);
    this.#asked.set(path, { version, since: before?.since ?? performance.now() });
    this.#worker().post({ kind: 'check', path, text, version });
    this.#watch();
  }

  close(path: string): void {
    this.#texts.delete(path);
    this.#asked.delete(path);
    if (this.#study?.path === path) this.cancelStudy();
    this.#thread?.post({ kind: 'close', path });
  }

  /** Files on disk have changed; open ones are to be checked again. */
  refresh(): void {
    this.#thread?.post({ kind: 'refresh' });
  }

  /** Starts the slow part for a saved file; one at a time. */
  study(path: string): void {
    this.#slow(path, version => ({ kind: 'study', path, version }));
  }

  /** Solves what a file asks under a name; it takes the place of a study. */
  solve(path: string, name: string): void {
    this.#slow(path, version => ({ kind: 'solve', path, version, name }));
  }

  /** One order in a thread of its own, which ends with it. */
  #slow(path: string, orderFor: (version: number) => Extract<Order, { kind: 'study' | 'solve' }>): void {
    const version = this.#texts.get(path)?.version;
    if (this.#stopped || version === undefined) return;
    this.cancelStudy();
    const order = orderFor(version);
    const thread = this.#start('study');
    this.#study = { thread, path };
    const finished = (report: Extract<Report, { kind: 'studied' | 'solved' }>): void => {
      this.#study = undefined;
      thread.stop();
      if (this.#texts.get(path)?.version !== report.version) return;
      if (report.kind === 'studied') this.#sink.studied(report);
      else this.#sink.solved(report);
    };
    const nothing: Extract<Report, { kind: 'studied' | 'solved' }> =
      order.kind === 'study'
        ? { kind: 'studied', path, version, diagnostics: [], games: [] }
        : { kind: 'solved', path, version, answers: [] };
    const what = order.kind === 'study' ? 'study' : 'solving';
    thread.onReport(report => {
      if (this.#study?.thread !== thread) return;
      if (report.kind === 'progress') this.#sink.progress(report);
      if (report.kind === 'studied' || report.kind === 'solved') finished(report);
      if (report.kind === 'failed') {
        this.#sink.log(`The ${what} of ${path} failed. ${report.message}`);
        finished(nothing);
      }
    });
    thread.onEnd(why => {
      if (this.#study?.thread !== thread) return;
      this.#sink.log(`The ${what} of ${path} ended early. ${why}`);
      finished(nothing);
    });
    for (const [file, { text }] of this.#texts) thread.post({ kind: 'put', path: file, text });
    thread.post(order);
  }

  get studying(): string | undefined {
    return this.#study?.path;
  }

  cancelStudy(): void {
    this.#study?.thread.stop();
    this.#study = undefined;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.cancelStudy();
    this.#thread?.stop();
    this.#thread = undefined;
  }

  #worker(): Thread {
    if (this.#thread !== undefined) return this.#thread;
    const thread = this.#start('check');
    this.#thread = thread;
    thread.onReport(report => this.#heard(report));
    thread.onEnd(why => {
      if (this.#thread !== thread) return;
      this.#sink.log(`The analysis ended and is started again. ${why}`);
      this.#thread = undefined;
      // A text that ends it every time must not keep it busy for ever.
      if (++this.#failures <= 3) this.#again();
    });
    return thread;
  }

  #heard(report: Report): void {
    if (report.kind === 'progress' || report.kind === 'studied' || report.kind === 'solved') return;
    const current = this.#texts.get(report.path)?.version;
    if (report.kind === 'failed') {
      this.#sink.log(`The analysis of ${report.path} failed: this is a bug in Marl. ${report.message}`);
      if (current === report.version) this.#asked.delete(report.path);
      if (current === report.version) this.#sink.diagnostics(report.path, report.version, [], [report.path], false);
      return;
    }
    // What was found in an older text is not told: its places are wrong by now.
    if (current !== report.version) return;
    this.#asked.delete(report.path);
    this.#failures = 0;
    if (report.kind === 'insight') this.#sink.insight(report.path, report.version, report.insight);
    else this.#sink.diagnostics(report.path, report.version, report.diagnostics, report.files, report.partial);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#asked.size === 0) return;
    this.#timer = setTimeout(() => {
      const late = [...this.#asked.values()].some(({ since }) => performance.now() - since > patience);
      if (late && this.#thread !== undefined) {
        this.#thread.stop();
        this.#thread = undefined;
        for (const [path, { version }] of this.#asked)
          this.#asked.set(path, { version, since: performance.now() + 10 * patience });
        this.#again();
      }
      this.#watch();
    }, patience);
    this.#timer.unref?.();
  }

  /** Hands everything to a new thread: files that are waited for to be checked, others to be read. */
  #again(): void {
    if (this.#stopped) return;
    const thread = this.#worker();
    for (const [path, { text, version }] of this.#texts)
      thread.post(this.#asked.has(path) ? { kind: 'check', path, text, version } : { kind: 'put', path, text });
  }
}
