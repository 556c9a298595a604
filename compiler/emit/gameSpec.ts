/** The `spec` of a game, as data and as text. */
import type { GameSpec } from '../../runtime/games/vector.ts';
import type { ActionSpace, GameModel } from '../game/model.ts';
import { scalarNumber } from './gameFold.ts';
import { stringLiteral } from './gameNames.ts';

/** What a learner must know of the game. */
export function specOf(model: GameModel, state = false): GameSpec {
  const perAgent = <T>(value: (cls: GameModel['classes'][number], space: ActionSpace) => T): T[] =>
    model.agents.map(agent => {
      const cls = model.classes[agent.cls] as GameModel['classes'][number];
      return value(cls, model.actionSpaces[cls.actionSpace] as ActionSpace);
    });
  return {
    name: model.name,
    agents: model.agents.map(agent => agent.label),
    classOf: model.agents.map(agent => agent.cls),
    classNames: model.classes.map(cls => cls.name),
    observationLength: perAgent(cls => cls.observation.length),
    actionCount: perAgent((_, space) => space.count),
    actionNames: perAgent((_, space) => space.names),
    realActionLength: perAgent((_, space) => space.realSize),
    realActionLow: perAgent((_, space) => realBounds(space, 'low')),
    realActionHigh: perAgent((_, space) => realBounds(space, 'high')),
    horizon: model.horizon,
    discount: scalarNumber(model.discount),
    oneShot: model.oneShot,
    alwaysLegal: alwaysLegal(model),
    stateLength: state ? model.globalState.length : 0,
  };
}

/** Is every action of every agent legal in every state, as far as the model says so plainly? */
export function alwaysLegal(model: GameModel): boolean {
  return model.active === undefined && model.turn === undefined && model.legal.every(legal => legal === undefined);
}

function realBounds(space: ActionSpace, end: 'low' | 'high'): number[] {
  const bounds = new Array<number>(space.realSize).fill(end === 'low' ? -Infinity : Infinity);
  for (const part of space.parts)
    if (part.kind === 'real') bounds.fill(part.bounds[end], part.offset, part.offset + part.size);
  return bounds;
}

/** `const spec = { ... };` */
export function emitSpec(model: GameModel, head: string, state: boolean): readonly string[] {
  const spec = specOf(model, state);
  const lines = Object.entries(spec).flatMap(([key, value]) => member(key, value));
  return [`${head} = {`, ...lines, '};'];
}

/** A list of lists that is long has one of them to a line. */
function member(key: string, value: unknown): readonly string[] {
  const whole = `  ${key}: ${data(value)},`;
  const nested = Array.isArray(value) && value.every(Array.isArray) && data(value).startsWith('[[');
  if (!nested || whole.length <= longest) return [whole];
  return [`  ${key}: [`, ...value.map(one => `    ${data(one)},`), '  ],'];
}

const longest = 110;

function data(value: unknown): string {
  if (typeof value === 'string') return stringLiteral(value);
  if (!Array.isArray(value)) return String(value);
  const items = value.map(data);
  // Agents of a class have the same lists; long runs of one value are written as such.
  const [first] = items;
  if (items.length > 8 && first !== undefined && items.every(item => item === first))
    return `new Array(${items.length}).fill(${first})`;
  return `[${items.join(', ')}]`;
}
