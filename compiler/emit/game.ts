/**
 * The sampled reading: a `GameModel` becomes the text of a program that steps many copies of the game in flat arrays. The text
 * needs nothing but the language: it carries its own random numbers and exposes `spec` and `create`
 * (`GameSpec` and `CreateVectorGame` of runtime/games/vector.ts).
 */
import type { GameModel, Store } from '../game/model.ts';
import { greatestWhole } from '../game/wholes.ts';
import { type Unit, Writer } from './gameCode.ts';
import { declareFunctions, mentionedFunctions } from './gameFunctions.ts';
import { docComment } from './gameNames.ts';
import { emitMasks, emitObserve, emitObserveState, viewsOf } from './gameObserve.ts';
import { randomHelpers } from './gameRandom.ts';
import { alwaysLegal, emitSpec } from './gameSpec.ts';
import { emitStart, emitStep } from './gameStep.ts';
import { emptyDraw, impossibleDraw, weightCheck } from './gameStmt.ts';
import { arrayDeclarations, constantDeclarations, newUnit, privateStores, stateEntries } from './gameStores.ts';
import { beyondWholesText } from './gameWholes.ts';
import { wrapLines } from './gameWrap.ts';

export interface EmitOptions {
  /** TypeScript with annotations, or the same program as JavaScript. */
  readonly types: boolean;
  /** `esm` exports `spec` and `create`; `function` is the body of a function that returns `{ spec, create }`. */
  readonly module: 'function' | 'esm';
  /** Write out short loops: faster, longer, less readable. By default in JavaScript only. Results are the same to the last bit. */
  readonly unroll?: boolean;
  /** Write the whole state too, for learners with a central critic or a mixer. */
  readonly state?: boolean;
}

/**
 * The program for a game.
 *
 * `create(envs, seed, firstGame, buffers)` makes `envs` games that write to `buffers`. A step allocates nothing. Game e draws from
 * the stream (seed, purpose "game", firstGame + e, episode), so trajectories do not depend on how many games run together.
 */
export function emitGame(model: GameModel, options: EmitOptions): string {
  const unit = newUnit(model, options.types, options.unroll ?? !options.types);
  const own = privateStores(unit);
  const held = (key: string) => (store: Store) => store.size === 1 && own(key)(store);
  const written = declareFunctions(unit, held);
  const views = viewsOf(unit, options.state ?? false);
  const start = emitStart(unit, held('init'));
  const step = emitStep(unit, own('step'), views);
  const observe = views.observations === 'none' ? [] : emitObserve(unit, own);
  const observeState = views.state ? emitObserveState(unit, own) : [];
  const masks = emitMasks(unit);

  const functions = mentionedFunctions(written, [start, step, observe, masks]);
  const draws = start.some(line => line.includes('seedOfGames'));
  const exported = options.module === 'esm' ? 'export ' : '';
  const out = new Writer();
  if (options.module === 'function') out.line("'use strict';");
  out.all(docComment(headline(model)));
  out.line('');
  if (options.types) out.all([...typeText, '']);
  out.all(emitSpec(model, `${exported}const spec${options.types ? ': GameSpec' : ''}`, options.state ?? false));
  out.line('');
  const constants = constantDeclarations(unit);
  if (constants.length > 0) out.all([...constants, '']);
  out.all(moduleHelpers(unit, step, start, ...functions));
  const parameters = options.types
    ? 'envs: number, seed: number, firstGame: number, buffers: GameBuffers'
    : 'envs, seed, firstGame, buffers';
  out.all(
    docComment(['Games firstGame .. firstGame + envs - 1 of this seed; game e of them owns row e of every array.']),
  );
  out.block(`${exported}function create(${parameters})${options.types ? ': VectorGame' : ''}`, () => {
    out.line(`const { ${bufferNames(views, [step, ...functions])} } = buffers;`);
    out.all(arrayDeclarations(unit, draws));
    for (const part of [
      ...functions,
      start,
      observe,
      observeState,
      alwaysLegal(model) ? [] : masks,
      reset(model, views, options.types),
      step,
    ]) {
      if (part.length > 0) out.all(['', ...part]);
    }
    out.line('');
    out.all(['return {', '  envs,', '  buffers,', '  reset,', '  step,']);
    out.line(`  state: { ${stateEntries(unit, draws).join(', ')} },`);
    out.line('};');
  });
  if (options.module === 'function') out.all(['', 'return { spec, create };']);
  return `${wrapLines(out.lines, 120).join('\n')}\n`;
}

function headline(model: GameModel): readonly string[] {
  const params = model.params.map(({ name, value }) => `${name} = ${value}`).join(', ');
  const lines = [`${model.name}${params === '' ? '' : ` (${params})`}`];
  if (model.doc !== undefined && model.doc.trim() !== '') lines.push('', ...model.doc.trim().split('\n'));
  return [
    ...lines,
    '',
    'Many games at once: state, actions, rewards and observations are flat arrays, one row per game.',
  ];
}

function moduleHelpers(unit: Unit, ...parts: readonly (readonly string[])[]): readonly string[] {
  const text = parts.map(lines => lines.join('\n')).join('\n');
  const num = unit.types ? ': number' : '';
  const lines: string[] = [];
  if (unit.usesMod)
    lines.push(
      '/** Remainder with the sign of the divisor. */',
      `function mod(a${num}, b${num})${num} {`,
      '  const quotient = Math.floor(a / b);',
      '  return quotient < 0 ? a - b * (quotient + 1) + b : a - b * quotient;',
      '}',
      '',
    );
  if (unit.usesWhole)
    lines.push(
      '/** A whole number made of the variables `of`, if it is still exact. */',
      `function whole(x${num}, of${unit.types ? ': string' : ''})${num} {`,
      `  if (x >= ${-greatestWhole} && x <= ${greatestWhole}) return x;`,
      `  throw new Error(${beyondWholesText(unit.model.name)});`,
      '}',
      '',
    );
  if (unit.usesWeightCheck) lines.push(...weightCheck(unit.model.name, unit.types), '');
  if (unit.usesOneHot)
    lines.push(
      '/** Writes `width` slots from `at` on: 1 in slot `hot`, 0 in the others. */',
      `function oneHot(out${unit.types ? ': Float32Array' : ''}, at${num}, width${num}, hot${num})${unit.types ? ': void' : ''} {`,
      '  for (let k = 0; k < width; k++) out[at + k] = 0;',
      '  if (hot >= 0 && hot < width) out[at + hot] = 1;',
      '}',
      '',
    );
  if (/\bimpossibleDraw\b/.test(text)) lines.push(`const impossibleDraw = ${impossibleDraw(unit.model.name)};`, '');
  if (/\bemptyDraw\b/.test(text)) lines.push(`const emptyDraw = ${emptyDraw(unit.model.name)};`, '');
  if (/\bhash32\b|\bseedOfGames\b/.test(text)) lines.push(...randomHelpers(unit.random, unit.types), '');
  return lines;
}

/** The buffers that the program mentions. */
function bufferNames(views: ReturnType<typeof viewsOf>, parts: readonly (readonly string[])[]): string {
  const mentions = (name: string): boolean =>
    parts.some(lines => lines.some(line => new RegExp(`\\b${name}\\[`).test(line)));
  const names = ['actions', 'realActions'].filter(mentions);
  names.push('masks', 'rewards', 'ended');
  if (views.observations !== 'none') names.push('observations', 'finalObservations');
  if (views.state) names.push('states', 'finalStates', 'finalMasks');
  return names.join(', ');
}

/** `reset()`; what never changes is written here and nowhere else. */
function reset(model: GameModel, views: ReturnType<typeof viewsOf>, types: boolean): readonly string[] {
  const out = new Writer();
  const everything = alwaysLegal(model);
  out.line('/** Starts episode 0 in every game. */');
  out.block(`function reset()${types ? ': void' : ''}`, () => {
    out.line('rewards.fill(0);');
    out.line('ended.fill(0);');
    out.line('for (let e = 0; e < envs; e++) start(e, 0);');
    if (views.observations !== 'none') out.line('observe(0, envs, observations);');
    if (views.observations === 'constant') out.line('observe(0, envs, finalObservations);');
    if (views.state) out.line('observeState(0, envs, states);');
    if (everything) out.line('masks.fill(1);');
    else out.line('writeMasks(0, envs, masks);');
    if (views.state && views.masks === 'constant') out.line('finalMasks.set(masks);');
  });
  return out.lines;
}

const typeText: readonly string[] = [
  '/** What a learner must know of a game; agents in order of declaration. */',
  'interface GameSpec {',
  '  readonly name: string;',
  '  readonly agents: readonly string[];',
  '  readonly classOf: readonly number[];',
  '  readonly classNames: readonly string[];',
  '  readonly observationLength: readonly number[];',
  '  readonly actionCount: readonly number[];',
  '  readonly actionNames: readonly (readonly string[])[];',
  '  readonly realActionLength: readonly number[];',
  '  readonly realActionLow: readonly (readonly number[])[];',
  '  readonly realActionHigh: readonly (readonly number[])[];',
  '  readonly horizon: number | undefined;',
  '  readonly discount: number;',
  '  readonly oneShot: boolean;',
  '  readonly alwaysLegal: boolean;',
  '  readonly stateLength: number;',
  '}',
  '',
  '/** Memory shared with the learner: one row per game, agent after agent inside a row. */',
  'interface GameBuffers {',
  '  readonly observations: Float32Array;',
  '  readonly masks: Uint8Array;',
  '  readonly actions: Int32Array;',
  '  readonly realActions: Float64Array;',
  '  readonly rewards: Float64Array;',
  '  /** 0 running, 1 terminated, 2 truncated by the horizon. */',
  '  readonly ended: Uint8Array;',
  '  readonly finalObservations: Float32Array;',
  '  readonly states: Float32Array;',
  '  readonly finalStates: Float32Array;',
  '  readonly finalMasks: Uint8Array;',
  '}',
  '',
  'interface VectorGame {',
  '  readonly envs: number;',
  '  readonly buffers: GameBuffers;',
  '  reset(): void;',
  '  step(): void;',
  '  readonly state: Readonly<Record<string, Int32Array | Float64Array>>;',
  '}',
];
