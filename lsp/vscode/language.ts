/** The language configuration: what VS Code does while typing, before any server is asked. Brackets and words are those of the tokens. */
import * as T from '../../grammar/tokens.ts';

const pairs: readonly (readonly [string, string])[] = [
  [T.LBrace, T.RBrace],
  [T.LBracket, T.RBracket],
  [T.LParen, T.RParen],
].map(([open, close]) => [open?.PATTERN as string, close?.PATTERN as string]);

const identifier = (T.Identifier.PATTERN as RegExp).source;
const number = (T.NumberLiteral.PATTERN as RegExp).source;

/** `language-configuration.json`, as an object. */
export function languageConfiguration(): object {
  return {
    comments: { lineComment: '//', blockComment: ['/*', '*/'] },
    brackets: pairs,
    autoClosingPairs: [
      ...pairs.map(([open, close]) => ({ open, close })),
      { open: '"', close: '"', notIn: ['string', 'comment'] },
      { open: '"""', close: '"""', notIn: ['comment'] },
      { open: '/*', close: ' */', notIn: ['string'] },
    ],
    surroundingPairs: [...pairs, ['"', '"']],
    autoCloseBefore: ';:.,=}])> \n\t',
    wordPattern: `(?:${identifier})|(?:${number})`,
    indentationRules: {
      // An opening bracket without its closing one on the same line; text behind `//` does not count.
      increaseIndentPattern: '^((?!//).)*(\\{[^}"]*|\\([^)"]*|\\[[^\\]"]*)$',
      decreaseIndentPattern: '^\\s*[}\\])]',
    },
    onEnterRules: [
      { beforeText: '^\\s*///', action: { indent: 'none', appendText: '/// ' } },
      // A game ends at its brace; a clause goes on behind `=`, `then` and `else`.
      {
        beforeText: '^((?!//).)*(=|\\b(then|else|and|or))\\s*$',
        action: { indent: 'indent' },
      },
    ],
    folding: { markers: { start: '^\\s*//\\s*#?region\\b', end: '^\\s*//\\s*#?endregion\\b' } },
  };
}
