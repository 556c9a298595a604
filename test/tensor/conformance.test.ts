/** Every operation on every engine of this machine, against the oracle in double precision and against finite differences. */
import { describe, expect, test } from 'vitest';
import { binaryFunctions, unaryFunctions } from '../../runtime/tensor/engines/reference/functions.ts';
import { rules } from '../../runtime/tensor/ops/index.ts';
import type { Kind } from '../../runtime/tensor/ops/rule.ts';
import { differenceFailures, failures, prepare } from './conformance/base.ts';
import { cases } from './conformance/cases.ts';
import { enginesHere } from './conformance/engines.ts';
import { trainingFailures, trainings } from './conformance/training.ts';

const prepared = cases.map(prepare);
const kinds = Object.keys(rules) as Kind[];
const engines = await enginesHere();

test('every operation and every function has a case', () => {
  const used = new Set<string>();
  const walk = (nodes: (typeof prepared)[number]['program']['nodes']): void => {
    for (const { op } of nodes) {
      used.add(op.kind === 'unary' || op.kind === 'binary' ? `${op.kind} ${op.fn}` : op.kind);
      if (op.kind === 'scan') walk(op.body.nodes);
    }
  };
  for (const { program } of prepared) walk(program.nodes);
  const functions = [
    ...Object.keys(unaryFunctions).map(fn => `unary ${fn}`),
    ...Object.keys(binaryFunctions).map(fn => `binary ${fn}`),
  ];
  const expected = [...kinds.filter(kind => kind !== 'unary' && kind !== 'binary'), ...functions];
  expect(expected.filter(kind => !used.has(kind))).toEqual([]);
  // A rule with a derivative is also tried with it.
  const differentiated = new Set<Kind>(cases.filter(c => c.differentiable).map(c => c.op));
  expect(kinds.filter(kind => rules[kind].gradient !== undefined && !differentiated.has(kind))).toEqual([]);
});

test("the oracle's derivatives agree with finite differences", () => {
  expect(prepared.flatMap(differenceFailures)).toEqual([]);
});

test('the engines this machine should always have are among those compared', () => {
  if (process.env.MARL_ENGINES !== undefined) return;
  const names = engines.map(engine => engine.name);
  expect(names).toEqual(expect.arrayContaining(['wasm', 'wasm without FMA', 'reference', 'tfjs-cpu', 'tfjs-wasm']));
});

describe.each(engines.map(engine => [engine.name, engine] as const))('%s', (_, engine) => {
  test.each(kinds)('%s', async kind => {
    const mine = prepared.filter(p => p.of.op === kind);
    expect(mine.length).toBeGreaterThan(0);
    const wrong = await failures(engine, mine);
    expect(wrong.slice(0, 10), `${wrong.length} numbers are wrong`).toEqual([]);
  });

  test.each(trainings.map(training => [training.name, training] as const))('20 steps of %s', async (_, training) => {
    const wrong = await trainingFailures(engine, training);
    expect(wrong.slice(0, 10), `${wrong.length} numbers are wrong`).toEqual([]);
  });
});
