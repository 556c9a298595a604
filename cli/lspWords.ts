/** What the language server says about words and diagnostics. Apart from `lspDesk`, because it takes a while to load. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { propertyNames } from '../compiler/properties/base.ts';
import type { WordDoc } from '../lsp/base.ts';
import { codes } from './codes.ts';
import { Runs } from './lspRuns.ts';
import { propertyDoc } from './verbs/explain.ts';
import { wordNamed } from './words/index.ts';

export { equationsOf } from './equations.ts';

export const runs = new Runs();

/** The entry of a word of the language, or of a property. */
export function wordDoc(name: string): WordDoc | undefined {
  const found = wordNamed(name);
  if (found !== undefined) return found;
  const property = propertyNames.find(one => one === name);
  if (property === undefined) return undefined;
  return { word: name, summary: propertyDoc[property], text: propertyDoc[property] };
}

/** Writes the page that explains every diagnostic; where that is not possible, links lead nowhere and all else works. */
export function writeExplanations(file: string): void {
  const example = (text: string): string => `\`\`\`marl\n${text.trim()}\n\`\`\``;
  const sections = codes().map(one =>
    [
      `## ${one.code}`,
      `\`${one.name}\`: ${one.summary}`,
      one.explanation,
      example(one.example),
      ...(one.repaired === undefined ? [] : ['Repaired:', example(one.repaired)]),
    ].join('\n\n'),
  );
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `# Diagnostics of Marl\n\n${sections.join('\n\n')}\n`);
  } catch {
    return;
  }
}
