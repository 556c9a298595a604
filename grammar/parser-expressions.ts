import { type CstNode, CstParser, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import { describeMismatch } from './expectation.ts';
import * as T from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

export interface ParserOptions {
  /** Go on behind a mistake and return what could be read. */
  readonly recovery?: boolean;
  /** Look for mistakes in the grammar itself, which takes time; for tests. */
  readonly validate?: boolean;
}

/**
 * The rules for expressions, types and patterns. Operators are read as one flat list of operands and operators; the AST
 * builder sorts them by how tightly they bind. That keeps the parser fast and its recursion shallow. Every decision
 * needs one token, or is made by a gate that looks at two or three.
 */
export class ExpressionParser extends CstParser {
  constructor(options: ParserOptions) {
    super([...T.parserTokens], {
      maxLookahead: 1,
      recoveryEnabled: options.recovery === true,
      nodeLocationTracking: 'onlyOffset',
      skipValidations: options.validate !== true,
      errorMessageProvider: describeMismatch,
    });
  }

  /** A token made up by recovery has no extent and stands where the next one begins. */
  protected override getTokenToInsert(type: TokenType): IToken {
    const next = this.LA(1);
    const offset = Number.isNaN(next.startOffset) ? this.LA(0).endOffset! + 1 : next.startOffset;
    return {
      image: '',
      startOffset: offset,
      endOffset: offset - 1,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx!,
      isInsertedInRecovery: true,
    } as IToken;
  }

  /** Is the token after the next one of this type? Two tokens tell `name: value` from an expression. */
  protected second(type: TokenType): boolean {
    return this.LA(2).tokenType === type;
  }

  /** `operand { operator operand }` with every operator. */
  readonly expression: Rule = this.RULE('expression', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  /** `a + b .. c`: the domain of a generator. */
  readonly rangeLevel: Rule = this.RULE('rangeLevel', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.RangeLevelOperator);
      this.SUBRULE2(this.operand);
    });
  });

  /** `a + b * c`: the new value of an update. */
  readonly sumLevel: Rule = this.RULE('sumLevel', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.SumOperator);
      this.SUBRULE2(this.operand);
    });
  });

  /** `a * b`: the amount of an update by `+` or `-`. */
  readonly productLevel: Rule = this.RULE('productLevel', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.ProductOperator);
      this.SUBRULE2(this.operand);
    });
  });

  /** Types are read as expressions with `..` and `in`; the AST builder tells whether they are types. */
  readonly typeExpr: Rule = this.RULE('typeExpr', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.TypeOperator);
      this.SUBRULE2(this.operand);
    });
  });

  /** Signs, an atom, what is applied to it, and `with` updates. */
  readonly operand: Rule = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(T.PrefixOperator));
    this.OR([
      { ALT: () => this.CONSUME(T.NumberLiteral) },
      { ALT: () => this.CONSUME(T.StringLiteral) },
      { ALT: () => this.CONSUME(T.True) },
      { ALT: () => this.CONSUME(T.False) },
      { ALT: () => this.SUBRULE(this.ifExpr) },
      { ALT: () => this.SUBRULE(this.matchExpr) },
      { ALT: () => this.SUBRULE(this.nextExpr) },
      { ALT: () => this.SUBRULE(this.parenthesized) },
      { ALT: () => this.SUBRULE(this.listExpr) },
      { ALT: () => this.SUBRULE(this.dictExpr) },
      { ALT: () => this.SUBRULE(this.mapExpr), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.sampleExpr), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.seqType), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.CONSUME(T.Identifier) },
    ]);
    this.MANY2(() => this.SUBRULE(this.postfix));
    this.OPTION(() => {
      this.CONSUME(T.With);
      this.SUBRULE(this.update);
      this.MANY3({
        GATE: () => this.startsUpdate(),
        DEF: () => {
          this.CONSUME(T.Comma);
          this.SUBRULE2(this.update);
        },
      });
    });
  });

  /** After a comma: does another update follow, rather than another argument? */
  private startsUpdate(): boolean {
    if (this.LA(2).tokenType === T.UpdateBracket) return true;
    if (!isName(this.LA(2))) return false;
    const sign = this.LA(3).tokenType;
    return sign === T.Equals || sign === T.Plus || sign === T.Minus;
  }

  readonly postfix: Rule = this.RULE('postfix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.argument) });
          this.OPTION(() => this.SUBRULE(this.comprehension));
          this.CONSUME(T.RParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LBracket);
          this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) });
          this.CONSUME(T.RBracket);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Dot);
          this.OR2([{ ALT: () => this.CONSUME(T.Identifier) }, { ALT: () => this.CONSUME(T.NumberLiteral) }]);
        },
      },
    ]);
  });

  /** `x` or `name: x`. */
  readonly argument: Rule = this.RULE('argument', () => {
    this.OPTION({
      GATE: () => this.second(T.Colon),
      DEF: () => {
        this.CONSUME(T.Identifier);
        this.CONSUME(T.Colon);
      },
    });
    this.SUBRULE(this.expression);
    this.OPTION2(() => this.SUBRULE(this.scheduleTail));
  });

  /** `-> 0.05 over 50_000 steps` */
  readonly scheduleTail: Rule = this.RULE('scheduleTail', () => {
    this.CONSUME(T.Arrow);
    this.SUBRULE(this.expression, { LABEL: 'to' });
    this.CONSUME(T.Over);
    this.SUBRULE2(this.expression, { LABEL: 'overExpr' });
    this.CONSUME(T.Identifier);
  });

  /** `for x in T, y in U if c by k` */
  readonly comprehension: Rule = this.RULE('comprehension', () => {
    this.CONSUME(T.For);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.generator) });
    this.OPTION(() => {
      this.CONSUME(T.If);
      this.SUBRULE(this.expression, { LABEL: 'condition' });
    });
    this.OPTION2(() => {
      this.CONSUME(T.By);
      this.SUBRULE2(this.expression, { LABEL: 'order' });
    });
  });

  readonly generator: Rule = this.RULE('generator', () => {
    this.CONSUME(T.Identifier);
    this.CONSUME(T.In);
    this.SUBRULE(this.rangeLevel);
  });

  readonly update: Rule = this.RULE('update', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Identifier);
          this.OR2([
            {
              ALT: () => {
                this.CONSUME(T.Equals);
                this.SUBRULE(this.sumLevel);
              },
            },
            {
              ALT: () => {
                this.CONSUME(T.Plus);
                this.SUBRULE(this.productLevel);
              },
            },
            {
              ALT: () => {
                this.CONSUME(T.Minus);
                this.SUBRULE2(this.productLevel);
              },
            },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.UpdateBracket);
          this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) });
          this.CONSUME(T.RBracket);
          this.CONSUME2(T.Equals);
          this.SUBRULE2(this.sumLevel);
        },
      },
    ]);
    this.OPTION({
      GATE: () => !this.second(T.Equals) && !this.second(T.Colon),
      DEF: () => this.OR3([{ ALT: () => this.CONSUME(T.Clamped) }, { ALT: () => this.CONSUME(T.Wrapped) }]),
    });
  });

  readonly nextExpr: Rule = this.RULE('nextExpr', () => {
    this.CONSUME(T.Next);
    this.CONSUME(T.Identifier);
  });

  readonly ifExpr: Rule = this.RULE('ifExpr', () => {
    this.CONSUME(T.If);
    this.SUBRULE(this.expression, { LABEL: 'conditionExpr' });
    this.CONSUME(T.Then);
    this.SUBRULE2(this.expression, { LABEL: 'thenExpr' });
    this.CONSUME(T.Else);
    this.SUBRULE3(this.expression, { LABEL: 'elseExpr' });
  });

  /** `(e)` or `(a, b)`. */
  readonly parenthesized: Rule = this.RULE('parenthesized', () => {
    this.CONSUME(T.LParen);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(T.RParen);
  });

  /** `[]`, `[a, b]`, `[e for x in T]`. */
  readonly listExpr: Rule = this.RULE('listExpr', () => {
    this.CONSUME(T.LBracket);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.OPTION(() => this.SUBRULE(this.comprehension));
    this.CONSUME(T.RBracket);
  });

  /** `{ A: x, _: y }` */
  readonly dictExpr: Rule = this.RULE('dictExpr', () => {
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.dictEntry) });
    this.CONSUME(T.RBrace);
  });

  readonly dictEntry: Rule = this.RULE('dictEntry', () => {
    this.SUBRULE(this.expression, { LABEL: 'key' });
    this.CONSUME(T.Colon);
    this.SUBRULE2(this.expression, { LABEL: 'value' });
  });

  readonly mapExpr: Rule = this.RULE('mapExpr', () => {
    this.CONSUME(T.Map_);
    this.OR([{ ALT: () => this.CONSUME(T.TripleString) }, { ALT: () => this.CONSUME(T.OpenTriple) }]);
    this.OPTION(() => {
      this.CONSUME(T.LBrace);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.legendEntry) });
      this.CONSUME(T.RBrace);
    });
  });

  readonly legendEntry: Rule = this.RULE('legendEntry', () => {
    this.CONSUME(T.CharLiteral);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.expression);
  });

  readonly sampleExpr: Rule = this.RULE('sampleExpr', () => {
    this.CONSUME(T.Sample);
    this.SUBRULE(this.sumLevel);
    this.CONSUME(T.Of);
    this.SUBRULE(this.rangeLevel);
  });

  /** `seq<T, n>` */
  readonly seqType: Rule = this.RULE('seqType', () => {
    this.CONSUME(T.Seq);
    this.CONSUME(T.Less);
    this.SUBRULE(this.typeExpr);
    this.CONSUME(T.Comma);
    this.SUBRULE(this.sumLevel);
    this.CONSUME(T.Greater);
  });

  readonly matchExpr: Rule = this.RULE('matchExpr', () => {
    this.CONSUME(T.Match);
    this.SUBRULE(this.expression);
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.matchArm);
      this.OPTION(() => this.CONSUME(T.Comma));
    });
    this.CONSUME(T.RBrace);
  });

  readonly matchArm: Rule = this.RULE('matchArm', () => {
    this.AT_LEAST_ONE_SEP({ SEP: T.Bar, DEF: () => this.SUBRULE(this.pattern) });
    this.CONSUME(T.FatArrow);
    this.SUBRULE(this.expression);
  });

  /** `North`, `-1`, `1..3`, `true`, `(A, _)`, `_`. */
  readonly pattern: Rule = this.RULE('pattern', () => {
    this.OR([
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(T.LParen) }, { ALT: () => this.CONSUME(T.HeadParen) }]);
          this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.pattern) });
          this.CONSUME(T.RParen);
        },
      },
      { ALT: () => this.CONSUME(T.True) },
      { ALT: () => this.CONSUME(T.False) },
      {
        ALT: () => {
          this.SUBRULE(this.patternBound);
          this.OPTION(() => {
            this.CONSUME(T.DotDot);
            this.SUBRULE2(this.patternBound);
          });
        },
      },
    ]);
  });

  readonly patternBound: Rule = this.RULE('patternBound', () => {
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(T.Minus) }, { ALT: () => this.CONSUME(T.HeadMinus) }]));
    this.OR2([{ ALT: () => this.CONSUME(T.NumberLiteral) }, { ALT: () => this.CONSUME(T.Identifier) }]);
  });
}

/** Can this token be a name? */
export function isName(token: IToken): boolean {
  const type = token.tokenType;
  return type === T.Identifier || type.CATEGORIES?.includes(T.Identifier) === true;
}

/** Does a declaration begin here with a word that is a name elsewhere? */
export function startsSoftly(first: IToken, second: IToken | undefined): boolean {
  return (first.tokenType === T.Mixer || first.tokenType === T.Network) && second !== undefined && isName(second);
}
