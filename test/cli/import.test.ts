/** `marl import`, and `marl export` of games: imported games are ordinary games with the known values. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dpomdpProgram, efgProgram, type Imported, nfgProgram } from '../../compiler/import/index.ts';
import { compile } from '../../compiler/index.ts';
import { entryOf, parseDpomdp, parseNfg, recallProblem } from '../../runtime/formats/index.ts';
import { decPomdp, efgGame, nfgGame } from '../formats/arbitrary.ts';
import { chicken, dilemma, kuhn, recycling, tiger } from '../formats/fixtures.ts';
import { marl, marlJson } from './run.ts';

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-import-'));
  for (const [file, text] of Object.entries({
    'pd.nfg': dilemma,
    'chicken.nfg': chicken,
    'kuhn.efg': kuhn(),
    'dectiger.dpomdp': tiger,
    'recycling.dpomdp': recycling(),
  }))
    writeFileSync(join(cwd, file), text);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function imported(file: string): Promise<string> {
  const out = file.replace(/\.\w+$/, '.marl');
  const ran = await marl(['import', file, '-o', out, '--force'], { cwd });
  expect(ran.err).toBe('');
  expect(ran.code).toBe(0);
  return out;
}

describe('imported games are ordinary games', () => {
  test('chicken: three equilibria, and the correlated equilibrium of greatest welfare 21/2', async () => {
    const file = await imported('chicken.nfg');
    const nash = await marlJson(['solve', file, '--concept', 'nash'], { cwd });
    const { strategies } = nash.json as { strategies: { values: Record<string, string> }[] };
    expect(strategies).toHaveLength(3);
    const welfare = await marlJson(['solve', file, '--concept', 'correlated', '--maximizing', 'welfare'], { cwd });
    expect(welfare.json).toMatchObject({ ok: true, values: { Row: 5.25, Column: 5.25 } });
  });

  test("prisoner's dilemma: every verb", async () => {
    const file = await imported('pd.nfg');
    for (const args of [
      ['check', file],
      ['info', file],
      ['solve', file],
      ['simulate', file, '--steps', '100'],
      ['emit', file, '-o', 'emitted'],
    ])
      expect((await marl(args, { cwd })).code, args.join(' ')).toBe(0);
    const played = await marlJson(['play', file], { cwd, stdin: 'Defect\nCooperate\n' });
    expect(played.json).toMatchObject({ returns: { Row: 5, Column: 0 } });
    const trained = await marlJson(['train', file, '--out', 'run'], { cwd });
    expect(trained.code).toBe(0);
    const solved = await marlJson(['solve', file], { cwd });
    expect(solved.json).toMatchObject({ values: { Row: 1, Column: 1 } });
  }, 60_000);

  test('Kuhn poker: worth exactly -1/18 to the first player, 6 information sets each', async () => {
    const file = await imported('kuhn.efg');
    const { json } = await marlJson(['solve', file, '--concept', 'minimax'], { cwd });
    expect(json).toMatchObject({ ok: true, exactValues: { Alice: '-1/18', Bob: '1/18' } });
    expect((await marl(['check', file], { cwd })).out).toContain('zero-sum extensive-form game');
  });

  test.each([
    ['dectiger.dpomdp', '-4'],
    ['recycling.dpomdp', '6.8'],
  ])('%s: the best of all pairs of two-step policies is worth %s', async (file, known) => {
    await imported(file);
    const text = readFileSync(join(cwd, file), 'utf8');
    expect(bestOfTwoSteps(text)).toBeCloseTo(Number(known), 9);
    // The same problem, written back from the program that the import made.
    const program = file.replace('.dpomdp', '.marl');
    const gamma = file.startsWith('rec') ? 'gamma=0.9' : 'gamma=1';
    const back = await marl(['export', program, '--dpomdp', '--set', gamma, '-o', `${file}.back`, '--force'], { cwd });
    expect(back.err).toBe('');
    expect(bestOfTwoSteps(readFileSync(join(cwd, `${file}.back`), 'utf8'))).toBeCloseTo(Number(known), 9);
  });
});

/** Exhaustive search over deterministic policies of two steps and two agents. */
function bestOfTwoSteps(text: string): number {
  const { game, error } = parseDpomdp(text);
  if (game === undefined) throw new Error(error?.fact);
  const size = game.states.length;
  const [actions1, actions2] = game.actions.map(list => list.length) as [number, number];
  const [seen1, seen2] = game.observations.map(list => list.length) as [number, number];
  const gamma = game.discount.toNumber();
  const reward = game.reward.map(row => row.rest.toNumber());
  let best = Number.NEGATIVE_INFINITY;
  for (let a = 0; a < actions1; a++)
    for (let b = 0; b < actions2; b++) {
      const ja = a * actions2 + b;
      let now = 0;
      // joint[o1][o2][state]: probability of seeing that and being there.
      const joint = new Float64Array(seen1 * seen2 * size);
      game.start.forEach((p, s) => {
        now += p.toNumber() * (reward[ja * size + s] as number);
        for (let to = 0; to < size; to++)
          for (let jo = 0; jo < seen1 * seen2; jo++)
            joint[jo * size + to] =
              (joint[jo * size + to] as number) +
              p.toNumber() *
                entryOf(game.transition[ja * size + s]!, to).toNumber() *
                entryOf(game.observation[ja * size + to]!, jo).toNumber();
      });
      // The first agent's second actions are listed; the second answers each of its observations best.
      const plans = Math.round(Math.exp(seen1 * Math.log(actions1)));
      for (let plan = 0; plan < plans; plan++) {
        let later = 0;
        for (let o2 = 0; o2 < seen2; o2++) {
          let most = Number.NEGATIVE_INFINITY;
          for (let b2 = 0; b2 < actions2; b2++) {
            let value = 0;
            for (let o1 = 0, rest = plan; o1 < seen1; o1++, rest = Math.floor(rest / actions1))
              for (let s = 0; s < size; s++)
                value +=
                  (joint[(o1 * seen2 + o2) * size + s] as number) *
                  (reward[((rest % actions1) * actions2 + b2) * size + s] as number);
            most = Math.max(most, value);
          }
          later += most;
        }
        best = Math.max(best, now + gamma * later);
      }
    }
  return best;
}

describe('generated programs compile, whatever the labels', () => {
  const checked = (program: Imported): void => {
    if (program.refused !== undefined) return;
    const host = {
      read: () => ({ text: program.text }),
      resolve: () => ({ error: 'no imports' }),
      library: () => undefined,
      libraryNames: () => [],
    };
    const compiled = compile(host, 'x.marl');
    expect(
      compiled.diagnostics.filter(d => d.severity === 'error').map(d => d.message),
      program.text,
    ).toEqual([]);
    expect(compiled.games.map(({ name }) => name)).toEqual([program.game]);
    expect(compiled.trains).toHaveLength(1);
  };
  test(
    '.nfg',
    () =>
      fc.assert(
        fc.property(nfgGame, game => checked(nfgProgram(game, 'x'))),
        { numRuns: 60 },
      ),
    60_000,
  );
  test('.efg', () => {
    let programs = 0;
    fc.assert(
      fc.property(efgGame, game => {
        const program = efgProgram(game, 'x');
        if (program.refused === undefined) programs++;
        else if (recallProblem(game) !== undefined) expect(program.refused).toContain(recallProblem(game)?.reason);
        checked(program);
      }),
      { numRuns: 100 },
    );
    expect(programs).toBeGreaterThan(20);
  }, 60_000);
  test(
    '.dpomdp',
    () =>
      fc.assert(
        fc.property(decPomdp, game => checked(dpomdpProgram(game, 'x'))),
        { numRuns: 40 },
      ),
    60_000,
  );

  test('a label cannot write code', () => {
    const evil = 'x"\n}\nimport "./secret.marl"\ngame Evil { agents A }\u2028/* ';
    const parsed = parseNfg(
      `NFG 1 R "${evil.replaceAll('"', '\\"')}" { "${evil.replaceAll('"', '\\"')}" "B" } { 1 1 } 1 2`,
    );
    const program = nfgProgram(parsed.game!, 'x');
    checked(program);
    expect(program.refused === undefined ? program.text : '').not.toMatch(/^import|^game Evil/m);
  });
});

describe('trees', () => {
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);

  test('payoffs add up along the path, chance follows moves, and an early end waits for nobody', async () => {
    write(
      'sum.efg',
      `EFG 2 R "Sum" { "A" }
c "" 1 "start" { "over" 1/4 "on" 3/4 } 1 "fee" { -1 }
t "" 2 "gone" { 8 }
p "" 1 1 "choose" { "safe" "risk" } 3 "bonus" { 2 }
t "" 4 "one" { 1 }
c "" 2 "coin" { "heads" 1/3 "tails" 2/3 } 5 "toll" { 1/2 }
t "" 6 "ten" { 10 }
t "" 0`,
    );
    const { json } = await marlJson(['solve', await imported('sum.efg'), '--concept', 'optimal'], { cwd });
    // 1/4 (-1 + 8) + 3/4 (-1 + 2 + max(1, 1/2 + 10/3)) = 7/4 + 3/4 * 29/6 = 43/8.
    expect(json).toMatchObject({ ok: true, exactValues: { A: '43/8' } });
  });

  test('nodes of one information set at different depths: time does not tell them apart', async () => {
    // Chance lets A move first or not; B cannot know which. Without waiting B would see it by the clock.
    write(
      'clock.efg',
      `EFG 2 R "Clock" { "A" "B" }
c "" 1 "who" { "short" 1/2 "long" 1/2 } 0
p "" 2 1 "guess" { "short" "long" } 0
t "" 1 "right" { -1 1 }
t "" 2 "wrong" { 1 -1 }
p "" 1 1 "A moves" { "go" } 0
p "" 2 1 0
t "" 2
t "" 1`,
    );
    const file = await imported('clock.efg');
    const { json } = await marlJson(['solve', file, '--concept', 'minimax'], { cwd });
    expect(json).toMatchObject({ ok: true, exactValues: { A: '0', B: '0' } });
    expect((await marl(['info', file], { cwd })).code).toBe(0);
  });

  test('forgetful and absent-minded players, and sets that no clock can order, are refused with the reason', async () => {
    write(
      'driver.efg',
      'EFG 2 R "" { "D" }\np "" 1 1 "junction" { "on" "off" } 0\np "" 1 1 0\nt "" 1 "home" { 1 }\nt "" 0\nt "" 0',
    );
    const ran = await marl(['import', 'driver.efg'], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('play can pass information set "junction" of "D" twice');
    expect(existsSync(join(cwd, 'driver.marl'))).toBe(false);
    write(
      'cross.efg',
      `EFG 2 R "" { "A" "B" }
c "" 1 "" { "l" 1/2 "r" 1/2 } 0
p "" 1 1 "a" { "x" } 0
p "" 2 1 "b" { "x" } 0
t "" 0
p "" 2 1 0
p "" 1 1 0
t "" 0`,
    );
    expect((await marl(['import', 'cross.efg'], { cwd })).err).toContain('would have to come before themselves');
  });
});

describe('large trees are tables', () => {
  test('Kuhn poker with a side payment no one can lose, 200 times over: still worth -1/18', async () => {
    // A lottery before the deal, seen by both, multiplies the tree: 55 nodes each, all under one chance move.
    const [, , deal = '', ...rest] = kuhn().trim().split('\n');
    const copies = Array.from({ length: 8 }, (_, k) =>
      [deal.replace('c "" 1', `c "" ${k + 2}`), ...rest]
        .map(line => line.replace(/^p "" (\d) (\d+)/, (_m, player, set) => `p "" ${player} ${Number(set) + 10 * k}`))
        .map(line => (k === 0 ? line : line.replace(/ "Alice .*/, '')))
        .join('\n'),
    );
    const branches = copies.map((_, k) => `"${k}" 1/8`).join(' ');
    writeFileSync(
      join(cwd, 'many.efg'),
      `EFG 2 R "Many" { "Alice" "Bob" }\nc "" 1 "which" { ${branches} } 0\n${copies.join('\n')}`,
    );
    const file = await imported('many.efg');
    expect(readFileSync(join(cwd, file), 'utf8')).toContain('turn = movers[at]');
    const { json } = await marlJson(['solve', file, '--concept', 'minimax'], { cwd });
    expect((json.values as Record<string, number>).Alice).toBeCloseTo(-1 / 18, 9);
  }, 60_000);

  test('chance within play, actions that differ, waiting and inner payoffs', async () => {
    // Each of 60 rounds: a toll of 1 at the decision, then stop for k, or go on; going on ends with probability 1/2 in 0.
    const rounds = 70;
    const lines = ['EFG 2 R "Long" { "A" "B" }', 'c "" 1 "" { "short" 1/2 "long" 1/2 } 0'];
    lines.push('p "" 2 1 "guess" { "x" "y" "z" } 0', 't "" 0', 't "" 0', 't "" 900 "z" { 3 0 }');
    for (let k = 1; k <= rounds; k++) {
      const actions = k % 2 === 1 ? '"stop" "go"' : '"halt" "go"';
      lines.push(`p "" 1 ${k} "" { ${actions} } ${k === 1 ? '800 "toll" { -1 0 }' : '800'}`, `t "" ${k} "" { ${k} 0 }`);
      lines.push(`c "" ${k + 1} "" { "out" 1/2 "on" 1/2 } 0`, 't "" 0');
    }
    lines.push('p "" 2 1 0', 't "" 0', 't "" 0', 't "" 900');
    writeFileSync(join(cwd, 'long.efg'), lines.join('\n'));
    const file = await imported('long.efg');
    const text = readFileSync(join(cwd, file), 'utf8');
    expect(text).toContain('delays[next at]');
    expect(text).toContain('legal');
    const { json, code } = await marlJson(['info', file], { cwd });
    expect(code).toBe(0);
    // B cannot tell the two nodes of its set apart: both come after as many steps.
    expect(json).toMatchObject({ kind: expect.stringContaining('extensive') });
    const simulated = await marlJson(['simulate', file, '--steps', '20000'], { cwd });
    // At random: 1/2 (1/3 * 3) + 1/2 E, where E_k = -1 + k/2 + 1/4 E_(k+1) and E_71 = 1: E_1 = sum over k of (k/2 - 1) / 4^(k-1).
    let value = 1;
    for (let k = rounds; k >= 1; k--) value = -1 + k / 2 + value / 4;
    const mean =
      (json as { returns?: unknown }).returns === undefined
        ? (simulated.json.returns as Record<string, { mean: number; stderr: number }>).A!
        : undefined;
    expect(Math.abs((mean?.mean ?? 0) - (0.5 + value / 2))).toBeLessThan(5 * (mean?.stderr ?? 0) + 1e-9);
  }, 60_000);
});

describe('the verbs', () => {
  test('errors name the place, the rule, the fact and the remedy', async () => {
    writeFileSync(join(cwd, 'bad.nfg'), 'NFG 1 R "" { "A" } { 2 }\n1, 2');
    const ran = await marl(['import', 'bad.nfg'], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.err).toBe(
      'marl import: bad.nfg:2:2: behind the strategies stand payoffs up to the end of the file, but `,` stands here.\n  help: Payoffs outside of outcomes have no commas between them.\n',
    );
    const { json } = await marlJson(['import', 'bad.nfg'], { cwd });
    expect(json).toMatchObject({ verb: 'import', ok: false, error: { exit: 1 } });
  });

  test('nothing is replaced without --force; unknown formats are named', async () => {
    writeFileSync(join(cwd, 'mine.marl'), 'mine');
    expect((await marl(['import', 'pd.nfg', '-o', 'mine.marl'], { cwd })).err).toContain('mine.marl exists already');
    expect(readFileSync(join(cwd, 'mine.marl'), 'utf8')).toBe('mine');
    writeFileSync(join(cwd, 'what.txt'), 'hello');
    expect((await marl(['import', 'what.txt'], { cwd })).err).toContain('no format that Marl reads');
    expect((await marl(['import', 'absent.nfg'], { cwd })).err).toContain('there is no such file');
  });

  test.each([
    ['std.games.Kuhn', '-1/18', 'First'],
    ['std.games.RockPaperScissors', '0', 'Row'],
  ])('export --efg: %s, written as a tree and imported again, is still worth %s', async (game, value, agent) => {
    expect((await marl(['export', game, '--efg', '-o', 'tree.efg', '--force'], { cwd })).err).toBe('');
    const file = await imported('tree.efg');
    const { json } = await marlJson(['solve', file, '--concept', 'minimax'], { cwd });
    expect((json.exactValues as Record<string, string>)[agent]).toBe(value);
  });

  test('export: .nfg pays the same; what a format cannot say is refused with the case', async () => {
    const { json } = await marlJson(['export', 'std.games.RockPaperScissors', '--nfg', '-o', 'rps.nfg'], { cwd });
    expect(json).toMatchObject({ verb: 'export', ok: true, format: 'nfg', files: [{ file: 'rps.nfg' }] });
    const { game } = parseNfg(readFileSync(join(cwd, 'rps.nfg'), 'utf8'));
    expect(game?.payoffs.join(' ')).toBe('0 0 1 -1 -1 1 -1 1 0 0 1 -1 1 -1 -1 1 0 0');
    expect((await marl(['export', 'std.games.Kuhn', '--nfg'], { cwd })).err).toContain('lasts more than one step');
    expect((await marl(['export', 'std.games.Kuhn', '--dpomdp'], { cwd })).err).toContain('has 0 of its 2 actions');
    expect((await marl(['export', 'std.games.Chicken', '--dpomdp'], { cwd })).err).toContain('different rewards');
    expect((await marl(['export', 'std.games.Chicken', '--dpomdp', '--nfg'], { cwd })).code).toBe(2);
  });
});
