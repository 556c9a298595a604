/**
 * `node look/look.ts [--out DIR] [--chromium PATH] [--scene NAME]...`: installs the packaged extension in code-server, opens it in Chromium, does what a
 * person would do and checks what a person would see. Leaves a screenshot of every scene for somebody to look at.
 *
 * Not part of CI: it brings a whole VS Code, and Chromium has to be there.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Frame, Page } from 'playwright-core';

const here = import.meta.dirname;
const vsix = join(here, '..', 'marl.vsix');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(here, 'out') },
    scene: { type: 'string', multiple: true },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const out = resolve(values.out);
/** Scenes with a picture. */
const taken = new Set<string>();
/** Milliseconds for a scene to come about, also on a machine that has other things to do. */
const patience = 240_000;

/** Programs of the workspace that is opened. */
const programs: Readonly<Record<string, string>> = {
  'mistakes.marl': `/// A game with mistakes in it.
game Broken {
  agents Row, Column
  actions { Left, Right }
  payoff {
             Left     Right
    Left:   (1, 1)   (0, 0)
    Right:  (0, 0)   (1, 1)
  }
}

solve nash of Brokn

train Learn on Broken {
  algorithm QMIX { gama = 0.9 }
  budget 1_000 steps
}
`,
  'claim.marl': `game Coordination {
  agents Row, Column
  actions { Left, Right }
  payoff {
             Left     Right
    Left:   (1, 1)   (0, 0)
    Right:  (0, 0)   (1, 1)
  }
  assert common_reward
  assert zero_sum
}
`,
};

function installTools(): void {
  const npm = (folder: string): void => {
    const words = ['install', '--ignore-scripts', '--omit=dev', '--no-package-lock', '--no-audit', '--no-fund'];
    execFileSync('npm', words, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  };
  if (!existsSync(join(here, 'node_modules', 'code-server'))) npm(here);
  // What code-server's own install script does, without building what it brings built or can do without.
  const code = join(here, 'node_modules', 'code-server', 'lib', 'vscode');
  for (const folder of [code, join(code, 'extensions')]) if (!existsSync(join(folder, 'node_modules'))) npm(folder);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A VS Code of its own: settings, extensions and a workspace nobody else has. */
class Editor {
  readonly work = mkdtempSync(join(tmpdir(), 'marl-look-'));
  readonly folder = join(this.work, 'games');
  #process: ChildProcess | undefined;
  #browser: Browser | undefined;
  #page: Page | undefined;

  prepare(): void {
    mkdirSync(this.folder, { recursive: true });
    cpSync(join(here, '..', '..', '..', 'examples'), this.folder, { recursive: true });
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(this.folder, name), text);
    execFileSync(process.execPath, [...this.#words(), '--install-extension', vsix], { stdio: 'inherit' });
  }

  #words(): readonly string[] {
    const entry = join(here, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
    return [entry, '--user-data-dir', join(this.work, 'user'), '--extensions-dir', join(this.work, 'extensions')];
  }

  /** @param trusted whether the folder may run programs */
  async start(trusted: boolean): Promise<void> {
    const settings = {
      'security.workspace.trust.enabled': !trusted,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
      'workbench.startupEditor': 'none',
      'workbench.colorTheme': 'Default Dark Modern',
      'telemetry.telemetryLevel': 'off',
      'window.commandCenter': false,
      'chat.disableAIFeatures': true,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
    };
    mkdirSync(join(this.work, 'user', 'User'), { recursive: true });
    writeFileSync(join(this.work, 'user', 'User', 'settings.json'), JSON.stringify(settings));
    const port = await freePort();
    const words = [
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
    ];
    this.#process = spawn(process.execPath, [...this.#words(), ...words, this.folder], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, XDG_CONFIG_HOME: join(this.work, 'config') },
    });
    const address = `http://127.0.0.1:${port}/?folder=${this.folder}`;
    await until('code-server answers', async () => (await fetch(address)).ok);
    const { chromium } = await import('playwright-core');
    this.#browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
    this.#page = await this.#browser.newPage({ viewport: { width: 1440, height: 900 } });
    await this.#page.goto(address);
    await this.#page.waitForSelector('.monaco-workbench .activitybar', { timeout: patience });
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the editor has not been started');
    return this.#page;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    this.#process?.kill();
    this.#browser = undefined;
    this.#page = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Opens a file by its name. */
  async open(name: string): Promise<void> {
    await this.page.keyboard.press('Control+p');
    await this.page.waitForSelector('.quick-input-widget input', { state: 'visible' });
    await this.page.keyboard.type(name, { delay: 15 });
    await this.page.waitForSelector(`.quick-input-list .monaco-list-row:has-text("${name}")`, { timeout: patience });
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector(`.tab.active:has-text("${name}")`, { timeout: patience });
  }

  /** Runs a command of the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.page.waitForSelector('.quick-input-widget input', { state: 'visible' });
    await this.page.keyboard.type(title, { delay: 15 });
    await this.page.waitForSelector(`.quick-input-list .monaco-list-row:has-text("${title}")`, { timeout: patience });
    await this.page.keyboard.press('Enter');
  }

  async hidePanel(): Promise<void> {
    const panel = this.page.locator('.part.panel');
    if (!(await panel.isVisible())) return;
    await this.page.keyboard.press('Control+j');
    await panel.waitFor({ state: 'hidden', timeout: patience });
  }

  /** The texts of all code lenses on the screen. */
  async lenses(): Promise<readonly string[]> {
    return await this.page.locator('.codelens-decoration').allInnerTexts();
  }

  /** Clicks the first code lens with this title. */
  async lens(title: string, nth = 0): Promise<void> {
    await this.page
      .locator('.codelens-decoration a', { hasText: new RegExp(`^${title}$`) })
      .nth(nth)
      .click();
  }

  /** The frame of a panel that shows something matching a selector. */
  async panel(selector: string): Promise<Frame> {
    return await until(`a panel with ${selector}`, async () => {
      for (const frame of this.page.frames()) if ((await frame.locator(selector).count()) > 0) return frame;
      return undefined;
    });
  }

  async picture(name: string): Promise<void> {
    taken.add(name);
    await this.page.screenshot({ path: join(out, `${name}.png`) });
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise(go => setTimeout(go, 250));
  }
}

/** What is looked at, in order. Each leaves a picture, also where it fails. */
const scenes: readonly (readonly [name: string, trusted: boolean, play: (editor: Editor) => Promise<void>])[] = [
  [
    'untrusted',
    false,
    async editor => {
      await editor.open('1-matrix-game.marl');
      await until('what kind of game it is', async () =>
        (await editor.lenses()).some(text => text.includes('2-player')),
      );
      const lenses = (await editor.lenses()).join(' ');
      if (/Solve|Play|Check/.test(lenses)) throw new Error(`an untrusted folder offers to run programs: ${lenses}`);
    },
  ],
  [
    'granted',
    false,
    async editor => {
      await editor.command('Workspaces: Manage Workspace Trust');
      await editor.page
        .locator('.workspace-trust-editor a.monaco-button', { hasText: /^Trust$/ })
        .first()
        .click();
      await editor.open('1-matrix-game.marl');
      // The server starts anew and offers what it may do now.
      await until('lenses', async () => {
        const lenses = (await editor.lenses()).join(' ');
        return ['Check', 'Solve', 'Play'].every(word => lenses.includes(word));
      });
    },
  ],
  [
    'mistakes',
    true,
    async editor => {
      await editor.open('mistakes.marl');
      await until('squiggles', async () => (await editor.page.locator('.squiggly-error').count()) >= 2);
      await editor.command('Problems: Focus on Problems View');
      await until('problems', async () => (await editor.page.locator('.markers-panel .monaco-list-row').count()) >= 3);
    },
  ],
  [
    'claim',
    true,
    async editor => {
      await editor.hidePanel();
      await editor.open('claim.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Check')));
      // Whether an assertion is true is found out when it is asked for.
      await editor.lens('Check');
      await until('the refuted one', async () => (await editor.page.locator('.squiggly-error').count()) >= 1);
    },
  ],
  [
    'lenses',
    true,
    async editor => {
      await editor.hidePanel();
      await editor.open('1-matrix-game.marl');
      await until('lenses', async () => {
        const lenses = (await editor.lenses()).join(' ');
        return ['Check', 'Solve', 'Play', '2-player'].every(word => lenses.includes(word));
      });
      // Words of several kinds in several colours.
      const colours = await editor.page
        .locator('.view-line span span')
        .evaluateAll(spans => [...new Set(spans.map(span => getComputedStyle(span).color))]);
      if (colours.length < 5) throw new Error(`the program is in ${colours.length} colours`);
    },
  ],
  [
    'snippets',
    true,
    async editor => {
      await editor.command('Snippets: Insert Snippet');
      await until(
        'the list',
        async () => (await editor.page.locator('.quick-input-list .monaco-list-row').count()) > 5,
      );
      await editor.page.keyboard.type('game (', { delay: 15 });
      await editor.page.waitForSelector('.quick-input-list .monaco-list-row:has-text("payoff table")', {
        timeout: patience,
      });
      await editor.picture('snippets');
      await editor.page.keyboard.press('Escape');
    },
  ],
  [
    'typing',
    true,
    async editor => {
      await editor.open('claim.marl');
      await editor.page.keyboard.press('Control+End');
      await editor.page.keyboard.type('\ntrain Learn on Coordination {\nalgorithm ', { delay: 40 });
      await editor.page.keyboard.press('Control+Space');
      await until(
        'algorithms',
        async () => (await editor.page.locator('.suggest-widget .monaco-list-row').count()) > 3,
      );
      // What fits comes first.
      await new Promise(go => setTimeout(go, 1_500));
    },
  ],
  [
    'play',
    true,
    async editor => {
      await editor.page.keyboard.press('Escape');
      await editor.open('4-signalling.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Play')));
      await editor.lens('Play');
      const frame = await editor.panel('.seat [type=radio]');
      await frame.locator('[data-acts=true] label').first().click();
      await until('a step', async () => (await frame.locator('tbody tr').count()) > 0);
      await frame.locator('[data-move=undo]').click();
      await until('undone', async () => (await frame.locator('tbody tr').count()) === 0);
      await frame.locator('[data-move=random]').click();
      await until('a random step', async () => (await frame.locator('tbody tr').count()) > 0);
    },
  ],
  [
    'grid',
    true,
    async editor => {
      await editor.command('View: Close All Editors');
      await editor.open('7-gridworld.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Play')));
      await editor.lens('Play');
      const frame = await editor.panel('.seat [type=radio]');
      await frame.locator('[data-acts=true] label').nth(1).click();
      const step = frame.locator('[data-move=step]');
      for (let k = 0; k < 3; k++) {
        if ((await step.count()) > 0) await step.click();
        else await frame.locator('[data-acts=true] label').nth(1).click();
        await until('a step', async () => (await frame.locator('tbody tr').count()) > k);
      }
    },
  ],
  [
    'solve',
    true,
    async editor => {
      await editor.command('View: Close All Editors');
      await editor.open('1-matrix-game.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Solve')));
      await editor.lens('Solve');
      await until('the terminal', async () => (await editor.page.locator('.terminal-wrapper').count()) > 0);
      await until('the answer beside the question', async () =>
        (await editor.page.locator('.view-line').allInnerTexts()).some(line =>
          /^solve .* of Cafes.*(Left 5, Right 5|9 of 9 profiles survive)/.test(line.replaceAll('\u00a0', ' ')),
        ),
      );
    },
  ],
  [
    'train',
    true,
    async editor => {
      await editor.command('View: Close All Editors');
      await editor.hidePanel();
      await editor.open('3-two-rooms.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Train')));
      await editor.lens('Train');
      const frame = await editor.panel('svg polyline');
      await until('the end', async () => (await frame.locator('main').innerText()).includes('finished at a return'));
    },
  ],
  [
    'live',
    true,
    async editor => {
      await editor.command('View: Close All Editors');
      await editor.hidePanel();
      await editor.open('11-ppo-foraging.marl');
      await until('the lens', async () => (await editor.lenses()).some(text => text.includes('Train')));
      await editor.lens('Train');
      const frame = await editor.panel('svg polyline');
      // While it trains, more points come.
      const points = async (): Promise<number> =>
        ((await frame.locator('svg polyline').first().getAttribute('points')) ?? '').split(' ').length;
      const before = await points();
      await until('more points', async () => (await points()) > before);
      if (!/training/.test(await frame.locator('main').innerText()))
        throw new Error('the curve says that nothing is trained');
      await editor.hidePanel();
    },
  ],
  [
    'walkthrough',
    true,
    async editor => {
      await editor.hidePanel();
      await editor.command('View: Close All Editors');
      await editor.command('Marl: Open Walkthrough');
      await until('its steps', async () => (await editor.page.locator('.getting-started-step').count()) >= 5);
      // What stands beside a step is a page of its own, which comes once the extension is awake.
      await editor.page.locator('.getting-started-step').nth(1).click();
      await until('the text beside a step', async () => {
        for (const frame of editor.page.frames())
          if ((await frame.locator('body').innerText()).includes('assert')) return true;
        return false;
      });
    },
  ],
];

installTools();
mkdirSync(out, { recursive: true });
const wanted = scenes.filter(([name]) => values.scene?.includes(name) ?? true);
const editor = new Editor();
let trust: boolean | undefined;
let failed = 0;
try {
  editor.prepare();
  for (const [name, trusted, play] of wanted) {
    if (trust !== trusted) {
      await editor.stop();
      await editor.start(trusted);
      trust = trusted;
    }
    const outcome = await play(editor).then(
      () => 'seen',
      (error: unknown) => {
        failed++;
        return error instanceof Error ? error.message : String(error);
      },
    );
    await new Promise(go => setTimeout(go, 700));
    // A scene that closes again what it opened has taken its picture.
    if (!taken.has(name)) await editor.picture(name);
    console.log(`${name}: ${outcome}`);
  }
} finally {
  await editor.end();
}
console.log(`${wanted.length - failed} of ${wanted.length} scenes; pictures in ${out}`);
if (failed > 0) process.exitCode = 1;
