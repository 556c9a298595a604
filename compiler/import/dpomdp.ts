/**
 * A decentralised POMDP as a program: hidden state, joint actions, observations drawn after the transition. What an agent saw last is a
 * variable of the state, `Nothing` before the first step.
 */
import { type DecPomdp, entryOf, jointCount, type SparseRow, splitJoint } from '../../runtime/formats/dpomdp.ts';
import { exactSum } from '../../runtime/formats/numbers.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { tableFunction } from './grid.ts';
import { listing } from './names.ts';
import { actionTypes, castOf, headLines, type Imported, numberText, trainLines } from './program.ts';

/** Numbers that are written out, and cells that are looked at to find what they have in common. */
const mostNumbers = 20_000;
const mostCells = 2_000_000;

/** @param file names the game: the format has no title */
export function dpomdpProgram(game: DecPomdp, file: string): Imported {
  const { states } = game;
  const jointActions = jointCount(game.actions);
  const jointSeen = jointCount(game.observations);
  const wide = jointActions * states.length * Math.max(states.length, jointSeen);
  if (wide > mostCells || !fewRewards(game, jointActions, jointSeen))
    return {
      refused: `its tables (${jointActions} joint actions, ${states.length} states, ${jointSeen} joint observations) are too large for a readable program`,
      remedy: 'write the rules behind the tables as a program of your own',
    };
  const notes = new Set<string>();
  const cast = castOf('', file, game.agents, game.actions);
  const types = actionTypes(cast);
  const stateNames = cast.names.all(states, 'S');
  const sharedSeen = game.observations.every(list => list.join('\0') === game.observations[0]?.join('\0'));
  const seenTypes = sharedSeen
    ? game.agents.map(() => 'Observation')
    : cast.agents.map(agent => cast.names.fresh(`${agent}Sees`, 'Sees'));
  const first = cast.names.all(game.observations[0] ?? [], 'O');
  const seenNames = game.observations.map((list, i) => (sharedSeen || i === 0 ? first : cast.names.all(list, 'O')));
  const none = seenTypes.map((type, i) =>
    sharedSeen || i === 0 ? 'Nothing' : cast.names.fresh(`Nothing${type}`, 'Nothing'),
  );

  const acts = cast.agents.map((agent, i) => ({
    parameter: `a${i + 1}`,
    type: types[i] ?? 'Action',
    values: cast.actions[i] ?? [],
    argument: `action[${agent}]`,
  }));
  const at = { parameter: 'from', type: 'State', values: stateNames, argument: 'at' };
  const to = { parameter: 'to', type: 'State', values: stateNames, argument: 'to' };
  const moves = tableFunction(
    'moves',
    'prob[State]',
    [...acts, at],
    game.transition.map(row => distribution(row, stateNames, notes)),
  );

  const marginals = independent(game);
  const hears =
    marginals !== undefined
      ? game.observations.map((list, i) =>
          tableFunction(
            cast.agents.length === 1 ? 'sees' : `sees${i + 1}`,
            `prob[${list.length}]`,
            [...acts, to],
            (marginals[i] ?? []).map(row => rowText(row, notes)),
          ),
        )
      : [
          tableFunction(
            'sees',
            `prob[${jointSeen}]`,
            [...acts, to],
            game.observation.map(row => rowText(dense(row, jointSeen), notes)),
          ),
        ];
  const drawn = game.observations.map((_, i) => (marginals === undefined ? 'seen' : `seen${i + 1}`));
  const place = (i: number): string => {
    if (marginals !== undefined) return `seen${i + 1}`;
    const after = jointCount(game.observations.slice(i + 1));
    const size = game.observations[i]?.length ?? 1;
    const high = after === 1 ? 'seen' : `div(seen, ${after})`;
    return i === 0 ? high : after === 1 ? `seen % ${size}` : `${high} % ${size}`;
  };
  const variable = (i: number): string => (sharedSeen ? `last[${cast.agents[i]}]` : `last${i + 1}`);
  const observed = game.observations.map((_, i) => ({
    parameter: `o${i + 1}`,
    type: seenTypes[i] ?? 'Observation',
    values: seenNames[i] ?? [],
    argument: `next ${variable(i)}`,
  }));
  const reward = rewardFunction(game, jointSeen, acts, at, to, observed, none);
  const numbers = [moves, reward, ...hears].reduce((sum, { arms }) => sum + arms, 0);
  if (numbers * Math.max(1, Math.min(states.length, 8)) > mostNumbers)
    return {
      refused: `its tables have ${numbers} different rows, too many for a readable program`,
      remedy: 'write the rules behind the tables as a program of your own',
    };
  const start = game.start.findIndex(p => p.equals(Rational.one));
  const lines = [
    ...headLines('', '', cast, game.agents),
    '/// `steps` is the horizon and `gamma` the discount; published values of finite horizons may use 1 whatever a file says.',
    `game ${cast.game}(steps: 1..1000 = 3, gamma: prob = ${numberText(game.discount)}) {`,
    `  agents ${cast.agents.join(', ')}`,
    ...(types[0] === 'Action'
      ? listing('actions', cast.actions[0] ?? [], game.actions[0] ?? [], '  ')
      : cast.agents.flatMap((agent, i) =>
          listing(`actions[${agent}]`, cast.actions[i] ?? [], game.actions[i] ?? [], '  '),
        )),
    ...listing('enum State', stateNames, states, '  '),
    ...(sharedSeen ? [0] : seenTypes.map((_, i) => i)).flatMap(i =>
      listing(
        `enum ${seenTypes[i]}`,
        [none[i] ?? '', ...(seenNames[i] ?? [])],
        [none[i] ?? '', ...(game.observations[i] ?? [])],
        '  ',
      ),
    ),
    '',
    '  state {',
    `    at: State${start >= 0 ? ` = ${stateNames[start]}` : ''}`,
    ...(sharedSeen
      ? [`    last: Observation[agents] = { _: ${none[0]} }`]
      : seenTypes.map((type, i) => `    last${i + 1}: ${type} = ${none[i]}`)),
    '  }',
    ...(start >= 0
      ? []
      : [
          `  init { at ~ categorical(${distribution({ rest: Rational.zero, entries: game.start.map((p, k) => [k, p] as const) }, stateNames, notes)}) }`,
        ]),
    '',
    '  /// Where a state goes.',
    ...moves.lines,
    `  /// What is seen after a step, by the state reached${marginals === undefined ? ': a number per joint observation, last agent fastest' : ''}.`,
    ...hears.flatMap(({ lines: own }) => own),
    ...reward.lines,
    '',
    '  step {',
    `    let to ~ categorical(${moves.call})`,
    ...hears.map(({ call }, i) => `    let ${drawn[i]} ~ categorical(${call})`),
    '    next at = to',
    ...game.observations.map((_, i) => `    next ${variable(i)} = ${seenTypes[i]}(1 + ${place(i)})`),
    '  }',
    `  reward = ${reward.call}`,
    '',
    ...cast.agents.map((agent, i) => `  observe[${agent}] { ${variable(i)} }`),
    '  horizon steps',
    '  discount gamma',
    '}',
    '',
    ...trainLines(cast.game, 50_000),
  ];
  return { text: `${lines.join('\n')}\n`, game: cast.game, notes: [...notes] };
}

type Dimension = Parameters<typeof tableFunction>[2][number];

/** Rewards are written by action and state where nothing else matters, else by what does. */
function rewardFunction(
  game: DecPomdp,
  jointSeen: number,
  acts: readonly Dimension[],
  at: Dimension,
  to: Dimension,
  observed: readonly Dimension[],
  none: readonly string[],
): ReturnType<typeof tableFunction> {
  if (game.reward.every(({ entries }) => entries.length === 0))
    return tableFunction(
      'pay',
      'real',
      [...acts, at],
      game.reward.map(({ rest }) => numberText(rest)),
    );
  const size = game.states.length;
  // What is `Nothing` is never seen after a step, but a `match` covers all values of a type: the `_` arm does.
  const seen = observed.map((dimension, i) => ({
    ...dimension,
    values: dimension.values.filter(name => name !== none[i]),
  }));
  const cells: string[] = [];
  for (const row of game.reward)
    for (let column = 0; column < size * jointSeen; column++) cells.push(numberText(entryOf(row, column)));
  return tableFunction('pay', 'real', [...acts, at, to, ...seen], cells);
}

function fewRewards(game: DecPomdp, jointActions: number, jointSeen: number): boolean {
  return (
    game.reward.every(({ entries }) => entries.length === 0) ||
    jointActions * game.states.length * game.states.length * jointSeen <= mostCells
  );
}

/** `{ Left: 1/4, Right: 3/4 }`; names left out have probability 0. */
function distribution({ rest, entries }: SparseRow, names: readonly string[], notes: Set<string>): string {
  if (entries.length === 0) return `{ _: ${numberText(rest)} }`;
  const used = entries.filter(([, p]) => p.sign !== 0);
  const values = scaled(
    used.map(([, p]) => p),
    notes,
  );
  const listed = used.map(([k], j) => `${names[k]}: ${numberText(values[j] as Rational)}`);
  return `{ ${listed.join(', ')}${used.length < names.length ? ', _: 0' : ''} }`;
}

function rowText(row: readonly Rational[], notes: Set<string>): string {
  return `[${scaled(row, notes).map(numberText).join(', ')}]`;
}

/** The format allows sums that are off by 1e-9, the language does not. */
function scaled(row: readonly Rational[], notes: Set<string>): readonly Rational[] {
  const sum = exactSum(row);
  if (sum === undefined || sum.sign === 0 || sum.equals(Rational.one)) return row;
  notes.add('rows of probabilities that do not sum to exactly 1 were divided by their sum');
  return row.map(p => p.div(sum));
}

function dense(row: SparseRow, width: number): readonly Rational[] {
  const values = new Array<Rational>(width).fill(row.rest);
  for (const [column, value] of row.entries) values[column] = value;
  return values;
}

/** Per agent its rows, where in every row all agents see independently of each other. */
function independent(game: DecPomdp): readonly (readonly (readonly Rational[])[])[] | undefined {
  const width = jointCount(game.observations);
  const found: (readonly Rational[])[][] = game.observations.map(() => []);
  const known = new Map<SparseRow, readonly (readonly Rational[])[]>();
  const parts = Array.from({ length: width }, (_, jo) => splitJoint(jo, game.observations));
  for (const row of game.observation) {
    let marginals = known.get(row);
    if (marginals === undefined) {
      const values = dense(row, width);
      const sums = game.observations.map(list => list.map(() => Rational.zero));
      values.forEach((p, jo) => {
        if (p.sign === 0) return;
        parts[jo]?.forEach((o, i) => {
          const own = sums[i] as Rational[];
          own[o] = (own[o] as Rational).add(p);
        });
      });
      const apart = values.every((p, jo) =>
        p.equals((parts[jo] ?? []).reduce((product, o, i) => product.mul(sums[i]?.[o] as Rational), Rational.one)),
      );
      if (!apart) return undefined;
      marginals = sums;
      known.set(row, marginals);
    }
    marginals.forEach((own, i) => {
      found[i]?.push(own);
    });
  }
  return found;
}
