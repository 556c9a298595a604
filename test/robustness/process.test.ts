/** The command line as a process: interrupts, closed pipes, folders it may not write, files it may not read. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../cli/package.ts';
import { marl } from '../cli/run.ts';

const main = join(packageRoot(), 'cli', 'main.ts');
let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-process-'));
  mkdirSync(join(cwd, 'project'));
  writeFileSync(join(cwd, 'project', 'package.json'), '{}');
  writeFileSync(join(cwd, 'game.marl'), game);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const game = `game G {
  agents A, B
  actions { X, Y }
  state { s: 0..3 = 0 }
  reward = if action[A] == X then 1 else 0
  horizon 10
}
train Long on G {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 1_000_000_000_000 steps
  evaluate every 1_000_000_000 steps for 10 episodes
}
train Busy on G {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 1_000_000_000 steps
  evaluate every 1000 steps for 10 episodes
}
train Short on G {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 200 steps
}
`;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the real program; `during` sees the child as soon as it runs. Killed after 30 s, which no test expects. */
function run(args: readonly string[], during: (child: ChildProcess) => void = () => undefined): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [main, ...args], { cwd, timeout: 30_000, killSignal: 'SIGKILL' });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
    });
    child.stdin.end();
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    during(child);
  });
}

/** The same inside this process, which is faster, where nothing but the answer counts. */
async function quick(args: readonly string[]): Promise<Ended> {
  const { code, out, err } = await marl(args, { cwd });
  return { code, signal: null, out, err };
}

function clean({ out, err, signal, code }: Ended): void {
  expect(signal).not.toBe('SIGKILL');
  expect(code).not.toBe(70);
  expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

describe('Ctrl-C', () => {
  test('while training: a checkpoint, and how to go on', async () => {
    const ended = await run(['train', 'game.marl:Long', '--out', 'long'], child => {
      const wait = setInterval(() => {
        if (!existsSync(join(cwd, 'long', 'spec.json'))) return;
        clearInterval(wait);
        setTimeout(() => child.kill('SIGINT'), 700);
      }, 50);
    });
    clean(ended);
    expect(ended.code, ended.err).toBe(130);
    expect(ended.out).toContain('marl train --resume long');
    expect(readdirSync(join(cwd, 'long', 'seed-1')).some(name => /^step-\d+$/.test(name))).toBe(true);
    const again = await run(['train', 'game.marl:Long', '--resume', '--out', 'long'], child => {
      // How long a start takes depends on the machine; the lock says that the training is at work.
      const wait = setInterval(() => {
        if (!existsSync(join(cwd, 'long', 'running.json'))) return;
        clearInterval(wait);
        setTimeout(() => child.kill('SIGINT'), 700);
      }, 50);
    });
    clean(again);
    expect(again.code, again.err).toBe(130);
    expect(again.out).toContain('marl train --resume long');
  });

  test('while simulating: it stops', async () => {
    const ended = await run(
      ['simulate', 'game.marl', '--steps', '900_000_000_000'],
      child => void setTimeout(() => child.kill('SIGINT'), 1500),
    );
    clean(ended);
    expect(ended.signal === 'SIGINT' || ended.code === 130).toBe(true);
  });
});

describe('Ctrl-C while solving', () => {
  const games = `import std.games.{Leduc, DecTiger}
game Big(size: int = 15) {
  agents A, B
  actions = 0..size-1
  reward[A] = (37 * action[A] * action[A] + 53 * action[A] * action[B] + 11 * action[B]) % 101
  reward[B] = (29 * action[B] * action[B] + 71 * action[A] * action[B] + 17 * action[A]) % 103
  end when true
}
/// Nobody wins for long: values take many sweeps.
game Walk {
  agents A, B
  actions { Left, Right, Stay }
  state { at: 0..600 = 300 }
  step {
    let push = (if action[A] == Left then -1 else if action[A] == Right then 1 else 0)
             + (if action[B] == Left then -1 else if action[B] == Right then 1 else 0)
    next at = clamp(at + push, 0, 600)
  }
  reward zero_sum A = if action[A] == action[B] then at else -at
  discount 0.99999
}
solve Small: nash of Big(size: 2)
solve All: nash of Big
solve Learn: dynamics of Big by regret_matching for 1_000_000_000 iterations
solve Markov: minimax of Walk
solve Cfr: nash of Leduc by cfr for 10_000_000 iterations
solve Team: decentralised of DecTiger(steps: 7)
`;

  /** How long this machine, as busy as it is now, takes to start and solve something small. */
  let start = 0;
  beforeAll(async () => {
    writeFileSync(join(cwd, 'games.marl'), games);
    const from = performance.now();
    await run(['solve', 'games.marl:Small']);
    start = performance.now() - from;
  }, 40_000);

  /** Presses Ctrl-C well after the start; `All` computes for some 20 starts, the others for minutes. */
  const interrupted = (name: string, flags: readonly string[] = []) =>
    run(['solve', `games.marl:${name}`, ...flags], child => {
      setTimeout(() => child.kill('SIGINT'), 3 * start + 1_500);
    });

  // One of each family: of one step, learning, a Markov game, hidden information, a team.
  test.each([
    ['All', 'there may be more equilibria'],
    ['Learn', 'of 1000000000'],
    ['Markov', 'before the values settled'],
    ['Cfr', 'of 10000000 iterations'],
    ['Team', 'the search was stopped'],
  ])(
    '%s: the best so far',
    async (name, words) => {
      const ended = await interrupted(name);
      clean(ended);
      expect(ended.code, ended.err).toBe(130);
      expect(ended.out).toContain(words);
      expect(ended.out).toContain('verifier');
      expect(ended.err).toContain('once more ends at once');
    },
    40_000,
  );

  test('with --json it is one object that says so', async () => {
    const ended = await interrupted('Learn', ['--json']);
    expect(ended.code, ended.err).toBe(130);
    expect(JSON.parse(ended.out)).toMatchObject({ verb: 'solve', interrupted: true });
  }, 40_000);

  test('a second time ends at once', async () => {
    const ended = await run(['solve', 'games.marl:All'], child => {
      setTimeout(() => child.kill('SIGINT'), 2 * start);
      setTimeout(() => child.kill('SIGINT'), 2 * start + 450);
    });
    // By then the first may have done its work, and nobody listens any more.
    expect(ended.code === 130 || ended.signal === 'SIGINT', ended.err).toBe(true);
    expect(ended.out + ended.err).toMatch(/at once/);
  }, 40_000);
});

describe('a reader that stops reading', () => {
  test.each<[string, string[]]>([
    ['explain', ['explain', 'algorithms']],
    ['check', ['check', 'std.games.Kuhn']],
    ['--help', ['--help']],
    ['train', ['train', 'game.marl:Short', '--out', 'closed']],
  ])('%s', async (_, args) => {
    const ended = await run(args, child => void child.stdout?.destroy());
    clean(ended);
    expect(ended.code, ended.err).toBe(0);
    expect(ended.err).not.toContain('EPIPE');
  });
});

describe('where to write', () => {
  const isRoot = process.getuid?.() === 0;

  test.runIf(process.platform !== 'win32' && !isRoot)('a read-only folder', async () => {
    mkdirSync(join(cwd, 'locked'));
    chmodSync(join(cwd, 'locked'), 0o555);
    for (const args of [
      ['train', 'game.marl:Short', '--out', 'locked/run'],
      ['emit', 'game.marl:Short', '--out', 'locked/run'],
      ['new', 'locked/new.marl'],
    ]) {
      const ended = await quick(args);
      clean(ended);
      expect(ended.code, ended.err).toBe(1);
      expect(ended.err).toMatch(/permission|not allowed|may not/i);
    }
  });

  test.each<[string, string]>([
    ['a file', 'game.marl'],
    ['below a file', 'game.marl/run'],
    ['a name that is too long', 'x'.repeat(300)],
    ['a name with a zero byte', 'a\u0001b/\u0000'.slice(0, 4)],
    ['a device', '/dev/null'],
    ['below a device', '/dev/null/run'],
    ['proc', '/proc/run'],
  ])('%s', async (_, out) => {
    for (const verb of ['train', 'emit']) {
      const ended = await quick([verb, 'game.marl:Short', '--out', out]);
      clean(ended);
      if (ended.code === 0) expect(out).toContain('\u0001');
      else expect(ended.err).toContain(`marl ${verb}`);
    }
  });

  test.runIf(existsSync('/dev/full'))('a full disk', async () => {
    mkdirSync(join(cwd, 'full', 'seed-1'), { recursive: true });
    symlinkSync('/dev/full', join(cwd, 'full', 'Short.ts'));
    const ended = await quick(['emit', 'game.marl:Short', '--out', 'full', '--force']);
    clean(ended);
    expect(ended.code, ended.err).toBe(1);
    expect(ended.err).toMatch(/space|full/i);
  });

  test('a folder of somebody else', async () => {
    mkdirSync(join(cwd, 'theirs'));
    writeFileSync(join(cwd, 'theirs', 'thesis.tex'), 'three years of work');
    const ended = await quick(['train', 'game.marl:Short', '--out', 'theirs']);
    clean(ended);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('thesis.tex');
    expect(readdirSync(join(cwd, 'theirs'))).toEqual(['thesis.tex']);
    expect(readFileSync(join(cwd, 'theirs', 'thesis.tex'), 'utf8')).toBe('three years of work');
  });

  test.runIf(existsSync('/dev/full'))('a disk that fills up', async () => {
    const ended = await run(['train', 'game.marl:Busy', '--out', 'gone'], child => {
      const wait = setInterval(() => {
        if (!existsSync(join(cwd, 'gone', 'seed-1', 'metrics.jsonl'))) return;
        clearInterval(wait);
        // Renaming is one step, so that no line goes elsewhere in between.
        symlinkSync('/dev/full', join(cwd, 'full-link'));
        renameSync(join(cwd, 'full-link'), join(cwd, 'gone', 'seed-1', 'metrics.jsonl'));
      }, 20);
      child.on('close', () => clearInterval(wait));
    });
    clean(ended);
    expect(ended.code, ended.err).toBe(1);
    expect(ended.err).toContain('cannot be written');
  });

  test('not over a program that is there', async () => {
    writeFileSync(join(cwd, 'Short.ts'), '// mine');
    const ended = await quick(['emit', 'game.marl:Short', '--out', '.']);
    clean(ended);
    expect(ended.code).toBe(1);
    expect(readFileSync(join(cwd, 'Short.ts'), 'utf8')).toBe('// mine');
  });
});

describe('what to read', () => {
  test.each<[string, Uint8Array | undefined]>([
    ['utf16le.marl', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(game, 'utf16le')])],
    ['utf16be.marl', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(game, 'utf16le').swap16()])],
    ['latin1.marl', Buffer.from(`// caf\u00e9\n${game}`, 'latin1')],
    ['zeros.marl', Buffer.concat([Buffer.from(game), Buffer.alloc(10)])],
    ['binary.marl', Buffer.from(Array.from({ length: 4096 }, (_, k) => (k * 7919) % 256))],
    ['missing.marl', undefined],
    ['/dev/zero', undefined],
    ['/proc/self/mem', undefined],
    ['project', undefined],
  ])('%s', async (file, bytes) => {
    if (bytes !== undefined) writeFileSync(join(cwd, file), bytes);
    const ended = await quick(['check', file]);
    clean(ended);
    expect(ended.code).toBe(1);
    expect(ended.out + ended.err).toContain('unreadable-file');
  });

  test('a mark of UTF-8 is no part of the program', async () => {
    writeFileSync(join(cwd, 'marked.marl'), `\ufeff${game}`);
    expect((await quick(['check', 'marked.marl'])).code).toBe(0);
  });

  test('a link to itself', async () => {
    symlinkSync('loop.marl', join(cwd, 'loop.marl'));
    const ended = await quick(['check', 'loop.marl']);
    clean(ended);
    expect(ended.code).toBe(1);
  });
});

describe('imports', () => {
  const importing = async (target: string): Promise<Ended> => {
    writeFileSync(join(cwd, 'project', 'a.marl'), `import ${JSON.stringify(target)}\n`);
    return quick(['check', 'project/a.marl']);
  };

  test.each([
    ['above the project', '../game.marl'],
    ['above by a detour', './x/../../game.marl'],
    ['an absolute path', '/etc/passwd'],
    ['a drive', 'C:\\game.marl'],
    ['an address', 'https://example.org/game.marl'],
    ['a file address', 'file:///etc/passwd'],
    ['the folder itself', '.'],
    ['nothing', ''],
    ['a folder', './'],
    ['a library file by its inner name', 'std:games/Kuhn.marl'],
    ['a module', 'node:fs'],
    ['many steps up', '../'.repeat(500)],
    ['a long name', 'x'.repeat(5000)],
    ['a name with a zero byte', 'a\u0000b.marl'],
  ])('%s', async (_, target) => {
    const ended = await importing(target);
    clean(ended);
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/import-not-found|unreadable-file|import-cycle|unknown-character|M01/);
    expect(ended.out).not.toContain('root:');
  });

  test('a link that leads out of the project', async () => {
    symlinkSync(join(cwd, 'game.marl'), join(cwd, 'project', 'link.marl'));
    const ended = await importing('./link.marl');
    clean(ended);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('link');
  });

  test('a folder that is a link out of the project', async () => {
    symlinkSync(cwd, join(cwd, 'project', 'up'));
    const ended = await importing('./up/game.marl');
    clean(ended);
    expect(ended.code).toBe(1);
  });

  test('each other, itself, and in a long circle', async () => {
    const file = (name: string, target: string) => writeFileSync(join(cwd, 'project', name), `import "./${target}"\n`);
    file('self.marl', 'self.marl');
    file('one.marl', 'two.marl');
    file('two.marl', 'one.marl');
    for (let k = 0; k < 300; k++) file(`c${k}.marl`, `c${(k + 1) % 300}.marl`);
    for (const name of ['self.marl', 'one.marl', 'c0.marl']) {
      const ended = await quick(['check', `project/${name}`]);
      clean(ended);
      expect(ended.code).toBe(1);
      expect(ended.out).toContain('import-cycle');
    }
  });

  test('the same file by two names', async () => {
    writeFileSync(join(cwd, 'project', 'shared.marl'), 'let shared = 1\n');
    writeFileSync(
      join(cwd, 'project', 'b.marl'),
      'import "./shared.marl"\nimport "../project/shared.marl"\nimport "././shared.marl"\nlet x = shared\n',
    );
    const ended = await quick(['check', 'project/b.marl']);
    clean(ended);
    expect(ended.code, ended.out).toBe(0);
  });
});
