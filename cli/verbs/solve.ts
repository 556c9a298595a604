/** `marl solve FILE[:name]`: what the file asks for, each answer with its certificate. */
import type { Instance, SolveSpec } from '../../compiler/api.ts';
import { format, isRefusal, solve, toJson } from '../../runtime/solvers/index.ts';
import { exitCode, type Io } from '../io.ts';
import { chooseGame, type Got, modelOf, type Opened, openProgram, type ProgramOptions } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { Study } from '../study.ts';
import { candidates } from '../suggest.ts';

interface SolveOptions extends ProgramOptions {
  readonly concept?: string;
  readonly by?: string;
  readonly maximizing?: string;
  readonly states: number;
  readonly seconds?: number;
}

/** One thing to solve. */
interface Task {
  readonly name: string;
  readonly concept: string;
  readonly method: string | undefined;
  readonly maximizing: string | undefined;
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
  const answers: object[] = [];
  let approximate = false;
  for (const task of tasks.value) {
    const built = modelOf(reply, task.instance, program.sources);
    if (built.exit !== undefined) return built.exit;
    const listed = study.list(built.value);
    if (listed.game === undefined)
      return reply.problem(
        exitCode.wrong,
        `${built.value.name} cannot be solved: ${listed.why}.`,
        listed.problem?.kind === 'budget'
          ? 'Choose smaller parameters with --set, or allow more states with --states.'
          : undefined,
      );
    const deadline = options.seconds === undefined ? undefined : performance.now() + options.seconds * 1000;
    const answer = await solve(
      listed.game,
      { concept: task.concept, method: task.method, maximizing: task.maximizing },
      { deadline },
    );
    if (isRefusal(answer))
      return reply.problem(exitCode.wrong, `\`${task.name}\`: ${answer.refused}.`, `${sentence(answer.remedy)}`);
    approximate ||= answer.certificate.kind === 'approximate';
    if (answers.length > 0) reply.say();
    for (const line of format(answer, listed.game)) reply.say(line);
    answers.push({ name: task.name, game: built.value.name, ...toJson(answer, listed.game) });
  }
  const ok = !approximate;
  reply.object(ok, { ...answers[0], answers, diagnostics: jsonDiagnostics(program.diagnostics, program.sources) });
  if (approximate) reply.note('marl solve: an answer was not confirmed; its certificate says what is missing.');
  return ok ? exitCode.done : exitCode.wrong;
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
  return {
    value: wanted.map(spec => ({
      name: spec.name,
      concept: spec.concept,
      method: options.by ?? spec.method,
      maximizing: options.maximizing ?? spec.maximizing,
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
        concept,
        method: options.by,
        maximizing: options.maximizing,
        instance: opened.program.instantiate(name, opened.overrides),
      },
    ],
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
