/**
 * How quick the language server is, as an editor sees it: a process spoken to over its standard streams. Prints the time from start to
 * the first diagnostics, from a keystroke to the diagnostics of its text (median and 95th percentile, a file of 1,000 lines, alone
 * and with three imports), and the memory after many edits.
 *
 *   node bench/lsp.ts [edits] [main.js]     edits of the memory run; 12_000 are about an hour's worth
 *
 * The server is the built one (`npm run build`), or the one named, or else the sources.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { purposes, Stream } from '../runtime/rng/stream.ts';
import { Client } from '../test/lsp/client.ts';
import { program } from './check.ts';

const folder = mkdtempSync(join(tmpdir(), 'marl-bench-lsp-'));
const edits = Number(process.argv[2] ?? 1_000);
const dist = join(import.meta.dirname, '../dist/cli');
const sources = join(import.meta.dirname, '../cli/main.ts');
const server = process.argv[3] ?? (existsSync(join(dist, 'lspThread.js')) ? join(dist, 'main.js') : sources);
const start = (): Client => new Client([process.execPath, server, 'lsp', '--stdio']);
writeFileSync(join(folder, 'package.json'), '{}');
writeFileSync(join(folder, 'one.marl'), program(120).replaceAll('Patrol', 'One').replaceAll('Learn', 'LearnOne'));
writeFileSync(join(folder, 'two.marl'), program(120).replaceAll('Patrol', 'Two').replaceAll('Learn', 'LearnTwo'));

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] as number;
}

/** A file in an editor: text, version, and how it is typed into. */
class Typist {
  readonly #client: Client;
  readonly #uri: string;
  readonly #stream = new Stream(1, purposes.policy, 0, 0);
  #text: string;
  #version = 1;

  constructor(client: Client, name: string, text: string) {
    this.#client = client;
    this.#uri = pathToFileURL(join(folder, name)).href;
    this.#text = text;
  }

  async open(): Promise<void> {
    this.#client.open(this.#uri, this.#text, this.#version);
    await this.#answered();
  }

  async #answered(): Promise<void> {
    const version = this.#version;
    await this.#client.diagnostics(this.#uri, shown => shown.version === version);
    this.#client.heard.length = 0;
  }

  /** Types a character at a time what people type: a number changed, a line written, a name misspelt and mended. */
  async *keystrokes(count: number): AsyncGenerator<Taken> {
    let done = 0;
    while (done < count) {
      const places = [...this.#text.matchAll(/horizon 40|let alarm|reward\[g: Guard\] = /g)];
      const place = places[this.#stream.below(places.length)] as RegExpExecArray;
      const at = place.index + (place[0] === 'horizon 40' ? 10 : place[0] === 'let alarm' ? 0 : place[0].length);
      const typed =
        place[0] === 'horizon 40' ? '12' : place[0] === 'let alarm' ? 'let quiet = 1' : 'tired[g] + tird[g] + ';
      const keys = [...typed];
      // An editor indents the next line together with the line break.
      if (place[0] === 'let alarm') keys.push('\n    ');
      let end = at;
      for (const key of keys) {
        yield await this.#press(end, 0, key);
        end += key.length;
      }
      for (const key of keys.reverse()) {
        end -= key.length;
        yield await this.#press(end, key.length, '');
      }
      done += 2 * keys.length;
    }
  }

  async #press(at: number, remove: number, insert: string): Promise<Taken> {
    const place = (offset: number) => {
      const before = this.#text.slice(0, offset).split('\n');
      return { line: before.length - 1, character: (before.at(-1) as string).length };
    };
    const range = { start: place(at), end: place(at + remove) };
    this.#text = this.#text.slice(0, at) + insert + this.#text.slice(at + remove);
    this.#version++;
    const busy = cpu(this.#client);
    const before = performance.now();
    this.#client.notify('textDocument/didChange', {
      textDocument: { uri: this.#uri, version: this.#version },
      contentChanges: [{ range, text: insert }],
    });
    await this.#answered();
    return { wall: performance.now() - before, busy: cpu(this.#client) - busy };
  }
}

/** From a change to its diagnostics, in milliseconds: on the clock, and of all the server's threads on a processor. */
interface Taken {
  readonly wall: number;
  readonly busy: number;
}

/** Milliseconds that the server's threads have been on a processor; the same on a busy machine as on a quiet one, nearly. */
function cpu({ process: { pid } }: Client): number {
  const tasks = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const task of existsSync(tasks) ? readdirSync(tasks) : [])
    try {
      nanoseconds += Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // A thread that has just ended.
    }
  return nanoseconds / 1e6;
}

async function first(): Promise<void> {
  const times: number[] = [];
  const busy: number[] = [];
  for (let run = 0; run < 7; run++) {
    const before = performance.now();
    const client = start();
    await client.begin(pathToFileURL(folder).href);
    const uri = pathToFileURL(join(folder, 'small.marl')).href;
    client.open(uri, program(60));
    await client.diagnostics(uri);
    // The first run fills Node's cache of compiled code.
    if (run > 0) {
      times.push(performance.now() - before);
      busy.push(cpu(client));
    }
    await client.end();
  }
  console.log(
    `first diagnostics after start: median ${percentile(times, 0.5).toFixed(0)} ms, worst of ${times.length} ${Math.max(...times).toFixed(0)} ms; processor time median ${percentile(busy, 0.5).toFixed(0)} ms`,
  );
}

async function typing(name: string, text: string, count: number): Promise<void> {
  const client = start();
  await client.begin(pathToFileURL(folder).href);
  const typist = new Typist(client, 'typed.marl', text);
  await typist.open();
  const taken: Taken[] = [];
  for await (const time of typist.keystrokes(60)) void time;
  for await (const time of typist.keystrokes(count)) taken.push(time);
  const times = taken.map(one => one.wall);
  const busy = taken.map(one => one.busy);
  const lines = text.split('\n').length;
  console.log(
    `keystroke to diagnostics, ${lines} lines, ${name}: median ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms, worst ${Math.max(...times).toFixed(0)} ms of ${times.length}; processor time median ${percentile(busy, 0.5).toFixed(1)} ms, p95 ${percentile(busy, 0.95).toFixed(1)} ms`,
  );
  await client.end();
}

async function memory(): Promise<void> {
  const client = start();
  await client.begin(pathToFileURL(folder).href);
  const typist = new Typist(client, 'long.marl', program(1_000));
  await typist.open();
  let count = 0;
  for await (const time of typist.keystrokes(edits)) {
    void time;
    count++;
    // People stop now and then, which is when the whole file is looked at.
    if (count % 200 === 0) await new Promise(resolve => setTimeout(resolve, 1_200));
  }
  const status = readFileSync(`/proc/${client.process.pid}/status`, 'utf8');
  const kilobytes = (field: string): number =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  console.log(
    `memory after ${count} edits: ${Math.round(kilobytes('VmRSS') / 1024)} MB resident, ${Math.round(kilobytes('VmHWM') / 1024)} MB at most`,
  );
  await client.end();
}

console.log(`${server}, load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
await first();
await typing('alone', program(1_000), 300);
const imports = 'import std.games.Foraging\nimport "./one.marl"\nimport "./two.marl"\n\n';

await typing(
  'three imports',
  `${imports}${program(1_000)}\ntrain Far on Foraging {\n  algorithm IQL { }\n  budget 10 steps\n}\n`,
  300,
);
await memory();
rmSync(folder, { recursive: true, force: true });
