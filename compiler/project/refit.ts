/**
 * Specs of trainings for the game that they run: mixers are made for a number of agents and a length of the state, embeddings for what is
 * observed, and how often to update goes by the length of episodes where nothing is said.
 */
import { settledSettings } from '../../runtime/learners/catalogue.ts';
import { episodeLimit } from '../../runtime/learners/shared/shape.ts';
import type { MixerSetting, SettingValue, TrainSpec } from '../../runtime/train/spec.ts';
import { isMixer } from '../../runtime/train/written.ts';
import type { Diagnostic, FittedSpec } from '../api.ts';
import type { GameModel } from '../game/model.ts';
import type { Project } from './load.ts';
import { mixerSizes } from './mixerSetting.ts';
import { instantiateMixer } from './mixers.ts';
import { withEntries } from './networkInputs.ts';

/** The same training for another instance of its game. */
export function refit(project: Project, entry: string, spec: TrainSpec, model: GameModel): FittedSpec {
  const settings: [string, SettingValue][] = [];
  for (const [name, value] of Object.entries(spec.settings)) {
    const mixer = isMixer(value) ? refitMixer(project, entry, value, model) : value;
    if ('diagnostics' in Object(mixer)) return { spec: undefined, ...(mixer as Refused) };
    settings.push([name, mixer as SettingValue]);
  }
  const discount = typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  const known = withEntries(Object.fromEntries(settings), model, spec.algorithm);
  const settled = settledSettings(known, episodeLimit({ ...model, discount }));
  return { spec: { ...spec, settings: settled }, diagnostics: [] };
}

interface Refused {
  readonly diagnostics: readonly Diagnostic[];
}

function refitMixer(project: Project, entry: string, old: MixerSetting, model: GameModel): MixerSetting | Refused {
  const sizes = mixerSizes(model);
  const { name, params, sizes: before } = old.model;
  if ((Object.keys(sizes) as (keyof typeof sizes)[]).every(key => sizes[key] === before[key])) return old;
  const source = project.files.get(entry);
  const own = source?.own.get(name);
  const found =
    own === undefined ? (source?.imported.get(name) ?? project.defaults.get(name)) : { file: entry, declaration: own };
  if (found?.declaration.kind !== 'Mixer') return old;
  const overrides = new Map(params.map(param => [param.name, param.value]));
  const made = instantiateMixer(project, { decl: found.declaration, file: found.file }, sizes, overrides);
  return made.model === undefined ? { diagnostics: made.diagnostics } : { name: old.name, model: made.model };
}
