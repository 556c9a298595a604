/** The command line: verbs, options, exit codes. Each verb is loaded when it is called, so that `check` starts fast. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCode, type Io } from './io.ts';
import { packageVersion } from './package.ts';

/**
 * Runs one command and returns its exit code: 0 done, 1 the program is wrong, 2 the command is, 70 Marl is, 130 interrupted.
 * Nothing a user can type makes this throw.
 */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCode.done;
  const program = build(io, result => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, args, io);
    return bug(error, args, io);
  }
}

function build(io: Io, done: (code: number) => void): Command {
  const program = new Command('marl')
    .description('A small declarative language for multi-agent problems: check, solve, learn.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError('(marl --help lists the verbs)')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: text => io.out(text),
      writeErr: text => io.err(text),
      outputError: (text, write) => write(withMeantVerb(text)),
    })
    .exitOverride();
  program.addHelpText(
    'after',
    '\nFILE is a path, `-` for standard input, or a library name such as std.games.Kuhn.\nExit codes: 0 done, 1 the program is wrong, 2 the command is wrong, 70 a bug in Marl, 130 interrupted by Ctrl-C.\n',
  );

  const verb = (usage: string, description: string): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print one JSON object and nothing else')
      .helpOption('-h, --help', 'show this help');
  const onGame = (command: Command): Command =>
    command.option('--set <p=v>', 'set a parameter of the game (repeatable)', (value: string, all: string[] = []) => [
      ...all,
      value,
    ]);

  verb('check <file...>', 'find what is wrong in programs, and decide their assertions')
    .option('--strict', 'also report what is legal but seldom meant; exit code 1 where there is any')
    .action(async (files: string[], options) =>
      done(await (await import('./verbs/check.ts')).check(io, files, options)),
    );
  verb('fmt <file...>', 'format programs, the one style (files, folders, or `-` for a pipe)')
    .option('--check', 'change nothing; exit code 1 where something is not formatted')
    .action(async (files: string[], options) => done(await (await import('./verbs/fmt.ts')).fmt(io, files, options)));
  onGame(verb('info <file>', 'say what kind of game it is and what is known about it (FILE[:Game])'))
    .option('--states <n>', 'list at most this many states', count(1, 50_000_000), 200_000)
    .option('--all', 'every fact, also those that one expects or that follow from others')
    .option('--fits', 'say which algorithms and solvers fit it, and why the others do not')
    .action(async (file: string, options) => done(await (await import('./verbs/info.ts')).info(io, file, options)));
  onGame(verb('solve <file>', 'compute what the program asks for, with a certificate (FILE[:name])'))
    .option('--concept <name>', 'solve for this concept instead of what the file asks for')
    .option('--by <method>', 'with this method')
    .option('--maximizing <objective>', 'welfare, egalitarian, social_cost, entropy or an agent')
    .option('--iterations <n>', 'iterations of methods that iterate', count(1, 1e12))
    .option('--seed <n>', 'seed of methods that sample', count(0, Number.MAX_SAFE_INTEGER))
    .option('--epsilon <e>', 'what nobody may gain more than, for epsilon_nash', number(0, 1e300))
    .option('--states <n>', 'list at most this many states', count(1, 50_000_000), 500_000)
    .option('--seconds <s>', 'stop after this time and show what was found', number(0.001, 1e7))
    .action(async (file: string, options) =>
      done(await (await import('./verbs/solve.ts')).solveVerb(io, file, options)),
    );
  onGame(verb('train <file>', 'learn as the program says, one worker per seed (FILE[:name])'))
    .option(
      '--seed <n>',
      'use this seed (repeatable) instead of those in the file; with --resume, go on with it only',
      repeated(count(0, Number.MAX_SAFE_INTEGER)),
    )
    .option('--out <dir>', 'folder to write the run to (default: runs/NAME)')
    .option('--workers <n>', 'worker threads (default: one per core, at most one per seed)', count(1, 1024))
    .option('--resume', 'go on with the run in the folder; FILE may then be the folder itself')
    .option('--take-over', 'write the folder although another process seems to: it is dead, or ends then')
    .option('--checkpoint <n>', 'steps between two checkpoints (default: about a minute)', count(1, 1e12))
    .option('--engine <name>', 'what computes networks: wasm, reference, ... (marl doctor lists them)')
    .option('--plot', 'draw the return over the steps, also where the output is no terminal')
    .option('--force', 'replace the run in the folder, whatever it is')
    .action(async (file: string, options) => done(await (await import('./verbs/train.ts')).train(io, file, options)));
  verb('eval <dir>', 'play what a training learned, without exploring; list the runs of a sweep')
    .option('--episodes <n>', 'episodes per seed', count(1, 1e6), 1000)
    .option('--sampled', 'draw from the stochastic policy that was learned instead of taking its likeliest action')
    .option('--greedy', 'take the likeliest action, where the training evaluates the sampled policy')
    .option('--seed <n>', 'seed of the evaluation', count(0, Number.MAX_SAFE_INTEGER), 1)
    .action(async (dir: string, options) => done(await (await import('./verbs/eval.ts')).evalVerb(io, dir, options)));
  verb('report <dir...>', 'write trainings as one HTML page: curves, a table, replays')
    .option('-o, --out <file>', 'file to write (default: DIR.html, or report.html for several)')
    .action(async (dirs: string[], options) =>
      done(await (await import('./verbs/report.ts')).report(io, dirs, options)),
    );
  onGame(verb('export <source>', 'write what a seed learned (DIR), or a game (FILE[:Game]), for other tools'))
    .option('--nfg', 'a game of one step, in the format of Gambit')
    .option('--efg', 'the tree of a game, in the format of Gambit')
    .option('--dpomdp', 'a game with a common reward and hidden state, in the format of MADP')
    .option('--states <n>', 'list at most this many states of a game', count(1, 50_000_000), 20_000)
    .option('--safetensors', 'learned parameters or tables, in the safetensors format')
    .option('--onnx', 'the acting networks of a deep learner, as ONNX models')
    .option('-o, --out <file>', 'file to write (default: NAME.safetensors, NAME.onnx, NAME.nfg, ...)')
    .option('--seed <n>', 'of this seed (default: the first)', count(0, Number.MAX_SAFE_INTEGER))
    .option('--force', 'replace files that are there')
    .action(async (source: string, options) =>
      done(
        options.nfg === true || options.efg === true || options.dpomdp === true
          ? await (await import('./verbs/exportGame.ts')).exportGame(io, source, options)
          : await (await import('./verbs/export.ts')).exportVerb(io, source, options),
      ),
    );
  verb('import <file>', 'write a game of another format as a program (.nfg and .efg of Gambit, .dpomdp of MADP)')
    .option('-o, --out <file>', 'file to write (default: the name of the file, with .marl)')
    .option('--force', 'replace the file that is there')
    .action(async (file: string, options) =>
      done(await (await import('./verbs/import.ts')).importVerb(io, file, options)),
    );
  onGame(verb('simulate <file>', 'play at random: returns, length of episodes, speed (FILE[:Game])'))
    .option('--steps <n>', 'steps, summed over the games', count(1, Number.MAX_SAFE_INTEGER), 1_000_000)
    .option('--envs <n>', 'games side by side', count(1, 1 << 20), 256)
    .option('--seed <n>', 'seed', count(0, Number.MAX_SAFE_INTEGER), 1)
    .action(async (file: string, options) =>
      done(await (await import('./verbs/simulate.ts')).simulateVerb(io, file, options)),
    );
  onGame(verb('play <file>', 'play a game by hand (FILE[:Game], or the game of a training)'))
    .option('--seed <n>', 'seed of chance', count(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--policy <dir>', 'let what a training learned act (p)')
    .option('--as <agent>', 'see only what this agent sees; the policy, or chance, moves the others')
    .action(async (file: string, options) => done(await (await import('./verbs/play.ts')).play(io, file, options)));
  onGame(verb('bundle <file>', 'pack a training into one file that needs only Node or a browser (FILE[:name])'))
    .option('-o, --out <file>', 'file to write (default: NAME.mjs)')
    .option('--page', 'also write a page that loads it')
    .option(
      '--seed <n>',
      'use this seed (repeatable) instead of those in the file',
      repeated(count(0, Number.MAX_SAFE_INTEGER)),
    )
    .option('--force', 'replace files that are there')
    .action(async (file: string, options) => done(await (await import('./verbs/bundle.ts')).bundle(io, file, options)));
  onGame(verb('emit <file>', 'write a training as a TypeScript program to read, change and run (FILE[:name])'))
    .option('-o, --out <dir>', 'folder to write to (default: NAME)')
    .option(
      '--seed <n>',
      'use this seed (repeatable) instead of those in the file',
      repeated(count(0, Number.MAX_SAFE_INTEGER)),
    )
    .option('--force', 'replace files that are there')
    .action(async (file: string, options) => done(await (await import('./verbs/emit.ts')).emit(io, file, options)));
  verb('explain [topic...]', 'explain a diagnostic code, an algorithm or a solution concept').action(
    async (topic: string[], options) => done(await (await import('./verbs/explain.ts')).explain(io, topic, options)),
  );
  program
    .command('lsp')
    .description('the language server, for editors: speaks the protocol on standard input and output')
    .option('--stdio', 'the only way there is; accepted because editors pass it')
    .helpOption('-h, --help', 'show this help')
    .action(async () => done(await (await import('./verbs/lsp.ts')).lsp(io)));
  verb('doctor', 'say what works on this machine').action(async options =>
    done(await (await import('./verbs/doctor.ts')).doctor(io, options)),
  );
  verb('new <file>', 'write a small program to start from')
    .addOption(new Option('--template <name>', 'which one').choices(['matrix', 'grid', 'cards']).default('matrix'))
    .action(async (file: string, options) => done(await (await import('./verbs/new.ts')).newVerb(io, file, options)));
  // Subcommands inherit none of these from the program by themselves.
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: text => io.out(text), writeErr: text => io.err(text) });
  return program;
}

/** What other tools call some of the verbs. */
const meantVerbs: ReadonlyMap<string, string> = new Map([
  ...['test', 'verify', 'lint', 'prove', 'validate'].map(
    word =>
      [
        word,
        '`marl check FILE` decides the assertions of a program, and `--strict` adds what is seldom meant',
      ] as const,
  ),
  ...['run', 'learn'].map(word => [word, '`marl train FILE` trains, `marl simulate FILE` plays at random'] as const),
  ...['build', 'compile'].map(
    word => [word, '`marl emit FILE` and `marl bundle FILE` write a training as a program'] as const,
  ),
  ...['format'].map(word => [word, '`marl fmt FILE` formats'] as const),
  ...['init', 'create'].map(word => [word, '`marl new FILE` writes a program to start from'] as const),
]);

/** Commander's message about a verb that does not exist, with the one that does it. */
function withMeantVerb(text: string): string {
  const verb = /^error: unknown command '(\w+)'/.exec(text)?.[1];
  const meant = verb === undefined ? undefined : meantVerbs.get(verb);
  return meant === undefined ? text : `${text.trimEnd()}\n${meant}.\n`;
}

/** A whole number in a range, underscores allowed as in the language. */
function count(low: number, high: number): (text: string) => number {
  return text => {
    const digits = text.replaceAll('_', '');
    const value = Number(digits);
    if (!/^\d+(e\d+)?$/i.test(digits) || !Number.isSafeInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    return value;
  };
}

function number(low: number, high: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high))
      throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
    return value;
  };
}

/** Values in the order they were given, each once. */
function repeated<T>(read: (text: string) => T): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => [...new Set([...before, read(text)])];
}

/** Commander has shown its message by now; `--help` and `--version` are no mistakes. */
function usage(error: CommanderError, args: readonly string[], io: Io): number {
  if (error.exitCode === 0) return exitCode.done;
  if (args.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    io.out(
      `${JSON.stringify({ verb: args[0], ok: false, error: { message, help: null, exit: exitCode.usage }, diagnostics: [] })}\n`,
    );
  }
  return exitCode.usage;
}

/** An error of ours: one line to report; the stack only for those who ask. */
function bug(error: unknown, args: readonly string[], io: Io): number {
  const what = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
  const command = `marl ${args.join(' ')}`.slice(0, 200);
  const message = `this is a bug in Marl ${packageVersion()}, sorry. Please report it with the command \`${command}\`, the program and this: ${what}`;
  if (args.includes('--json'))
    io.out(
      `${JSON.stringify({ verb: args[0], ok: false, error: { message, help: null, exit: exitCode.bug }, diagnostics: [] })}\n`,
    );
  io.err(`marl: ${message}\n`);
  if (io.env.MARL_DEBUG !== undefined && io.env.MARL_DEBUG !== '')
    io.err(`${error instanceof Error ? error.stack : ''}\n`);
  return exitCode.bug;
}
