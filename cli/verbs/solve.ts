/** `marl solve FILE[:name]`: what the file asks for, each answer with its certificate. */
import type { Diagnostic, Instance, SolveSpec } from '../../compiler/api.ts';
import { crowdOf } from '../../compiler/crowd/read.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { returnBounds } from '../../compiler/properties/bounds.ts';
import { format, isRefusal, memberOf, solve, solveMeanField, toJson } from '../../runtime/solvers/index.ts';
import { joinedBounds, rangeText } from '../bounds.ts';
import { showConcerning } from '../concern.ts';
import { exitCode, type Io } from '../io.ts';
import { sayNext } from '../next.ts';
import { readKeys } from '../observed.ts';
import { chooseGame, type Got, type Opened, openProgram, type ProgramOptions, withoutRepeats } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { Solving } from '../solving.ts';
import { Study } from '../study.ts';
import { candidates } from '../suggest.ts';

interface SolveOptions extends ProgramOptions {
  readonly concept?: string;
  readonly by?: string;
  readonly maximizing?: string;
  readonly epsilon?: number;
  readonly states: number;
  readonly seconds?: number;
  readonly iterations?: number;
  readonly seed?: number;
}

/** What came of a task: an answer, a reason why there is none, or what is wrong with its game. */
type Outcome =
  | { readonly lines: readonly string[]; readonly fields: object; readonly approximate: boolean }
  | { readonly message: string; readonly help: string | undefined }
  | { readonly diagnostics: readonly Diagnostic[] };

/** One thing to solve. */
interface Task {
  readonly name: string;
  /** The game as written, and with what was set from outside. */
  readonly written: string;
  readonly game: string;
  readonly concept: string;
  readonly method: string | undefined;
  readonly maximizing: string | undefined;
  readonly iterations: number | undefined;
  readonly instance: Instance;
}

export async function solveVerb(io: Io, typed: string, options: SolveOptions): Promise<number> {
  const reply = new Reply(io, 'solve', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const tasks =
    options.concept === undefined
      ? declared(reply, opened.value, options)
      : asked(reply, opened.value, options, options.concept);
  if (tasks.exit !== undefined) return tasks.exit;
  const { program } = opened.value;
  const study = new Study(options.states);
  const solving = new Solving(io);
  const answers: object[] = [];
  const found: Diagnostic[] = [...program.diagnostics];
  let refused: { readonly message: string; readonly help: string | null } | undefined;
  let wrong = false;
  let answered = false;
  let approximate = false;
  for (const task of tasks.value) {
    const outcome = await attempt(task, study, options, solving);
    if ('lines' in outcome) {
      approximate ||= outcome.approximate;
      if (answered) reply.say();
      answered = true;
      for (const line of outcome.lines) reply.say(line);
      answers.push({ name: task.name, game: task.game, ...outcome.fields });
      if (solving.interrupted) break;
      continue;
    }
    // One that cannot be solved does not keep the others from being solved.
    wrong = true;
    if ('diagnostics' in outcome) {
      if (tasks.value.length === 1) return reply.refuse(outcome.diagnostics, program.sources);
      reply.show(outcome.diagnostics, program.sources);
      found.push(...outcome.diagnostics);
      answers.push({
        name: task.name,
        game: task.game,
        refused: { message: messageOf(outcome.diagnostics), help: null },
      });
      continue;
    }
    const { message } = outcome;
    const help = outcome.help ?? null;
    if (tasks.value.length === 1)
      return reply.problem(solving.interrupted ? exitCode.interrupted : exitCode.wrong, message, outcome.help);
    reply.note(`marl solve: ${message}`);
    if (help !== null) reply.note(`  help: ${help}`);
    refused ??= { message, help };
    answers.push({ name: task.name, game: task.game, refused: { message, help } });
    if (solving.interrupted) break;
  }
  const ok = !approximate && !wrong;
  reply.object(ok, {
    ...answers[0],
    answers,
    ...(refused === undefined ? {} : { error: { ...refused, exit: exitCode.wrong } }),
    ...(solving.interrupted ? { interrupted: true } : {}),
    diagnostics: jsonDiagnostics(withoutRepeats(found), program.sources),
  });
  if (ok && !solving.interrupted)
    sayNext(reply, 'solve', program, opened.value, options.concept === undefined ? undefined : tasks.value[0]?.written);
  if (approximate) reply.note('marl solve: an answer was not confirmed; its certificate says what is missing.');
  if (solving.interrupted) return exitCode.interrupted;
  return ok ? exitCode.done : exitCode.wrong;
}

async function attempt(task: Task, study: Study, options: SolveOptions, solving: Solving): Promise<Outcome> {
  const { model } = task.instance;
  if (model === undefined) return { diagnostics: task.instance.diagnostics };
  if (task.concept === 'mean_field') return crowd(task, model, options, solving);
  const listed = study.list(model);
  if (listed.game === undefined)
    return {
      message: `${task.game} cannot be solved: ${listed.why}.${certainText(model)}`,
      help:
        listed.problem?.kind === 'budget'
          ? `Choose smaller parameters with --set${/ states\b/.test(listed.why) ? ', or allow more states with --states' : ''}.`
          : undefined,
    };
  const deadline = options.seconds === undefined ? undefined : performance.now() + options.seconds * 1000;
  const { concept, method, maximizing, iterations } = task;
  const read = readKeys(model);
  const { observedNumbers } = listed.game;
  const game = {
    ...listed.game,
    describeObservation: (agent: number, observation: number) =>
      observedNumbers === undefined ? `${observation}` : read(agent, observedNumbers(agent, observation)),
  };
  const epsilon = concept === 'epsilon_nash' ? options.epsilon : undefined;
  const { seed } = options;
  const answer = await solving.run(signal =>
    solve(
      game,
      { concept, method, maximizing, iterations, epsilon, seed },
      { deadline, signal, onProgress: solving.onProgress },
    ),
  );
  if (isRefusal(answer)) return { message: `\`${task.name}\`: ${answer.refused}.`, help: `${sentence(answer.remedy)}` };
  const [heading = '', ...lines] = format(answer, { ...game, name: task.game });
  const named = task.name === `${task.concept} of ${task.written}` ? heading : `${task.name}: ${heading}`;
  return {
    lines: [named, ...lines],
    fields: toJson(answer, game),
    approximate: answer.certificate.kind === 'approximate',
  };
}

/** A crowd is read from the rules for one agent, not from a listing of all. */
async function crowd(
  task: Task,
  model: NonNullable<Instance['model']>,
  options: SolveOptions,
  solving: Solving,
): Promise<Outcome> {
  const reading = crowdOf(model);
  if ('why' in reading)
    return {
      message: `${task.game} has no mean field. ${reading.why}.`,
      help: '`marl explain mean_field` says what it needs.',
    };
  const deadline = options.seconds === undefined ? undefined : performance.now() + options.seconds * 1000;
  const { concept, method, maximizing, iterations } = task;
  const answer = await solving.run(signal =>
    solveMeanField(
      reading.crowd,
      { concept, method, maximizing, iterations },
      { deadline, signal, onProgress: solving.onProgress },
    ),
  );
  if (isRefusal(answer)) return { message: `\`${task.name}\`: ${answer.refused}.`, help: sentence(answer.remedy) };
  const member = memberOf(reading.crowd);
  const [heading = '', ...lines] = format(answer, { ...member, name: task.game });
  const named = task.name === `${task.concept} of ${task.written}` ? heading : `${task.name}: ${heading}`;
  return {
    lines: [named, ...lines],
    fields: toJson(answer, member),
    approximate: answer.certificate.kind === 'approximate',
  };
}

/** What is known of a game that is too large to be listed. */
function certainText(model: GameModel): string {
  const known = joinedBounds(returnBounds(model)).filter(
    ({ low, high }) => Number.isFinite(low) || Number.isFinite(high),
  );
  const text = known.map(({ agent, low, high }) => `${agent} ${rangeText(low, high)}`).join(', ');
  return known.length === 0 ? '' : ` Whatever is played, discounted returns are, by range analysis: ${text}.`;
}

function messageOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.find(d => d.severity === 'error')?.message ?? 'its game cannot be built';
}

/** `Nim(heap: 13)`, and what was set from outside. */
function gameText(written: string, overrides: Opened['overrides']): string {
  const set = [...overrides].map(([name, value]) => `${name} = ${value}`);
  return set.length === 0 ? written : `${written} with ${set.join(', ')}`;
}

/** What the file declares: the one that was named, those of the named game, or all. */
function declared(reply: Reply, opened: Opened, options: SolveOptions): Got<readonly Task[]> {
  const { program, name, libraryName, overrides } = opened;
  const solves = program.solves;
  if (solves.length === 0) {
    return {
      exit: reply.problem(
        exitCode.usage,
        `${opened.file} asks for no solution.`,
        'Say which with --concept, as in `--concept nash`; `marl explain concepts` lists them.',
      ),
    };
  }
  const about = (game: string): readonly SolveSpec[] =>
    solves.filter(spec => spec.game === game || spec.game.startsWith(`${game}(`));
  let wanted = solves;
  if (name !== undefined) {
    const exact = solves.filter(spec => spec.name === name);
    wanted = exact.length > 0 ? exact : about(name);
    if (wanted.length === 0) {
      const names = [...new Set([...solves.map(spec => spec.name), ...solves.map(spec => spec.game)])];
      return {
        exit: reply.problem(exitCode.usage, `${opened.file} has no solve \`${name}\`.`, candidates(name, names)),
      };
    }
  } else if (libraryName !== undefined) {
    const own = solves.filter(spec => spec.name === libraryName);
    wanted = own.length > 0 ? own : about(libraryName).length > 0 ? about(libraryName) : solves;
  }
  showConcerning(reply, opened, { solves: wanted.map(spec => spec.span) });
  return {
    value: wanted.map(spec => ({
      name: spec.name,
      written: spec.game,
      game: gameText(spec.game, overrides),
      concept: spec.concept,
      method: options.by ?? spec.method,
      maximizing: options.maximizing ?? spec.maximizing,
      iterations: options.iterations ?? spec.iterations,
      instance: spec.instantiate(overrides),
    })),
  };
}

/** `--concept C` on a game. */
function asked(reply: Reply, opened: Opened, options: SolveOptions, concept: string): Got<readonly Task[]> {
  const chosen = chooseGame(reply, opened);
  if (chosen.exit !== undefined) return chosen;
  const { name } = chosen.value;
  return {
    value: [
      {
        name: `${concept} of ${name}`,
        written: name,
        game: gameText(name, opened.overrides),
        concept,
        method: options.by,
        maximizing: options.maximizing,
        iterations: options.iterations,
        instance: opened.program.instantiate(name, opened.overrides),
      },
    ],
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
