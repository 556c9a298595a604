/** Values of finite types as the language writes them: `Up`, `Cell(1, 0)`, `Food[2]`. */
import type { Type } from './types.ts';
import * as T from './types.ts';

/** One value by its ordinal. */
export function valueName(type: Type, ordinal: number): string {
  if (type.kind !== 'record' && type.kind !== 'tuple') return scalarName(type, ordinal, []);
  const parts = partsOf(type).map(part => {
    const size = T.sizeOf(part) ?? 1;
    return { size, name: (k: number) => valueName(part, k) };
  });
  return compositeName(type, parts, ordinal);
}

/** The first `count` values, agents by their labels. */
export function valueNames(type: Type, count: number, agentLabels: readonly string[]): readonly string[] {
  const every = Array.from({ length: count }, (_, k) => k);
  if (type.kind !== 'record' && type.kind !== 'tuple') return every.map(k => scalarName(type, k, agentLabels));
  const parts = partsOf(type).map(part => {
    const size = T.sizeOf(part) ?? 1;
    const names = valueNames(part, Math.min(size, count), agentLabels);
    return { size, name: (k: number) => names[k] ?? `${k}` };
  });
  return every.map(k => compositeName(type, parts, k));
}

type Composite = Extract<Type, { kind: 'record' | 'tuple' }>;

function partsOf(type: Composite): readonly Type[] {
  return type.kind === 'record' ? type.fields.map(field => field.type) : type.items;
}

interface Part {
  readonly size: number;
  readonly name: (ordinal: number) => string;
}

/** The last part runs fastest. */
function compositeName(type: Composite, parts: readonly Part[], ordinal: number): string {
  let rest = ordinal;
  const names = parts.toReversed().map(({ size, name }) => {
    const own = name(rest % size);
    rest = Math.floor(rest / size);
    return own;
  });
  return `${type.kind === 'record' ? type.name : ''}(${names.toReversed().join(', ')})`;
}

function scalarName(type: Type, ordinal: number, agentLabels: readonly string[]): string {
  switch (type.kind) {
    case 'bool':
      return ordinal === 1 ? 'true' : 'false';
    case 'enum':
      return type.members[ordinal] ?? '?';
    case 'int':
      return `${type.bounds.low + ordinal}`;
    case 'index':
      return `${type.name}[${ordinal}]`;
    case 'agent':
      return agentLabels[type.first + ordinal] ?? `${type.name} ${ordinal}`;
    default:
      return `${T.nameOf(type)} ${ordinal}`;
  }
}
