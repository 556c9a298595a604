/** `marl bundle FILE[:name] -o x.mjs`: a training as one file that needs only Node, or a browser. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../runtime/checkpoint/disk.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { ownSourcePath, packageRoot } from '../package.ts';
import { type ProgramsOptions, programsOf, refusePresent, type WrittenProgram } from '../programs.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { quoted } from '../text.ts';

interface BundleOptions extends ProgramsOptions {
  readonly out?: string;
  readonly page?: boolean;
  readonly force?: boolean;
}

export async function bundle(io: Io, typed: string, options: BundleOptions): Promise<number> {
  const reply = new Reply(io, 'bundle', options.json === true);
  const found = await programsOf(reply, typed, options);
  if (found.exit !== undefined) return found.exit;
  const { programs, sweep, opened } = found.value;
  const [only, ...more] = programs;
  if (only === undefined || more.length > 0)
    return reply.problem(
      exitCode.usage,
      `${sweep} is a sweep of ${programs.length} trainings, and a bundle holds one.`,
      `Name one of them: marl bundle ${quoted(`${opened.file}:${only?.name ?? ''}`)}`,
    );
  const out = options.out ?? only.program.file.replace(/\.ts$/, '.mjs');
  if (!/\.m?js$/.test(out))
    return reply.problem(
      exitCode.usage,
      `a bundle is a module of JavaScript, and ${out} is not named like one.`,
      `Name it ${quoted(`${out.replace(/\.[^./\\]*$/, '')}.mjs`)}.`,
    );
  const page = options.page === true ? out.replace(/\.m?js$/, '.html') : undefined;
  const files = page === undefined ? [out] : [out, page];
  const present = files.find(file => existsSync(resolve(io.cwd, file)));
  if (present !== undefined && options.force !== true) return refusePresent(reply, present, 'file');
  const packed = await pack(only);
  if ('error' in packed) return reply.problem(exitCode.wrong, packed.error, packed.help);
  try {
    makeFolder(dirname(resolve(io.cwd, out)));
    writeFileSync(resolve(io.cwd, out), packed.text);
    if (page !== undefined) writeFileSync(resolve(io.cwd, page), pageText(only.name, basename(out)));
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  const bytes = Buffer.byteLength(packed.text);
  const { diagnostics, sources } = opened.program;
  reply.object(true, { name: only.name, files, bytes, diagnostics: jsonDiagnostics(diagnostics, sources) });
  reply.say(`wrote ${out} (${Math.ceil(bytes / 1024)} KiB)`);
  if (page !== undefined) reply.say(`wrote ${page}; a web server has to serve it, browsers load no modules from files`);
  reply.say(`next: node ${quoted(out)} (any Node from 20 on; nothing to install)`);
  return exitCode.done;
}

type Packed = { readonly text: string } | { readonly error: string; readonly help: string };

/** The program and all it needs of the runtime, in one file. */
async function pack({ program, game }: WrittenProgram): Promise<Packed> {
  let esbuild: typeof import('esbuild');
  try {
    esbuild = await import('esbuild');
  } catch (error) {
    const [line] = reason(error).split('\n');
    return {
      error: `esbuild, which packs programs, cannot be loaded: ${line}.`,
      help: 'Install it with npm install esbuild; `marl emit` needs nothing of it.',
    };
  }
  const result = await esbuild.build({
    stdin: { contents: program.text, sourcefile: program.file, loader: 'ts', resolveDir: packageRoot() },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'silent',
    // Where lines go depends on where the file runs.
    define: { 'console.log': 'printLine' },
    banner: { js: banner },
    footer: { js: footer },
    plugins: [
      {
        name: 'own-runtime',
        setup(build) {
          build.onResolve({ filter: /^marl\/runtime\// }, ({ path }) => ({
            path: ownSourcePath(`${path.slice('marl/'.length)}.ts`),
            sideEffects: false,
          }));
          build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
            path === `./${game.file}`
              ? { path: game.file, namespace: 'game' }
              : { path: join(resolveDir, path), sideEffects: false },
          );
          build.onLoad({ filter: /./, namespace: 'game' }, () => ({ contents: game.text, loader: 'ts' }));
        },
      },
    ],
  });
  return { text: result.outputFiles[0]?.text ?? '' };
}

/** On Node a line is printed; in a worker it is sent to whoever started it; in a page it is shown in the element `output`, if there is one. */
const banner = `const printLine = (() => {
  if (typeof WorkerGlobalScope !== 'undefined' && globalThis instanceof WorkerGlobalScope)
    return line => postMessage(line);
  if (typeof document === 'undefined') return line => globalThis.console.log(line);
  return line => {
    globalThis.console.log(line);
    document.getElementById('output')?.append(line + '\\n');
  };
})();`;

/** In a worker: no more lines will come. */
const footer = `if (typeof document === 'undefined' && typeof WorkerGlobalScope !== 'undefined') printLine(null);`;

/** A page that runs a bundle in a worker, so that it stays alive meanwhile, and shows its lines. */
function pageText(name: string, file: string): string {
  const title = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const address = JSON.stringify(`./${encodeURIComponent(file)}`).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<h1>${title}</h1>
<p id="state">training</p>
<pre id="output"></pre>
<script type="module">
  const state = document.getElementById('state');
  const worker = new Worker(${address}, { type: 'module' });
  worker.onmessage = ({ data }) => {
    if (data === null) state.textContent = 'done';
    else document.getElementById('output').append(data + '\\n');
  };
  worker.onerror = ({ message }) => {
    state.textContent = 'failed: ' + message;
  };
</script>
</html>
`;
}
