/**
 * The conformance cases of test/tensor on engines that are not installed here, without the test runner: run it in the folder where they
 * are. Exits with 1 where an engine is missing or wrong.
 *
 *   node bench/conformance.ts tfjs-node [more engines]
 */
import { loadEngine } from '../runtime/tensor/engines/index.ts';
import { failures, prepare } from '../test/tensor/conformance/base.ts';
import { cases } from '../test/tensor/conformance/cases.ts';
import { trainingFailures, trainings } from '../test/tensor/conformance/training.ts';

const prepared = cases.map(prepare);
for (const name of process.argv.slice(2)) {
  const engine = await loadEngine(name);
  const wrong: string[] = [];
  for (const kind of [...new Set(prepared.map(p => p.of.op))]) {
    try {
      const mine = prepared.filter(p => p.of.op === kind);
      wrong.push(...(await failures(engine, mine)));
    } catch (error) {
      wrong.push(`${kind} ended with: ${(error as Error).message}`);
    }
  }
  for (const training of trainings) wrong.push(...(await trainingFailures(engine, training)));
  for (const line of wrong.slice(0, 40)) console.log(`  ${line}`);
  console.log(`${name}: ${cases.length} cases and ${trainings.length} trainings, ${wrong.length} numbers wrong`);
  if (wrong.length > 0) process.exitCode = 1;
}
process.exit();
