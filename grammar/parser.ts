import type { CstNode, ParserMethod } from 'chevrotain';
import { clauseKeywords } from './layout.ts';
import { isName, type ParserOptions, startsSoftly } from './parser-expressions.ts';
import { GameParser } from './parser-games.ts';
import * as T from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

/** The rules for what stands at the top of a file: games and what to do with them. */
export class MarlParser extends GameParser {
  constructor(options: ParserOptions = {}) {
    super(options);
    this.performSelfAnalysis();
  }

  readonly file: Rule = this.RULE('file', () => {
    this.MANY(() => this.SUBRULE(this.declaration));
  });

  readonly declaration: Rule = this.RULE('declaration', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importDecl) },
      { ALT: () => this.SUBRULE(this.gameDecl) },
      { ALT: () => this.SUBRULE(this.enumDecl) },
      { ALT: () => this.SUBRULE(this.recordDecl) },
      { ALT: () => this.SUBRULE(this.constDecl) },
      { ALT: () => this.SUBRULE(this.fnDecl) },
      { ALT: () => this.SUBRULE(this.mixerDecl) },
      { ALT: () => this.SUBRULE(this.networkDecl) },
      { ALT: () => this.SUBRULE(this.solveDecl) },
      { ALT: () => this.SUBRULE(this.trainDecl) },
      { ALT: () => this.SUBRULE(this.sweepDecl) },
      { ALT: () => this.SUBRULE(this.assertDecl) },
    ]);
  });

  readonly importDecl: Rule = this.RULE('importDecl', () => {
    this.CONSUME(T.Import);
    this.OR([
      { ALT: () => this.CONSUME(T.StringLiteral) },
      {
        ALT: () => {
          this.CONSUME(T.Identifier, { LABEL: 'segment' });
          this.MANY(() => {
            this.CONSUME(T.Dot);
            this.OR2([
              { ALT: () => this.CONSUME2(T.Identifier, { LABEL: 'segment' }) },
              {
                ALT: () => {
                  this.CONSUME(T.LBrace);
                  this.AT_LEAST_ONE_SEP({
                    SEP: T.Comma,
                    DEF: () => this.CONSUME3(T.Identifier, { LABEL: 'imported' }),
                  });
                  this.CONSUME(T.RBrace);
                },
              },
            ]);
          });
        },
      },
    ]);
  });

  readonly gameDecl: Rule = this.RULE('gameDecl', () => {
    this.CONSUME(T.Game);
    this.CONSUME(T.Identifier);
    this.OPTION(() => this.SUBRULE(this.params));
    this.OPTION2(() => {
      this.CONSUME(T.Where);
      this.SUBRULE(this.expression, { LABEL: 'whereExpr' });
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LBrace);
          this.MANY(() => this.SUBRULE(this.gameItem));
          this.CONSUME(T.RBrace);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.gameRef);
        },
      },
    ]);
  });

  readonly mixerDecl: Rule = this.RULE('mixerDecl', () => {
    this.CONSUME(T.Mixer);
    this.CONSUME(T.Identifier);
    this.OPTION(() => this.SUBRULE(this.params));
    this.CONSUME(T.LBrace);
    this.MANY2(() => this.SUBRULE(this.mixerBinding));
    this.CONSUME(T.RBrace);
    this.MANY({
      GATE: () => !startsSoftly(this.LA(1), this.LA(2)),
      DEF: () => this.CONSUME2(T.Identifier, { LABEL: 'claim' }),
    });
  });

  readonly networkDecl: Rule = this.RULE('networkDecl', () => {
    this.CONSUME(T.Network);
    this.CONSUME(T.Identifier);
    this.OPTION(() => this.SUBRULE(this.params));
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly mixerBinding: Rule = this.RULE('mixerBinding', () => {
    this.CONSUME(T.Identifier);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly solveDecl: Rule = this.RULE('solveDecl', () => {
    this.CONSUME(T.Solve);
    this.OPTION({
      GATE: () => this.second(T.Colon),
      DEF: () => {
        this.CONSUME(T.Identifier, { LABEL: 'name' });
        this.CONSUME(T.Colon);
      },
    });
    this.CONSUME2(T.Identifier, { LABEL: 'concept' });
    this.CONSUME(T.Of);
    this.SUBRULE(this.gameRef);
    this.MANY(() => this.SUBRULE(this.solveClause));
  });

  readonly solveClause: Rule = this.RULE('solveClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.By);
          this.CONSUME(T.Identifier);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.For);
          this.SUBRULE(this.expression);
          this.CONSUME(T.Iterations);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Maximizing);
          this.CONSUME2(T.Identifier);
        },
      },
    ]);
  });

  readonly trainDecl: Rule = this.RULE('trainDecl', () => {
    this.CONSUME(T.Train);
    this.CONSUME(T.Identifier);
    this.CONSUME(T.On);
    this.SUBRULE(this.gameRef);
    this.CONSUME(T.LBrace);
    this.MANY(() => this.SUBRULE(this.trainClause));
    this.CONSUME(T.RBrace);
  });

  readonly trainClause: Rule = this.RULE('trainClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Team);
          this.CONSUME(T.Reward);
          this.CONSUME(T.Equals);
          this.CONSUME(T.Identifier);
        },
      },
      { ALT: () => this.SUBRULE(this.algorithmClause) },
      {
        ALT: () => {
          this.CONSUME(T.Budget);
          this.SUBRULE(this.quantity);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Envs);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Seeds);
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Evaluate);
          this.CONSUME(T.Every);
          this.SUBRULE2(this.quantity);
          this.CONSUME(T.For);
          this.SUBRULE3(this.quantity);
          this.OPTION({
            GATE: () => this.isPolicy(),
            DEF: () => this.CONSUME3(T.Identifier, { LABEL: 'player' }),
          });
        },
      },
      { ALT: () => this.SUBRULE(this.reportClause) },
      {
        ALT: () => {
          this.CONSUME(T.Stop);
          this.CONSUME(T.When);
          this.CONSUME2(T.Identifier);
          this.OR2([{ ALT: () => this.CONSUME(T.GreaterEqual) }, { ALT: () => this.CONSUME(T.LessEqual) }]);
          this.SUBRULE3(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.readsClause) },
    ]);
  });

  /** `greedy`, `sampled` or a misspelling of them: a word behind which a clause or the end comes, and that begins no clause. */
  private isPolicy(): boolean {
    const { tokenType } = this.LA(1);
    const { tokenType: after } = this.LA(2);
    if (tokenType === T.Greedy || tokenType === T.Sampled) return true;
    return !clauseKeywords.has(tokenType) && (after === T.RBrace || clauseKeywords.has(after));
  }

  /** `report max over agents`, `report mean per class`, `report per agent` */
  readonly reportClause: Rule = this.RULE('reportClause', () => {
    this.CONSUME(T.Report);
    this.OPTION({
      GATE: () => this.LA(1).tokenType !== T.Per,
      DEF: () => this.CONSUME(T.Identifier),
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Over);
          this.CONSUME(T.Agents);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Per);
          this.CONSUME2(T.Identifier, { LABEL: 'group' });
        },
      },
    ]);
  });

  /** `policy[p: Player] reads { observation, at[p] }`, `critic reads { state }` */
  readonly readsClause: Rule = this.RULE('readsClause', () => {
    this.OR([{ ALT: () => this.CONSUME(T.Policy) }, { ALT: () => this.CONSUME(T.Critic) }]);
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      this.SUBRULE(this.binder);
      this.CONSUME(T.RBracket);
    });
    this.CONSUME(T.Reads);
    this.CONSUME(T.LBrace);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.observePart) });
    this.CONSUME(T.RBrace);
  });

  /** `50_000 steps` */
  readonly quantity: Rule = this.RULE('quantity', () => {
    this.SUBRULE(this.expression);
    this.CONSUME(T.Identifier);
  });

  readonly algorithmClause: Rule = this.RULE('algorithmClause', () => {
    this.CONSUME(T.Algorithm);
    this.CONSUME(T.Identifier);
    this.OPTION(() => {
      this.CONSUME(T.LBrace);
      this.MANY(() => this.SUBRULE(this.setting));
      this.CONSUME(T.RBrace);
    });
  });

  /** `lr = 5e-4`, `replay = 5_000 episodes`, `explore = epsilon 1.0 -> 0.05 over 50_000 steps`. */
  readonly setting: Rule = this.RULE('setting', () => {
    this.CONSUME(T.Identifier, { LABEL: 'name' });
    this.CONSUME(T.Equals);
    this.OPTION({
      GATE: () => this.startsLabelledSchedule(),
      DEF: () => this.CONSUME2(T.Identifier, { LABEL: 'label' }),
    });
    this.SUBRULE(this.expression, { LABEL: 'value' });
    this.OPTION2(() => {
      this.CONSUME(T.Arrow);
      this.SUBRULE2(this.expression, { LABEL: 'to' });
      this.CONSUME(T.Over);
      this.SUBRULE3(this.expression, { LABEL: 'overExpr' });
    });
    this.OPTION3({
      GATE: () => !this.second(T.Equals),
      DEF: () => this.CONSUME3(T.Identifier, { LABEL: 'unit' }),
    });
  });

  /** `epsilon 1.0 -> ...` begins with a label; `n episodes` begins with a value. */
  private startsLabelledSchedule(): boolean {
    if (this.LA(2).tokenType === T.NumberLiteral) return true;
    if (!isName(this.LA(2))) return false;
    const third = this.LA(3).tokenType;
    return [T.Arrow, T.Dot, T.LParen, T.Plus, T.Minus, T.Star, T.Slash, T.LBracket].includes(third);
  }

  readonly sweepDecl: Rule = this.RULE('sweepDecl', () => {
    this.CONSUME(T.Sweep);
    this.CONSUME(T.Identifier);
    this.CONSUME(T.Of);
    this.CONSUME2(T.Identifier);
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.SUBRULE(this.sweepAxis);
      this.OPTION(() => this.CONSUME(T.Comma));
    });
    this.CONSUME(T.RBrace);
  });

  readonly sweepAxis: Rule = this.RULE('sweepAxis', () => {
    this.SUBRULE(this.path);
    this.CONSUME(T.In);
    this.SUBRULE(this.expression);
  });
}

let strict: MarlParser | undefined;
let recovering: MarlParser | undefined;

/** The parser that stops at the first mistake, made when it is first needed. */
export function strictParser(): MarlParser {
  strict ??= new MarlParser();
  return strict;
}

/** The parser that goes on behind a mistake; right programs never need it. */
export function recoveringParser(): MarlParser {
  recovering ??= new MarlParser({ recovery: true });
  return recovering;
}
