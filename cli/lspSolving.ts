/** How the language server answers a `solve`: as `marl solve` does, in the thread that it was asked in. */
import { crowdOf } from '../compiler/crowd/read.ts';
import type { GameModel } from '../compiler/game/model.ts';
import type { Question, SolveAnswer, SolveTools } from '../lsp/results.ts';
import type { TabularGame } from '../runtime/games/tabular.ts';
import type { Answer } from '../runtime/solvers/answer.ts';
import { format, isRefusal, memberOf, type Refusal, solve, solveMeanField } from '../runtime/solvers/index.ts';
import { readKeys } from './observed.ts';
import { Study } from './study.ts';

/** Milliseconds after which a solver hands over what it has; whoever wants more asks on the command line. */
const patience = 120_000;

export class Solver implements SolveTools {
  readonly #study: Study;

  constructor(maxStates: number) {
    this.#study = new Study(maxStates);
  }

  async answer(
    question: Question,
    model: GameModel,
    tell: (done: number, of: number | undefined, what: string) => void,
  ): Promise<SolveAnswer> {
    const ctx = { deadline: performance.now() + patience, onProgress: tell };
    const { concept, method, maximizing, iterations } = question;
    if (concept === 'mean_field') {
      const reading = crowdOf(model);
      if ('why' in reading) return none(question, reading.why);
      const answer = await solveMeanField(reading.crowd, { concept, method, maximizing, iterations }, ctx);
      return told(question, answer, memberOf(reading.crowd));
    }
    const listed = this.#study.list(model);
    if (listed.game === undefined) return none(question, listed.why);
    const read = readKeys(model);
    const { observedNumbers } = listed.game;
    const game: TabularGame = {
      ...listed.game,
      name: question.game,
      describeObservation: (agent, observation) =>
        observedNumbers === undefined ? `${observation}` : read(agent, observedNumbers(agent, observation)),
    };
    return told(question, await solve(game, { concept, method, maximizing, iterations }, ctx), game);
  }
}

function none({ name }: Question, why: string): SolveAnswer {
  return { of: name, short: `no answer: ${why}`, lines: [`${name}: ${why}.`] };
}

function told(question: Question, answer: Answer | Refusal, game: TabularGame): SolveAnswer {
  if (isRefusal(answer)) return none(question, answer.refused);
  const lines = format(answer, { ...game, name: question.game });
  const value = lines.find(line => line.startsWith('value '))?.replace(/^value +/, 'value ');
  const doubt = answer.certificate.kind === 'approximate' ? ', not confirmed' : '';
  return { of: question.name, short: `${value ?? answer.note}${doubt}`, lines };
}
