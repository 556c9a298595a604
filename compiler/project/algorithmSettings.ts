/** All settings of a training's algorithm: those given, the defaults of the others, and whether they fit each other and the game. */
import type { Span, TrainClause } from '../../grammar/ast.ts';
import { type Algorithm, completeSettings } from '../../runtime/learners/catalogue.ts';
import type { SettingValue } from '../../runtime/train/spec.ts';
import { isRoles } from '../../runtime/train/written.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';
import type { PlacedLayer } from '../networks/base.ts';
import { checkFit, type Input } from '../networks/fit.ts';
import { defaultMixer } from './mixerSetting.ts';
import { type Around, settingsOf } from './settings.ts';

type AlgorithmClause = Extract<TrainClause, { kind: 'Algorithm' }>;
type Settings = Readonly<Record<string, SettingValue>>;

/** Undefined after a problem was reported, and where a mixer is to be made for a game that is wrong. */
export function algorithmSettings(
  ctx: Context,
  clause: AlgorithmClause,
  algorithm: Pick<Algorithm, 'name' | 'settings' | 'clash'>,
  around: Around,
  discount: number,
): Settings | undefined {
  const given = settingsOf(ctx, algorithm, clause.settings, around);
  if (given === undefined) return undefined;
  const all = withMixers(ctx, completeSettings(algorithm, given, discount), algorithm, around, clause.name.span);
  if (all === undefined) return undefined;
  let fits = true;
  for (const [name, layers] of around.layers) if (!networkFits(ctx, name, layers, all, around.model)) fits = false;
  return fits && agree(ctx, clause, algorithm, all) ? all : undefined;
}

/** Reports, where it is written, a setting that others exclude. */
function agree(ctx: Context, clause: AlgorithmClause, algorithm: Pick<Algorithm, 'clash'>, all: Settings): boolean {
  const clash = algorithm.clash?.(all);
  if (clash === undefined) return true;
  const written = clause.settings.find(setting => setting.name.text === clash.name);
  report(ctx, (written ?? clause.name).span, 'bad-setting', { ...clash });
  return false;
}

function withMixers(
  ctx: Context,
  settings: Settings,
  algorithm: Pick<Algorithm, 'name' | 'settings'>,
  around: Around,
  at: Span,
): Settings | undefined {
  const all = new Map(Object.entries(settings));
  for (const doc of algorithm.settings) {
    const { name, type } = doc;
    const value = all.get(name);
    if (type !== 'mixer' || typeof value !== 'string') continue;
    const mixer = defaultMixer(ctx, value, doc, around, at);
    if (mixer === undefined) {
      const found = `not given, and its default, \`std.mixers.${value}\`, could not be read`;
      if (around.declared.libraryMixer(value) === undefined)
        report(ctx, at, 'bad-setting', { name, expected: 'a mixer such as `TwoLayer(embed: 32)`', found });
      return undefined;
    }
    all.set(name, mixer);
  }
  return Object.fromEntries(all);
}

/** Reports the first layer of the network in a setting that cannot take what it is given; without a game only what holds in any is checked. */
export function networkFits(
  ctx: Context,
  name: string,
  layers: readonly PlacedLayer[],
  settings: Settings,
  model: GameModel | undefined,
): boolean {
  const { diagnostics } = ctx.build.reporter;
  const before = diagnostics.length;
  if (model === undefined) checkFit(ctx, layers, undefined);
  else
    for (const input of inputsOf(model, settings)) {
      if (diagnostics.length > before) break;
      // A critic is given more than its agent observes: how much is the algorithm's affair.
      checkFit(ctx, layers, name === 'network' ? input : { ...input, length: undefined });
    }
  return diagnostics.length === before;
}

/**
 * What the networks of the agents are given: observation, number of the agent, last action. `sharing`, `agent_ids` and `last_action`
 * mean in every algorithm what they mean in `runtime/learners/deep/groups.ts`.
 */
export function inputsOf(model: GameModel, settings: Settings): readonly Input[] {
  const { classes, actionSpaces } = model;
  const part = (
    owner: string,
    members: readonly Pick<GameModel['classes'][number], 'count' | 'observation' | 'actionSpace'>[],
  ): Input => {
    const agents = members.reduce((sum, { count }) => sum + count, 0);
    const copies = (settings.sharing === 'none' || settings.sharing === 'beside') && agents > 1;
    const observed = Math.max(...members.map(cls => cls.observation.length));
    const ids = settings.agent_ids === true && !copies && agents > 1 ? agents : 0;
    const actions = Math.max(...members.map(cls => actionSpaces[cls.actionSpace]?.count ?? 1));
    const last = settings.last_action === true ? actions : 0;
    const parts = [
      `${observed} observed`,
      ...(ids === 0 ? [] : [`${ids} for the number of the agent`]),
      ...(last === 0 ? [] : [`${last} for the last action`]),
    ];
    // An agent that sees nothing is given a constant.
    return { owner, length: Math.max(1, observed + ids + last), made: parts.join(', '), copies };
  };
  if (settings.sharing === 'all' || settings.sharing === 'beside') return [part('all agents', classes)];
  if (!isRoles(settings.sharing)) return classes.map(cls => part(cls.name, [cls]));
  const rest = new Map(classes.map(cls => [cls.name, cls.count]));
  const roles = settings.sharing.roles.map(({ name, members }) => {
    const found = members.flatMap(({ class: of, from = 0, to }) => {
      const cls = classes.find(one => one.name === of);
      if (cls === undefined) return [];
      const count = Math.min(to ?? cls.count - 1, cls.count - 1) - from + 1;
      rest.set(of, (rest.get(of) ?? 0) - count);
      return [{ ...cls, count }];
    });
    return part(name, found);
  });
  const others = classes.map(cls => ({ ...cls, count: rest.get(cls.name) ?? 0 })).filter(({ count }) => count > 0);
  return [...roles, ...others.map(cls => part(cls.name, [cls]))];
}
