/** Where values live: which stores are arrays, which are variables, and what all of them are called. */
import { offsets } from '../../runtime/games/vector.ts';
import type { GameModel, IrExpr, IrFunction, IrStmt, Store } from '../game/model.ts';
import { wholesOf } from '../game/wholes.ts';
import type { Unit } from './gameCode.ts';
import { fitsInt32, walkExpr, walkStmts } from './gameFold.ts';
import { identifier, lineComment, Names, propertyKey } from './gameNames.ts';
import { randomNames } from './gameRandom.ts';
import { constantValues } from './gameStmt.ts';

/** Names that every emitted program uses for itself. */
const ownNames: readonly string[] = [
  ...randomNames,
  ...'spec create envs seed firstGame buffers reset step start observe observeState writeMasks mod whole requireSum oneHot impossibleDraw emptyDraw'.split(
    ' ',
  ),
  ...'GameSpec GameBuffers VectorGame timeOf episodeOf counterOf key0Of key1Of seedOfGames k0 k1 counter'.split(' '),
  ...'actions realActions rewards ended observations finalObservations states finalStates masks realStart drawWeights'.split(
    ' ',
  ),
  ...'e episode time steps out from to over result'.split(' '),
];

export function newUnit(model: GameModel, types: boolean, unroll: boolean): Unit {
  const names = new Names(ownNames);
  const arrays = new Map<number, string>();
  const scalars = new Map<number, string>();
  for (const store of model.stores) {
    if (store.role.kind === 'state' && store.size === 1) {
      // `ballOf[e]` is `ball` of game e.
      scalars.set(store.id, names.declare(store.name));
      arrays.set(store.id, names.declare(`${identifier(store.name)}Of`));
    } else if (store.size === 1) arrays.set(store.id, names.declare(`${identifier(store.name)}Cell`));
    else arrays.set(store.id, names.declare(store.name));
  }
  const lengths = model.agents.map(agent => {
    const cls = model.classes[agent.cls];
    return (cls === undefined ? undefined : model.actionSpaces[cls.actionSpace]?.realSize) ?? 0;
  });
  return {
    model,
    types,
    unroll,
    names,
    arrays,
    scalars,
    functions: new Map(),
    random: new Set(),
    tables: [],
    weightSlots: 0,
    usesMod: false,
    usesWhole: false,
    usesWeightCheck: false,
    wholes: wholesOf(model),
    usesRealStart: false,
    usesOneHot: false,
    usedArrays: new Set(),
    realStart: offsets(lengths),
  };
}

/**
 * Next and scratch stores that only one emitted function touches; those of size 1 are variables there. The result says, for the
 * function with a key (`init`, `step`, `observe0`, `function7`, ...), whether a store is its own.
 */
export function privateStores(unit: Unit): (key: string) => (store: Store) => boolean {
  const { model } = unit;
  const users = new Map<number, Set<string>>();
  const seen = new Set<IrFunction>();
  const note = (store: Store, key: string): void => {
    const set = users.get(store.id) ?? new Set();
    users.set(store.id, set.add(key));
  };
  const collect = (key: string, stmts: readonly IrStmt[], exprs: readonly (IrExpr | undefined)[]): void => {
    const visitExpr = (expr: IrExpr): void => {
      if (expr.op === 'load') note(expr.store, key);
      if (expr.op === 'call' && !seen.has(expr.fn)) {
        seen.add(expr.fn);
        collect(`function${expr.fn.id}`, expr.fn.body, [expr.fn.result]);
      }
    };
    const visitStmt = (stmt: IrStmt): void => {
      if (stmt.op === 'store') note(stmt.store, key);
      if (stmt.op === 'copy') {
        note(stmt.from, key);
        note(stmt.to, key);
      }
    };
    walkStmts(stmts, visitStmt, visitExpr);
    for (const expr of exprs) if (expr !== undefined) walkExpr(expr, visitExpr);
  };
  collect('init', model.init, []);
  collect('step', [...model.step, ...model.after], [...model.rewards, model.end]);
  for (const store of model.state)
    if (store.role.kind === 'state' && store.role.next !== undefined) note(store.role.next, 'step');
  for (const [k, { observation }] of model.classes.entries())
    collect(
      `observe${k}`,
      observation.prelude,
      observation.pieces.map(piece => piece.value),
    );
  collect('masks', [], [model.turn, model.active?.condition, ...model.legal.map(legal => legal?.condition)]);
  return key => store => {
    if (store.role.kind !== 'next' && store.role.kind !== 'scratch') return false;
    const keys = users.get(store.id);
    return keys !== undefined && keys.size === 1 && keys.has(key);
  };
}

/** Declarations at module level: constant data and tables of chances. */
export function constantDeclarations(unit: Unit): readonly string[] {
  const lines: string[] = [];
  for (const store of unit.model.stores) {
    if (store.role.kind !== 'constant' || !unit.usedArrays.has(store.id)) continue;
    lines.push(`const ${unit.arrays.get(store.id)} = ${arrayType(store)}.of(${constantValues(store).join(', ')});`);
  }
  for (const { name, values } of unit.tables) lines.push(`const ${name} = Float64Array.of(${values.join(', ')});`);
  if (unit.weightSlots > 0) lines.push(`const drawWeights = new Float64Array(${unit.weightSlots});`);
  if (unit.usesRealStart) lines.push(`const realStart = Int32Array.of(${unit.realStart.join(', ')});`);
  return lines;
}

/** Declarations inside `create`: the state of all games, then what one game needs while it is stepped. */
export function arrayDeclarations(unit: Unit, drawsRandomly: boolean): readonly string[] {
  const lines = ['', '// The state of the games, row after row.'];
  for (const store of unit.model.state) {
    const size = store.size === 1 ? 'envs' : `envs * ${store.size}`;
    lines.push(`const ${unit.arrays.get(store.id)} = new ${arrayType(store)}(${size}); ${lineComment(rangeOf(store))}`);
  }
  lines.push('const timeOf = new Int32Array(envs);', 'const episodeOf = new Int32Array(envs);');
  lines.push('const counterOf = new Int32Array(envs); // random words used in this episode');
  if (drawsRandomly)
    lines.push(
      '// Keys of the random stream of the episode.',
      'const key0Of = new Int32Array(envs);',
      'const key1Of = new Int32Array(envs);',
      'const seedOfGames = seedKey(seed);',
    );
  const scratch = unit.model.stores.filter(
    store => (store.role.kind === 'next' || store.role.kind === 'scratch') && unit.usedArrays.has(store.id),
  );
  if (scratch.length > 0) {
    lines.push('', '// Work space of the game that is being stepped.');
    for (const store of scratch)
      lines.push(
        `const ${unit.arrays.get(store.id)} = new ${arrayType(store)}(${store.size}); ${lineComment(rangeOf(store))}`,
      );
  }
  return lines;
}

/** The `state` of a vector game: its arrays by the names of the model. */
export function stateEntries(unit: Unit, drawsRandomly: boolean): readonly string[] {
  const entries = unit.model.state.map(store => {
    const key = propertyKey(store.name);
    const array = unit.arrays.get(store.id) as string;
    return key === array ? key : `${key}: ${array}`;
  });
  const keys = drawsRandomly ? ['$key0: key0Of', '$key1: key1Of'] : [];
  return [...entries, '$time: timeOf', '$episode: episodeOf', '$counter: counterOf', ...keys];
}

/** Integers that fit 32 bits; everything else is a double. */
function arrayType(store: Store): string {
  return store.scalar === 'int' && fitsInt32(store.bounds) ? 'Int32Array' : 'Float64Array';
}

function rangeOf(store: Store): string {
  const { low, high } = store.bounds;
  const kind = store.scalar === 'real' ? 'real ' : '';
  if (low === -Infinity && high === Infinity) return store.scalar === 'real' ? 'real' : 'any integer';
  return `${kind}${low === -Infinity ? '' : low}..${high === Infinity ? '' : high}`;
}
