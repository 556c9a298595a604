/** What lies in folders, for tests that compare runs byte by byte. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All files below a folder, with their bytes. */
export function files(folder: string, prefix = ''): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) for (const [k, v] of files(path, `${prefix}${name}/`)) found.set(k, v);
    else found.set(`${prefix}${name}`, readFileSync(path, 'latin1'));
  }
  return found;
}
