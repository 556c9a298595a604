/** `npm run validate`: learning results that take minutes, compared with published or reference numbers. */
import { policies } from './policies.ts';
import { soccer } from './soccer.ts';
import { tabular } from './tabular.ts';

export interface Validation {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

const suites = [tabular, soccer, policies];

let passed = 0;
let failed = 0;
for (const suite of suites) {
  for (const result of suite()) {
    if (result.passed) passed++;
    else failed++;
    console.log(`${result.passed ? 'ok    ' : 'FAILED'} ${result.name}: ${result.detail}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
