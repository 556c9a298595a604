/** Settings as the language writes them, and which kind of value one is. */
import { describeNetwork, type NetworkSpec } from '../tensor/layers/spec.ts';
import { optimizerField, optimizerNamed } from './optimizers.ts';
import type { MixerSetting, OptimizerSetting, Quantity, Roles, Schedule, SettingValue } from './spec.ts';

export function isSchedule(value: SettingValue | undefined): value is Schedule {
  return typeof value === 'object' && 'over' in value;
}

export function isQuantity(value: SettingValue | undefined): value is Quantity {
  return typeof value === 'object' && 'amount' in value;
}

export function isNetwork(value: SettingValue | undefined): value is NetworkSpec {
  return typeof value === 'object' && 'layers' in value;
}

export function isOptimizer(value: SettingValue | undefined): value is OptimizerSetting {
  return typeof value === 'object' && 'lr' in value;
}

export function isMixer(value: SettingValue | undefined): value is MixerSetting {
  return typeof value === 'object' && 'model' in value;
}

export function isRoles(value: SettingValue | undefined): value is Roles {
  return typeof value === 'object' && 'roles' in value;
}

/** `adam(lr: 5e-4)`, `gru(64)`, `1 -> 0.05 over 50000 steps`, `5000 episodes`: what one would write to get this value. */
export function writtenSetting(value: SettingValue): string {
  if (typeof value === 'number') return writtenNumber(value);
  if (typeof value !== 'object') return String(value);
  if (isSchedule(value)) return writtenSchedule(value);
  if (isQuantity(value)) return `${value.amount} ${value.unit}`;
  if (isNetwork(value)) return describeNetwork(value);
  if (isMixer(value)) return value.name;
  if (isRoles(value)) return writtenRoles(value);
  return writtenOptimizer(value);
}

function writtenRoles({ roles }: Roles): string {
  const written = roles.map(({ name, members }) => {
    const list = members.map(({ class: cls, from, to }) => {
      if (from === undefined) return cls;
      return to === from || to === undefined ? `${cls}[${from}]` : `${cls}[${from}..${to}]`;
    });
    return `${name}: ${list.length === 1 ? list[0] : `[${list.join(', ')}]`}`;
  });
  return `roles(${written.join(', ')})`;
}

function writtenSchedule({ from, to, over, unit }: Schedule): string {
  if (over === 0) return writtenNumber(from);
  return `${writtenNumber(from)} -> ${writtenNumber(to)} over ${over} ${unit}`;
}

/** The learning rate, and what differs from the optimizer's own defaults. */
function writtenOptimizer(value: OptimizerSetting): string {
  const doc = optimizerNamed(value.kind);
  const fields = new Map<string, unknown>(Object.entries(value));
  const others = (doc?.settings ?? []).flatMap(({ name, default: usual }) => {
    const given = fields.get(optimizerField(name)) as SettingValue | undefined;
    return name === 'lr' || given === undefined || given === usual ? [] : [`${name}: ${writtenSetting(given)}`];
  });
  return `${value.kind}(${[`lr: ${writtenSchedule(value.lr)}`, ...others].join(', ')})`;
}

/** `5e-4` rather than `0.0005`, and `0.05` as it is. */
function writtenNumber(value: number): string {
  const plain = `${value}`;
  const short = value.toExponential().replace('e+', 'e');
  return short.length < plain.length ? short : plain;
}
