/** Assertions: proved, or an error that shows why not. */
import type { AssertSpec, Quantity } from '../api.ts';
import type { GameModel } from '../game/model.ts';
import { decide, isProperty, type Listed } from './facts.ts';

/** What the evaluation of an assertion needs done; the host brings the solvers. */
export interface AssertTools {
  /** Lists the game; called at most once per assertion (the host may remember). */
  list(model: GameModel): Listed;
  /** The value of a solution concept to every agent, over all solutions found; or why there is none. */
  solve(model: GameModel, listed: Listed, concept: string): Promise<SolvedValues | { readonly refused: string }>;
}

export interface SolvedValues {
  readonly agents: readonly string[];
  /** One row per solution: the value to each agent. At least one. */
  readonly values: readonly (readonly number[])[];
  /** Absolute error that the numbers may have; 0 for exact answers. */
  readonly tolerance: number;
  /** The numbers are only known not to be exceeded, for this reason. */
  readonly atMost: string | undefined;
}

export type Verdict =
  /** `rounded`: doubles were compared, and it holds up to their last digits. */
  | { readonly status: 'proved'; readonly how: string; readonly rounded?: boolean | undefined }
  | { readonly status: 'failed'; readonly fact: string }
  | { readonly status: 'unknown'; readonly why: string };

export async function evaluateAssert(spec: AssertSpec, model: GameModel, tools: AssertTools): Promise<Verdict> {
  const { claim } = spec;
  if (claim.kind === 'property') {
    // The checker lets only known properties through; another one is undecided rather than wrong.
    if (!isProperty(claim.property)) return { status: 'unknown', why: `there is no property \`${claim.property}\`` };
    const fact = decide(model, claim.property, () => tools.list(model));
    if (fact.status === 'refuted') return { status: 'failed', fact: lowered(fact.witness.text) };
    return fact.status === 'proved' ? fact : { status: 'unknown', why: fact.why };
  }
  const found = await quantityOf(claim.quantity, model, tools);
  if ('why' in found) return { status: 'unknown', why: found.why };
  const slack = claim.within + found.tolerance;
  for (const value of found.values)
    if (!holds(value, claim.op, claim.value, slack)) {
      if (found.atMost !== undefined)
        return { status: 'unknown', why: `${found.what} is at most ${value}: ${found.atMost}` };
      const one = found.values.length > 1 ? `there are ${found.values.length} solutions, and in one of them ` : '';
      return { status: 'failed', fact: `${one}${found.what} is ${value}` };
    }
  if (found.atMost !== undefined && claim.op !== '<=' && claim.op !== '<')
    return { status: 'unknown', why: `only an upper bound is known: ${found.atMost}` };
  return {
    status: 'proved',
    how: `${found.what} is ${found.values[0]}${found.tolerance === 0 ? '' : ` up to ${found.tolerance}`}`,
  };
}

type Measured =
  | {
      readonly what: string;
      readonly values: readonly number[];
      readonly tolerance: number;
      readonly atMost?: string | undefined;
    }
  | { readonly why: string };

async function quantityOf(quantity: Quantity, model: GameModel, tools: AssertTools): Promise<Measured> {
  if (quantity.kind === 'horizon')
    return model.horizon === undefined
      ? { why: 'the game declares no horizon' }
      : { what: 'the horizon', values: [model.horizon], tolerance: 0 };
  const listed = tools.list(model);
  if (listed.game === undefined) return { why: listed.why };
  const { stateCount, terminalCount } = listed.game;
  if (quantity.kind !== 'value')
    return quantity.kind === 'states'
      ? { what: 'the number of states', values: [stateCount + terminalCount], tolerance: 0 }
      : { what: 'the number of terminal states', values: [terminalCount], tolerance: 0 };
  const solved = await tools.solve(model, listed, quantity.concept);
  if ('refused' in solved) return { why: lowered(solved.refused) };
  if (quantity.concept.endsWith('correlated')) {
    // The greatest welfare is one number, but equilibria that share it may divide it differently.
    if (quantity.agent !== undefined)
      return {
        why: `several equilibria may share the greatest welfare and divide it differently; assert their welfare, \`value(${quantity.concept})\``,
      };
    const welfare = solved.values.map(row => row.reduce((sum, value) => sum + value, 0));
    return { what: 'the greatest welfare', values: welfare, tolerance: solved.tolerance * solved.agents.length };
  }
  const what = `the ${quantity.concept} value${quantity.agent === undefined ? '' : ` of ${quantity.agent}`}`;
  if (quantity.agent === undefined) {
    const common = solved.values.every(row =>
      row.every(value => Math.abs(value - (row[0] as number)) <= 2 * solved.tolerance),
    );
    if (!common) return { why: 'the agents have different values; name one, as in `value(pure, Row)`' };
    return {
      what,
      values: solved.values.map(row => row[0] as number),
      tolerance: solved.tolerance,
      atMost: solved.atMost,
    };
  }
  const agent = solved.agents.indexOf(quantity.agent);
  if (agent === -1) return { why: `there is no agent ${quantity.agent}` };
  return {
    what,
    values: solved.values.map(row => row[agent] as number),
    tolerance: solved.tolerance,
    atMost: solved.atMost,
  };
}

function holds(value: number, op: string, wanted: number, slack: number): boolean {
  switch (op) {
    case '==':
      return Math.abs(value - wanted) <= slack;
    case '!=':
      return Math.abs(value - wanted) > slack;
    case '<':
      return value < wanted + slack;
    case '<=':
      return value <= wanted + slack;
    case '>':
      return value > wanted - slack;
    default:
      return value >= wanted - slack;
  }
}

/** A sentence as a piece of another: no capital, no full stop. Names of agents keep their capitals. */
function lowered(sentence: string): string {
  const text = sentence.replace(/\.$/, '');
  const first = /^(In|After|No|The|There|Zero-sum|Constant-sum|Symmetry|Exchanging|Chance|Every)\b/.test(text);
  return first ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}
