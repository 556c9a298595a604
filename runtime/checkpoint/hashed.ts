/**
 * JSON files that vouch for themselves: the last member, `sha256`, is the hash of all others. A file that an editor, a merge or a disk
 * changed is told from the one that was written. Files of the format before have no hash; they are read as they are.
 */
import { createHash } from 'node:crypto';
import { count, type Part, parseParts, record, text } from './parts.ts';

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of a file. */
export function writtenHashed(facts: object): string {
  return `${JSON.stringify({ ...facts, sha256: hashOf(facts) }, undefined, 2)}\n`;
}

/**
 * The facts of a file without their hash, or what is wrong with it, a clause; of another format only its number.
 *
 * @param format that of files with a hash; the one before is that of files without
 * @param parts what else there must be
 */
export function readHashed(
  json: string,
  format: number,
  parts: Part,
): { readonly facts: object } | { readonly error: string } | { readonly otherFormat: number } {
  const read = parseParts(json, record({ format: count }));
  if ('error' in read) return read;
  const { format: found } = read.value as { readonly format: number };
  if (found !== format && found !== format - 1) return { otherFormat: found };
  const hashed = found === format;
  const whole = parseParts(json, (value, at) => parts(value, at) ?? (hashed ? hasHash(value, at) : undefined));
  if ('error' in whole) return whole;
  const { sha256: hash, ...facts } = whole.value as { readonly sha256?: string };
  if (hashed && hash !== hashOf(facts))
    return { error: 'it was changed after it was written (its sha256 is that of other facts)' };
  return { facts };
}

const hasHash = record({ sha256: text });

/** However they are set out: spaces between the facts are nothing that is lost. */
function hashOf(facts: object): string {
  return sha256(new TextEncoder().encode(JSON.stringify(facts)));
}
