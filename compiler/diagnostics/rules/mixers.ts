/** M08: mixers: what may stand in one, and what its claims need. */
import { didYouMean, error, warning } from './base.ts';

/** A claim that fails at a sub-term: what stands there, why that breaks the claim, what to write. */
export interface Broken {
  readonly mixer: string;
  readonly term: string;
  readonly reason: string;
  readonly remedy: string | undefined;
  /** A case in numbers that refutes the claim, as a sentence. */
  readonly witness: string | undefined;
  /** Were numbers tried? Without a witness the claim is not wrong, only not proved. */
  readonly searched: boolean;
}

/** What the mixer does where there is a counterexample, and what is not proved of it where there is none. */
const broken = (rule: string, [wrong, open]: readonly [string, string], a: Broken): string =>
  a.witness === undefined
    ? `${rule}, but \`${a.mixer}\` ${open}: ${a.reason}.${a.searched ? ' No counterexample was found.' : ''}`
    : `${rule}, but \`${a.mixer}\` ${wrong}: ${a.reason}. ${a.witness}`;

export const mixerRules = {
  'mixer-shape': error(
    'M0801',
    (a: { binding: string; problem: string; agents: number; state: number; remedy: string | undefined }) =>
      `Shapes must fit${a.binding === '' ? ': ' : `, but in \`${a.binding}\` `}${a.problem} (with ${a.agents} agents and a state of ${a.state} numbers).`,
    a => a.remedy ?? '`*` of a vector and a matrix is their product; everything else goes element by element.',
  ),
  'mixer-form': error(
    'M0802',
    (a: { what: string }) =>
      `A mixer is made of numbers, its inputs and operations on arrays; ${a.what} may not stand in one.`,
    () => 'Write it with `+ - * /`, `dot`, `sum`, `max`, `clamp` and the other functions of mixers.',
  ),
  'missing-total': error(
    'M0803',
    (a: { mixer: string }) => `A mixer says what the \`total\` is, but \`${a.mixer}\` has no binding of that name.`,
    () => 'Add `total = ...`, one number made of the utilities `q`.',
  ),
  'mixer-domain': error(
    'M0804',
    (a: { fn: string; needs: string; fact: string }) => `\`${a.fn}\` takes ${a.needs}, but ${a.fact}.`,
    () => 'Wrap it in `softplus`, or in `clamp` with a positive lower bound.',
  ),
  'unknown-claim': error(
    'M0805',
    (a: { name: string; suggestion: string | undefined }) => `\`${a.name}\` is no claim about mixers.`,
    a => didYouMean(a) ?? 'A mixer may claim `monotonic`, `strictly monotonic`, `additive` and `igm`.',
  ),
  'not-monotonic': error(
    'M0806',
    (a: Broken) =>
      broken('The total of a monotonic mixer never falls where a utility grows', ['falls', 'is not proved to grow'], a),
    a => a.remedy,
  ),
  'not-strictly-monotonic': error(
    'M0807',
    (a: Broken) =>
      broken('The total of a strictly monotonic mixer grows with every utility', ['falls', 'is not proved to grow'], a),
    a => a.remedy,
  ),
  'not-additive': error(
    'M0808',
    (a: Broken) =>
      broken(
        'An additive mixer is a sum of terms that depend on the utility of one agent each',
        ['is none', 'is not proved to be one'],
        a,
      ),
    a => a.remedy,
  ),
  'not-igm': error(
    'M0809',
    (a: Broken) =>
      broken(
        'Under IGM the greedy actions of the agents maximise the total',
        ['breaks it', 'is not proved to keep it'],
        a,
      ),
    a => a.remedy,
  ),
  'ignores-utilities': warning(
    'M0810',
    (a: { mixer: string; detached: boolean }) =>
      a.detached
        ? `A mixer teaches the agents by its gradient, but \`stop_gradient\` lets none through from the total of \`${a.mixer}\` to \`q\`.`
        : `A mixer mixes the utilities, but the total of \`${a.mixer}\` does not depend on \`q\`.`,
    a =>
      a.detached
        ? 'Leave a path from `q` to `total` outside of `stop_gradient`.'
        : 'Let `total` depend on `q`, for example by `sum(q)`.',
  ),
  'untaught-agents': warning(
    'M0811',
    (a: { mixer: string; who: string }) =>
      `A mixer teaches every agent by its gradient, but \`stop_gradient\` keeps that of \`${a.mixer}\` from ${a.who}, though its total depends on them.`,
    () => 'Take `stop_gradient` away here, or give each utility another path to `total`, as in `sum(q)`.',
  ),
} as const;
