/**
 * Every rule of the catalogue: its bad program breaks it, and it alone, at the expected place; the repaired program breaks none; its
 * message reads like one; its fixes repair.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { explanationOf, explanations } from '../../compiler/diagnostics/explanations.ts';
import { type RuleName, rules } from '../../compiler/diagnostics/rules.ts';
import { compile } from '../../compiler/index.ts';
import { strictDiagnostics } from '../../compiler/strict/lint.ts';
import { marlJson } from '../cli/run.ts';
import { type Files, memoryHost } from '../support/memory-host.ts';

const ruleNames = Object.keys(rules) as RuleName[];

/** What stands at the primary span; a rule without a line here does not compile. */
const places: Readonly<Record<RuleName, string>> = {
  'unknown-name': 'acton',
  'duplicate-name': 'size',
  'ambiguous-member': 'Low',
  'import-not-found': 'Khun',
  'import-cycle': '"./bad.marl"',
  'recursive-declaration': 'even(n - 2)',
  'unreadable-file': '"./folder.marl"',
  'type-mismatch': 'action[A]',
  'wrong-arity': 'clamp(7, 2)',
  'unknown-argument': 'size',
  'missing-argument': 'G',
  'not-callable': 'sizes',
  'not-indexable': 'n',
  'index-count': 'm[0]',
  'no-such-field': 'colum',
  'not-finite': 'int',
  'not-constant': 'n',
  'match-incomplete': 'match action[A] { X => 1 }',
  'match-unreachable': '_ => 3',
  'bad-size': '5_000_000',
  'empty-range': '3..1',
  'not-here': 'time',
  'bad-map': '#',
  'not-a-distribution': '3',
  'too-large': 'G',
  'out-of-range': 'n + 1',
  'index-out-of-bounds': '0',
  'division-by-zero': 'n',
  'probability-range': '30',
  'probability-sum': '[0.33, 0.33, 0.33]',
  'empty-choice': 'i for i in 0..3 if i > n',
  'outside-domain': 'n',
  'inexact-integer': 'seed * 1103515245',
  'missing-item': 'G',
  'duplicate-item': 'step { next n = 1 }',
  'missing-initial': 'n',
  'read-before-set': 'n',
  'not-state': 'm',
  'next-too-early': 'm',
  'action-unavailable': 'action[A]',
  'assigned-twice': 'n',
  'payoff-shape': 'Y: 0',
  'zero-sum-agents': 'reward zero_sum A = 1',
  'never-ends': 'G',
  'parameter-out-of-range': '9',
  'parameter-constraint': 'size % 2 == 0',
  'bad-horizon': '0',
  'bad-discount': '1.5',
  'not-one-step': 'G',
  'too-many-agents': '50_000',
  'instance-of': 'G(low: 7)',
  unplayable: 'legal X for p = n > 0',
  'unknown-concept': 'corelated',
  'unknown-algorithm': 'IQl',
  'unknown-setting': 'apha',
  'bad-setting': '7',
  'missing-clause': 'T',
  'unknown-property': 'common_rewards',
  'bad-claim': '1 + 1',
  'does-not-fit': 'MinimaxQ',
  'may-not-fit': 'DistributedQ',
  'not-available': 'LIAM',
  'network-form': '[64, 64]',
  'layer-arguments': '64',
  'layer-input': 'mlp(64)',
  'never-updates': 'rollout = 1_000',
  'endless-training': 'G',
  'bad-sweep': 'budget in [100, 200]',
  'mixer-shape': 'q * w',
  'mixer-form': 'q > 0',
  'missing-total': 'M',
  'mixer-domain': 'hyper([agents])',
  'unknown-claim': 'monotone',
  'not-monotonic': 'w',
  'not-strictly-monotonic': 'w',
  'not-additive': 'elu(sum(q))',
  'not-igm': 'weights',
  'untaught-agents': 'stop_gradient(q)',
  'ignores-utilities': 'sum(hyper([agents]))',
  'assertion-failed': 'assert zero_sum of G',
  'assertion-unknown': 'assert states == 4 of G',
  'hidden-input': 'coin',
  'no-critic': 'critic reads { state }',
  'legal-reveals': 'coin',
  'central-policy': 'coin',
  'told-rewards': 'NashQ',
  'for-all': 'holder',
  'reward-never-paid': 'reward = if n == 3 and next n == 0 then 5 else n',
  'end-not-certain': 'end when n == 3',
  'horizon-too-short': 'horizon 2',
  'single-action': 'Clock',
  'constant-observation': 'limit: 3',
  'unscaled-observation': 'x',
  unused: 'bonus',
  'outside-the-run': 'IQL',
  'evaluates-too-often': 'budget 100 steps',
};

/** Found by the host, which plays and solves games; the compiler alone does not see them. */
const byHost: ReadonlySet<RuleName> = new Set(['unplayable', 'assertion-failed', 'assertion-unknown']);

const kuhn = 'game Kuhn { agents A actions { X } reward = 1 }\n';

function check(text: string, strict = false): readonly Diagnostic[] {
  const files: Files = { 'bad.marl': text, 'folder.marl': 'unreadable', 'std:games/Kuhn.marl': kuhn };
  const program = compile(memoryHost(files), 'bad.marl');
  return strict ? [...program.diagnostics, ...strictDiagnostics(program)] : program.diagnostics;
}

/** Reported by the strict check only. */
const isStrict = (name: RuleName): boolean => rules[name].code.startsWith('M10');

interface JsonDiagnostic {
  readonly name: string;
  readonly message: string;
  readonly range: { readonly start: Place; readonly end: Place };
}
interface Place {
  readonly line: number;
  readonly column: number;
}

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-rules-'));
  mkdirSync(join(cwd, 'folder.marl'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** The same by `marl check --json`, which also plays and solves. */
async function checkByHost(text: string): Promise<readonly JsonDiagnostic[]> {
  writeFileSync(join(cwd, 'bad.marl'), text);
  const { json } = await marlJson(['check', 'bad.marl'], { cwd });
  return json.diagnostics as JsonDiagnostic[];
}

/** Words of the implementation that no reader should meet, and values that slipped into a text. */
const unreadable = /\bundefined\b|\[object|\bNaN\b|Infinity|\bnull\b|IrExpr|=>.*=>|\bscalar\b|\bstore\b|invalid/;

function readable(text: string): void {
  expect(text).not.toMatch(unreadable);
  expect(text.replace(/^Did you mean `[^`]*`\?$/, '')).not.toContain('?');
  expect(text).not.toMatch(/\s\s|\s[,;]|\s\.(?!\.\.)|``/);
}

describe.each(ruleNames)('%s', name => {
  const { summary, explanation, bad, good } = explanations[name];

  test('the bad program breaks this rule and no other', async () => {
    if (byHost.has(name)) {
      const found = await checkByHost(bad);
      expect(found.map(d => d.name)).toEqual([name]);
      const { start, end } = found[0]!.range;
      expect(start.line).toBe(end.line);
      expect(bad.split('\n')[start.line - 1]?.slice(start.column - 1, end.column - 1)).toBe(places[name]);
      readable(found[0]!.message);
      return;
    }
    const found = check(bad, isStrict(name));
    expect(found.map(d => d.name)).toEqual([name]);
    const [only] = found as [Diagnostic];
    expect(only.code).toBe(rules[name].code);
    expect(only.severity).toBe(rules[name].severity);
    expect(only.at.file).toBe('bad.marl');
    expect(bad.slice(only.at.span.start, only.at.span.end)).toBe(places[name]);
    readable(only.message);
    // A path is shown as it is written.
    expect(only.message).toMatch(name === 'unreadable-file' ? /\.$/ : /^[A-Z`(].*\.$/);
    if (only.remedy !== undefined) {
      readable(only.remedy);
      expect(only.remedy).toMatch(/^[A-Z`].*[.?]$/);
    }
    for (const { message } of only.related) readable(message);
  });

  test('the good program breaks none', async () => {
    expect(check(good, isStrict(name)).map(d => d.message)).toEqual([]);
    if (byHost.has(name)) expect((await checkByHost(good)).map(d => d.message)).toEqual([]);
  });

  test('its fixes repair it', () => {
    for (const diagnostic of check(bad, isStrict(name))) {
      for (const fix of diagnostic.fixes) {
        let text = bad;
        for (const { span, text: replacement } of [...fix.edits].sort((a, b) => b.span.start - a.span.start))
          text = text.slice(0, span.start) + replacement + text.slice(span.end);
        expect(check(text, isStrict(name)).map(d => d.name)).not.toContain(name);
      }
    }
  });

  test('the explanation can be read', () => {
    expect(explanationOf(rules[name].code)).toEqual({ code: rules[name].code, name, ...explanations[name] });
    expect(explanationOf(name)?.code).toBe(rules[name].code);
    expect(summary).toMatch(/^\W?[A-Z`].*\.$/);
    expect(summary.length).toBeLessThan(90);
    const sentences = explanation.match(/[^.!?](?=[.!?](\s|$))/g) ?? [];
    expect(sentences.length).toBeGreaterThanOrEqual(2);
    expect(sentences.length).toBeLessThanOrEqual(8);
    expect(explanation).not.toMatch(/\bundefined\b|\[object|NaN/);
  });
});

test('codes are unique, well-formed, and in the order of the catalogue inside each group', () => {
  const codes = ruleNames.map(name => rules[name].code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^M(0[2-9]|10)\d\d$/);
});

test('misspelt names are repaired by the fix that is offered', () => {
  const slips: readonly (readonly [string, RuleName, string])[] = [
    ['solve corelated of G', 'unknown-concept', 'correlated'],
    ['solve pure of Gg', 'unknown-name', 'G'],
    ['train T on G { algorithm iql budget 10 steps }', 'unknown-algorithm', 'IQL'],
    ['train T on G { algorithm IQL { gama = 0.9 } budget 10 steps }', 'unknown-setting', 'gamma'],
    ['assert zerosum of G', 'unknown-property', 'zero_sum'],
    ['import std.games.Kun', 'import-not-found', 'Kuhn'],
  ];
  const base = 'game G { agents A, B actions { X } reward = 1 }\n';
  for (const [line, name, right] of slips) {
    const text = `${base}${line}\n`;
    const found = check(text);
    expect(found.map(d => d.name)).toContain(name);
    const diagnostic = found.find(d => d.name === name);
    expect(diagnostic?.remedy).toBe(`Did you mean \`${right}\`?`);
    expect(diagnostic?.fixes[0]?.edits[0]?.text).toBe(right);
  }
});
