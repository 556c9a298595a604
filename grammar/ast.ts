/**
 * The abstract syntax tree. Nodes are readonly data tagged by `kind`; whatever is learned about a node later
 * (its type, what a name refers to, ranges) lives in side tables keyed by the node object itself.
 */

/** Half-open range of UTF-16 offsets `[start, end)` in one source file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly span: Span;
}

/** An identifier where it is declared or used. */
export interface Name extends Node {
  readonly kind: 'Name';
  readonly text: string;
}

// ---------------------------------------------------------------------------------------------- file

export interface SourceFile extends Node {
  readonly kind: 'SourceFile';
  readonly declarations: readonly Declaration[];
}

export type Declaration =
  | ImportDecl
  | GameDecl
  | GameAliasDecl
  | EnumDecl
  | RecordDecl
  | ConstDecl
  | FnDecl
  | MixerDecl
  | NetworkDecl
  | SolveDecl
  | TrainDecl
  | SweepDecl
  | AssertDecl;

/** `import std.games.{Foraging, Kuhn}`, `import std.games.Kuhn`, `import "./mine.marl"` (brings all its names). */
export interface ImportDecl extends Node {
  readonly kind: 'Import';
  /** Dotted path (`['std', 'games']`) or a quoted file. */
  readonly from: { readonly path: readonly Name[] } | { readonly file: string; readonly fileSpan: Span };
  /** The names in braces, or the last segment of an unbraced dotted path; undefined imports everything. */
  readonly names: readonly Name[] | undefined;
}

/** `game Name(params) where cond { items }` */
export interface GameDecl extends Node {
  readonly kind: 'Game';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly where: Expr | undefined;
  readonly items: readonly GameItem[];
}

/** `game IPD(params) = repeated(PrisonersDilemma, rounds: 10, memory: 1)` or `game Small = Foraging(size: 5)` */
export interface GameAliasDecl extends Node {
  readonly kind: 'GameAlias';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly where: Expr | undefined;
  readonly of: GameRef;
}

/** `name: type = default`; a function's parameters have no default. */
export interface Param extends Node {
  readonly kind: 'Param';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly type: TypeExpr;
  readonly default: Expr | undefined;
}

/** `Foraging(size: 8)`, `Kuhn`, `repeated(PD, rounds: 10)` (then `name.text === 'repeated'` and `base` is the game). */
export interface GameRef extends Node {
  readonly kind: 'GameRef';
  /** Usually one segment; `std.games.Kuhn` is allowed too. */
  readonly path: readonly Name[];
  readonly base: GameRef | undefined;
  readonly args: readonly NamedArg[];
}

export interface NamedArg extends Node {
  readonly kind: 'NamedArg';
  readonly name: Name;
  readonly value: Expr;
}

// ---------------------------------------------------------------------------------------------- game items

export type GameItem =
  | AgentsItem
  | IndexItem
  | EnumDecl
  | RecordDecl
  | ConstDecl
  | FnDecl
  | ActionsItem
  | StateItem
  | InitItem
  | LegalItem
  | ActiveItem
  | TurnItem
  | StepItem
  | RewardItem
  | ObserveItem
  | EndItem
  | HorizonItem
  | DiscountItem
  | PayoffItem
  | AssertDecl;

/** `agents Row, Column`, `agents Predator[3], Prey` */
export interface AgentsItem extends Node {
  readonly kind: 'Agents';
  readonly classes: readonly AgentClassDecl[];
}

export interface AgentClassDecl extends Node {
  readonly kind: 'AgentClass';
  readonly name: Name;
  /** Number of agents of an indexed class; undefined declares one single agent. */
  readonly count: Expr | undefined;
}

/** `index Food[foods]` */
export interface IndexItem extends Node {
  readonly kind: 'Index';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly count: Expr;
}

/** `enum Card { Jack, Queen, King }` */
export interface EnumDecl extends Node {
  readonly kind: 'Enum';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly members: readonly Name[];
}

/** `record Cell { row: 0..rows-1, col: 0..cols-1 }` */
export interface RecordDecl extends Node {
  readonly kind: 'Record';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly fields: readonly FieldDecl[];
}

export interface FieldDecl extends Node {
  readonly kind: 'Field';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly type: TypeExpr;
}

/** `let total = 3 * foods`, at file or game level: a constant of the parameters. */
export interface ConstDecl extends Node {
  readonly kind: 'Const';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly type: TypeExpr | undefined;
  readonly value: Expr;
}

/** `fn f(x: T): U = expr` or `fn f(x: T): U { let y = ...  expr }`; inside a game it may read the state. */
export interface FnDecl extends Node {
  readonly kind: 'Fn';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly result: TypeExpr | undefined;
  readonly lets: readonly LetStmt[];
  readonly body: Expr;
}

/** `actions { North, South }`, `actions[Prey] { force: real[2] in -1..1, say: 0..2 }`, `actions = 0..8` */
export interface ActionsItem extends Node {
  readonly kind: 'Actions';
  /** The agent class, or undefined for every agent. */
  readonly of: Name | undefined;
  readonly space: ActionSpaceExpr;
}

export type ActionSpaceExpr =
  | { readonly kind: 'ActionEnum'; readonly members: readonly Name[]; readonly span: Span }
  | { readonly kind: 'ActionParts'; readonly parts: readonly FieldDecl[]; readonly span: Span }
  | { readonly kind: 'ActionType'; readonly type: TypeExpr; readonly span: Span };

export interface StateItem extends Node {
  readonly kind: 'State';
  readonly fields: readonly StateField[];
}

/** `at: Cell[agents] = { A: Cell(2, 1), B: Cell(1, 3) }` */
export interface StateField extends Node {
  readonly kind: 'StateField';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly type: TypeExpr;
  readonly initial: Expr | undefined;
}

/** Statements of `init` assign state variables by `x = e` / `x ~ dist`; `let` is allowed too. */
export interface InitItem extends Node {
  readonly kind: 'Init';
  readonly stmts: readonly Stmt[];
}

/**
 * `legal Load for p = cond`, `legal Up, Down for p: Prey = cond`, `legal a for p = cond(a)`.
 * All clauses that cover an action must hold; an action no clause covers is legal.
 */
export interface LegalItem extends Node {
  readonly kind: 'Legal';
  /** Names of actions, or exactly one name that is not an action and binds the whole action. */
  readonly actions: readonly Name[];
  readonly binder: Binder;
  readonly condition: Expr;
}

/** `active[p: Player] = cond`: who chooses an action in this state; default everyone, or the agent of `turn`. */
export interface ActiveItem extends Node {
  readonly kind: 'Active';
  readonly binder: Binder;
  readonly condition: Expr;
}

/** `turn = expr`: the one agent who acts. */
export interface TurnItem extends Node {
  readonly kind: 'Turn';
  readonly agent: Expr;
}

export interface StepItem extends Node {
  readonly kind: 'Step';
  readonly stmts: readonly Stmt[];
}

/** `reward = e` (common), `reward[p: Player] = e`, `reward[Row] = e`, `reward zero_sum A = e`. */
export interface RewardItem extends Node {
  readonly kind: 'Reward';
  readonly form:
    | { readonly kind: 'common' }
    | { readonly kind: 'each'; readonly binder: Binder }
    | { readonly kind: 'zero_sum'; readonly agent: Name };
  readonly value: Expr;
}

/** `observe[p: Player] { at[p], goal: goals[p], [e for f in Food if c] }`; `observe { x }` is for every agent. */
export interface ObserveItem extends Node {
  readonly kind: 'Observe';
  readonly binder: Binder | undefined;
  readonly parts: readonly ObservePart[];
}

export interface ObservePart extends Node {
  readonly kind: 'ObservePart';
  readonly doc: string | undefined;
  readonly name: Name | undefined;
  readonly value: Expr;
  /** `e else pad`: what fills the missing slots of a sequence in the numeric encoding (default zeros). */
  readonly pad: Expr | undefined;
}

export interface EndItem extends Node {
  readonly kind: 'End';
  readonly condition: Expr;
}

export interface HorizonItem extends Node {
  readonly kind: 'Horizon';
  readonly steps: Expr;
}

export interface DiscountItem extends Node {
  readonly kind: 'Discount';
  readonly factor: Expr;
}

/**
 * A payoff table. For two agents: a header of column actions, then rows `Action: cell cell ...`.
 * For any number of agents also explicit profiles: `(Cooperate, Defect, Defect): (0, 1, 1)`.
 */
export interface PayoffItem extends Node {
  readonly kind: 'Payoff';
  readonly header: readonly PayoffLabel[] | undefined;
  readonly rows: readonly PayoffRow[];
}

export interface PayoffRow extends Node {
  readonly kind: 'PayoffRow';
  /** One label (table form) or one per agent (profile form). */
  readonly labels: readonly PayoffLabel[];
  readonly cells: readonly PayoffCell[];
}

/** An action by name or, for numeric actions, by value. */
export type PayoffLabel = Name | NumberLit;

/** `(-1, -1)`, `5` (common reward), `10|12` (each with probability 1/2): alternatives of one expression per agent or one for all. */
export interface PayoffCell extends Node {
  readonly kind: 'PayoffCell';
  readonly alternatives: readonly (readonly Expr[])[];
}

// ---------------------------------------------------------------------------------------------- statements

/** Who a family equation ranges over: `p: Player`, or a bare name (`i`), which is a binder unless it names an agent. */
export interface Binder extends Node {
  readonly kind: 'Binder';
  readonly name: Name;
  readonly type: TypeExpr | undefined;
}

/** An index on the left of an equation: a binder `p: Player` or an expression `action[turn]` (point update). */
export type LhsIndex = Binder | Expr;

export type Stmt = LetStmt | AssignStmt;

/** `let x = e`, `let x ~ d`, `let x[p: Player]: T = e` */
export interface LetStmt extends Node {
  readonly kind: 'Let';
  readonly name: Name;
  readonly binders: readonly Binder[];
  readonly type: TypeExpr | undefined;
  readonly value: Rhs;
}

/** `next x = e`, `next at[p: Player] = e`, `next board[cell] = e` in `step`; the same without `next` in `init`. */
export interface AssignStmt extends Node {
  readonly kind: 'Assign';
  readonly next: boolean;
  readonly name: Name;
  readonly indices: readonly LhsIndex[];
  readonly value: Rhs;
}

export type Rhs =
  | { readonly kind: 'Is'; readonly value: Expr; readonly span: Span }
  | { readonly kind: 'Draw'; readonly dist: Expr; readonly suchThat: Expr | undefined; readonly span: Span };

// ---------------------------------------------------------------------------------------------- types

export type TypeExpr = NamedType | RangeType | RealType | ArrayType | SeqType | TupleType | InvalidType;

/** `bool`, `int`, `real`, `prob`, `agents`, `Action`, `Cell`, `Player`, `Action[Prey]` is an ArrayType over `Action` resolved later. */
export interface NamedType extends Node {
  readonly kind: 'NamedType';
  readonly name: Name;
}

/** `0..rows-1`, both ends included. */
export interface RangeType extends Node {
  readonly kind: 'RangeType';
  readonly low: Expr;
  readonly high: Expr;
}

/** `real in -1..1` */
export interface RealType extends Node {
  readonly kind: 'RealType';
  readonly low: Expr;
  readonly high: Expr;
}

/** `Cell[Player]`, `T[size, size]`, `real[2] in -1..1` (then `element` is a RealType). */
export interface ArrayType extends Node {
  readonly kind: 'ArrayType';
  readonly element: TypeExpr;
  /** A type (`Player`, `0..3`) or a size (`3`, `2*n`): a bare name parses as NameExpr and may turn out to be a type. */
  readonly dims: readonly (TypeExpr | Expr)[];
}

/** `seq<Action, 3>`: at most that many elements. */
export interface SeqType extends Node {
  readonly kind: 'SeqType';
  readonly element: TypeExpr;
  readonly capacity: Expr;
}

export interface TupleType extends Node {
  readonly kind: 'TupleType';
  readonly items: readonly TypeExpr[];
}

export interface InvalidType extends Node {
  readonly kind: 'InvalidType';
}

// ---------------------------------------------------------------------------------------------- expressions

export type Expr =
  | NumberLit
  | BoolLit
  | StringLit
  | MapLit
  | NameExpr
  | NextExpr
  | UnaryExpr
  | BinaryExpr
  | RangeExpr
  | IfExpr
  | MatchExpr
  | CallExpr
  | IndexExpr
  | MemberExpr
  | TupleExpr
  | ListExpr
  | ComprehensionExpr
  | DictExpr
  | WithExpr
  | SampleExpr
  | TypeArgExpr
  | ScheduleExpr
  | InvalidExpr;

/** `1_000`, `0.5`, `5e-4`; `text` has the underscores removed. */
export interface NumberLit extends Node {
  readonly kind: 'Number';
  readonly text: string;
}

export interface BoolLit extends Node {
  readonly kind: 'Bool';
  readonly value: boolean;
}

export interface StringLit extends Node {
  readonly kind: 'String';
  readonly value: string;
}

/** `map """..."""  { '#': Wall, '.': Floor }`: a two-dimensional array, one element per character. */
export interface MapLit extends Node {
  readonly kind: 'Map';
  /** Rows after removing the common indentation and the first and last blank line; each with its own span. */
  readonly rows: readonly { readonly text: string; readonly span: Span }[];
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry extends Node {
  readonly kind: 'Legend';
  /** Exactly one character. */
  readonly char: string;
  readonly value: Expr;
}

export interface NameExpr extends Node {
  readonly kind: 'NameExpr';
  readonly name: Name;
}

/** `next moves` in rewards, observations of the step and `end when`: the value after the step. */
export interface NextExpr extends Node {
  readonly kind: 'NextExpr';
  readonly name: Name;
}

export interface UnaryExpr extends Node {
  readonly kind: 'Unary';
  readonly op: '-' | 'not';
  readonly operand: Expr;
}

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'in'
  | 'not in'
  /** In networks: one layer after the other. */
  | '|>';

export interface BinaryExpr extends Node {
  readonly kind: 'Binary';
  readonly op: BinaryOp;
  readonly opSpan: Span;
  readonly left: Expr;
  readonly right: Expr;
}

/** `0..n-1` as a set of integers or an interval, ends included. */
export interface RangeExpr extends Node {
  readonly kind: 'Range';
  readonly low: Expr;
  readonly high: Expr;
}

export interface IfExpr extends Node {
  readonly kind: 'If';
  readonly condition: Expr;
  readonly then: Expr;
  readonly else: Expr;
}

export interface MatchExpr extends Node {
  readonly kind: 'Match';
  readonly subject: Expr;
  readonly arms: readonly MatchArm[];
}

export interface MatchArm extends Node {
  readonly kind: 'Arm';
  /** Alternatives separated by `|`. */
  readonly patterns: readonly Pattern[];
  readonly value: Expr;
}

export type Pattern =
  | { readonly kind: 'Wildcard'; readonly span: Span }
  /** An enum member, agent or constant. */
  | { readonly kind: 'NamePattern'; readonly name: Name; readonly span: Span }
  /** A number or bool, possibly negative. */
  | { readonly kind: 'LiteralPattern'; readonly value: Expr; readonly span: Span }
  | { readonly kind: 'RangePattern'; readonly low: Expr; readonly high: Expr; readonly span: Span }
  | { readonly kind: 'TuplePattern'; readonly items: readonly Pattern[]; readonly span: Span };

/** `f(a, b)`, `Cell(2, 1)`, `sum(e for x in T if c)` (one Comprehension argument), `adam(lr: 1e-3)`. */
export interface CallExpr extends Node {
  readonly kind: 'Call';
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly named: readonly NamedArg[];
}

export interface IndexExpr extends Node {
  readonly kind: 'IndexExpr';
  readonly object: Expr;
  readonly indices: readonly Expr[];
}

export interface MemberExpr extends Node {
  readonly kind: 'Member';
  readonly object: Expr;
  readonly member: Name;
}

/** Two or more items; one parenthesised expression is that expression itself. */
export interface TupleExpr extends Node {
  readonly kind: 'Tuple';
  readonly items: readonly Expr[];
}

/** `[a, b, c]`, `[]` */
export interface ListExpr extends Node {
  readonly kind: 'List';
  readonly items: readonly Expr[];
}

/** `[e for x in T, y in U if c by k]` (`list` true) or the argument of `sum(e for ...)` (`list` false). */
export interface ComprehensionExpr extends Node {
  readonly kind: 'Comprehension';
  readonly list: boolean;
  readonly body: Expr;
  readonly generators: readonly Generator[];
  readonly condition: Expr | undefined;
  /** `by key`: sort a list ascending by this integer, ties in generator order. */
  readonly order: Expr | undefined;
}

export interface Generator extends Node {
  readonly kind: 'Generator';
  readonly name: Name;
  /** A type or an array or a sequence. */
  readonly domain: Expr;
}

/** `{ A: Cell(2, 1), B: Cell(1, 3) }`: an array by its index values; all must be given, or `_: e` for the rest. */
export interface DictExpr extends Node {
  readonly kind: 'Dict';
  readonly entries: readonly DictEntry[];
}

export interface DictEntry extends Node {
  readonly kind: 'Entry';
  /** undefined for `_`. */
  readonly key: Expr | undefined;
  readonly value: Expr;
}

/** `c with row - 1 clamped, col = 3`, `board with [cell] = mark` */
export interface WithExpr extends Node {
  readonly kind: 'With';
  readonly object: Expr;
  readonly updates: readonly Update[];
}

export interface Update extends Node {
  readonly kind: 'Update';
  readonly target: { readonly field: Name } | { readonly indices: readonly Expr[] };
  /** `=` replaces; `+`/`-` add to the old value. */
  readonly op: '=' | '+' | '-';
  readonly value: Expr;
  /** `clamped` stops at the ends of the field's range, `wrapped` goes round. */
  readonly mode: 'clamped' | 'wrapped' | undefined;
}

/** `sample n of T`: n distinct elements in random order. */
export interface SampleExpr extends Node {
  readonly kind: 'Sample';
  readonly count: Expr;
  readonly of: Expr;
}

/** A type where a value could stand: `uniform(Cell[Food])`, `uniform(real in -1..1)`, `for i in (1..2)[Player]`. Bare names stay NameExpr. */
export interface TypeArgExpr extends Node {
  readonly kind: 'TypeArg';
  readonly type: TypeExpr;
}

/** `1e-3 -> 1e-4 over 50_000 steps` as a named argument: `adam(lr: 1e-3 -> 1e-4 over 50_000 steps)`. */
export interface ScheduleExpr extends Node {
  readonly kind: 'Schedule';
  readonly from: Expr;
  readonly to: Expr;
  readonly over: Quantity;
}

export interface InvalidExpr extends Node {
  readonly kind: 'Invalid';
}

// ---------------------------------------------------------------------------------------------- solve, train, sweep, assert

/**
 * `solve nash of Kuhn by cfr_plus for 10_000 iterations maximizing welfare`, optionally named: `solve Exact: nash of Kuhn`.
 */
export interface SolveDecl extends Node {
  readonly kind: 'Solve';
  readonly doc: string | undefined;
  readonly name: Name | undefined;
  readonly concept: Name;
  readonly of: GameRef;
  readonly method: Name | undefined;
  readonly iterations: Expr | undefined;
  /** `welfare`, `egalitarian`, `social_cost`, `entropy`, or an agent's name. */
  readonly maximizing: Name | undefined;
}

export interface TrainDecl extends Node {
  readonly kind: 'Train';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly of: GameRef;
  readonly clauses: readonly TrainClause[];
}

export type TrainClause =
  /** `team reward = sum` or `mean` */
  | { readonly kind: 'TeamReward'; readonly how: Name; readonly span: Span }
  | { readonly kind: 'Algorithm'; readonly name: Name; readonly settings: readonly Setting[]; readonly span: Span }
  /** `budget 2_000_000 steps` (or episodes) */
  | { readonly kind: 'Budget'; readonly amount: Quantity; readonly span: Span }
  | { readonly kind: 'Envs'; readonly count: Expr; readonly span: Span }
  /** `seeds 1..5` or `seeds [3, 7]` or `seeds 4` */
  | { readonly kind: 'Seeds'; readonly seeds: Expr; readonly span: Span }
  /** `evaluate every 50_000 steps for 100 episodes`, behind it `greedy` or `sampled`: which policy plays them */
  | {
      readonly kind: 'Evaluate';
      readonly every: Quantity;
      readonly episodes: Quantity;
      readonly policy: Name | undefined;
      readonly span: Span;
    }
  /** `report max over agents` (no `per`), `report mean per class`, `report per agent`: how agents' returns become those that are reported */
  | { readonly kind: 'Report'; readonly how: Name | undefined; readonly per: Name | undefined; readonly span: Span }
  /** `stop when return >= 0.95` */
  | {
      readonly kind: 'Stop';
      readonly metric: Name;
      readonly op: '>=' | '<=';
      readonly value: Expr;
      readonly span: Span;
    }
  /**
   * `policy[p: Player] reads { observation, last_action, at[p] }`: what the policy's table or network gets; `critic reads { ... }`: what a
   * value that only training needs may get besides. The parts are those of `observe`; a clause without binder is for all agents.
   */
  | ReadsClause;

export interface ReadsClause extends Node {
  readonly kind: 'Reads';
  readonly who: 'policy' | 'critic';
  readonly binder: Binder | undefined;
  readonly parts: readonly ObservePart[];
}

/** `name = value`: hyper-parameters of an algorithm. */
export interface Setting extends Node {
  readonly kind: 'Setting';
  readonly name: Name;
  readonly value: SettingValue;
}

export type SettingValue =
  | { readonly kind: 'Quantity'; readonly quantity: Quantity; readonly span: Span }
  /** `[epsilon] 1.0 -> 0.05 over 50_000 steps`; `label` is the optional leading name. */
  | {
      readonly kind: 'Schedule';
      readonly label: Name | undefined;
      readonly from: Expr;
      readonly to: Expr;
      readonly over: Quantity;
      readonly span: Span;
    }
  | { readonly kind: 'Value'; readonly value: Expr; readonly span: Span };

/** `50_000 steps`: a number with its unit. */
export interface Quantity extends Node {
  readonly kind: 'QuantityNode';
  readonly value: Expr;
  readonly unit: Name;
}

/** `sweep LbfLr of Lbf { algorithm.optimizer.lr in [1e-4, 3e-4] }` */
export interface SweepDecl extends Node {
  readonly kind: 'Sweep';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly of: Name;
  readonly axes: readonly SweepAxis[];
}

export interface SweepAxis extends Node {
  readonly kind: 'SweepAxis';
  readonly path: readonly Name[];
  readonly values: Expr;
}

/**
 * `assert zero_sum of Kuhn`, `assert states == 55` (inside a game `of` is left out),
 * `assert value(minimax, First) == -1/18 within 1e-9 of Kuhn`.
 */
export interface AssertDecl extends Node {
  readonly kind: 'Assert';
  readonly claim: Expr;
  readonly within: Expr | undefined;
  readonly of: GameRef | undefined;
}

/** `mixer TwoLayer(embed: int = 32) { w1 = ...  total = ... } monotonic` */
export interface MixerDecl extends Node {
  readonly kind: 'Mixer';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly bindings: readonly { readonly name: Name; readonly value: Expr; readonly span: Span }[];
  readonly claims: readonly Name[];
}

/** `network Wide(units: int = 128) = mlp(units, units, tanh) |> layer_norm` */
export interface NetworkDecl extends Node {
  readonly kind: 'Network';
  readonly doc: string | undefined;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly value: Expr;
}
