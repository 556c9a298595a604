/** Joint policies of a team by sampling: the cross-entropy method over what each agent does after each history of what it saw. */
import { purposes, Stream } from '../../rng/stream.ts';
import type { SolveContext } from '../answer.ts';
import { floatNumbers } from '../markov.ts';
import { type Controller, evaluateTeam, type Team } from './problem.ts';
import { Pause } from './search.ts';
import { completeController, TooManyNodes } from './tree.ts';

/** Rounds where no number is asked for. */
const usualRounds = 100;
/** Joint policies drawn in a round, and how many of the best the odds are moved towards. */
const drawn = 100;
const kept = 5;
/** How far the odds move in a round: 1 would forget all earlier rounds. */
const rate = 0.2;
/** Outcomes seen when a policy is valued. */
const mostWork = 5_000_000;

export interface Sampled {
  readonly controllers: readonly Controller[];
  readonly value: number;
  readonly rounds: number;
  readonly drawn: number;
  readonly finished: boolean;
}

/** One agent's odds of its choices, history by history of what it saw; histories are numbered as they are first met. */
class Odds {
  readonly #numbers = new Map<string, number>();
  readonly #odds: Float64Array[] = [];

  /** The number of the history that goes on with a sight; -1 stands for no history. Odds are equal at first. */
  history(before: number, sight: number, choices: number): number {
    const key = `${before} ${sight}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#odds.length;
      this.#numbers.set(key, number);
      this.#odds.push(new Float64Array(choices).fill(1 / choices));
    }
    return number;
  }

  at(history: number): Float64Array {
    return this.#odds[history] as Float64Array;
  }

  /** Moves the odds of every history that the policies come to towards how often they take each choice there. */
  learn(policies: readonly Draw[]): void {
    const counts = new Map<number, Float64Array>();
    for (const { histories, controller } of policies)
      histories.forEach((history, node) => {
        const count = counts.get(history) ?? new Float64Array(this.at(history).length);
        counts.set(history, count);
        const choice = controller.choice[node] as number;
        count[choice] = (count[choice] as number) + 1;
      });
    for (const [history, count] of counts) {
      const odds = this.at(history);
      const total = count.reduce((sum, x) => sum + x, 0);
      for (let a = 0; a < odds.length; a++)
        odds[a] = (1 - rate) * (odds[a] as number) + (rate * (count[a] as number)) / total;
    }
  }
}

/** One agent's part of a sampled policy, with the history that each of its nodes stands for. */
interface Draw {
  readonly controller: Controller;
  readonly histories: readonly number[];
}

/**
 * Direct cross-entropy policy search (Oliehoek, Kooij and Vlassis 2008, algorithm 1): in each round joint policies are drawn, valued exactly, and the odds
 * moved towards the best of them. The best policy met is kept, however late the odds forget it. @throws TooManyNodes
 */
export async function crossEntropy(team: Team, ctx: SolveContext): Promise<Sampled> {
  const rounds = ctx.iterations ?? usualRounds;
  const stream = new Stream(ctx.seed ?? 1, purposes.sampling, 0, 2);
  const odds = Array.from({ length: team.agents }, () => new Odds());
  const numbers = floatNumbers(team.game, 0);
  const pause = new Pause();
  let best: { controllers: readonly Controller[]; value: number } | undefined;
  let tried = 0;
  for (let round = 0; round < rounds; round++) {
    const sample: { readonly draws: readonly Draw[]; readonly value: number }[] = [];
    while (sample.length < drawn) {
      const draws = odds.map((own, agent) => draw(team, agent, own, stream));
      const controllers = draws.map(one => one.controller);
      const value = evaluateTeam(team, numbers, controllers, mostWork);
      if (value === undefined) throw new TooManyNodes('too many outcomes');
      sample.push({ draws, value });
      tried++;
      if (best === undefined || value > best.value) best = { controllers, value };
      if (await pause.over(ctx, round, rounds, `rounds, best ${Number(best.value.toPrecision(6))}`))
        return { ...best, rounds: round + 1, drawn: tried, finished: false };
    }
    // Sorting keeps the order in which equal ones were drawn.
    sample.sort((a, b) => b.value - a.value);
    odds.forEach((own, agent) => {
      own.learn(sample.slice(0, kept).map(({ draws }) => draws[agent] as Draw));
    });
  }
  return { ...(best as NonNullable<typeof best>), rounds, drawn: tried, finished: true };
}

function draw(team: Team, agent: number, odds: Odds, stream: Stream): Draw {
  const histories: number[] = [];
  const controller = completeController(team, agent, (node, count, before, sight) => {
    const history = odds.history(before < 0 ? -1 : (histories[before] as number), sight, count);
    histories[node] = history;
    return stream.categorical(odds.at(history));
  });
  return { controller, histories };
}
