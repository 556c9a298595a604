/**
 * Checkpoints of one seed in one folder:
 *
 *   step-12000/tensors.safetensors   what was learned and all that is needed to go on
 *   step-12000/manifest.json         whose, when, and the SHA-256 of the tensors and of itself
 *
 * A checkpoint is written into `step-12000.new`, waited for, and renamed: under its own name it is whole, whenever the process is
 * killed. The one before stays until the next but one, so that a checkpoint that the disk damages later costs one interval.
 */
import { basename, join } from 'node:path';
import type { Arrays } from '../learners/shared/learner.ts';
import { type Disk, discard, realDisk } from './disk.ts';
import { sha256, writtenHashed } from './hashed.ts';
import { checkpointFormat, type Manifest, readManifest } from './manifest.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

export interface Checkpoint {
  readonly manifest: Manifest;
  readonly arrays: Arrays;
}

/** A checkpoint as it was read. */
export interface FoundCheckpoint extends Checkpoint {
  /** Its folder. */
  readonly at: string;
  /** Later checkpoints that cannot be used, a sentence each; not empty where this one is in place of a damaged one. */
  readonly damaged: readonly string[];
}

const tensorsFile = 'tensors.safetensors';
const manifestFile = 'manifest.json';

/**
 * Writes a checkpoint into the folder of a seed, which exists. With `only`, those before are removed; otherwise one of them stays.
 * Throws what the disk throws; then those before are untouched.
 */
export function writeCheckpoint(
  dir: string,
  state: Omit<Manifest, 'format' | 'tensors'>,
  arrays: Arrays,
  only: boolean,
  disk: Disk = realDisk,
): void {
  for (const name of disk.list(dir)) if (/^step-\d+\.new$/.test(name)) disk.remove(join(dir, name));
  const tensors = encodeSafetensors(arrays, { metadata: { format: 'marl', step: String(state.step) } });
  const manifest: Manifest = {
    format: checkpointFormat,
    ...state,
    tensors: { file: tensorsFile, bytes: tensors.length, sha256: sha256(tensors) },
  };
  const name = `step-${state.step}`;
  const fresh = join(dir, `${name}.new`);
  disk.makeFolder(fresh);
  try {
    disk.write(join(fresh, tensorsFile), tensors);
    disk.write(join(fresh, manifestFile), writtenHashed(manifest));
    disk.sync(fresh);
  } catch (error) {
    discard(fresh, disk);
    throw error;
  }
  const older = candidates(dir, disk);
  // The same step again, after an interruption: a folder is not renamed over another, so the other steps aside.
  if (older.includes(name)) disk.rename(join(dir, name), join(dir, `${name}.old`));
  disk.rename(fresh, join(dir, name));
  disk.sync(dir);
  const past = candidates(dir, disk).filter(other => other !== name);
  const previous = only ? undefined : past.find(other => stepOf(other) < state.step);
  for (const other of past) if (other !== previous) disk.remove(join(dir, other));
}

/** Removes all but one checkpoint: a kill may have come between the last one and the removal of those before. */
export function keepOnly(dir: string, at: string, disk: Disk = realDisk): void {
  for (const name of disk.list(dir))
    if (/^step-\d+(\.old|\.new)?$/.test(name) && join(dir, name) !== at) disk.remove(join(dir, name));
}

/** The latest checkpoint of a folder that is whole; why there is none otherwise. */
export function readCheckpoint(
  dir: string,
  disk: Disk = realDisk,
): FoundCheckpoint | { readonly error: string; readonly absent: boolean } {
  const damaged: string[] = [];
  for (const name of candidates(dir, disk)) {
    const at = join(dir, name);
    const found = readOne(at, disk);
    if (!('error' in found)) return { ...found, at, damaged };
    damaged.push(`the checkpoint ${at} is not used: ${found.error}`);
  }
  if (damaged.length === 0) return { error: `${dir} holds no checkpoint`, absent: true };
  return { error: `${damaged.join('; ')}; there is no earlier one`, absent: false };
}

export function holdsCheckpoint(dir: string, disk: Disk = realDisk): boolean {
  return candidates(dir, disk).length > 0;
}

/** Folders of checkpoints, the latest first. */
function candidates(dir: string, disk: Disk): string[] {
  return disk
    .list(dir)
    .filter(name => /^step-\d+(\.old)?$/.test(name))
    .sort((a, b) => stepOf(b) - stepOf(a) || a.length - b.length);
}

function stepOf(name: string): number {
  return Number.parseInt(name.slice('step-'.length), 10);
}

function readOne(at: string, disk: Disk): Checkpoint | { readonly error: string } {
  const text = contentOf(join(at, manifestFile), disk);
  if (text === undefined) return { error: 'its manifest is missing' };
  const manifest = readManifest(new TextDecoder().decode(text));
  if ('error' in manifest) return manifest;
  // Manifests of format 1 do not vouch for themselves; the name of the folder does for the most telling number.
  if (manifest.step !== stepOf(basename(at))) return { error: `its manifest says that it is of step ${manifest.step}` };
  const tensors = contentOf(join(at, manifest.tensors.file), disk);
  if (tensors === undefined) return { error: `its file ${manifest.tensors.file} is missing` };
  if (tensors.length !== manifest.tensors.bytes)
    return { error: `its tensors have ${tensors.length} bytes instead of ${manifest.tensors.bytes}` };
  if (sha256(tensors) !== manifest.tensors.sha256)
    return { error: 'its tensors are not those that were written: their SHA-256 differs from that in its manifest' };
  const decoded = decodeSafetensors(tensors);
  return 'error' in decoded ? decoded : { manifest, arrays: decoded.arrays };
}

function contentOf(file: string, disk: Disk): Uint8Array | undefined {
  try {
    return disk.read(file);
  } catch {
    return undefined;
  }
}
