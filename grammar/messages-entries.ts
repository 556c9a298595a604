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
const fileWords = ['game', 'solve', 'train', 'sweep', 'import', 'mixer', 'network', ...shared];
const itemWords = [...names(itemKeywords), ...shared];
const clauseWords = names(clauseKeywords);

const places: Readonly<Partial<Record<PieceRule, Place>>> = {
  declaration: {
    code: 'M0120',
    rule: 'A file consists of `game`, `solve`, `train`, `sweep`, `import`, `mixer`, `network`, `enum`, `record`, `let`, `fn` and `assert`',
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
    rule: 'A training consists of `team reward`, `algorithm`, `budget`, `envs`, `seeds`, `evaluate`, `report`, `stop when`, `policy reads` and `critic reads`',
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
  const meant = meantWord(piece, actual);
  if (meant !== undefined) return misspelt(piece, actual, meant);
  return problem(place.code, span, `${place.rule}; ${quote(actual)} begins none of them.`, { remedy: place.remedy });
}

/** The word that may begin such a piece and was probably meant. */
export function meantWord(piece: PieceRule, actual: IToken): string | undefined {
  const meant = isName(actual) ? nearest(actual.image, places[piece]?.words ?? []) : undefined;
  return meant === actual.image ? undefined : meant;
}

/** A piece that begins with a word nearly right. */
export function misspelt(piece: PieceRule, actual: IToken, meant: string): SyntaxProblem {
  const place = places[piece]!;
  const span = tokenSpan(actual);
  const fix = { title: `Write \`${meant}\``, edits: [{ span, text: meant }] };
  const message = `${place.rule}; ${quote(actual)} begins none of them.`;
  return problem(place.code, span, message, { remedy: `Did you mean \`${meant}\`?`, fix });
}
