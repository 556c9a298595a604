import { suggest } from '../compiler/diagnostics/suggest.ts';

/** What to say behind an unknown name: the nearest one, or which exist. */
export function candidates(word: string, names: readonly string[]): string {
  const near = suggest(word, names);
  if (near !== undefined) return `The nearest name is \`${near}\`.`;
  return listed(names);
}

/** `There are `A`, `B`.` */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  const shown = names.slice(0, 16).map(name => `\`${name}\``);
  return `There ${names.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}.`;
}
