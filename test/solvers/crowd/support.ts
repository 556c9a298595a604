/** Crowds as the tests see them: read from the text of a game, or refused with a reason. */
import { crowdOf } from '../../../compiler/crowd/read.ts';
import { compile, type Host } from '../../../compiler/index.ts';
import type { CrowdGame } from '../../../runtime/games/crowd.ts';
import { bestResponse, type CrowdPolicy, evaluate, flowOf } from '../../../runtime/solvers/crowd/flow.ts';
import { type Answer, isRefusal, solveMeanField } from '../../../runtime/solvers/index.ts';
import { gameOf } from '../../stdlib/library.ts';

function modelOf(text: string) {
  const host: Host = {
    read: () => ({ text }),
    resolve: () => ({ error: 'no file' }),
    library: () => undefined,
    libraryNames: () => [],
  };
  const program = compile(host, 'crowd.marl');
  const { model, diagnostics } = program.instantiate(program.games[0]?.name ?? '', new Map());
  if (model === undefined) throw new Error([...program.diagnostics, ...diagnostics].map(d => d.message).join('; '));
  return model;
}

export function crowd(text: string): CrowdGame {
  const reading = crowdOf(modelOf(text));
  if ('why' in reading) throw new Error(reading.why);
  return reading.crowd;
}

/** A game of the library, as written after `of`. */
export function libraryCrowd(written: string): CrowdGame {
  const reading = crowdOf(gameOf(written));
  if ('why' in reading) throw new Error(reading.why);
  return reading.crowd;
}

export function whyNot(text: string): string {
  const reading = crowdOf(modelOf(text));
  return 'why' in reading ? reading.why : 'it is one';
}

export async function solved(game: CrowdGame, method: string, iterations: number): Promise<Answer> {
  const answer = await solveMeanField(game, { concept: 'mean_field', method, iterations });
  if (isRefusal(answer)) throw new Error(answer.refused);
  return answer;
}

/** What one member could gain where all follow the policy. */
export function gainOf(game: CrowdGame, policy: CrowdPolicy): number {
  const flow = flowOf(game, policy);
  return bestResponse(game, flow).value - evaluate(game, flow, policy).value;
}
