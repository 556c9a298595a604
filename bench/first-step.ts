/**
 * Loaded before the built command by bench/deep.ts: says when a training first acts and when it first learns, as lines
 * `marl-first NAME MILLISECONDS CPU` on stderr; milliseconds since 1970 and microseconds of the processor so far, all threads of the process together.
 */
import { writeSync } from 'node:fs';

/** The types of Node alone do not declare it. */
interface Assembly {
  Instance: new (module: object, imports?: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

const assembly = (globalThis as unknown as { readonly WebAssembly: Assembly }).WebAssembly;
const seen = new Set<string>();

/** The compiled programs of a training are exports of this name. */
const acts = 'run act';
const learns = 'run train';

function mark(name: string): void {
  if (seen.has(name)) return;
  seen.add(name);
  const { user, system } = process.cpuUsage();
  writeSync(2, `marl-first ${name} ${performance.timeOrigin + performance.now()} ${user + system}\n`);
}

function marked(exports: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(exports).map(([name, value]): [string, unknown] => {
    if (typeof value !== 'function') return [name, value];
    const run = (...values: readonly unknown[]): unknown => {
      if (name === acts) mark('act');
      if (name.startsWith(learns)) mark('learn');
      return value(...values);
    };
    return [name, run];
  });
  return Object.fromEntries(entries);
}

assembly.Instance = new Proxy(assembly.Instance, {
  construct(target, [module, imports]: [object, object?]) {
    return { exports: marked(new target(module, imports).exports) };
  },
});
