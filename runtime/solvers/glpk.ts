/**
 * Linear programs by GLPK. This is the only file that touches `glpk.js` (GPL-3.0), and it loads it only when first used, so that
 * programs which never come here run without it: see docs/decisions/linear-programs.md.
 *
 * What the code below guards against, each seen in glpk.js 5.0: names are passed through C strings (generated names only);
 * with presolve every failure is "status 1" (solved again without, to tell them apart); an infinite bound yields null values
 * (the bound's type says "none" instead); NaN or a repeated variable aborts the module (checked before the call, and a module
 * that threw is thrown away).
 */
import {
  failedSolution,
  type LinearBackend,
  type LinearLimits,
  type LinearProgram,
  type LinearSolution,
  programProblem,
} from './linear-program.ts';

type Glpk = import('glpk.js/node').GLPK;
type Result = import('glpk.js/node').Result;

let loaded: Promise<Glpk> | undefined;

function load(): Promise<Glpk> {
  loaded ??= import('glpk.js/node').then(module => module.default());
  return loaded;
}

/** Beyond this the module's 2 GiB of memory may not hold the program. */
const mostNonzeros = 16_000_000;
/** Programs with up to this many coefficients are solved before anybody can have second thoughts. */
const mostAtOnce = 10_000;

export const glpk: LinearBackend = {
  name: 'glpk',
  async solve(program: LinearProgram, limits: LinearLimits = {}): Promise<LinearSolution> {
    const problem = programProblem(program);
    if (problem !== undefined) return failedSolution('failed', problem);
    if (program.value.length > mostNonzeros) return failedSolution('failed', `more than ${mostNonzeros} coefficients`);
    const crossed = contradiction(program);
    if (crossed) return failedSolution('infeasible');
    if (program.variables === 0)
      return { status: 'optimal', x: new Float64Array(0), dual: new Float64Array(program.rows) };
    if (limits.signal !== undefined && program.value.length > mostAtOnce)
      return (await import('./glpk-apart.ts')).glpkApart(program, limits);
    let module: Glpk;
    try {
      module = await load();
    } catch (error) {
      loaded = undefined;
      return failedSolution(
        'failed',
        `glpk.js cannot be loaded (${String(error)}); install it, or use a smaller game, which the built-in solver handles`,
      );
    }
    const model = modelOf(module, program);
    const started = performance.now();
    const left = () => Math.max(1, Math.ceil((limits.seconds ?? 86_400) - (performance.now() - started) / 1000));
    const options = (presol: boolean) => ({ msglev: module.GLP_MSG_OFF, presol, tmlim: left() });
    try {
      const first = module.solve(model, options(true));
      if (first.result.status === module.GLP_OPT) return optimal(program, first);
      // Presolve hides why it failed.
      const second = module.solve(model, options(false));
      const status = second.result.status;
      if (status === module.GLP_OPT) return optimal(program, second);
      if (status === module.GLP_UNBND) return failedSolution('unbounded');
      if (status === module.GLP_NOFEAS || status === module.GLP_INFEAS) return failedSolution('infeasible');
      if (status === module.GLP_FEAS)
        return { ...optimal(program, second), status: 'limit', dual: new Float64Array(0) };
      return failedSolution('limit', 'the time limit was reached before a feasible point was found');
    } catch (error) {
      // The WebAssembly module is in an unknown state now: the next call gets a new one.
      loaded = undefined;
      return failedSolution('failed', `glpk.js stopped: ${String(error)}`);
    }
  },
};

/** Bounds that contradict each other; GLPK treats them as an error of the caller. */
function contradiction(program: LinearProgram): boolean {
  return (
    program.lower.some((low, j) => low > (program.upper[j] as number)) ||
    program.rowLower.some((low, r) => low > (program.rowUpper[r] as number))
  );
}

function modelOf(module: Glpk, program: LinearProgram): Parameters<Glpk['solve']>[0] {
  const bound = (low: number, high: number) => {
    const hasLow = Number.isFinite(low);
    const hasHigh = Number.isFinite(high);
    const type =
      hasLow && hasHigh
        ? low === high
          ? module.GLP_FX
          : module.GLP_DB
        : hasLow
          ? module.GLP_LO
          : hasHigh
            ? module.GLP_UP
            : module.GLP_FR;
    return { type, lb: hasLow ? low : 0, ub: hasHigh ? high : 0 };
  };
  const entries = (r: number) => {
    const list: { name: string; coef: number }[] = [];
    for (let k = program.start[r] as number; k < (program.start[r + 1] as number); k++)
      list.push({ name: `x${program.index[k]}`, coef: program.value[k] as number });
    return list;
  };
  return {
    name: 'program',
    objective: {
      direction: module.GLP_MAX,
      name: 'objective',
      // Every variable is named here, so that its column exists even where no row uses it.
      vars: Array.from(program.objective, (coef, j) => ({ name: `x${j}`, coef })),
    },
    subjectTo: Array.from({ length: program.rows }, (_, r) => ({
      name: `r${r}`,
      vars: entries(r),
      bnds: bound(program.rowLower[r] as number, program.rowUpper[r] as number),
    })),
    bounds: Array.from({ length: program.variables }, (_, j) => ({
      name: `x${j}`,
      ...bound(program.lower[j] as number, program.upper[j] as number),
    })),
  };
}

function optimal(program: LinearProgram, result: Result): LinearSolution {
  const x = Float64Array.from({ length: program.variables }, (_, j) => result.result.vars[`x${j}`] ?? Number.NaN);
  const dual = Float64Array.from({ length: program.rows }, (_, r) => result.result.dual?.[`r${r}`] ?? 0);
  if (!x.every(Number.isFinite) || !dual.every(Number.isFinite))
    return failedSolution('failed', 'glpk.js returned a value that is not finite');
  return { status: 'optimal', x, dual };
}
