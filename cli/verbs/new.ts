/** `marl new FILE`: a small program to start from. */
import { writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { makeFolder } from '../../runtime/checkpoint/disk.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { Reply } from '../reply.ts';
import { templates } from '../templates.ts';

export async function newVerb(
  io: Io,
  typed: string,
  options: { readonly json?: boolean; readonly template: string },
): Promise<number> {
  const reply = new Reply(io, 'new', options.json === true);
  const file = typed.endsWith('.marl') ? typed : `${typed}.marl`;
  const name = gameName(basename(file, '.marl'));
  if (name === undefined)
    return reply.problem(exitCode.usage, `\`${typed}\` gives the game no name: begin the file's name with a letter.`);
  const write = templates[options.template] as (name: string) => string;
  try {
    makeFolder(dirname(resolve(io.cwd, file)));
    // `wx` refuses to replace a file in the same moment in which it would be written.
    writeFileSync(resolve(io.cwd, file), write(name), { flag: 'wx' });
  } catch (error) {
    return reply.problem(
      exitCode.wrong,
      `${file} cannot be written: ${reason(error)}.`,
      'Nothing was changed; choose another name.',
    );
  }
  reply.object(true, { file, game: name, template: options.template, diagnostics: [] });
  reply.say(`wrote ${file}`);
  reply.say(`next: marl check ${file} && marl train ${file}`);
  return exitCode.done;
}

/** `my-game` becomes `MyGame`; undefined where no letter is left. Names that mean something in the language get a suffix. */
function gameName(file: string): string | undefined {
  const name = file
    .split(/[^A-Za-z0-9_]+/)
    .filter(part => part !== '')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  if (!/^[A-Za-z_]/.test(name)) return undefined;
  return ['Learn', 'Action', 'Left', 'Right', 'First', 'Second', 'Row', 'Column', 'Card', 'Stage'].includes(name)
    ? `${name}Game`
    : name;
}
