/** The one obvious next step, which every verb ends with. */
import type { Program } from '../compiler/api.ts';
import type { Opened } from './open.ts';
import type { Reply } from './reply.ts';
import { quoted } from './text.ts';

type Verb = 'check' | 'info' | 'solve' | 'simulate';

/** What is left to try: learning what the file says, solving what it asks for, playing. */
const after: Readonly<Record<Verb, readonly ('train' | 'solve' | 'simulate' | 'play')[]>> = {
  check: ['train', 'solve', 'simulate'],
  info: ['solve', 'train', 'simulate'],
  solve: ['train', 'play'],
  simulate: ['train', 'solve', 'play'],
};

/**
 * `next: marl train game.marl:Learn`; undefined for programs from standard input, which cannot be read again, and for files without
 * games.
 *
 * @param game the game that was chosen; undefined for the first one that something is done with
 */
function nextStep(
  verb: Verb,
  program: Program,
  opened: Pick<Opened, 'file' | 'overrides'>,
  game?: string,
): string | undefined {
  if (opened.file === '-') return undefined;
  const about = ({ game: written }: { readonly game: string }): boolean =>
    game === undefined || /^\w+/.exec(written)?.[0] === game;
  const set = [...opened.overrides].map(([name, value]) => ` --set ${quoted(`${name}=${value}`)}`).join('');
  const command = (next: string, all: readonly unknown[], name: string): string =>
    `next: marl ${next} ${quoted(all.length === 1 || isLibraryName(opened.file, name) ? opened.file : `${opened.file}:${name}`)}${set}`;
  for (const next of after[verb]) {
    if (next === 'train') {
      const train = program.trains.find(candidate => about(candidate.spec));
      if (train !== undefined) return command(next, program.trains, train.name);
    } else if (next === 'solve') {
      const solve = program.solves.find(about);
      if (solve !== undefined) return command(next, game === undefined ? [solve] : program.solves, game ?? '');
    } else {
      const name = game ?? program.games[0]?.name;
      if (name !== undefined) return command(next, program.games, name);
    }
  }
  return undefined;
}

/** `std.games.Kuhn` means the game Kuhn by itself. */
function isLibraryName(file: string, name: string): boolean {
  return /^std\.\w/.test(file) && file.endsWith(`.${name}`);
}

/** Says it, behind an empty line. */
export function sayNext(
  reply: Reply,
  verb: Verb,
  program: Program,
  opened: Pick<Opened, 'file' | 'overrides'>,
  game?: string,
): void {
  const step = nextStep(verb, program, opened, game);
  if (step === undefined) return;
  reply.say();
  reply.say(step);
}
