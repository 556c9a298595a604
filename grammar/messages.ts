/**
 * From where the parser stopped to what a person reads: the rule, the fact, the remedy. Each situation is a function that
 * returns undefined where it does not apply; the first that applies speaks.
 */
import type { IToken } from 'chevrotain';
import { isMadeUp } from './balance.ts';
import { tokenSpan } from './cst.ts';
import { forms, ruleSentence } from './forms.ts';
import { fileKeywords, itemKeywords } from './layout.ts';
import { describeUnknownEntry } from './messages-entries.ts';
import { argumentEquals, habits } from './messages-habits.ts';
import { isName } from './parser-expressions.ts';
import { problem, type SyntaxProblem } from './problem.ts';
import type { Failure } from './recover.ts';
import { behind, fact, isCloser, place, quote, ruleOf, type Situation, situate } from './situation.ts';
import * as T from './tokens.ts';

/** The problem that a failure stands for; undefined where it follows from one that was reported already. */
export function describe(failure: Failure, reported: readonly SyntaxProblem[]): SyntaxProblem | undefined {
  const situation = situate(failure);
  const { actual, previous } = situation;
  if ((actual && isMadeUp(actual)) || (previous && isMadeUp(previous))) return undefined;
  // A mistake that was reported where this one begins has probably caused it.
  const from = previous === undefined ? (actual?.startOffset ?? 0) : previous.startOffset;
  const onLine = actual !== undefined && (situation.sameLine || previous === undefined);
  const to = onLine ? actual.endOffset! + 1 : failure.layout.lineEnd(previous!);
  if (reported.some(one => one.span.start < to && from < one.span.end)) return undefined;
  for (const say of sentences) {
    const said = say(situation);
    if (said !== undefined) return said;
  }
  return leftover(situation);
}

type Sentence = (situation: Situation) => SyntaxProblem | undefined;

function expectsExpression(situation: Situation): boolean {
  return situation.stack.at(-1) === 'operand' && situation.expected.length > 1;
}

// ---------------------------------------------------------------------------------------------- situations

/** What may follow an expression that stands inside another construct. */
const insideExpression: ReadonlySet<string> = new Set(['RParen', 'RBracket', 'RBrace', 'LBrace', 'then', 'else']);

/** `horizon = 50` and `f(x = 3)` and `if a = b`: an equals sign where none can stand. */
const equals: Sentence = situation => {
  const { actual, previous, expected, failure } = situation;
  if (actual?.tokenType !== T.Equals || previous === undefined || expected.includes('Equals')) return undefined;
  const span = tokenSpan(actual);
  const plain = [T.Horizon, T.Discount, T.When, T.Budget, T.Envs, T.Seeds, T.Agents, T.Every, T.Algorithm];
  if (plain.some(type => previous.tokenType === type)) {
    const message = `${ruleOf(situation)}, without \`=\`; here one follows ${quote(previous)}.`;
    const fix = { title: 'Remove `=`', edits: [{ span, text: '' }] };
    return problem('M0143', span, message, { remedy: 'Remove `=`.', fix });
  }
  const at = failure.tokens.indexOf(actual);
  const opener = failure.tokens[at - 2]?.tokenType;
  const inCall = situation.rule === 'postfix' || situation.rule === 'gameRef';
  if (inCall && isName(previous) && (opener === T.LParen || opener === T.Comma)) {
    return argumentEquals(previous, actual);
  }
  if (!expected.every(name => insideExpression.has(name))) return undefined;
  const fix = { title: 'Write `==`', edits: [{ span, text: '==' }] };
  const message = 'Inside an expression `==` compares, and `=` only defines; here `=` stands inside one.';
  return problem('M0128', span, message, { remedy: 'Write `==`.', fix });
};

const missingElse: Sentence = situation => {
  if (situation.rule !== 'ifExpr' || !situation.expected.includes('else')) return undefined;
  const message = `An \`if\` has a value in every case, \`if c then a else b\`; ${fact(situation, 'its `else`')}.`;
  return problem('M0130', place(situation), message, { remedy: 'Write `else` and the value for the other case.' });
};

/** `agents for, B`: a keyword where a name is declared or used. */
const reserved: Sentence = situation => {
  const { actual, sameLine } = situation;
  if (actual === undefined || !sameLine || !situation.expected.includes('Identifier')) return undefined;
  if (!T.hardKeywords.includes(actual.tokenType) || situation.rule === 'quantity') return undefined;
  if (expectsExpression(situation) || situation.expected.length > 3) return undefined;
  const span = tokenSpan(actual);
  const message = `Keywords cannot be names; ${quote(actual)} is a keyword.`;
  const fix = { title: `Write \`${actual.image}_\``, edits: [{ span, text: `${actual.image}_` }] };
  return problem('M0125', span, message, { remedy: `Choose another name, such as \`${actual.image}_\`.`, fix });
};

/** A block that must not be empty. */
const emptyList: Sentence = situation => {
  const { actual, previous, expected } = situation;
  if (actual === undefined || previous?.tokenType !== T.LBrace || actual.tokenType !== T.RBrace) return undefined;
  const ok = [
    'enumDecl',
    'actionNames',
    'actionsItem',
    'matchExpr',
    'dictExpr',
    'importDecl',
    'mapExpr',
    'dictEntry',
    'matchArm',
  ];
  if (expected.length === 0 || !ok.includes(situation.rule)) return undefined;
  const span = { start: previous.startOffset, end: actual.endOffset! + 1 };
  return problem('M0138', span, `${ruleOf(situation)}; between these braces there is nothing.`, {
    remedy: 'Write at least one entry, or remove it all.',
  });
};

const missingType: Sentence = situation => {
  if (!expectsExpression(situation) || situation.stack.at(-2) !== 'typeExpr') return undefined;
  return problem('M0126', place(situation), `${ruleOf(situation)}; ${fact(situation, 'a type')}.`, {
    remedy:
      'Types are `bool`, ranges such as `0..3`, `real`, names of enums, records and classes, `T[I]`, `seq<T, n>`.',
  });
};

const missingExpression: Sentence = situation => {
  const { actual, previous } = situation;
  if (!expectsExpression(situation)) return undefined;
  if (actual?.tokenType === T.TripleString) {
    const span = tokenSpan(actual);
    const at = { start: span.start, end: span.start };
    const fix = { title: 'Insert `map`', edits: [{ span: at, text: 'map ' }] };
    const message = `${ruleSentence(forms.mapExpr!)}; here \`map\` is missing before the rows.`;
    return problem('M0127', { start: span.start, end: span.start + 3 }, message, {
      remedy: 'Write `map` before them.',
      fix,
    });
  }
  const operator = actual?.tokenType.CATEGORIES?.some(
    one => one === T.BinaryOperator || one === T.SumOperator || one === T.ProductOperator,
  );
  if (actual !== undefined && operator && !previousIsOperator(previous)) {
    const message = `An operator stands between two values; before ${quote(actual)} there is none.`;
    return problem('M0123', tokenSpan(actual), message, {
      remedy: 'Write the value before it, or remove the operator.',
    });
  }
  const wanted = 'an expression';
  const remedy = previous === undefined ? 'Write one.' : `Write an expression behind ${quote(previous)}.`;
  const operatorBefore = previous !== undefined && previousIsOperator(previous);
  const rule = operatorBefore ? `${quote(previous)} has a value on its right` : ruleOf(situation);
  return problem('M0123', place(situation), `${rule}; ${fact(situation, wanted)}.`, { remedy });
};

function previousIsOperator(token: IToken | undefined): boolean {
  const categories = token?.tokenType.CATEGORIES ?? [];
  return categories.some(
    one =>
      one === T.BinaryOperator ||
      one === T.SumOperator ||
      one === T.ProductOperator ||
      one === T.RangeLevelOperator ||
      one === T.PrefixOperator,
  );
}

/** Nothing that may begin here begins here: an unknown word, or something in the wrong place. */
const unknownEntry: Sentence = situation => {
  const { actual, failure } = situation;
  if (actual === undefined) return undefined;
  const first = failure.tokens[0];
  const atStart = actual === first || (situation.expected.length === 0 && !situation.sameLine);
  const wrongBlock =
    situation.expected.length === 0 && (itemKeywords.has(actual.tokenType) || fileKeywords.has(actual.tokenType));
  if (!atStart && !wrongBlock) return undefined;
  return describeUnknownEntry(situation, actual);
};

/** Two values side by side, in a list or on a line of their own. */
const separator: Sentence = situation => {
  const { actual, previous, expected } = situation;
  if (actual === undefined || previous === undefined || !situation.sameLine) return undefined;
  const closer = expected.length === 1 && ['RParen', 'RBracket', 'RBrace'].includes(expected[0]!);
  if (!(closer || expected.length === 0) || !startsValue(actual) || !endsValue(previous)) return undefined;
  const span = { start: previous.endOffset! + 1, end: actual.startOffset };
  if (situation.rule === 'payoffValue' || situation.failure.piece === 'payoffRow') return undefined;
  const comma = closer ? { title: 'Insert `,`', edits: [{ span: behind(previous), text: ',' }] } : undefined;
  const what = closer ? 'a comma or an operator' : 'an operator';
  const shown = span.start < span.end ? span : tokenSpan(actual);
  return problem(
    'M0129',
    shown,
    `Two values do not stand side by side; between ${quote(previous)} and ${quote(actual)} ${what} is missing.`,
    {
      remedy: closer ? 'Insert `,` between two items of a list.' : 'Join them by an operator, or remove one.',
      fix: comma,
    },
  );
};

function startsValue(token: IToken): boolean {
  const type = token.tokenType;
  const starts = [
    T.NumberLiteral,
    T.StringLiteral,
    T.True,
    T.False,
    T.LParen,
    T.LBracket,
    T.LBrace,
    T.If,
    T.Match,
    T.Next,
    T.Not,
  ];
  return isName(token) || starts.includes(type);
}

function endsValue(token: IToken): boolean {
  const type = token.tokenType;
  return isName(token) || isCloser(token) || [T.NumberLiteral, T.StringLiteral, T.True, T.False].includes(type);
}

/** Operators and commas in a payoff table, whose cells are separated by white space. */
const payoff: Sentence = situation => {
  const { actual, failure, stack } = situation;
  if (failure.piece !== 'payoffRow' && !stack.includes('payoffRow') && !stack.includes('payoffItem')) return undefined;
  if (actual === undefined || !situation.sameLine) return undefined;
  if (actual.tokenType === T.Comma) {
    const span = tokenSpan(actual);
    const fix = { title: 'Remove `,`', edits: [{ span, text: '' }] };
    const message = 'Cells of a payoff table are separated by white space; here a comma stands between them.';
    return problem('M0133', span, message, {
      remedy: 'Remove the comma, or put both numbers into one cell: `(1, -1)`.',
      fix,
    });
  }
  if ((situation.expected.length > 1 && !stack.includes('payoffValue')) || situation.expected[0] === 'LBrace')
    return undefined;
  const message = `${ruleSentence(forms.payoffCell!)}; ${quote(actual)} does not fit into one.`;
  return problem('M0133', tokenSpan(actual), message, { remedy: 'Put a computed payoff into parentheses: `(a + b)`.' });
};

/** `solve of G`: the keyword that was expected next was read as the name or value before it. */
const swallowed: Sentence = situation => {
  const { previous, expected, failure } = situation;
  const at = previous === undefined ? 0 : failure.tokens.indexOf(previous);
  if (at < 1 || expected.length !== 1 || previous!.image !== expected[0]) return undefined;
  const value = situation.rule === 'setting' || situation.rule === 'sampleExpr';
  const wanted = value ? 'an expression' : 'a name';
  const message = `${ruleOf(situation)}; before ${quote(previous!)} ${wanted} is missing.`;
  return problem(value ? 'M0123' : 'M0124', behind(failure.tokens[at - 1]), message, {
    remedy: `Write ${wanted} before it.`,
  });
};

/** `lr = 0.1,`: entries of this kind are separated by nothing. */
const comma: Sentence = situation => {
  const { actual, expected } = situation;
  if (actual?.tokenType !== T.Comma || expected.length > 0) return undefined;
  const span = tokenSpan(actual);
  const message = `${ruleOf(situation)}; no comma follows it, and here one stands.`;
  return problem('M0132', span, message, {
    remedy: 'Remove `,`.',
    fix: { title: 'Remove `,`', edits: [{ span, text: '' }] },
  });
};

const missingName: Sentence = situation => {
  if (!situation.expected.includes('Identifier') || situation.expected.length > 3) return undefined;
  const { previous } = situation;
  const remedy = previous === undefined ? 'Write a name.' : `Write a name behind ${quote(previous)}.`;
  if (situation.rule === 'quantity') {
    const message = `${ruleOf(situation)}; ${fact(situation, 'its unit')}.`;
    const { tokens } = situation.failure;
    const unit = tokens[tokens.indexOf(previous!) - 1]?.tokenType === T.For ? 'episodes' : 'steps';
    const fix = { title: `Count in \`${unit}\``, edits: [{ span: behind(previous), text: ` ${unit}` }] };
    return problem('M0124', place(situation), message, {
      remedy: 'Write `steps` or `episodes` behind the number.',
      fix,
    });
  }
  return problem('M0124', place(situation), `${ruleOf(situation)}; ${fact(situation, 'a name')}.`, { remedy });
};

const written: ReadonlyMap<string, string> = new Map([
  ...T.lexicalTokens.flatMap(type => (typeof type.PATTERN === 'string' ? [[type.name, type.PATTERN] as const] : [])),
  ['HeadParen', '('],
  ['HeadMinus', '-'],
  ['UpdateBracket', '['],
]);
const keywords: ReadonlySet<string> = new Set(T.keywordTypes.keys());
const literals: ReadonlyMap<string, string> = new Map([
  ['NumberLiteral', 'a number'],
  ['StringLiteral', 'a string'],
  ['CharLiteral', "a character such as `'#'`"],
  ['TripleString', 'the rows between `"""`'],
]);

/** One or two signs or keywords would have fitted. */
const missingSign: Sentence = situation => {
  const { expected, previous, actual, sameLine } = situation;
  const wanted = expected.flatMap(name => {
    const sign = written.get(name) ?? (keywords.has(name) ? name : undefined);
    return sign === undefined ? (literals.get(name) ?? []) : `\`${sign}\``;
  });
  if (wanted.length === 0 || wanted.length > 4) return undefined;
  if (
    situation.rule === 'param' &&
    wanted[0] === '`:`' &&
    (actual === undefined || isCloser(actual) || actual.tokenType === T.Comma)
  ) {
    const remedy = `Write its type, as in \`${previous?.image}: int\`.`;
    return problem('M0127', place(situation), `${ruleOf(situation)}; ${fact(situation, 'its type')}.`, { remedy });
  }
  const list = wanted.length === 1 ? wanted[0]! : `${wanted.slice(0, -1).join(', ')} or ${wanted.at(-1)}`;
  // Of `=` and `~`, somebody who writes `==` or `:` means the first.
  const first = wanted[0]!.startsWith('`') ? wanted[0]!.slice(1, -1) : undefined;
  const single = expected.length === 1 || (actual !== undefined && looksAlike(actual, first)) ? first : undefined;
  const replaces = actual !== undefined && sameLine && looksAlike(actual, single);
  const edit =
    single === undefined
      ? undefined
      : replaces
        ? {
            span: { ...tokenSpan(actual), start: single === ':' ? behind(previous).start : actual.startOffset },
            text: single,
          }
        : { span: behind(previous), text: /^\w|^[=~]/.test(single) ? ` ${single}` : single };
  const title = replaces ? `Write \`${single}\`` : `Insert \`${single}\``;
  return problem('M0127', place(situation), `${ruleOf(situation)}; ${fact(situation, list)}.`, {
    remedy: single === undefined ? `Write ${list}.` : `${title}.`,
    fix: edit && { title, edits: [edit] },
  });
};

/** Was the sign that stands here meant as the one that belongs here? */
function looksAlike(actual: IToken, wanted: string | undefined): boolean {
  const groups = [
    ['=', ':', '=>', '->', '=='],
    ['of', 'on', 'in', 'for', '='],
    ['then', ':'],
    ['when', 'if'],
  ];
  return wanted !== undefined && groups.some(group => group.includes(wanted) && group.includes(actual.image));
}

const sentences: readonly Sentence[] = [
  equals,
  ...habits,
  missingElse,
  emptyList,
  unknownEntry,
  payoff,
  reserved,
  missingType,
  missingExpression,
  separator,
  comma,
  swallowed,
  missingName,
  missingSign,
];

/** The construct is complete, and what follows cannot go on from there. */
function leftover(situation: Situation): SyntaxProblem {
  const { actual, previous } = situation;
  const span = place(situation);
  if (actual === undefined) {
    return problem('M0132', span, `${ruleOf(situation)}; it ends too early.`, { remedy: 'Complete it.' });
  }
  const hint =
    actual.tokenType === T.Bar ? 'Between conditions write `or`; `|` separates patterns and payoffs.' : undefined;
  const where = previous === undefined ? '' : ` behind ${quote(previous)}`;
  return problem('M0132', tokenSpan(actual), `${ruleOf(situation)}; ${quote(actual)} has no place${where}.`, {
    remedy: hint ?? `Remove ${quote(actual)}, or complete what stands before it.`,
  });
}
