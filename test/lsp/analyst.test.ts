import { describe, expect, test } from 'vitest';
import { Analyst, type Purpose, type Sink, type Thread } from '../../lsp/analyst.ts';
import type { Order, Report } from '../../lsp/thread.ts';

class FakeThread implements Thread {
  readonly orders: Order[] = [];
  readonly purpose: Purpose;
  stopped = false;
  report: (report: Report) => void = () => undefined;
  end: (why: string) => void = () => undefined;

  constructor(purpose: Purpose) {
    this.purpose = purpose;
  }
  post(order: Order): void {
    this.orders.push(order);
  }
  onReport(listen: (report: Report) => void): void {
    this.report = listen;
  }
  onEnd(listen: (why: string) => void): void {
    this.end = listen;
  }
  stop(): void {
    this.stopped = true;
  }
}

function setUp() {
  const threads: FakeThread[] = [];
  const heard: string[] = [];
  const sink: Sink = {
    diagnostics: (path, version, found) => void heard.push(`${path} ${version}: ${found.length}`),
    insight: (path, version) => void heard.push(`insight ${path} ${version}`),
    studied: ({ path, version, games }) => void heard.push(`studied ${path} ${version}: ${games.length}`),
    solved: ({ path, version, answers }) => void heard.push(`solved ${path} ${version}: ${answers.length}`),
    progress: ({ what }) => void heard.push(`progress ${what}`),
    log: message => void heard.push(`log ${message.split('.')[0]}`),
  };
  const analyst = new Analyst(purpose => {
    const thread = new FakeThread(purpose);
    threads.push(thread);
    return thread;
  }, sink);
  return { analyst, threads, heard };
}

const checked = (path: string, version: number): Report => ({
  kind: 'checked',
  path,
  version,
  diagnostics: [],
  files: [path],
  partial: false,
});

describe('the analyst', () => {
  test('what was found in an older text is not told', () => {
    const { analyst, threads, heard } = setUp();
    analyst.check('a', 'one', 1);
    analyst.check('a', 'two', 2);
    threads[0]!.report(checked('a', 1));
    expect(heard).toEqual([]);
    threads[0]!.report(checked('a', 2));
    expect(heard).toEqual(['a 2: 0']);
    analyst.close('a');
    threads[0]!.report(checked('a', 2));
    expect(heard).toHaveLength(1);
    analyst.stop();
  });

  test('a thread that ends is started again with all texts, but not for ever', () => {
    const { analyst, threads, heard } = setUp();
    analyst.check('a', 'one', 1);
    threads[0]!.report(checked('a', 1));
    analyst.check('b', 'two', 2);
    threads[0]!.end('out of memory');
    expect(threads[1]!.orders).toEqual([
      { kind: 'put', path: 'a', text: 'one' },
      { kind: 'check', path: 'b', text: 'two', version: 2 },
    ]);
    for (let k = 1; k < 10; k++) threads[k]?.end('out of memory');
    expect(threads).toHaveLength(4);
    expect(heard.filter(line => line.startsWith('log'))).toHaveLength(4);
    analyst.stop();
  });

  test('a study is given up when its file is edited, and its answer dropped', () => {
    const { analyst, threads, heard } = setUp();
    analyst.check('a', 'one', 1);
    analyst.study('a');
    const study = threads[1]!;
    expect(study.purpose).toBe('study');
    expect(study.orders).toEqual([
      { kind: 'put', path: 'a', text: 'one' },
      { kind: 'study', path: 'a', version: 1 },
    ]);
    study.report({ kind: 'progress', path: 'a', done: 0, of: 1, what: 'G' });
    analyst.check('a', 'two', 2);
    expect(study.stopped).toBe(true);
    study.report({ kind: 'studied', path: 'a', version: 1, diagnostics: [], games: [] });
    expect(heard).toEqual(['progress G']);
    analyst.stop();
  });

  test('a mistake of ours is logged, and old diagnostics do not stay', () => {
    const { analyst, threads, heard } = setUp();
    analyst.check('a', 'one', 1);
    threads[0]!.report({ kind: 'failed', path: 'a', version: 1, message: 'Error: x' });
    expect(heard).toEqual(['log The analysis of a failed: this is a bug in Marl', 'a 1: 0']);
    analyst.stop();
  });
});
