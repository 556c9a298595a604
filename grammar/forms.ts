/** How each construct is written, one sentence per rule of the grammar. Messages about missing parts begin with it. */

export interface Form {
  /** With its article: `A parameter`. */
  readonly what: string;
  /** As code. */
  readonly form: string;
}

const form = (what: string, written: string): Form => ({ what, form: written });

/** Rules of the grammar that are transparent: a mistake in them is a mistake in the construct around them. */
export const transparentRules: ReadonlySet<string> = new Set([
  'expression',
  'rangeLevel',
  'sumLevel',
  'productLevel',
  'typeExpr',
  'operand',
  'statements',
  'fields',
  'file',
  'gameArg',
  'argument',
  'path',
  'leftIndex',
]);

export const forms: Readonly<Record<string, Form>> = {
  // expressions
  postfix: form('A call, an index or a member', 'f(x, y)`, `a[i]` or `r.field'),
  comprehension: form('A comprehension', 'e for x in T, y in U if c'),
  generator: form('A generator', 'x in T'),
  update: form('An update', 'field = x`, `field + n clamped` or `[k] = x'),
  nextExpr: form('A new value', 'next name'),
  ifExpr: form('A condition', 'if c then a else b'),
  parenthesized: form('A tuple', '(a, b)'),
  listExpr: form('A list', '[a, b]` or `[e for x in T]'),
  dictExpr: form('An array by index values', '{ A: x, _: y }'),
  dictEntry: form('An entry', 'index: value'),
  mapExpr: form('A map', 'map """rows""" { \'#\': Wall }'),
  legendEntry: form('An entry of a legend', "'#': Wall"),
  sampleExpr: form('A sample', 'sample n of T'),
  seqType: form('A sequence type', 'seq<T, n>'),
  matchExpr: form('A match', 'match e { A => x  _ => y }'),
  matchArm: form('An arm of a match', 'pattern => value'),
  pattern: form('A pattern', 'North`, `-1`, `1..3`, `(A, _)` or `_'),
  patternBound: form('An end of a range pattern', '3` or `-n'),
  // shared
  params: form('A parameter list', '(name: type, name: type = default)'),
  param: form('A parameter', 'name: type = default'),
  gameRef: form('A game is named as in', 'Foraging(size: 5)'),
  enumDecl: form('An enum', 'enum Name { A, B }'),
  recordDecl: form('A record', 'record Name { field: type, field: type }'),
  field: form('A field', 'name: type'),
  constDecl: form('A constant', 'let name: type = value'),
  fnDecl: form('A function', 'fn name(x: T): U = value'),
  assertDecl: form('An assertion', 'assert property of Game'),
  // items
  gameItem: form('An item of a game', 'agents A, B`, `state { ... }`, `step { ... }` and so on'),
  agentsItem: form('Agents are declared as in', 'agents Row, Column` or `agents Player[4]'),
  agentClass: form('An agent or class', 'Name` or `Name[count]'),
  indexItem: form('An index set', 'index Food[3]'),
  actionsItem: form('An action set', 'actions { A, B }`, `actions { part: type }` or `actions = type'),
  actionNames: form('A list of actions', '{ A, B }'),
  stateItem: form('The state', 'state { name: type = value }'),
  stateField: form('A state variable', 'name: type = value'),
  initItem: form('The beginning', 'init { name = value  name ~ distribution }'),
  stepItem: form('The step', 'step { next name = value }'),
  statement: form('A statement', 'let name = value` or `next name = value'),
  letStmt: form('A `let`', 'let name = value` or `let name[p: Player] ~ distribution'),
  assignStmt: form('An equation', 'next name = value` or `name[p: Player] ~ distribution'),
  rightSide: form('The right side of an equation', '= value` or `~ distribution such that condition'),
  binder: form('A binder', 'p: Player'),
  legalItem: form('A legality', 'legal Action for p: Player = condition'),
  activeItem: form('Activity', 'active[p: Player] = condition'),
  turnItem: form('The turn', 'turn = agent'),
  rewardItem: form('A reward', 'reward = e`, `reward[p: Player] = e` or `reward zero_sum A = e'),
  observeItem: form('An observation', 'observe[p: Player] { a, name: b }'),
  observePart: form('A part of an observation', 'name: value else padding'),
  endItem: form('The end', 'end when condition'),
  horizonItem: form('The horizon', 'horizon 50'),
  discountItem: form('The discount', 'discount 0.99'),
  payoffItem: form('A payoff table', 'payoff { labels  Label: cell cell }'),
  payoffLabel: form('A label', 'Action` or `3'),
  payoffRow: form('A row of a payoff table', 'Label: cell cell` or `(A, B): cell'),
  payoffCell: form('A cell', '(1, -1)`, `5`, `1/3` or `10|12'),
  payoffValue: form('A cell', '(1, -1)`, `5`, `1/3` or `10|12'),
  // file
  declaration: form('A declaration', 'game Name { ... }`, `solve nash of Game` and so on'),
  importDecl: form('An import', 'import std.games.{A, B}` or `import "./file.marl"'),
  gameDecl: form('A game', 'game Name(params) { items }` or `game Name = Other(size: 5)'),
  mixerDecl: form('A mixer', 'mixer Name(params) { name = value } monotonic'),
  mixerBinding: form('A line of a mixer', 'name = value'),
  networkDecl: form('A network', 'network Name(params) = mlp(64, 64) |> layer_norm'),
  scheduleTail: form('A schedule', '1e-3 -> 1e-4 over 50_000 steps'),
  solveDecl: form('A `solve`', 'solve concept of Game by method'),
  solveClause: form('A clause of `solve`', 'by method`, `for n iterations` or `maximizing objective'),
  trainDecl: form('A training', 'train Name on Game { clauses }'),
  trainClause: form('A clause of a training', 'budget 1_000 steps`, `seeds 1..5`, `algorithm QMIX { ... }` and so on'),
  teamClause: form('The team reward', 'team reward = sum'),
  budgetClause: form('The budget', 'budget 2_000_000 steps'),
  envsClause: form('The number of environments', 'envs 64'),
  seedsClause: form('A list of seeds', 'seeds 1..5'),
  evaluateClause: form('Evaluation', 'evaluate every 50_000 steps for 100 episodes'),
  reportClause: form('The reported return', 'report max over agents`, `report mean per class` or `report per agent'),
  stopClause: form('The stopping rule', 'stop when return >= 0.95'),
  readsClause: form('What is read', 'policy[p: Player] reads { observation, a }` or `critic reads { state }'),
  quantity: form('A quantity', '50_000 steps'),
  algorithmClause: form('An algorithm', 'algorithm Name { setting = value }'),
  setting: form('A setting', 'name = value'),
  sweepDecl: form('A sweep', 'sweep Name of Training { path in [a, b] }'),
  sweepAxis: form('A line of a sweep', 'algorithm.lr in [1e-3, 1e-4]'),
};

/** The rule of a message: how the construct is written. */
export function ruleSentence(one: Form): string {
  return one.what.endsWith(' as in') ? `${one.what} \`${one.form}\`` : `${one.what} is written \`${one.form}\``;
}
