/** `marl lsp`: the language server, on standard input and output. */
import { pathToFileURL } from 'node:url';
import type { Thread } from '../../lsp/analyst.ts';
import { exitCode, type Io } from '../io.ts';
import { explanationsPath, lspDesk, lspThread } from '../lspDesk.ts';
import { packageVersion } from '../package.ts';

/** Serves until the editor leaves. */
export async function lsp(io: Io): Promise<number> {
  // The first thread loads the compiler while this one still loads the protocol.
  let ready: Thread | undefined = lspThread('check');
  const { serve } = await import('../../lsp/server.ts');
  const page = explanationsPath();
  let words: typeof import('../lspWords.ts') | undefined;
  await serve({
    input: io.stdin,
    output: process.stdout,
    version: packageVersion(),
    desk: lspDesk({
      word: name => words?.wordDoc(name),
      equations: name => words?.equationsOf(name),
      lastRun: (file, train, folders) => words?.runs.last(file, train, folders),
    }),
    startThread(purpose) {
      const thread = purpose === 'check' ? ready : undefined;
      if (thread !== undefined) ready = undefined;
      return thread ?? lspThread(purpose);
    },
    explanations: pathToFileURL(page).href,
    async load() {
      words = await import('../lspWords.ts');
      words.writeExplanations(page);
    },
  });
  return exitCode.done;
}
