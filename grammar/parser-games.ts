import type { CstNode, ParserMethod } from 'chevrotain';
import { ExpressionParser, isName } from './parser-expressions.ts';
import * as T from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

/** The rules for what stands inside a game. */
export class GameParser extends ExpressionParser {
  // -------------------------------------------------------------------------------- shared with the file level

  readonly params: Rule = this.RULE('params', () => {
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.param) });
    this.CONSUME(T.RParen);
  });

  readonly param: Rule = this.RULE('param', () => {
    this.CONSUME(T.Identifier);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.typeExpr);
    this.OPTION(() => {
      this.CONSUME(T.Equals);
      this.SUBRULE(this.expression);
    });
  });

  readonly path: Rule = this.RULE('path', () => {
    this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => this.CONSUME(T.Identifier) });
  });

  readonly gameRef: Rule = this.RULE('gameRef', () => {
    this.SUBRULE(this.path);
    this.OPTION(() => {
      this.CONSUME(T.LParen);
      this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.gameArg) });
      this.CONSUME(T.RParen);
    });
  });

  /** `name: value`; `repeated(G, ...)` takes a game first. */
  readonly gameArg: Rule = this.RULE('gameArg', () => {
    this.OR([
      {
        GATE: () => this.second(T.Colon),
        ALT: () => {
          this.CONSUME(T.Identifier);
          this.CONSUME(T.Colon);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.gameRef), IGNORE_AMBIGUITIES: true },
    ]);
  });

  readonly enumDecl: Rule = this.RULE('enumDecl', () => {
    this.CONSUME(T.Enum);
    this.CONSUME(T.Identifier);
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.CONSUME2(T.Identifier, { LABEL: 'member' }) });
    this.CONSUME(T.RBrace);
  });

  readonly recordDecl: Rule = this.RULE('recordDecl', () => {
    this.CONSUME(T.Record_);
    this.CONSUME(T.Identifier);
    this.SUBRULE(this.fields);
  });

  /** `{ row: 0..3, col: 0..3 }`, commas optional. */
  readonly fields: Rule = this.RULE('fields', () => {
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.SUBRULE(this.field);
      this.OPTION(() => this.CONSUME(T.Comma));
    });
    this.CONSUME(T.RBrace);
  });

  readonly field: Rule = this.RULE('field', () => {
    this.CONSUME(T.Identifier);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.typeExpr);
  });

  readonly constDecl: Rule = this.RULE('constDecl', () => {
    this.CONSUME(T.Let);
    this.CONSUME(T.Identifier);
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      this.SUBRULE(this.typeExpr);
    });
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly fnDecl: Rule = this.RULE('fnDecl', () => {
    this.CONSUME(T.Fn);
    this.CONSUME(T.Identifier);
    this.SUBRULE(this.params);
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      this.SUBRULE(this.typeExpr);
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LBrace);
          this.MANY(() => this.SUBRULE(this.letStmt));
          this.SUBRULE2(this.expression);
          this.CONSUME(T.RBrace);
        },
      },
    ]);
  });

  readonly assertDecl: Rule = this.RULE('assertDecl', () => {
    this.CONSUME(T.Assert);
    this.SUBRULE(this.expression, { LABEL: 'claim' });
    this.OPTION(() => {
      this.CONSUME(T.Within);
      this.SUBRULE2(this.expression, { LABEL: 'withinExpr' });
    });
    this.OPTION2(() => {
      this.CONSUME(T.Of);
      this.SUBRULE(this.gameRef);
    });
  });

  // -------------------------------------------------------------------------------- items

  readonly gameItem: Rule = this.RULE('gameItem', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.agentsItem) },
      { ALT: () => this.SUBRULE(this.indexItem) },
      { ALT: () => this.SUBRULE(this.enumDecl) },
      { ALT: () => this.SUBRULE(this.recordDecl) },
      { ALT: () => this.SUBRULE(this.constDecl) },
      { ALT: () => this.SUBRULE(this.fnDecl) },
      { ALT: () => this.SUBRULE(this.assertDecl) },
      { ALT: () => this.SUBRULE(this.actionsItem) },
      { ALT: () => this.SUBRULE(this.stateItem) },
      { ALT: () => this.SUBRULE(this.initItem) },
      { ALT: () => this.SUBRULE(this.legalItem) },
      { ALT: () => this.SUBRULE(this.activeItem) },
      { ALT: () => this.SUBRULE(this.turnItem) },
      { ALT: () => this.SUBRULE(this.stepItem) },
      { ALT: () => this.SUBRULE(this.rewardItem) },
      { ALT: () => this.SUBRULE(this.observeItem) },
      { ALT: () => this.SUBRULE(this.endItem) },
      { ALT: () => this.SUBRULE(this.horizonItem) },
      { ALT: () => this.SUBRULE(this.discountItem) },
      { ALT: () => this.SUBRULE(this.payoffItem) },
    ]);
  });

  readonly agentsItem: Rule = this.RULE('agentsItem', () => {
    this.CONSUME(T.Agents);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.agentClass) });
  });

  readonly agentClass: Rule = this.RULE('agentClass', () => {
    this.CONSUME(T.Identifier);
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      this.SUBRULE(this.expression);
      this.CONSUME(T.RBracket);
    });
  });

  readonly indexItem: Rule = this.RULE('indexItem', () => {
    this.CONSUME(T.Index);
    this.CONSUME(T.Identifier);
    this.CONSUME(T.LBracket);
    this.SUBRULE(this.expression);
    this.CONSUME(T.RBracket);
  });

  readonly actionsItem: Rule = this.RULE('actionsItem', () => {
    this.CONSUME(T.Actions);
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      this.CONSUME(T.Identifier);
      this.CONSUME(T.RBracket);
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.typeExpr);
        },
      },
      { GATE: () => this.LA(3).tokenType === T.Colon, ALT: () => this.SUBRULE(this.fields) },
      { ALT: () => this.SUBRULE(this.actionNames), IGNORE_AMBIGUITIES: true },
    ]);
  });

  readonly actionNames: Rule = this.RULE('actionNames', () => {
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.CONSUME(T.Identifier) });
    this.CONSUME(T.RBrace);
  });

  readonly stateItem: Rule = this.RULE('stateItem', () => {
    this.CONSUME(T.State);
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.SUBRULE(this.stateField);
      this.OPTION(() => this.CONSUME(T.Comma));
    });
    this.CONSUME(T.RBrace);
  });

  readonly stateField: Rule = this.RULE('stateField', () => {
    this.CONSUME(T.Identifier);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.typeExpr);
    this.OPTION(() => {
      this.CONSUME(T.Equals);
      this.SUBRULE(this.expression);
    });
  });

  readonly initItem: Rule = this.RULE('initItem', () => {
    this.CONSUME(T.Init);
    this.SUBRULE(this.statements);
  });

  readonly stepItem: Rule = this.RULE('stepItem', () => {
    this.CONSUME(T.Step);
    this.SUBRULE(this.statements);
  });

  readonly statements: Rule = this.RULE('statements', () => {
    this.CONSUME(T.LBrace);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(T.RBrace);
  });

  readonly statement: Rule = this.RULE('statement', () => {
    this.OR([{ ALT: () => this.SUBRULE(this.letStmt) }, { ALT: () => this.SUBRULE(this.assignStmt) }]);
  });

  readonly letStmt: Rule = this.RULE('letStmt', () => {
    this.CONSUME(T.Let);
    this.CONSUME(T.Identifier);
    this.MANY(() => {
      this.CONSUME(T.LBracket);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.binder) });
      this.CONSUME(T.RBracket);
    });
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      this.SUBRULE(this.typeExpr);
    });
    this.SUBRULE(this.rightSide);
  });

  readonly assignStmt: Rule = this.RULE('assignStmt', () => {
    this.OPTION(() => this.CONSUME(T.Next));
    this.CONSUME(T.Identifier);
    this.MANY(() => {
      this.CONSUME(T.LBracket);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.leftIndex) });
      this.CONSUME(T.RBracket);
    });
    this.SUBRULE(this.rightSide);
  });

  /** `= e`, `~ d`, `~ d such that c`. */
  readonly rightSide: Rule = this.RULE('rightSide', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Tilde);
          this.SUBRULE2(this.expression);
          this.OPTION(() => {
            this.CONSUME(T.Such);
            this.CONSUME(T.That);
            this.SUBRULE3(this.expression, { LABEL: 'suchThat' });
          });
        },
      },
    ]);
  });

  readonly leftIndex: Rule = this.RULE('leftIndex', () => {
    this.OR([
      { GATE: () => this.second(T.Colon), ALT: () => this.SUBRULE(this.binder) },
      { ALT: () => this.SUBRULE(this.expression), IGNORE_AMBIGUITIES: true },
    ]);
  });

  readonly binder: Rule = this.RULE('binder', () => {
    this.CONSUME(T.Identifier);
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      this.SUBRULE(this.typeExpr);
    });
  });

  readonly legalItem: Rule = this.RULE('legalItem', () => {
    this.CONSUME(T.Legal);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.CONSUME(T.Identifier) });
    this.CONSUME(T.For);
    this.SUBRULE(this.binder);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly activeItem: Rule = this.RULE('activeItem', () => {
    this.CONSUME(T.Active);
    this.CONSUME(T.LBracket);
    this.SUBRULE(this.binder);
    this.CONSUME(T.RBracket);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly turnItem: Rule = this.RULE('turnItem', () => {
    this.CONSUME(T.Turn);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly rewardItem: Rule = this.RULE('rewardItem', () => {
    this.CONSUME(T.Reward);
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.ZeroSum);
            this.CONSUME(T.Identifier);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LBracket);
            this.SUBRULE(this.binder);
            this.CONSUME(T.RBracket);
          },
        },
      ]),
    );
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly observeItem: Rule = this.RULE('observeItem', () => {
    this.CONSUME(T.Observe);
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      this.SUBRULE(this.binder);
      this.CONSUME(T.RBracket);
    });
    this.CONSUME(T.LBrace);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.observePart) });
    this.CONSUME(T.RBrace);
  });

  readonly observePart: Rule = this.RULE('observePart', () => {
    this.OPTION({
      GATE: () => this.second(T.Colon),
      DEF: () => {
        this.CONSUME(T.Identifier);
        this.CONSUME(T.Colon);
      },
    });
    this.SUBRULE(this.expression, { LABEL: 'value' });
    this.OPTION2(() => {
      this.CONSUME(T.Else);
      this.SUBRULE2(this.expression, { LABEL: 'pad' });
    });
  });

  readonly endItem: Rule = this.RULE('endItem', () => {
    this.CONSUME(T.End);
    this.CONSUME(T.When);
    this.SUBRULE(this.expression);
  });

  readonly horizonItem: Rule = this.RULE('horizonItem', () => {
    this.CONSUME(T.Horizon);
    this.SUBRULE(this.expression);
  });

  readonly discountItem: Rule = this.RULE('discountItem', () => {
    this.CONSUME(T.Discount);
    this.SUBRULE(this.expression);
  });

  // -------------------------------------------------------------------------------- payoff tables

  readonly payoffItem: Rule = this.RULE('payoffItem', () => {
    this.CONSUME(T.Payoff);
    this.CONSUME(T.LBrace);
    this.MANY({ GATE: () => !this.startsRow(), DEF: () => this.SUBRULE(this.payoffLabel) });
    this.MANY2(() => this.SUBRULE(this.payoffRow));
    this.CONSUME(T.RBrace);
  });

  /** `Label:`, `-1:` or `(A, B):` begins a row. */
  private startsRow(): boolean {
    const first = this.LA(1);
    if (first.tokenType === T.HeadParen) return true;
    if (first.tokenType === T.Minus) return this.LA(3).tokenType === T.Colon;
    return (isName(first) || first.tokenType === T.NumberLiteral) && this.second(T.Colon);
  }

  readonly payoffLabel: Rule = this.RULE('payoffLabel', () => {
    this.OR([
      { ALT: () => this.CONSUME(T.Identifier) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(T.Minus));
          this.CONSUME(T.NumberLiteral);
        },
      },
    ]);
  });

  readonly payoffRow: Rule = this.RULE('payoffRow', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.payoffLabel) },
      {
        ALT: () => {
          this.CONSUME(T.HeadParen);
          this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE2(this.payoffLabel) });
          this.CONSUME(T.RParen);
        },
      },
    ]);
    this.CONSUME(T.Colon);
    this.AT_LEAST_ONE2({ GATE: () => !this.startsRow(), DEF: () => this.SUBRULE(this.payoffCell) });
  });

  readonly payoffCell: Rule = this.RULE('payoffCell', () => {
    this.AT_LEAST_ONE_SEP({ SEP: T.Bar, DEF: () => this.SUBRULE(this.payoffValue) });
  });

  /** `-1`, `1/3`, `k`, `(1, -1)`: no operators outside parentheses, because white space separates the cells. */
  readonly payoffValue: Rule = this.RULE('payoffValue', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.parenthesized) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(T.Minus));
          this.OR2([
            { ALT: () => this.CONSUME(T.Identifier) },
            {
              ALT: () => {
                this.CONSUME(T.NumberLiteral);
                this.OPTION2(() => {
                  this.CONSUME(T.Slash);
                  this.CONSUME2(T.NumberLiteral);
                });
              },
            },
          ]);
        },
      },
    ]);
  });
}
