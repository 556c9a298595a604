/** Joint policies of a team by alternating best responses (JESP), and by trying all. */
import { purposes, Stream } from '../../rng/stream.ts';
import { expired, type SolveContext } from '../answer.ts';
import { bestResponse } from './best-response.ts';
import type { Controller, Team } from './problem.ts';
import { completeController, everyController } from './tree.ts';

/** Random starts where no number is asked for. */
const usualStarts = 10;

export interface Local {
  readonly controllers: readonly Controller[];
  readonly value: number;
  readonly starts: number;
  readonly responses: number;
  readonly finished: boolean;
}

/** Lets signals and timers through now and then; true once the caller wants no more. */
export class Pause {
  #rested = performance.now();

  async over(ctx: SolveContext, done: number, total: number | undefined, what: string): Promise<boolean> {
    const now = performance.now();
    if (now - this.#rested < 40) return false;
    ctx.onProgress?.(done, total, what);
    await new Promise(resolve => setTimeout(resolve, 0));
    this.#rested = performance.now();
    return expired(ctx);
  }
}

/**
 * Joint equilibrium-based search for policies (Nair et al. 2003): from a joint policy, one agent after the other takes a best response until none
 * can improve. The first start is everybody's first choice, the others are drawn; the best end is kept.
 */
export async function alternate(team: Team, ctx: SolveContext): Promise<Local> {
  const starts = ctx.iterations ?? usualStarts;
  const stream = new Stream(ctx.seed ?? 1, purposes.sampling, 0, 1);
  const pause = new Pause();
  let best: { controllers: readonly Controller[]; value: number } | undefined;
  let responses = 0;
  for (let start = 0; start < starts; start++) {
    const controllers = Array.from({ length: team.agents }, (_, i) =>
      completeController(team, i, (_node, count) => (start === 0 ? 0 : stream.below(count))),
    );
    let value: number | undefined;
    for (let agent = 0, still = 0; still < team.agents; agent = (agent + 1) % team.agents) {
      const better = bestResponse(team, agent, controllers);
      responses++;
      if (value === undefined || better.value > value + 1e-12 * Math.max(1, Math.abs(value))) {
        controllers[agent] = better.controller;
        value = better.value;
        still = 1;
      } else still++;
      if (best === undefined || value > best.value) best = { controllers: controllers.slice(), value };
      if (await pause.over(ctx, start, starts, `starts, best ${Number(best.value.toPrecision(6))}`))
        return { ...best, starts: start + 1, responses, finished: false };
    }
  }
  return { ...(best as NonNullable<typeof best>), starts, responses, finished: true };
}

/** Every joint policy of all agents but the last, which answers each in the best way: the oracle for everything cleverer. */
export async function tryAll(team: Team, ctx: SolveContext): Promise<Local> {
  const pause = new Pause();
  let best: { controllers: readonly Controller[]; value: number } | undefined;
  let tried = 0;
  let stopped = false;
  const last = team.agents - 1;
  const none: Controller = { choice: [], next: [], start: new Map() };
  const visit = async (fixed: readonly Controller[]): Promise<void> => {
    if (fixed.length === last) {
      tried++;
      const answer = bestResponse(team, last, [...fixed, none]);
      if (best === undefined || answer.value > best.value + 1e-13 * Math.abs(best.value))
        best = { controllers: [...fixed, answer.controller], value: answer.value };
      stopped = await pause.over(ctx, tried, undefined, `policies, best ${Number(best.value.toPrecision(6))}`);
      return;
    }
    for (const controller of everyController(team, fixed.length)) {
      await visit([...fixed, controller]);
      if (stopped) return;
    }
  };
  await visit([]);
  return {
    ...(best as unknown as { controllers: readonly Controller[]; value: number }),
    starts: tried,
    responses: tried,
    finished: !stopped,
  };
}
