/**
 * The words and signs of the language. Keywords are not matched by patterns of their own: every word is read as an
 * identifier first and looked up afterwards (`lexer.ts`), which keeps the lexer small and quick to build.
 */
import { createToken, Lexer, type TokenType } from 'chevrotain';

const never = Lexer.NA;

/** Any word that may serve as a name: plain identifiers and the soft keywords. */
export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

// Operators are grouped by how loosely they bind, so that the parser can read operands and operators as one flat list.
export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: never });
/** `+ - * / % ..`: what may stand in the domain of a generator. */
export const RangeLevelOperator = createToken({
  name: 'RangeLevelOperator',
  pattern: never,
  categories: BinaryOperator,
});
/** `+ - * / %` */
export const SumOperator = createToken({ name: 'SumOperator', pattern: never, categories: RangeLevelOperator });
/** `* / %` */
export const ProductOperator = createToken({ name: 'ProductOperator', pattern: never, categories: SumOperator });
/** `+ - * / % .. in`: what may stand in a type. */
export const TypeOperator = createToken({ name: 'TypeOperator', pattern: never });
/** `-` and `not` before an operand. */
export const PrefixOperator = createToken({ name: 'PrefixOperator', pattern: never });

// ---------------------------------------------------------------------------------------------- keywords

const hard = (word: string, categories: TokenType[] = []): TokenType =>
  createToken({ name: word, pattern: never, categories });
const soft = (word: string): TokenType => createToken({ name: word, pattern: never, categories: Identifier });

export const Import = hard('import');
export const Game = hard('game');
export const Enum = hard('enum');
export const Record_ = hard('record');
export const Let = hard('let');
export const Fn = hard('fn');
export const Solve = hard('solve');
export const Train = hard('train');
export const Sweep = hard('sweep');
export const Assert = hard('assert');
export const Next = hard('next');
export const If = hard('if');
export const Then = hard('then');
export const Else = hard('else');
export const Match = hard('match');
export const For = hard('for');
export const With = hard('with');
export const True = hard('true');
export const False = hard('false');
export const And = hard('and', [BinaryOperator]);
export const Or = hard('or', [BinaryOperator]);
export const Not = hard('not', [PrefixOperator]);
export const In = hard('in', [BinaryOperator, TypeOperator]);

/** Keywords that stay usable as names: no place allows both the keyword and a name with another meaning. */
export const Mixer = soft('mixer');
export const Network = soft('network');
export const Agents = soft('agents');
export const Index = soft('index');
export const Actions = soft('actions');
export const State = soft('state');
export const Init = soft('init');
export const Legal = soft('legal');
export const Active = soft('active');
export const Turn = soft('turn');
export const Step = soft('step');
export const Reward = soft('reward');
export const Observe = soft('observe');
export const End = soft('end');
export const When = soft('when');
export const Horizon = soft('horizon');
export const Discount = soft('discount');
export const Payoff = soft('payoff');
export const Such = soft('such');
export const That = soft('that');
export const Sample = soft('sample');
export const Map_ = soft('map');
export const Of = soft('of');
export const By = soft('by');
export const On = soft('on');
export const Over = soft('over');
export const Every = soft('every');
export const Where = soft('where');
export const Within = soft('within');
export const ZeroSum = soft('zero_sum');
export const Clamped = soft('clamped');
export const Wrapped = soft('wrapped');
export const Maximizing = soft('maximizing');
export const Iterations = soft('iterations');
export const Team = soft('team');
export const Algorithm = soft('algorithm');
export const Budget = soft('budget');
export const Envs = soft('envs');
export const Seeds = soft('seeds');
export const Evaluate = soft('evaluate');
export const Greedy = soft('greedy');
export const Sampled = soft('sampled');
export const Report = soft('report');
export const Per = soft('per');
export const Stop = soft('stop');
export const Policy = soft('policy');
export const Critic = soft('critic');
export const Reads = soft('reads');
/** `seq` is a keyword only where `<` follows. */
export const Seq = soft('seq');

/** Words that can never be names. */
export const hardKeywords: readonly TokenType[] = [
  Import,
  Game,
  Enum,
  Record_,
  Let,
  Fn,
  Solve,
  Train,
  Sweep,
  Assert,
  Next,
  If,
  Then,
  Else,
  Match,
  For,
  With,
  True,
  False,
  And,
  Or,
  Not,
  In,
];

/** Words that are keywords in one place and names elsewhere. */
export const softKeywords: readonly TokenType[] = [
  Mixer,
  Network,
  Agents,
  Index,
  Actions,
  State,
  Init,
  Legal,
  Active,
  Turn,
  Step,
  Reward,
  Observe,
  End,
  When,
  Horizon,
  Discount,
  Payoff,
  Such,
  That,
  Sample,
  Map_,
  Of,
  By,
  On,
  Over,
  Every,
  Where,
  Within,
  ZeroSum,
  Clamped,
  Wrapped,
  Maximizing,
  Iterations,
  Team,
  Algorithm,
  Budget,
  Envs,
  Seeds,
  Evaluate,
  Greedy,
  Sampled,
  Report,
  Per,
  Stop,
  Policy,
  Critic,
  Reads,
  Seq,
];

/** Every keyword by its spelling. A Map, so that a word such as `constructor` is not found by accident. */
export const keywordTypes: ReadonlyMap<string, TokenType> = new Map(
  [...hardKeywords, ...softKeywords].map(type => [type.name, type]),
);

// ---------------------------------------------------------------------------------------------- literals

export const NumberLiteral = createToken({
  name: 'NumberLiteral',
  pattern: /[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?/,
});
export const TripleString = createToken({ name: 'TripleString', pattern: /"""[\s\S]*?"""/, line_breaks: true });
export const StringLiteral = createToken({ name: 'StringLiteral', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
/** `'#'` in the legend of a map. */
export const CharLiteral = createToken({ name: 'CharLiteral', pattern: /'(?:[^'\\\r\n]|\\[^\r\n])*'/ });

// ---------------------------------------------------------------------------------------------- signs

const sign = (name: string, text: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern: text, categories });

export const LParen = sign('LParen', '(');
export const RParen = sign('RParen', ')');
export const LBracket = sign('LBracket', '[');
export const RBracket = sign('RBracket', ']');
export const LBrace = sign('LBrace', '{');
export const RBrace = sign('RBrace', '}');
export const Comma = sign('Comma', ',');
export const Colon = sign('Colon', ':');
export const FatArrow = sign('FatArrow', '=>');
export const EqualEqual = sign('EqualEqual', '==', [BinaryOperator]);
export const Equals = sign('Equals', '=');
export const NotEqual = sign('NotEqual', '!=', [BinaryOperator]);
export const LessEqual = sign('LessEqual', '<=', [BinaryOperator]);
export const GreaterEqual = sign('GreaterEqual', '>=', [BinaryOperator]);
export const Less = sign('Less', '<', [BinaryOperator]);
export const Greater = sign('Greater', '>', [BinaryOperator]);
export const Arrow = sign('Arrow', '->');
export const DotDot = sign('DotDot', '..', [RangeLevelOperator, TypeOperator]);
export const Dot = sign('Dot', '.');
export const Plus = sign('Plus', '+', [SumOperator, TypeOperator]);
export const Minus = sign('Minus', '-', [SumOperator, TypeOperator, PrefixOperator]);
export const Star = sign('Star', '*', [ProductOperator, TypeOperator]);
export const Slash = sign('Slash', '/', [ProductOperator, TypeOperator]);
export const Percent = sign('Percent', '%', [ProductOperator, TypeOperator]);
export const Tilde = sign('Tilde', '~');
/** `mlp(64) |> layer_norm`: what goes through one layer goes on to the next. */
export const Pipe = sign('Pipe', '|>', [BinaryOperator]);
export const Bar = sign('Bar', '|');

// Signs that look alike but mean something else because of what follows them (`context.ts` decides).

/** `not in`, two words read as one operator. */
export const NotIn = createToken({ name: 'NotIn', pattern: never, categories: BinaryOperator });
/** The `(` of a tuple pattern (its `)` is followed by `=>` or `|`) or of a payoff profile row (followed by `:`). */
export const HeadParen = createToken({ name: 'HeadParen', pattern: never });
/** The `-` of a negative number pattern that follows a complete match arm. */
export const HeadMinus = createToken({ name: 'HeadMinus', pattern: never });
/** The `[` of `with [k] = x`. */
export const UpdateBracket = createToken({ name: 'UpdateBracket', pattern: never });

// ---------------------------------------------------------------------------------------------- trivia and mistakes

export const DocComment = createToken({ name: 'DocComment', pattern: /\/\/\/[^\r\n]*/, group: 'docs' });
export const LineComment = createToken({ name: 'LineComment', pattern: /\/\/[^\r\n]*/, group: 'comments' });
export const BlockComment = createToken({
  name: 'BlockComment',
  pattern: /\/\*[\s\S]*?\*\//,
  group: 'comments',
  line_breaks: true,
});
export const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\n\f\v\u00a0\ufeff]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

// Openings without an end. They come after their well-formed counterparts.
export const OpenComment = createToken({
  name: 'OpenComment',
  pattern: /\/\*[\s\S]*/,
  group: 'mistakes',
  line_breaks: true,
});
/** Ends before the first line that starts in column one with a letter or `}`: the rest is still read as program. */
export const OpenTriple = createToken({
  name: 'OpenTriple',
  pattern: /"""(?:[^\n]|\n(?![A-Za-z}]))*/,
  line_breaks: true,
});
export const OpenString = createToken({ name: 'OpenString', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*/ });
export const OpenChar = createToken({ name: 'OpenChar', pattern: "'" });
/** A comment in the manner of Python or the shell. */
export const HashComment = createToken({ name: 'HashComment', pattern: /#[^\r\n]*/, group: 'mistakes' });
/** Operators of other languages; `lexer.ts` replaces them by ours and says so. */
export const ForeignOperator = createToken({
  name: 'ForeignOperator',
  pattern:
    /===|!==|&&?|\|\||\*\*|<>|:=|=<|[+\-*/]=|!(?!=)|;|\^|\?|[\u2264\u2265\u2260\u2212\u2013\u2014\u2192\u2208\u00d7\u00b7\u00f7\u00ac\u2227\u2228]/,
});
/** A string between typographic quotes. */
export const ForeignString = createToken({
  name: 'ForeignString',
  pattern: /[\u201c\u201d\u201e\u00ab][^\u201c\u201d\u00bb"\r\n]*[\u201c\u201d\u00bb"]/,
});

/** In the order in which the lexer tries them. */
export const lexicalTokens: readonly TokenType[] = [
  WhiteSpace,
  Identifier,
  NumberLiteral,
  DocComment,
  LineComment,
  BlockComment,
  OpenComment,
  TripleString,
  OpenTriple,
  StringLiteral,
  OpenString,
  CharLiteral,
  OpenChar,
  HashComment,
  FatArrow,
  Arrow,
  Pipe,
  ForeignOperator,
  ForeignString,
  EqualEqual,
  NotEqual,
  LessEqual,
  GreaterEqual,
  DotDot,
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Colon,
  Equals,
  Less,
  Greater,
  Dot,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Tilde,
  Bar,
];

/** What the parser may meet. */
export const parserTokens: readonly TokenType[] = [
  BinaryOperator,
  RangeLevelOperator,
  SumOperator,
  ProductOperator,
  TypeOperator,
  PrefixOperator,
  ...lexicalTokens,
  ...hardKeywords,
  ...softKeywords,
  NotIn,
  HeadParen,
  HeadMinus,
  UpdateBracket,
];
