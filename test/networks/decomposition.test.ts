/** Trainings of QTRAN, QPLEX and weighted QMIX, and IDQN's options, as programs: what they become, and what is refused where. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { memoryHost } from '../support/memory-host.ts';
import { game } from './support.ts';

const library = (name: string): readonly [string, string] => [
  `std:mixers/${name}.marl`,
  readFileSync(new URL(`../../stdlib/mixers/${name}.marl`, import.meta.url), 'utf8'),
];

function trained(algorithm: string, settings = '', before = '', behind = '') {
  const text = `${before}\n${game}train T on G {\n  algorithm ${algorithm} {\n    ${settings}\n  }\n  budget 1_000 steps\n}\n${behind}`;
  const mixers = ['TwoLayer', 'Duplex', 'Central'].map(library);
  const program = compile(memoryHost({ ...Object.fromEntries(mixers), 'main.marl': text }), 'main.marl');
  return {
    spec: program.trains[0]?.spec,
    messages: program.diagnostics.map(one => one.message),
    remedies: program.diagnostics.map(one => one.remedy),
    places: program.diagnostics.map(one => text.slice(one.at.span.start, one.at.span.end)),
  };
}

test('the mixers that nobody wrote come from the library', () => {
  const weighted = trained('WQMIX', 'weighting = central  alpha = 0.5');
  expect(weighted.messages).toEqual([]);
  expect(weighted.spec?.settings).toMatchObject({
    weighting: 'central',
    alpha: 0.5,
    mixer: { name: 'TwoLayer' },
    central: { name: 'Central', model: { sizes: { agents: 2 } } },
  });
  const { messages, spec } = trained('QPLEX');
  expect(messages).toEqual([]);
  expect(spec?.settings.mixer).toMatchObject({ name: 'Duplex' });
  expect(trained('QTRAN', 'variant = alt').spec?.settings).toMatchObject({ variant: 'alt', nopt_weight: 0.1 });
});

test('who acts on a mixer needs its proof, who only learns from it does not', () => {
  const before = 'import std.mixers.Central\nimport std.mixers.Duplex';
  expect(trained('WQMIX', 'central = Central(hidden: 8)', before).messages).toEqual([]);
  expect(trained('WQMIX', 'mixer = Duplex', before).messages[0]).toContain('`WQMIX` needs a monotonic mixer');
  expect(trained('QPLEX', 'mixer = Central', before).messages[0]).toContain('`QPLEX` needs a mixer that keeps IGM');
});

test('settings that exclude each other, in a training and in a sweep', () => {
  const both = trained('IDQN', 'beta = 0.5  temperature = 1');
  expect(both.places).toEqual(['beta = 0.5']);
  expect(both.messages[0]).toContain('`beta` is 1 in lenient learning');
  expect(both.remedies).toEqual(['Leave one of them out.']);
  expect(trained('IDQN', 'importance = true  n_step = 3').places).toEqual(['n_step = 3']);
  expect(trained('IDQN', 'beta = 0.5  importance = true').messages).toEqual([]);

  const swept = 'sweep S of T { algorithm.beta in [1, 0.5] }\n';
  expect(trained('IDQN', '', '', swept).messages).toEqual([]);
  const [message] = trained('IDQN', 'temperature = 1', '', swept).messages;
  expect(message).toContain('in `S[beta=0.5]`, `beta` is 0.5');
});
