/** What to say where something begins that cannot begin there. */
import type { IToken } from 'chevrotain';
import type { SyntaxCode } from './codes.ts';
import { tokenSpan } from './cst.ts';
import { clauseKeywords, fileKeywords, itemKeywords } from './layout.ts';
import { isName } from './parser-expressions.ts';
import { problem, type SyntaxProblem } from './problem.ts';
import type { PieceRule } from './recover.ts';
import { quote, type Situation } from './situation.ts';
import { nearest } from './suggest.ts';
import * as T from './tokens.ts';

interface Place {
  readonly code: SyntaxCode;
  /** Where it is, and what stands there. */
  readonly rule: string;
  readonly words: readonly string[];
  readonly remedy: string;
}

const names = (types: ReadonlySet<object>): string[] =>
  T.softKeywords
    .concat(T.hardKeywords)
    .filter(type => types.has(type))
    .map(type => type.name);
const shared = ['enum', 'record', 'let', 'fn', 'assert'];
const fileWords = ['game', 'solve', 'train', 'sweep', 'import', 'mixer', ...shared];
const itemWords = [...names(itemKeywords), ...shared];
const clauseWords = names(clauseKeywords);

const places: Readonly<Partial<Record<PieceRule, Place>>> = {
  declaration: {
    code: 'M0120',
    rule: 'A file consists of `game`, `solve`, `train`, `sweep`, `import`, `mixer`, `enum`, `record`, `let`, `fn` and `assert`',
    words: fileWords,
    remedy: 'Begin a declaration with one of these words.',
  },
  gameItem: {
    code: 'M0121',
    rule: 'A game consists of items that begin with a keyword, such as `agents`, `state`, `step` or `reward`',
    words: itemWords,
    remedy: 'Equations belong into `step { ... }`, first values into `init { ... }`; a constant is `let x = value`.',
  },
  trainClause: {
    code: 'M0142',
    rule: 'A training consists of `team reward`, `algorithm`, `budget`, `envs`, `seeds`, `evaluate` and `stop when`',
    words: clauseWords,
    remedy: 'Settings of the algorithm belong into `algorithm Name { ... }`.',
  },
  statement: {
    code: 'M0122',
    rule: 'Statements are `let name = value`, `next name = value` and, in `init`, `name = value`',
    words: ['let', 'next'],
    remedy: 'Choices are expressions: `next x = if c then a else b`.',
  },
};

export function describeUnknownEntry(situation: Situation, actual: IToken): SyntaxProblem | undefined {
  const { piece } = situation.failure;
  const span = tokenSpan(actual);
  const type = actual.tokenType;
  if (piece === 'declaration' && itemKeywords.has(type)) {
    const end = situation.previous?.tokenType === T.RBrace ? situation.previous : undefined;
    const related = end === undefined ? [] : [{ span: tokenSpan(end), message: 'the declaration before it ends here' }];
    const message = `\`${actual.image}\` is an item of a game; here it stands outside of any game.`;
    return problem('M0141', span, message, { remedy: 'Move it between the braces of its game.', related });
  }
  if (piece !== 'declaration' && fileKeywords.has(type)) {
    const message = `\`${actual.image}\` is a declaration of a file; here it stands inside another declaration.`;
    return problem('M0141', span, message, { remedy: 'Move it behind the closing `}`.' });
  }
  const place = places[piece];
  if (place === undefined) return undefined;
  const meant = isName(actual) ? nearest(actual.image, place.words) : undefined;
  const message = `${place.rule}; ${quote(actual)} begins none of them.`;
  if (meant === undefined || meant === actual.image)
    return problem(place.code, span, message, { remedy: place.remedy });
  const fix = { title: `Write \`${meant}\``, edits: [{ span, text: meant }] };
  return problem(place.code, span, message, { remedy: `The nearest is \`${meant}\`.`, fix });
}
