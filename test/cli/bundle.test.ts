import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl as runMarl } from './run.ts';

const program = `import std.games.{Climbing}
train Table on Climbing {
  algorithm IQL { alpha = 0.1 }
  budget 2_000 steps
}
train Nets on Climbing {
  algorithm IPPO { rollout = 20 }
  budget 200 steps
  evaluate every 100 steps for 10 episodes
}
sweep Rates of Table {
  algorithm.alpha in [0.1, 0.2]
}
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-bundle-'));
  writeFileSync(join(dir, 'learn.marl'), program);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const marl = (...args: string[]): ReturnType<typeof runMarl> => runMarl(args, { cwd: dir });

function metrics(name: string): string {
  return readFileSync(join(dir, `run-${name}`, 'metrics.jsonl'), 'utf8');
}

describe('marl bundle', () => {
  for (const name of ['Table', 'Nets'])
    test(`${name}: one file under 1 MB that prints what marl train writes, with nothing beside it`, async () => {
      expect((await marl('train', `learn.marl:${name}`, '--out', `run-${name}`, '--json')).code).toBe(0);
      const { code, out } = await marl('bundle', `learn.marl:${name}`, '-o', `${name}.mjs`, '--page', '--json');
      expect(code).toBe(0);
      const reply = JSON.parse(out) as { ok: boolean; files: string[]; bytes: number };
      expect(reply).toMatchObject({ ok: true, files: [`${name}.mjs`, `${name}.html`] });
      expect(statSync(join(dir, `${name}.mjs`)).size).toBe(reply.bytes);
      expect(reply.bytes).toBeLessThan(1_000_000);
      expect(execFileSync(process.execPath, [join(dir, `${name}.mjs`)], { encoding: 'utf8', env: {} })).toBe(
        metrics(name),
      );
    });

  test('the same file trains in a page', { timeout: 120_000 }, async context => {
    const browser = findBrowser();
    if (browser === undefined) {
      console.log('no Chromium on this machine (apt-get install chromium): the page was not tried');
      context.skip();
      return;
    }
    for (const name of ['Table', 'Nets']) expect(await inPage(browser, name)).toBe(metrics(name));
  });

  test('refuses what it cannot pack, and to replace', async () => {
    const sweep = await marl('bundle', 'learn.marl:Rates');
    expect(sweep.code).toBe(2);
    expect(sweep.err).toContain('a bundle holds one');
    const odd = await marl('bundle', 'learn.marl:Table', '-o', 'table.py');
    expect(odd.code).toBe(2);
    expect(odd.err).toContain('table.mjs');
    writeFileSync(join(dir, 'there.mjs'), '');
    const present = await marl('bundle', 'learn.marl:Table', '-o', 'there.mjs');
    expect(present.code).toBe(1);
    expect(present.err).toContain('--force');
    expect((await marl('bundle', 'learn.marl:Nobody')).code).not.toBe(0);
  });
});

function findBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync);
}

/** What the page of a bundle shows at the end; a script added to it sends that home. */
async function inPage(browser: string, name: string): Promise<string> {
  const watch = `<script type="module">
    const timer = setInterval(() => {
      const state = document.getElementById('state').textContent;
      if (state === 'training') return;
      clearInterval(timer);
      fetch('/said', { method: 'POST', body: state === 'done' ? document.getElementById('output').textContent : state });
    }, 50);
  </script>`;
  const profile = mkdtempSync(join(tmpdir(), 'marl-browser-'));
  let said: (text: string) => void = () => {};
  const shown = new Promise<string>(resolve => {
    said = resolve;
  });
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/said') {
      let body = '';
      request.on('data', part => {
        body += String(part);
      });
      request.on('end', () => {
        response.end();
        said(body);
      });
    } else if (path === '/page') {
      response.setHeader('content-type', 'text/html');
      response.end(readFileSync(join(dir, `${name}.html`), 'utf8') + watch);
    } else if (path === `/${name}.mjs`) {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(join(dir, `${name}.mjs`)));
    } else response.writeHead(404).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  const child = spawn(browser, [...flags, `http://127.0.0.1:${port}/page`], { stdio: 'ignore' });
  const late = setTimeout(() => said('the page said nothing for a minute'), 60_000);
  try {
    return await shown;
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    await new Promise(resolve => setTimeout(resolve, 300));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
