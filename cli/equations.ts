/** The equations of an algorithm, from the one place where they are written: the head of its learner, from which programs are emitted, too. */
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import { ownSource } from './package.ts';

/** Lines of equations as they stand in the head, without its indentation; undefined for what has no learner. */
export function equationsOf(algorithm: string): string | undefined {
  const file = algorithmNamed(algorithm)?.source.file;
  if (file === undefined) return undefined;
  try {
    return equationsIn(ownSource(`runtime/learners/${file}`));
  } catch {
    // An installation without sources explains everything else.
    return undefined;
  }
}

/** Prose in a head begins behind one space, equations behind three. */
function equationsIn(source: string): string | undefined {
  const head = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(source)?.[1];
  if (head === undefined) return undefined;
  const lines = head.split('\n').map(line => line.replace(/^ \*/, ''));
  const blocks: string[][] = [];
  let open: string[] | undefined;
  for (const line of lines) {
    if (/^ {3}/.test(line)) {
      if (open === undefined) {
        open = [];
        blocks.push(open);
      }
      open.push(line.slice(3).trimEnd());
    } else open = undefined;
  }
  return blocks.length === 0 ? undefined : blocks.map(block => block.join('\n')).join('\n\n');
}
