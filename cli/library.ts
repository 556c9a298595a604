/** The library: which file of `stdlib/` declares a name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const declaration = /^[ \t]*(?:game|fn|enum|record|mixer|network|let|train|sweep)[ \t]+([A-Za-z_][A-Za-z0-9_]*)/gm;
const named = /^[ \t]*solve[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*:/gm;

/** Read on first use, one folder (`games` for `std.games`) at a time, and kept for the process. */
export class Library {
  readonly #root: string;
  readonly #groups = new Map<string, ReadonlyMap<string, string>>();
  readonly #games = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The id (`std:games/Kuhn.marl`) of the file that declares `name`. */
  find(group: string, name: string): string | undefined {
    return this.#group(group).get(name);
  }

  names(group: string): readonly string[] {
    return [...this.#group(group).keys()].sort();
  }

  /** Names of the games alone. */
  games(group: string): readonly string[] {
    this.#group(group);
    return [...(this.#games.get(group) ?? [])].sort();
  }

  /** The folders of the library: `games`, ... */
  groups(): readonly string[] {
    return readFolder(this.#root)
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort();
  }

  /** Where a library id lies on disk. */
  static file(root: string, id: string): string {
    return join(root, ...id.slice('std:'.length).split('/'));
  }

  #group(group: string): ReadonlyMap<string, string> {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const index = new Map<string, string>();
    // A group is one folder name; anything else (`..`) is not in the library.
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(group)) {
      const files = readFolder(join(this.#root, group))
        .filter(entry => entry.isFile() && entry.name.endsWith('.marl'))
        .map(entry => entry.name)
        .sort();
      const texts = files.map(file => ({
        id: `std:${group}/${file}`,
        text: readFileSync(join(this.#root, group, file), 'utf8'),
      }));
      // Games first: a training or function never hides a game of the same name in another file.
      for (const { id, text } of texts)
        for (const match of text.matchAll(/^[ \t]*game[ \t]+([A-Za-z_][A-Za-z0-9_]*)/gm))
          if (!index.has(match[1] as string)) index.set(match[1] as string, id);
      this.#games.set(group, [...index.keys()]);
      for (const pattern of [declaration, named])
        for (const { id, text } of texts)
          for (const match of text.matchAll(pattern))
            if (!index.has(match[1] as string)) index.set(match[1] as string, id);
    }
    this.#groups.set(group, index);
    return index;
  }
}

function readFolder(folder: string): readonly { name: string; isFile(): boolean; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
