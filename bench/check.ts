/**
 * How long `marl check` takes: CPU seconds of a cold process on a 100-line file, and the time to compile a generated 5,000-line file
 * inside a warm process. Prints medians. Run `npm run build` first: the cold figure is that of the built command.
 *
 *   node bench/check.ts
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileHost, stdinPath } from '../cli/host.ts';
import { compile } from '../compiler/index.ts';

const root = join(import.meta.dirname, '..');

/** One game of `lines` lines or a little more, with state, families, functions, legality and observations. */
function game(k: number): string {
  return `/// Game number ${k}.
game Patrol${k}(size: int = ${4 + (k % 5)}, guards: int = 2) where size > 1 {
  agents Guard[guards]
  index Post[3]
  record Cell { row: 0..size-1, col: 0..size-1 }
  enum Mode { Calm, Alert }
  actions { North, South, West, East, Watch }
  state {
    at:    Cell[Guard]
    post:  Cell[Post]
    mode:  Mode = Calm
    tired: (0..5)[Guard] = 0
  }
  init {
    at[g: Guard] ~ uniform(Cell) such that all(at[h] != at[g] for h in Guard if h < g)
    post ~ uniform(Cell[Post])
  }
  fn toward(c: Cell, m: Action): Cell = match m {
    North => c with row - 1 clamped
    South => c with row + 1 clamped
    West  => c with col - 1 clamped
    East  => c with col + 1 clamped
    Watch => c
  }
  fn distance(a: Cell, b: Cell): 0..2*size = abs(a.row - b.row) + abs(a.col - b.col)
  fn near(a: Cell, b: Cell): bool = distance(a, b) <= 1
  legal Watch for g = any(near(at[g], post[p]) for p in Post)
  step {
    let goal[g: Guard] = toward(at[g], action[g])
    let seen[p: Post] = any(near(at[g], post[p]) and action[g] == Watch for g in Guard)
    let alarm ~ bernoulli(1/8)
    next at[g: Guard] = if any(goal[h] == goal[g] for h in Guard if h != g) then at[g] else goal[g]
    next tired[g: Guard] = if action[g] == Watch then clamp(tired[g] - 1, 0, 5) else clamp(tired[g] + 1, 0, 5)
    next mode = if alarm then Alert else mode
  }
  reward[g: Guard] = count(seen[p] for p in Post) / 3 - (if tired[g] > 4 then 1 else 0) + (if mode == Alert then 0.5 else 0)
  observe[g: Guard] { at[g], [at[h] for h in Guard if h != g], post, mode, tired[g] }
  horizon 40
  discount 0.97
}

train Learn${k} on Patrol${k}(size: ${5 + (k % 4)}) {
  team reward = sum
  algorithm IQL { alpha = 0.1  epsilon = 1.0 -> 0.05 over 9_000 steps }
  budget 10_000 steps
  seeds 1..3
}
`;
}

/** At least `lines` lines of games. */
export function program(lines: number): string {
  let text = '';
  for (let k = 0; text.split('\n').length <= lines; k++) text += `${game(k)}\n`;
  return text;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function inProcess(): void {
  const text = program(5_000);
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const before = performance.now();
    const { diagnostics } = compile(fileHost(root, stdinPath, { text }), stdinPath);
    times.push(performance.now() - before);
    if (diagnostics.length > 0) throw new Error(`the generated program is wrong: ${diagnostics[0]?.message}`);
  }
  console.log(
    `compile, ${text.split('\n').length} lines, in process: first ${(times[0] as number).toFixed(0)} ms, median ${median(times).toFixed(0)} ms`,
  );
}

function cold(): void {
  const main = join(root, 'dist/cli/main.js');
  if (!existsSync(main)) {
    console.log('marl check, cold: not measured, run `npm run build` first');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'marl-bench-'));
  for (const lines of [100, 5_000]) {
    const file = join(folder, `program-${lines}.marl`);
    writeFileSync(file, program(lines));
    const cpu: number[] = [];
    for (let run = 0; run < 5; run++) {
      // The shell reports user and system time of the command it ran.
      const result = spawnSync(
        '/usr/bin/env',
        ['bash', '-c', `TIMEFORMAT='%U %S'; time "${process.execPath}" "${main}" check "${file}" > /dev/null`],
        { encoding: 'utf8' },
      );
      const [user, system] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
      cpu.push((user ?? Number.NaN) + (system ?? Number.NaN));
    }
    console.log(`marl check, ${lines} lines, cold process: median ${median(cpu).toFixed(2)} s of CPU`);
  }
  rmSync(folder, { recursive: true });
}

if (process.argv[1] === import.meta.filename) {
  inProcess();
  cold();
}
