/** `marl simulate FILE[:Game]`: uniformly random legal play of many games at once. */
import { emitGame } from '../../compiler/emit/game.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { type Estimate, type Simulation, simulate } from '../../runtime/games/simulate.ts';
import { exitCode, type Io } from '../io.ts';
import { sayNext } from '../next.ts';
import { chooseGame, modelOf, openProgram, type ProgramOptions } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { stuckAtStart, tooMuchMemory } from '../study.ts';
import { grouped, shortNumber, table } from '../text.ts';

/** Agents whose returns people are shown. */
const mostAgents = 50;

interface SimulateOptions extends ProgramOptions {
  readonly steps: number;
  readonly envs: number;
  readonly seed: number;
}

export async function simulateVerb(io: Io, typed: string, options: SimulateOptions): Promise<number> {
  const reply = new Reply(io, 'simulate', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const chosen = chooseGame(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { program, overrides } = opened.value;
  const built = modelOf(reply, program.instantiate(chosen.value.name, overrides), program.sources);
  if (built.exit !== undefined) return built.exit;
  const model = built.value;

  const stuck = stuckAtStart(model);
  if (stuck !== undefined) return reply.problem(exitCode.wrong, `${model.name} cannot be played: ${stuck}.`);
  const tooMuch = tooMuchMemory(model, options.envs);
  if (tooMuch !== undefined)
    return reply.problem(exitCode.wrong, tooMuch, 'Play fewer games side by side with --envs.');
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const unbounded = spec.agents.find((_, i) =>
    [...(spec.realActionLow[i] ?? []), ...(spec.realActionHigh[i] ?? [])].some(b => !Number.isFinite(b)),
  );
  if (unbounded !== undefined)
    return reply.problem(
      exitCode.wrong,
      `uniformly random play needs bounds on every real action, but ${unbounded} has one without.`,
      'Declare it as `real in low..high`.',
    );
  const played = attempt(() =>
    simulate(create, spec, {
      steps: options.steps,
      envs: options.envs,
      seed: options.seed,
      clock: () => performance.now() / 1000,
    }),
  );
  if ('fault' in played) return reply.problem(exitCode.wrong, `${model.name} cannot be played: ${played.fault}`);

  const odd = played.returns.findIndex(estimate => !Number.isFinite(estimate.mean));
  if (odd >= 0)
    return reply.problem(
      exitCode.wrong,
      `Returns are numbers, but that of ${spec.agents[odd]} is ${played.returns[odd]?.mean}: rewards of ${model.name} grow beyond 1.8e308, or are the difference of two that do.`,
    );

  const seconds = played.seconds ?? 0;
  const stepsPerSecond = seconds > 0 ? played.steps / seconds : null;
  reply.object(true, {
    game: model.name,
    seed: options.seed,
    envs: options.envs,
    steps: played.steps,
    episodes: played.episodes,
    unfinished: played.unfinished,
    seconds,
    stepsPerSecond,
    returns: Object.fromEntries(spec.agents.map((agent, i) => [agent, finite(played.returns[i])])),
    length: finite(played.length),
    diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
  });
  reply.say(
    `${model.name}: ${grouped(played.steps)} steps of uniformly random play in ${options.envs} games, seed ${options.seed}`,
  );
  reply.say();
  const rows = spec.agents.slice(0, mostAgents).map((agent, i) => [`return of ${agent}`, ...cells(played.returns[i])]);
  reply.say(table(['', 'mean', 'standard error'], [...rows, ['steps per episode', ...cells(played.length)]]));
  if (spec.agents.length > mostAgents)
    reply.say(`(the first ${mostAgents} of ${grouped(spec.agents.length)} agents; --json lists all)`);
  reply.say();
  reply.say(
    `${grouped(played.episodes)} episodes${played.unfinished > 0 ? `, ${grouped(played.unfinished)} of them unfinished or left out` : ''}`,
  );
  if (stepsPerSecond !== null) reply.say(`${grouped(stepsPerSecond)} steps per second`);
  sayNext(reply, 'simulate', program, opened.value, chosen.value.name);
  return exitCode.done;
}

/** Chance that cannot happen (an empty choice, a condition nothing meets) shows only when it is drawn; the emitted game then throws. */
function attempt(play: () => Simulation): Simulation | { readonly fault: string } {
  try {
    return play();
  } catch (error) {
    if (error instanceof Error && error.name === 'Error') return { fault: error.message };
    throw error;
  }
}

function cells(estimate: Estimate | undefined): readonly string[] {
  if (estimate === undefined) return ['', ''];
  return [shortNumber(estimate.mean), Number.isFinite(estimate.stderr) ? shortNumber(estimate.stderr) : ''];
}

/** JSON has no NaN: an unknown standard error is null. */
function finite(estimate: Estimate | undefined): { mean: number | null; stderr: number | null } {
  const number = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return { mean: number(estimate?.mean), stderr: number(estimate?.stderr) };
}
