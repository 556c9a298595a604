/** M06, continued: networks of trainings, and when they are trained. */
import { error, warning } from './base.ts';

export const networkRules = {
  'network-form': error(
    'M0614',
    (a: { what: string }) => `A network is made of layers joined by \`|>\`, but this is ${a.what}.`,
    () => 'Write layers such as `mlp(64, 64, tanh) |> layer_norm`, or the name of a `network`.',
  ),
  'layer-arguments': error(
    'M0615',
    (a: { layer: string; form: string; problem: string }) =>
      `\`${a.layer}\` is written \`${a.form}\`, but here ${a.problem}.`,
    (a: { layer: string; form: string; problem: string; topic?: 'optimizer' }) =>
      a.topic === undefined
        ? '`marl explain network` lists the layers.'
        : '`marl explain optimizer` lists the settings.',
  ),
  'layer-input': error(
    'M0616',
    (a: { layer: string; problem: string }) =>
      `A layer takes what comes before it, but \`${a.layer}\` cannot: ${a.problem}.`,
    (a: { layer: string; problem: string; remedy: string }) => a.remedy,
  ),
  'never-updates': warning(
    'M0617',
    (a: { fact: string; setting: string }) => `A training should learn before it ends: ${a.fact}.`,
    a => `Choose a smaller \`${a.setting}\` or a larger budget.`,
  ),
};
