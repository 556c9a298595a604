/** What people write who know Python, C or JSON: what it means there is said in the words of this language. */
import type { IToken } from 'chevrotain';
import type { SyntaxCode } from './codes.ts';
import { tokenSpan } from './cst.ts';
import { forms, ruleSentence } from './forms.ts';
import { isName } from './parser-expressions.ts';
import { problem, type SyntaxProblem } from './problem.ts';
import { behind, quote, type Situation } from './situation.ts';
import * as T from './tokens.ts';

type Sentence = (situation: Situation) => SyntaxProblem | undefined;

/** A problem that one replacement repairs. */
function replace(
  code: SyntaxCode,
  from: IToken,
  to: IToken,
  text: string,
  message: string,
  shown = from,
): SyntaxProblem {
  const span = { start: from.startOffset, end: to.endOffset! + 1 };
  const fix = { title: `Write \`${text.trim()}\``, edits: [{ span, text }] };
  return problem(code, tokenSpan(shown), message, { remedy: `Write \`${text.trim()}\`.`, fix });
}

/** `f(x = 3)`: the name and the sign behind it. */
export function argumentEquals(name: IToken, sign: IToken): SyntaxProblem {
  const { start, end } = tokenSpan(sign);
  const fix = { title: 'Write `:`', edits: [{ span: { start: behind(name).start, end }, text: ':' }] };
  const message = `An argument is given by name with a colon, \`${name.image}: value\`; here \`=\` stands in its place.`;
  return problem('M0144', { start, end }, message, { remedy: 'Write `:`.', fix });
}

/** `actions: Left, Right` and `actions = Left, Right`: the sign, and the names that should stand between braces. */
export function actionsWithoutBraces(keyword: IToken, sign: IToken, names: readonly IToken[]): SyntaxProblem {
  const set = `{ ${names.map(({ image }) => image).join(', ')} }`;
  const [first, last] = [names[0]!, names.at(-1)!];
  const message = `${ruleSentence(forms.actionsItem!)}; here the names stand behind \`${sign.image}\` without braces.`;
  const edits = [
    { span: { start: behind(keyword).end, end: first.startOffset }, text: ' { ' },
    { span: behind(last), text: ' }' },
  ];
  const remedy = `Write \`actions ${set}\`.`;
  return problem('M0127', tokenSpan(sign), message, { remedy, fix: { title: 'Put the names between braces', edits } });
}

function tokenBehind({ failure }: Situation, token: IToken, steps: number): IToken | undefined {
  const at = failure.tokens.indexOf(token);
  return at < 0 ? undefined : failure.tokens[at + steps];
}

/** `reward A = 1`, `reward(A) = 1`, `observe p { ... }`: whom it is about stands in brackets. */
const whose: Sentence = situation => {
  const { actual, previous, rule } = situation;
  const keyword = previous?.tokenType;
  if (actual === undefined || previous === undefined) return undefined;
  if (!(keyword === T.Reward || keyword === T.Observe || keyword === T.Active)) return undefined;
  const name = actual.tokenType === T.LParen ? tokenBehind(situation, actual, 1) : actual;
  if (name === undefined || !isName(name)) return undefined;
  const end = actual === name ? name : tokenBehind(situation, name, 1);
  if (end === undefined || (actual !== name && end.tokenType !== T.RParen)) return undefined;
  const form = forms[rule] ?? forms.rewardItem!;
  const message = `${ruleSentence(form)}; whom it is about stands in brackets, and ${quote(name)} does not.`;
  const text = `[${name.image}]`;
  const span = { start: behind(previous).start, end: end.endOffset! + 1 };
  const fix = { title: `Write \`${text}\``, edits: [{ span, text }] };
  return problem('M0127', tokenSpan(name), message, { remedy: `Write \`${previous.image}${text}\`.`, fix });
};

/** `reward[p in P]`: an index is bound by a colon. */
const binder: Sentence = situation => {
  const { actual, previous, expected } = situation;
  if (actual?.tokenType !== T.In || previous === undefined || !isName(previous)) return undefined;
  if (!expected.includes('RBracket')) return undefined;
  const span = { start: behind(previous).start, end: actual.endOffset! + 1 };
  const message = `${ruleSentence(forms.binder!)}; behind ${quote(previous)} stands \`in\` in place of \`:\`.`;
  const fix = { title: 'Write `:`', edits: [{ span, text: ':' }] };
  return problem('M0127', tokenSpan(actual), message, { remedy: 'Write `:`.', fix });
};

/** `sum(e for q in P where c)`: a condition behind a generator begins with `if`. */
const condition: Sentence = situation => {
  const { actual, rule, expected } = situation;
  if (actual === undefined || !['where', 'when', 'and', 'such', 'with'].includes(actual.image)) return undefined;
  const inside = rule === 'comprehension' || rule === 'generator' || situation.stack.includes('comprehension');
  const after = expected.includes('if') || behindGenerator(situation, actual);
  if (!inside && !after) return undefined;
  const message = `${ruleSentence(forms.comprehension!)}; its condition begins with \`if\`, and here stands ${quote(actual)}.`;
  return replace('M0127', actual, actual, 'if', message);
};

/** Does `for x in T` end right before this token? */
function behindGenerator({ failure }: Situation, token: IToken): boolean {
  const at = failure.tokens.indexOf(token);
  const words = failure.tokens.slice(Math.max(0, at - 4), at).map(one => one.tokenType);
  return words.length === 4 && words[0] === T.For && words[2] === T.In;
}

/** `1 if c else 0` */
const conditional: Sentence = situation => {
  const { actual, previous, sameLine, failure } = situation;
  if (actual?.tokenType !== T.If || previous === undefined || !sameLine) return undefined;
  if (!situation.expected.every(name => name === 'RParen' || name === 'RBracket' || name === 'RBrace'))
    return undefined;
  const at = failure.tokens.indexOf(actual);
  const otherwise = failure.tokens.findIndex((token, k) => k > at && token.tokenType === T.Else);
  if (otherwise < 0) return undefined;
  const message = `A choice begins with its condition, \`if c then a else b\`; here a value stands before the \`if\`.`;
  const value = failure.tokens[at - 2]?.tokenType === T.Equals ? previous : undefined;
  const remedy = `Write \`if ... then ${value?.image ?? 'value'} else ...\`.`;
  const last = failure.tokens[otherwise - 1]!;
  const fix =
    value === undefined
      ? undefined
      : {
          title: 'Put the condition first',
          edits: [
            { span: { start: value.startOffset, end: actual.startOffset }, text: '' },
            { span: behind(last), text: ` then ${value.image}` },
          ],
        };
  return problem('M0129', tokenSpan(actual), message, { remedy, fix });
};

/** `return x` */
const result: Sentence = situation => {
  const { actual, previous } = situation;
  if (previous?.image !== 'return' || actual === undefined) return undefined;
  const span = { start: previous.startOffset, end: actual.startOffset };
  const fix = { title: 'Remove `return`', edits: [{ span, text: '' }] };
  const message = 'The value of a function is the expression at its end; nothing like `return` stands before it.';
  return problem('M0129', tokenSpan(previous), message, { remedy: 'Remove `return`.', fix });
};

/** `actions { "X" }`: names stand without quotes. */
const quoted: Sentence = situation => {
  const { actual, expected } = situation;
  if (actual?.tokenType !== T.StringLiteral || !expected.includes('Identifier')) return undefined;
  const name = actual.image.slice(1, -1);
  if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
  return replace('M0124', actual, actual, name, `Names stand without quotes; this is ${quote(actual)}.`);
};

/** `int s = 0`: the name comes first. */
const typeFirst: Sentence = situation => {
  const { actual, previous, rule } = situation;
  if (previous === undefined || actual === undefined || !isName(actual)) return undefined;
  if (rule !== 'stateField' && rule !== 'field' && rule !== 'param') return undefined;
  if (!['bool', 'int', 'real', 'prob'].includes(previous.image)) return undefined;
  const message = `${ruleSentence(forms[rule]!)}, the name first; here the type stands before ${quote(actual)}.`;
  return replace('M0127', previous, actual, `${actual.image}: ${previous.image}`, message);
};

/** `agents A, B,` at the end of a line. */
const lastComma: Sentence = situation => {
  const { actual, previous, expected, sameLine } = situation;
  if (previous?.tokenType !== T.Comma || !expected.includes('Identifier') || expected.length > 3) return undefined;
  if (actual !== undefined && sameLine) return undefined;
  const span = tokenSpan(previous);
  const fix = { title: 'Remove `,`', edits: [{ span, text: '' }] };
  const message = 'Commas stand between names; behind this one there is none.';
  return problem('M0132', span, message, { remedy: 'Remove `,`, or write another name.', fix });
};

const lists: ReadonlySet<string> = new Set(['agentsItem', 'agentClass', 'actionNames', 'enumDecl', 'legalItem']);

/** `agents A B` */
const names: Sentence = situation => {
  const { actual, previous, sameLine, rule } = situation;
  if (actual === undefined || previous === undefined || !sameLine || !isName(actual) || !lists.has(rule))
    return undefined;
  if (!isName(previous) && previous.tokenType !== T.RBracket) return undefined;
  if (situation.expected.some(name => name === 'Identifier' || name === 'LBrace')) return undefined;
  const fix = { title: 'Insert `,`', edits: [{ span: behind(previous), text: ',' }] };
  const message = `Names in a list are separated by commas; between ${quote(previous)} and ${quote(actual)} there is none.`;
  const span = { start: behind(previous).start, end: actual.startOffset };
  return problem('M0129', span, message, { remedy: 'Insert `,`.', fix });
};

/** `X: 1,1  0,0`: the numbers of a cell stand in parentheses. */
const cell: Sentence = situation => {
  const { actual, previous, failure } = situation;
  if (actual?.tokenType !== T.Comma || previous?.tokenType !== T.NumberLiteral) return undefined;
  if (failure.piece !== 'payoffRow' && !situation.stack.includes('payoffRow')) return undefined;
  const second = tokenBehind(situation, actual, 1);
  const last = second?.tokenType === T.Minus ? tokenBehind(situation, second, 1) : second;
  if (second === undefined || last?.tokenType !== T.NumberLiteral || previous.endOffset! + 1 !== actual.startOffset)
    return undefined;
  if (failure.layout.startsLine(second)) return undefined;
  const before = tokenBehind(situation, previous, -1);
  const minus = before?.tokenType === T.Minus ? before : undefined;
  const text = `(${minus === undefined ? '' : '-'}${previous.image}, ${second === last ? '' : '-'}${last.image})`;
  const message = `${ruleSentence(forms.payoffCell!)}; the numbers of one cell stand in parentheses.`;
  return replace('M0133', minus ?? previous, last, text, message, actual);
};

/** The first that applies speaks. */
export const habits: readonly Sentence[] = [
  whose,
  binder,
  condition,
  conditional,
  result,
  quoted,
  typeFirst,
  lastComma,
  names,
  cell,
];
