/** Exact plans of large zero-sum trees: the program over sequences in integers, and its vertex from the one found in doubles. */
import { Rational } from '../../games/rational.ts';
import { commonDenominator, scaled } from '../exact-simplex.ts';
import { exactVertex, type IntegerProgram } from '../exact-vertex.ts';
import type { Fractions } from '../lifting.ts';
import type { LinearProgram, LinearSolution } from '../linear-program.ts';
import { exactEnds, type SequenceForm } from './form.ts';
import { programSize, sequenceWeights, structure } from './sequence-program.ts';
import type { GameTree } from './tree.ts';

/** Ends of a tree up to which this is tried. */
const mostEnds = 60_000;

/** Both agents' weights of sequences as fractions; undefined where the game has none, or the doubles do not lead to them. */
export function exactPlans(
  tree: GameTree,
  form: SequenceForm,
  program: LinearProgram,
  solution: LinearSolution,
  stop: () => boolean,
): readonly [readonly Rational[], readonly Rational[]] | undefined {
  if (tree.ends > mostEnds) return undefined;
  const integers = integerProgram(tree, form);
  if (integers === undefined) return undefined;
  const vertex = exactVertex(integers, program, solution, stop);
  if (vertex === undefined) return undefined;
  const fractions = ({ numerators, denominator }: Fractions) => numerators.map(x => Rational.of(x, denominator));
  return sequenceWeights(form, Rational.one, fractions(vertex.x), fractions(vertex.dual));
}

/**
 * The program of `sequenceProgram` times the range of payoffs and a common denominator, the other agent's variables times the range: the same
 * vertices, in integers. Undefined where a number is none.
 */
function integerProgram(tree: GameTree, form: SequenceForm): IntegerProgram | undefined {
  const ends = exactEnds(tree);
  const first = ends?.[0]?.payoffs[0];
  if (ends === undefined || first === undefined) return undefined;
  const [own, other] = form.spaces;
  const { rows, variables } = programSize(form);
  let [low, high] = [first, first];
  for (const { payoffs } of ends) {
    const paid = payoffs[0] as Rational;
    if (paid.compare(low) < 0) low = paid;
    if (paid.compare(high) > 0) high = paid;
  }
  const range = high.compare(low) > 0 ? high.sub(low) : Rational.one;
  const shift = range.sub(low);
  const entries = ends.map(({ payoffs, reach }) => (payoffs[0] as Rational).add(shift).mul(reach));
  const scale = commonDenominator(entries);
  const matrix = Array.from({ length: rows }, () => new Map<number, number>());
  const bound = new Float64Array(rows);
  const objective = new Float64Array(variables);
  // Rows of the other agent's choices are scaled, rows of own information sets hold no payoffs.
  const factor = (row: number) => (row < other.sequences - 1 ? Number(scale) : 1);
  structure(form, (row, variable, value) => matrix[row]?.set(variable, value * factor(row)));
  for (let k = 0; k < own.sets; k++) if (own.parent[k] === 0) bound[other.sequences - 1 + k] = 1;
  for (let h = 0; h < other.sets; h++) if (other.parent[h] === 0) objective[own.sequences - 1 + h] = Number(scale);
  ends.forEach(({ sequences }, k) => {
    const value = Number(scaled(entries[k] as Rational, scale));
    const variable = (sequences[0] as number) - 1;
    const row = (sequences[1] as number) - 1;
    if (variable < 0 && row >= 0) bound[row] = (bound[row] as number) + value;
    else if (variable >= 0 && row >= 0) {
      const line = matrix[row] as Map<number, number>;
      line.set(variable, (line.get(variable) ?? 0) - value);
    } else if (variable >= 0) objective[variable] = (objective[variable] as number) + value;
  });
  const start = new Int32Array(rows + 1);
  matrix.forEach((line, r) => {
    start[r + 1] = (start[r] as number) + line.size;
  });
  const value = Float64Array.from(matrix.flatMap(line => [...line.values()]));
  if (![...value, ...bound, ...objective].every(Number.isSafeInteger)) return undefined;
  return {
    rows,
    unknowns: variables,
    start,
    index: Int32Array.from(matrix.flatMap(line => [...line.keys()])),
    value,
    bound,
    objective,
  };
}
