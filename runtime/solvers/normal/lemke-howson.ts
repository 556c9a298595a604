/** One equilibrium per label by complementary pivoting (Lemke and Howson 1964), in integers and lexicographic, so that it never cycles. */
import { Rational } from '../../games/rational.ts';
import { expired, type Found, type Refusal, type SolveContext } from '../answer.ts';
import { IntegerTableau } from '../exact-simplex.ts';
import { type NormalForm, rationalPayoffs } from '../normal-form.ts';
import { bestResponsePolytopes, extremeEquilibria } from '../vertices.ts';
import { bilinear, matricesOf } from './bimatrix.ts';

/** Bases of both polytopes; the artificial equilibrium at first. Labels count the row agent's actions, then the column agent's. */
interface Bases {
  readonly p: IntegerTableau;
  readonly q: IntegerTableau;
}

interface End {
  readonly profile: readonly [readonly Rational[], readonly Rational[]];
  readonly bases: Bases;
  /** Dropped label and pivots of each path from the artificial equilibrium that ends here. */
  readonly paths: { readonly label: number; readonly pivots: number }[];
  /** Where no such path does: the equilibrium and the label from which one does. */
  readonly via: { readonly from: number; readonly label: number } | undefined;
}

/** Pivots of one path before it is given up; paths can be exponentially long (Savani and von Stengel 2006). */
const mostPivots = 100_000;
/** Up to so many actions of both agents together all equilibria are listed to name those that no path reaches. */
const enumerated = 20;

/** @param first stop at the end of the first path. */
export function solveLemkeHowson(form: NormalForm, ctx: SolveContext, first = false): Found | Refusal {
  if (form.agents.length !== 2)
    return {
      refused: `\`lemke_howson\` is for two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `nash by support_enumeration` or `nash by homotopy`',
    };
  const [m, n] = form.counts as [number, number];
  const [a, b] = matricesOf(rationalPayoffs(form), m, n);
  const { ends, complete } = allPaths(a, b, m, n, ctx, first);
  const label = (k: number): string =>
    k < m ? `${form.agents[0]} ${form.choiceNames[0]?.[k]}` : `${form.agents[1]} ${form.choiceNames[1]?.[k - m]}`;
  const profiles = ends.map(end => end.profile);
  const remarks = ends.map(({ paths, via }) =>
    via === undefined
      ? `from ${paths.map(path => `${label(path.label)} (${path.pivots})`).join(', ')}`
      : `from equilibrium ${via.from + 1} by ${label(via.label)}`,
  );
  const warnings: string[] = [];
  if (!complete) warnings.push('stopped before every path had ended; other labels may lead to other equilibria');
  let all = false;
  if (complete && !first && m + n <= enumerated) {
    const every = extremeEquilibria(a, b, m, n, () => expired(ctx));
    const known = new Set(profiles.map(String));
    const missed = every.equilibria.filter(profile => !known.has(String(profile)));
    all = every.complete;
    if (every.complete && missed.length > 0) {
      const degenerate = every.components.some(component => component.dimension > 0 || component.members.length > 1);
      if (degenerate) warnings.push('the game is degenerate: `nash by vertex_enumeration` lists whole components');
      for (const profile of missed) {
        profiles.push(profile);
        remarks.push(degenerate ? 'at the end of no path' : 'inaccessible: no path leads there');
      }
    }
  }
  if (profiles.length === 0)
    return { refused: 'the time limit was reached before a path had ended', remedy: 'allow more time' };
  const profileValues = profiles.map(([x, y]) => [bilinear(a, x, y), bilinear(b, x, y)]);
  const reached = ends.length;
  return {
    kind: 'nash',
    method: 'lemke_howson',
    note: `${first ? 'one label leads' : `${m + n} labels lead`} to ${reached} ${reached === 1 ? 'equilibrium' : 'equilibria'} (label dropped, pivots)`,
    solution: { kind: 'profiles', profiles },
    values: profileValues[0],
    profileValues,
    remarks,
    completeness: all ? 'all-proved' : 'some',
    warnings,
  };
}

/** Every label from the artificial equilibrium, then every label from what was found, until nothing new comes up. */
export function allPaths(
  a: readonly Rational[],
  b: readonly Rational[],
  m: number,
  n: number,
  ctx: SolveContext,
  first = false,
): { readonly ends: readonly End[]; readonly complete: boolean } {
  const { rowsOfP, rowsOfQ } = bestResponsePolytopes(a, b, m, n);
  const start: Bases = {
    p: new IntegerTableau(
      rowsOfP.map(row => [...row, 1n]),
      n,
      m,
    ),
    q: new IntegerTableau(
      rowsOfQ.map(row => [...row, 1n]),
      m,
      n,
    ),
  };
  const ends: End[] = [];
  const known = new Map<string, number>();
  let complete = true;
  const go = (from: number | undefined, bases: Bases): void => {
    for (let label = 0; label < m + n && complete; label++) {
      const path = follow(bases, label, m, n, ctx);
      if (path === undefined) {
        complete = false;
        return;
      }
      const profile = profileAt(path.bases, m, n);
      // A path can lead back to the artificial equilibrium, which is none.
      if (profile === undefined) continue;
      const key = String(profile);
      const at = known.get(key);
      if (at === undefined) {
        known.set(key, ends.length);
        const paths = from === undefined ? [{ label, pivots: path.pivots }] : [];
        ends.push({ profile, bases: path.bases, paths, via: from === undefined ? undefined : { from, label } });
      } else if (from === undefined) (ends[at] as End).paths.push({ label, pivots: path.pivots });
    }
  };
  if (first) {
    const path = follow(start, 0, m, n, ctx);
    const profile = path === undefined ? undefined : profileAt(path.bases, m, n);
    if (path === undefined || profile === undefined) return { ends, complete: false };
    ends.push({ profile, bases: path.bases, paths: [{ label: 0, pivots: path.pivots }], via: undefined });
    return { ends, complete: true };
  }
  go(undefined, start);
  for (let k = 0; k < ends.length && complete; k++) go(k, (ends[k] as End).bases);
  return { ends, complete };
}

/** Drops a label and pivots until it is picked up again; undefined when stopped. */
function follow(
  from: Bases,
  label: number,
  m: number,
  n: number,
  ctx: SolveContext,
): { bases: Bases; pivots: number } | undefined {
  const bases = { p: from.p.copy(), q: from.q.copy() };
  // In P a variable's number is its label; in Q structural variable j has label m + j and slack i label i.
  const inQ = (variable: number): number => (variable < n ? m + variable : variable - n);
  const toQ = (l: number): number => (l < m ? n + l : l - m);
  let entering = label;
  let turn: 'p' | 'q' = bases.p.nonbasic.includes(label) ? 'p' : 'q';
  for (let pivots = 1; pivots <= mostPivots; pivots++) {
    if (pivots % 16 === 0 && expired(ctx)) return undefined;
    const tableau = bases[turn];
    const column = tableau.nonbasic.indexOf(turn === 'p' ? entering : toQ(entering));
    const row = tableau.leavingRow(column, turn === 'p' ? m : n);
    const variable = tableau.basic[row] as number;
    tableau.pivot(row, column);
    const leaving = turn === 'p' ? variable : inQ(variable);
    if (leaving === label) return { bases, pivots };
    entering = leaving;
    turn = turn === 'p' ? 'q' : 'p';
  }
  return undefined;
}

function profileAt({ p, q }: Bases, m: number, n: number): [readonly Rational[], readonly Rational[]] | undefined {
  const [x, y] = [strategyAt(p, m), strategyAt(q, n)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

function strategyAt(tableau: IntegerTableau, columns: number): readonly Rational[] | undefined {
  const weights = new Array<bigint>(columns).fill(0n);
  tableau.basic.forEach((variable, i) => {
    if (variable < columns) weights[variable] = (tableau.cells[i] as bigint[]).at(-1) as bigint;
  });
  const total = weights.reduce((sum, w) => sum + w, 0n);
  return total === 0n ? undefined : weights.map(w => Rational.of(w, total));
}
