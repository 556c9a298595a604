/** `marl doctor`: what works on this machine, each thing tried rather than looked up. */
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { glpk } from '../../runtime/solvers/glpk.ts';
import { canonicalProgram } from '../../runtime/solvers/linear-program.ts';
import { availableEngines, type EngineName } from '../../runtime/tensor/engines/index.ts';
import { hasRelaxedMadd } from '../../runtime/tensor/engines/wasm/binary.ts';
import { exitCode, type Io } from '../io.ts';
import { Library } from '../library.ts';
import { packageRoot, packageVersion } from '../package.ts';
import { Reply } from '../reply.ts';
import { pad } from '../text.ts';

interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'broken' | 'absent';
  readonly detail: string;
}

const leastNode = [22, 18] as const;

export async function doctor(io: Io, options: { readonly json?: boolean }): Promise<number> {
  const reply = new Reply(io, 'doctor', options.json === true);
  const findings: Finding[] = [
    node(),
    machine(),
    library(),
    await linearPrograms(),
    await threads(),
    ...(await engines()),
    await languageServer(),
  ];
  const ok = findings.every(finding => finding.status !== 'broken');
  const mark = { ok: 'ok', broken: 'BROKEN', absent: 'absent' } as const;
  reply.say(`Marl ${packageVersion()}`);
  for (const { name, status, detail } of findings) reply.say(`${pad(mark[status], 7)} ${pad(name, 18)} ${detail}`);
  reply.object(ok, {
    version: packageVersion(),
    node: process.versions.node,
    cores: availableParallelism(),
    findings,
    diagnostics: [],
  });
  return ok ? exitCode.done : exitCode.wrong;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const detail = `${process.versions.node} on ${process.platform} ${process.arch}`;
  return {
    name: 'Node',
    status: fits ? 'ok' : 'broken',
    detail: fits ? detail : `${detail}; Marl needs ${leastNode.join('.')} or newer`,
  };
}

function machine(): Finding {
  const cores = availableParallelism();
  return {
    name: 'machine',
    status: 'ok',
    detail: `${cores} ${cores === 1 ? 'core' : 'cores'}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`,
  };
}

function library(): Finding {
  const found = new Library(join(packageRoot(), 'stdlib'));
  const count = found.games('games').length;
  return count > 0
    ? { name: 'library', status: 'ok', detail: `${count} games in std.games` }
    : { name: 'library', status: 'broken', detail: 'std.games is empty; install Marl again' };
}

/** Maximises x + y on x + 2y <= 4, 3x + y <= 6: the optimum is 14/5. */
async function linearPrograms(): Promise<Finding> {
  const name = 'glpk.js';
  try {
    const program = canonicalProgram(Float64Array.of(1, 2, 3, 1), Float64Array.of(4, 6), Float64Array.of(1, 1));
    const { status, x, reason } = await glpk.solve(program);
    const right = status === 'optimal' && Math.abs((x[0] as number) + (x[1] as number) - 2.8) < 1e-9;
    if (right && glpk.name !== 'glpk')
      return {
        name,
        status: 'absent',
        detail: 'not part of this installation; the built-in simplex solves what is not too large',
      };
    if (right) return { name, status: 'ok', detail: 'solves linear programs' };
    return {
      name,
      status: 'broken',
      detail: `a small linear program came out as ${status}${reason === undefined ? '' : `: ${reason}`}`,
    };
  } catch (error) {
    return {
      name,
      status: 'broken',
      detail: `it does not load (${(error as Error).message.split('\n')[0]}); the built-in simplex takes over`,
    };
  }
}

async function threads(): Promise<Finding> {
  const name = 'worker threads';
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage(6 * 7)", { eval: true });
  try {
    const answer = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', code => reject(new Error(`it ended with code ${code}`)));
    });
    return answer === 42
      ? { name, status: 'ok', detail: 'start and answer' }
      : { name, status: 'broken', detail: 'a worker answered wrongly' };
  } catch (error) {
    return { name, status: 'broken', detail: `a worker does not start: ${(error as Error).message}` };
  } finally {
    await worker.terminate();
  }
}

/**
 * Each engine computes something small. Without the default one no network learns; the others are asked for with `--engine`, and where one is
 * missing the line says how to get it.
 */
async function engines(): Promise<readonly Finding[]> {
  const found = await availableEngines();
  return found.map((finding): Finding => {
    const name = `engine ${finding.name}`;
    if (finding.works) return { name, status: 'ok', detail: engineWords[finding.name] };
    const own = finding.install === '';
    return { name, status: own ? 'broken' : 'absent', detail: finding.reason };
  });
}

const engineWords: Readonly<Record<EngineName, string>> = {
  wasm: `the default: generated WebAssembly SIMD, ${hasRelaxedMadd() ? 'with' : 'without'} fused multiply-add`,
  reference: 'slow and simple, to compare with',
  'tfjs-cpu': 'TensorFlow.js in JavaScript, to compare with',
  'tfjs-wasm': 'TensorFlow.js in WebAssembly',
  'tfjs-webgpu': 'TensorFlow.js through WebGPU',
  'tfjs-node': 'TensorFlow on the processor',
  'tfjs-gpu': 'TensorFlow with CUDA',
};

/** The thread that checks what is typed, on a program with one mistake. */
async function languageServer(): Promise<Finding> {
  const name = 'language server';
  const { lspThread } = await import('../lspDesk.ts');
  const thread = lspThread('check');
  let timer: NodeJS.Timeout | undefined;
  try {
    const count = await new Promise<number>((found, fail) => {
      timer = setTimeout(() => fail(new Error('no answer within 20 seconds')), 20_000);
      thread.onReport(report => {
        if (report.kind === 'checked') found(report.diagnostics.length);
        if (report.kind === 'failed') fail(new Error(report.message));
      });
      thread.onEnd(why => fail(new Error(why)));
      thread.post({ kind: 'check', path: 'doctor.marl', text: 'game G { agents One', version: 1 });
    });
    return count > 0
      ? { name, status: 'ok', detail: '`marl lsp` checks what is typed; docs/editors.md has recipes' }
      : { name, status: 'broken', detail: 'it found no mistake where there is one' };
  } catch (error) {
    return { name, status: 'broken', detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
    thread.stop();
  }
}
