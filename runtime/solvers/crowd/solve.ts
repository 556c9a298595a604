/** Equilibria of crowds: a policy that nobody gains by leaving, while all others follow it. */
import type { CrowdGame } from '../../games/crowd.ts';
import type { TabularGame } from '../../games/tabular.ts';
import type { Claim } from '../../verify/claim.ts';
import { verifyCrowd } from '../../verify/crowd.ts';
import { type Answer, expired, type Refusal, type SolveContext, type SolveOptions, stopped } from '../answer.ts';
import { bestResponse, type CrowdPolicy, evaluate, type Flow, flowOf, occupancy, uniform } from './flow.ts';

/** Iterations where none are asked for. */
const usualIterations = 1_000;

export type CrowdMethod = 'fictitious_play' | 'mirror_descent';

/**
 * Solves a mean field game by iteration from uniform play.
 * `fictitious_play`: step k mixes a best response into the average by 1 / (k + 1), by how often states are met (Cardaliaguet and
 * Hadikhanloo 2017; Perrin et al. 2020). `mirror_descent`: probabilities in proportion to the exponential of action values added up
 * (Perolat et al. 2021), in units of the spread of the action values at the start.
 */
export async function solveMeanField(
  game: CrowdGame,
  options: SolveOptions,
  ctx: SolveContext = {},
): Promise<Answer | Refusal> {
  const method = options.method ?? 'fictitious_play';
  if (method !== 'fictitious_play' && method !== 'mirror_descent')
    return {
      refused: `\`mean_field\` has no method \`${method}\``,
      remedy: 'use `fictitious_play` or `mirror_descent`',
    };
  if (options.maximizing !== undefined)
    return { refused: '`mean_field` maximises nothing', remedy: 'leave `maximizing` out' };
  const wanted = options.iterations ?? usualIterations;
  if (!(Number.isSafeInteger(wanted) && wanted >= 1))
    return { refused: `${wanted} iterations are not a whole number from 1`, remedy: 'write `for 100 iterations`' };
  if (expired(ctx)) return stopped;
  try {
    return await run(game, method, wanted, options.tolerance ?? 1e-9, ctx);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: `${game.name}: ${error.message}`, remedy: 'keep it finite, as in `log(max(x, 1/1_000_000))`' };
  }
}

async function run(
  game: CrowdGame,
  method: CrowdMethod,
  wanted: number,
  tolerance: number,
  ctx: SolveContext,
): Promise<Answer> {
  const stepper = method === 'fictitious_play' ? new FictitiousPlay(game) : new MirrorDescent(game);
  const trace: { iteration: number; nashConv: number }[] = [];
  let rested = performance.now();
  let next = 1;
  let done = 0;
  while (done < wanted) {
    stepper.step();
    done++;
    if (done === next) {
      trace.push({ iteration: done, nashConv: gainOf(game, stepper.policy) });
      next = after(next);
    }
    const now = performance.now();
    if (now - rested < 40) continue;
    ctx.onProgress?.(done, wanted, 'iterations');
    await new Promise(resolve => setTimeout(resolve, 0));
    rested = performance.now();
    if (expired(ctx)) break;
  }
  const { policy } = stepper;
  const flow = flowOf(game, policy);
  const { value } = evaluate(game, flow, policy);
  const gain = bestResponse(game, flow).value - value;
  if (trace.at(-1)?.iteration !== done) trace.push({ iteration: done, nashConv: gain });
  const solution = { kind: 'flow', rules: rulesOf(game, policy), shares: massesOf(game, flow) } as const;
  // The verifier adds up in another order.
  const claim: Claim = {
    kind: 'mean_field',
    solution,
    values: [value],
    completeness: 'one',
    epsilon: Math.max(0, gain) * (1 + 1e-9) + 1e-12,
  };
  const certificate = verifyCrowd(game, claim, tolerance);
  const counted = `${done} ${done === 1 ? 'iteration' : 'iterations'} from uniform play`;
  const { meets, size } = game;
  const whole = meets === 0 ? 'the limit of many agents, where' : 'a mean field in place of neighbours, where';
  return {
    concept: 'mean_field',
    method,
    note: `${counted}; a crowd of ${game.member}, ${game.stateCount} states of its own, ${game.steps} ${game.steps === 1 ? 'step' : 'steps'}; ${whole} ${size} were declared`,
    ...(meets === 0 ? {} : { claim: claimOf(game) }),
    solution,
    values: [value],
    exact: false,
    certificate,
    completeness: 'one',
    trace,
    warnings: [...(done < wanted ? [`stopped after ${done} of ${wanted} iterations`] : []), ...certificate.problems],
  };
}

/** What the answer is about where agents have neighbours, and what it is not. */
function claimOf({ name, member, meets, size }: CrowdGame): string {
  const whom = meets === 1 ? `the other whom a ${member} meets` : `each of the ${meets} others whom a ${member} meets`;
  return `of the mean field: ${whom} is an independent member of the crowd, drawn anew at every step, and a ${member} acts on its own state alone; an approximation of ${name} with ${size} agents, where neighbours stay and their states depend on each other`;
}

function gainOf(game: CrowdGame, policy: CrowdPolicy): number {
  const flow = flowOf(game, policy);
  return bestResponse(game, flow).value - evaluate(game, flow, policy).value;
}

/** 1, 2, 5, 10, 20, 50, ... */
function after(iteration: number): number {
  let scale = 1;
  while (scale * 10 <= iteration) scale *= 10;
  const digit = iteration / scale;
  return (digit < 2 ? 2 : digit < 5 ? 5 : 10) * scale;
}

function rulesOf(game: CrowdGame, policy: CrowdPolicy): number[][][] {
  const actions = game.actionNames.length;
  return policy.map(rule =>
    Array.from({ length: game.stateCount }, (_, s) => [...rule.subarray(s * actions, (s + 1) * actions)]),
  );
}

function massesOf(game: CrowdGame, { shares }: Flow): Float64Array[] {
  const actions = game.actionNames.length;
  return shares.map(list => {
    const mass = new Float64Array(game.stateCount);
    list.forEach((share, row) => {
      const s = Math.floor(row / actions);
      mass[s] = (mass[s] as number) + share;
    });
    return mass;
  });
}

class FictitiousPlay {
  policy: CrowdPolicy;
  readonly #game: CrowdGame;
  #mixed: readonly Float64Array[];
  #rounds = 0;

  constructor(game: CrowdGame) {
    this.#game = game;
    this.policy = uniform(game);
    this.#mixed = flowOf(game, this.policy).shares;
  }

  step(): void {
    const game = this.#game;
    const actions = game.actionNames.length;
    const flow = flowOf(game, this.policy);
    const answer = bestResponse(game, flow).policy;
    const met = occupancy(game, flow, answer);
    const weight = 1 / (++this.#rounds + 1);
    this.#mixed = this.#mixed.map((list, t) =>
      list.map((share, row) => (1 - weight) * share + weight * (met[t]?.[row] as number)),
    );
    this.policy = this.#mixed.map((list, t) => {
      const rule = (answer[t] as Float64Array).slice();
      // States that look alike count together.
      const together = new Float64Array(list.length);
      list.forEach((share, row) => {
        const place = (game.looks[Math.floor(row / actions)] as number) * actions + (row % actions);
        together[place] = (together[place] as number) + share;
      });
      for (let s = 0; s < game.stateCount; s++) {
        const first = (game.looks[s] as number) * actions;
        let mass = 0;
        for (let a = 0; a < actions; a++) mass += together[first + a] as number;
        // Where nobody ever comes the best response stands.
        for (let a = 0; a < actions; a++)
          rule[s * actions + a] = (mass > 0 ? (together[first + a] as number) / mass : rule[first + a]) as number;
      }
      return rule;
    });
  }
}

class MirrorDescent {
  policy: CrowdPolicy;
  readonly #game: CrowdGame;
  readonly #sum: readonly Float64Array[];
  #rate: number | undefined;

  constructor(game: CrowdGame) {
    this.#game = game;
    this.policy = uniform(game);
    this.#sum = this.policy.map(rule => new Float64Array(rule.length));
  }

  step(): void {
    const game = this.#game;
    const actions = game.actionNames.length;
    const { worth } = evaluate(game, flowOf(game, this.policy), this.policy);
    this.#rate ??= 1 / Math.max(spreadOf(game, worth), Number.MIN_VALUE);
    const rate = this.#rate;
    this.policy = this.#sum.map((sum, t) => {
      const rule = new Float64Array(sum.length);
      for (let s = 0; s < game.stateCount; s++) {
        let most = Number.NEGATIVE_INFINITY;
        for (let row = s * actions; row < (s + 1) * actions; row++) {
          sum[row] = (sum[row] as number) + rate * (worth[t]?.[row] as number);
          if (game.legal[row] === 1) most = Math.max(most, sum[row] as number);
        }
        let total = 0;
        for (let row = s * actions; row < (s + 1) * actions; row++) {
          rule[row] = game.legal[row] === 1 ? Math.exp((sum[row] as number) - most) : 0;
          total += rule[row] as number;
        }
        for (let row = s * actions; row < (s + 1) * actions; row++) rule[row] = (rule[row] as number) / total;
        const first = (game.looks[s] as number) * actions;
        rule.copyWithin(s * actions, first, first + actions);
      }
      return rule;
    });
  }
}

/** The greatest distance between two actions' values in one state. */
function spreadOf(game: CrowdGame, worth: readonly Float64Array[]): number {
  const actions = game.actionNames.length;
  let most = 0;
  for (const rows of worth)
    for (let s = 0; s < game.stateCount; s++) {
      const legal = [...rows.subarray(s * actions, (s + 1) * actions)].filter(
        (_, a) => game.legal[s * actions + a] === 1,
      );
      most = Math.max(most, Math.max(...legal) - Math.min(...legal));
    }
  return most > 0 ? most : 1;
}

/** A crowd as far as answers are written by it: names, states and legal actions of one agent, nothing of what happens. */
export function memberOf(game: CrowdGame): TabularGame {
  const actions = game.actionNames.length;
  const legalStart = [0];
  const legalActions: number[] = [];
  for (let s = 0; s < game.stateCount; s++) {
    for (let a = 0; a < actions; a++) if (game.legal[s * actions + a] === 1) legalActions.push(a);
    legalStart.push(legalActions.length);
  }
  const none = new Int32Array(0);
  return {
    name: game.name,
    agents: [game.member],
    actionNames: [game.actionNames],
    stateCount: game.stateCount,
    terminalCount: 0,
    initialStates: none,
    initialProbabilities: new Float64Array(0),
    legalStart: Int32Array.from(legalStart),
    legalActions: Int32Array.from(legalActions),
    jointStart: none,
    outcomeStart: none,
    outcomeState: none,
    outcomeProbability: new Float64Array(0),
    outcomeReward: new Float64Array(0),
    observation: Int32Array.from({ length: game.stateCount }, (_, s) => s),
    exact: undefined,
    discount: game.discount,
    horizon: game.steps,
    describeState: state => game.describeState(state),
  };
}
