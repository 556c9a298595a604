/** M10: what is legal but seldom meant; reported by `marl check --strict`. */
import { warning } from './base.ts';

export const strictRules = {
  'reward-never-paid': warning(
    'M1001',
    (a: { fact: string }) => `A reward should be within reach: ${a.fact}.`,
    () => 'Check the condition of the reward and what leads to it, or leave the reward out.',
  ),
  'end-not-certain': warning(
    'M1002',
    (a: { fact: string }) => `Without discount or horizon every play should come to an end: ${a.fact}.`,
    () => 'Add `discount 0.99` or a `horizon`.',
  ),
  'horizon-too-short': warning(
    'M1003',
    (a: { fact: string }) => `A horizon should leave time to win: ${a.fact}.`,
    () => 'Raise the horizon.',
  ),
  'single-action': warning(
    'M1004',
    (a: { agent: string; action: string }) => `An agent should have a choice: \`${a.agent}\` has only \`${a.action}\`.`,
    () => 'Give it a second action, or make what it does a part of `step`.',
  ),
  'constant-observation': warning(
    'M1005',
    (a: { part: string; agent: string; where: string }) =>
      `An observation should tell something: \`${a.part}\` is the same for ${a.agent} ${a.where}.`,
    () => 'Leave it out, or check what it reads.',
  ),
  'unscaled-observation': warning(
    'M1006',
    (a: { part: string; agent: string }) =>
      `A number that is observed should have a scale: \`${a.part}\`, which ${a.agent} observes, has no bounds.`,
    () => 'Bring it into a range, as in `clamp(x / 10, -1, 1)` or `tanh(x)`, or give its variable bounds.',
  ),
  unused: warning(
    'M1007',
    (a: { what: string; name: string; but: string }) =>
      `What is declared should be used: the ${a.what} \`${a.name}\` is not${a.but}.`,
    () => 'Remove it, use it, or begin its name with `_`.',
  ),
  'outside-the-run': warning(
    'M1008',
    (a: { fact: string }) => `What a training counts should happen within its run: ${a.fact}.`,
    () => 'Choose a smaller number, or a larger budget.',
  ),
  'evaluates-too-often': warning(
    'M1009',
    (a: { fact: string }) => `Between two evaluations an episode should end: ${a.fact}.`,
    () => 'Evaluate less often.',
  ),
} as const;
