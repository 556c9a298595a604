/** All settings of a training's algorithm: those given, the defaults of the others, and whether they fit each other and the game. */
import type { Span, TrainClause } from '../../grammar/ast.ts';
import { type Algorithm, completeSettings } from '../../runtime/learners/catalogue.ts';
import type { SettingValue } from '../../runtime/train/spec.ts';
import { type Context, report } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';
import type { PlacedLayer } from '../networks/base.ts';
import { checkFit, checkFits } from '../networks/fit.ts';
import { defaultMixer } from './mixerSetting.ts';
import { criticInputsOf, inputsOf } from './networkInputs.ts';
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
  for (const [name, layers] of around.layers)
    if (!networkFits(ctx, name, layers, all, around.model, algorithm.name)) fits = false;
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
  algorithm: string,
): boolean {
  const { diagnostics } = ctx.build.reporter;
  const before = diagnostics.length;
  if (model === undefined) {
    checkFit(ctx, layers, undefined);
    return diagnostics.length === before;
  }
  const acting = inputsOf(model, settings, algorithm);
  const critics = criticInputsOf(model, settings, algorithm);
  if (name === 'network') checkFits(ctx, layers, acting);
  // How much critics of other algorithms are given is their affair.
  else checkFits(ctx, layers, critics ?? acting.map(input => ({ ...input, length: undefined })));
  if (name === 'network' && settings.critic_network === 'network' && diagnostics.length === before)
    checkFits(
      ctx,
      layers,
      (critics ?? []).map(input => ({ ...input, alsoOf: 'critic_network' })),
    );
  return diagnostics.length === before;
}
