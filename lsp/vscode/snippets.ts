/**
 * Snippets for *Insert Snippet* and for new files: those of completion, which are written once, in `lsp/completionWords.ts`. They have no
 * prefix, so that they do not stand a second time in the list of completions, where the server offers them only in places where they fit.
 */
import { gameKeywords, type Keyword, topKeywords, trainKeywords } from '../completionWords.ts';

export interface Snippet {
  readonly body: readonly string[];
  readonly description: string;
  readonly isFileTemplate?: true;
}

/** The file of snippets, by the name that the list shows. */
export function snippets(): Readonly<Record<string, Snippet>> {
  return {
    ...group('', topKeywords),
    ...group(' (in a game)', gameKeywords),
    ...group(' (in a training)', trainKeywords),
    ...template(),
  };
}

function group(where: string, keywords: readonly Keyword[]): Record<string, Snippet> {
  return Object.fromEntries(
    keywords.map(([word, body, label = word]) => [
      `${label}${where}`,
      { body: body.split('\n'), description: plain(body) },
    ]),
  );
}

/** The first line of a snippet with its places filled in. */
function plain(body: string): string {
  return (body.split('\n')[0] ?? '').replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d+/g, '…');
}

/** A game, a question about it and a training: the shape of most files. */
function template(): Record<string, Snippet> {
  const name = '${1:Name}';
  return {
    'new program: game, solve, train': {
      isFileTemplate: true,
      description: 'A game as a payoff table, what to solve for, and a training',
      body: [
        '/// ${2:What is this game about?}',
        `game ${name} {`,
        '  agents ${3:Row}, ${4:Column}',
        '  actions { ${5:Left}, ${6:Right} }',
        '  payoff {',
        '    ${5:Left}  ${6:Right}',
        '    ${5:Left}: (${7:1, 1}) (${8:0, 0})',
        '    ${6:Right}: (${9:0, 0}) (${10:1, 1})',
        '  }',
        '}',
        '',
        `solve nash of ${name}`,
        '',
        `train Learn on ${name} {`,
        '  algorithm IQL { alpha = 0.1 }',
        '  budget 10_000 steps',
        '  seeds 1..3',
        '}',
        '',
      ],
    },
  };
}
