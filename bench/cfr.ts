/**
 * Iterations per second of counterfactual regret minimisation on Kuhn and Leduc poker, on one core, and of OpenSpiel's C++ with the same
 * updates beside it, measured in turn; the exploitability after the same number of iterations shows that both do the same. Then the
 * sequence-form linear program of Leduc.
 *
 *   node bench/cfr.ts [python]      without a python that has `open_spiel`, a virtual environment is made for it in the temporary folder
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileHost } from '../cli/host.ts';
import { enumerate } from '../compiler/game/exact.ts';
import { compile } from '../compiler/index.ts';
import type { TabularGame } from '../runtime/games/tabular.ts';
import { Cfr, schemes } from '../runtime/solvers/extensive/cfr.ts';
import { type SequenceForm, sequenceForm } from '../runtime/solvers/extensive/form.ts';
import { buildTree } from '../runtime/solvers/extensive/tree.ts';
import { isRefusal, solve } from '../runtime/solvers/index.ts';
import { toFloat } from '../runtime/verify/number.ts';

const root = join(import.meta.dirname, '..');
const rounds = 5;

/** A python that can import `pyspiel`, or why there is none. */
function peer(asked: string | undefined): { readonly python: string } | { readonly why: string } {
  const has = (python: string) => spawnSync(python, ['-c', 'import pyspiel']).status === 0;
  if (asked !== undefined || has('python3')) return { python: asked ?? 'python3' };
  const folder = join(tmpdir(), 'marl-open-spiel');
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) spawnSync('python3', ['-m', 'venv', folder]);
  if (!has(python)) {
    const pip = spawnSync(python, ['-m', 'pip', 'install', '-q', 'open_spiel==2.0.2'], { encoding: 'utf8' });
    if (!has(python)) return { why: pip.stderr?.trim().split('\n').at(-1) ?? 'no python3' };
  }
  return { python };
}

function listed(name: string): TabularGame {
  const { model } = compile(fileHost(root, 'std:', undefined), `std:games/${name}.marl`).instantiate(name, new Map());
  if (model === undefined) throw new Error(`${name} does not compile`);
  const { game, problem } = enumerate(model, { maxStates: 100_000 });
  if (game === undefined) throw new Error(problem.message);
  return game;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** Iterations per second of CPU time, and the exploitability at the end. */
function measure(form: SequenceForm, method: string, iterations: number): readonly [number, number] {
  const scheme = schemes.find(one => one.method === method);
  if (scheme === undefined) throw new Error(`no scheme ${method}`);
  const run = new Cfr(form, scheme);
  const start = process.cpuUsage();
  run.run(iterations);
  const { user, system } = process.cpuUsage(start);
  return [(iterations / (user + system)) * 1e6, run.nashConv() / 2];
}

const found = peer(process.argv[2]);
if ('why' in found) console.log(`OpenSpiel not measured (${found.why})`);
for (const [name, original, ours, theirs] of [
  ['Kuhn', 'kuhn_poker', 300_000, 10_000],
  ['Leduc', 'leduc_poker', 3_000, 40],
] as const) {
  const game = listed(name);
  const tree = buildTree(game);
  if (isRefusal(tree)) throw new Error(tree.refused);
  const form = sequenceForm(tree);
  const sets = form.spaces[0].sets + form.spaces[1].sets;
  console.log(`${name}: ${sets} information sets, ${form.rows[0].other.length} payoffs`);
  for (const { method } of schemes) {
    const peers: number[] = [];
    const rates: number[] = [];
    let [reached, there] = [Number.NaN, Number.NaN];
    measure(form, method, ours / 10);
    for (let round = 0; round < rounds; round++) {
      rates.push(measure(form, method, ours)[0]);
      if (!('python' in found) || (method !== 'cfr' && method !== 'cfr_plus')) continue;
      const script = join(import.meta.dirname, 'peers/cfr_steps.py');
      const { stdout } = spawnSync(found.python, [script, original, method, `${theirs}`], { encoding: 'utf8' });
      const [rate = Number.NaN, exploitability = Number.NaN] = stdout.trim().split(' ').map(Number);
      peers.push(rate);
      there = exploitability;
      reached = measure(form, method, theirs)[1];
    }
    const mine = `${Math.round(median(rates))} iterations/s (best ${Math.round(Math.max(...rates))})`;
    const beside =
      peers.length === 0
        ? ''
        : `; OpenSpiel ${Math.round(median(peers))}, ratio ${Math.round(median(rates) / median(peers))}; exploitability after ${theirs}: ${reached.toPrecision(6)} and ${there.toPrecision(6)}`;
    console.log(`  ${method.padEnd(20)} ${mine}${beside}`);
  }
}
const start = performance.now();
const answer = await solve(listed('Leduc'), { concept: 'minimax' });
if (isRefusal(answer)) throw new Error(answer.refused);
console.log(
  `Leduc by sequence_form: ${toFloat(answer.values?.[0] ?? Number.NaN).toFixed(12)}, NashConv ${toFloat(answer.certificate.nashConv).toExponential(1)}, ${((performance.now() - start) / 1000).toFixed(2)} s with tree and certificate`,
);
