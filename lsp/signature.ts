/** The parameters of the call around the cursor. */
import { layerForms } from '../compiler/networks/layers.ts';
import { optimizerNamed } from '../runtime/train/optimizers.ts';
import { writtenSetting } from '../runtime/train/written.ts';
import type { Sheet } from './base.ts';
import { builtinNamed } from './builtins.ts';
import { lookup, namesOf, scopeAt } from './names.ts';
import type { Project } from './project.ts';
import { situationAt } from './situation.ts';

export interface Signature {
  readonly label: string;
  readonly doc: string | undefined;
  readonly parameters: readonly { readonly label: string; readonly doc: string | undefined }[];
  /** The parameter that the cursor stands in. */
  readonly active: number;
}

export function signature(project: Project, sheet: Sheet, offset: number): Signature | undefined {
  const situation = situationAt(sheet, offset);
  const call = situation.brackets.findLast(one => one.sign === '(' && one.head.length > 0);
  const inner = situation.brackets.at(-1);
  if (call === undefined || (inner !== call && inner?.sign === '{')) return undefined;
  const name = call.head.at(-1) ?? '';
  const made = signatureOf(project, sheet, offset, name);
  if (made === undefined) return undefined;
  // Arguments by name: the one written last before the cursor.
  const text = sheet.text.slice(call.start, offset);
  const named = [...text.matchAll(/([A-Za-z_]\w*)\s*:/g)].at(-1)?.[1];
  const by = made.parameters.findIndex(parameter => named !== undefined && parameter.label.startsWith(`${named}:`));
  const behind = text.lastIndexOf(',') > text.lastIndexOf(`${named}`);
  const active = by >= 0 && !behind ? by : Math.min(call.commas, Math.max(0, made.parameters.length - 1));
  return { ...made, active };
}

function signatureOf(
  project: Project,
  sheet: Sheet,
  offset: number,
  name: string,
): Omit<Signature, 'active'> | undefined {
  const decl = lookup(scopeAt(namesOf(sheet), offset), name) ?? project.global(sheet, name);
  if (decl !== undefined) {
    if (!['function', 'record', 'game', 'mixer', 'network'].includes(decl.kind)) return undefined;
    const home = project.sheet(decl.path, sheet.path);
    const parts =
      decl.parts.length > 0 || home === undefined
        ? decl.parts
        : (project.global(home, namesOf(home).aliases.get(name) ?? '')?.parts ?? []);
    const label = `${name}(${parts.map(part => part.written).join(', ')})`;
    return { label, doc: decl.doc, parameters: parts.map(part => ({ label: part.written, doc: part.doc })) };
  }
  const builtin = builtinNamed(name);
  if (builtin !== undefined) return formed(builtin.form, builtin.doc);
  const layer = layerForms.find(one => one.name === name);
  if (layer !== undefined) return formed(layer.form, layer.doc);
  const optimizer = optimizerNamed(name);
  if (optimizer !== undefined) {
    const parameters = optimizer.settings.map(one => ({
      label: `${one.name}: ${writtenSetting(one.default)}`,
      doc: one.doc,
    }));
    return {
      label: `${name}(${parameters.map(one => one.label).join(', ')})`,
      doc: `${optimizer.title} (${optimizer.paper})`,
      parameters,
    };
  }
  return name === 'repeated'
    ? formed('repeated(Game, rounds: 10, memory: 1)', 'A game of one step, again and again.')
    : undefined;
}

/** `clamp(x, low, high)` taken apart. */
function formed(form: string, doc: string): Omit<Signature, 'active'> {
  const inside = /\((.*)\)/.exec(form)?.[1] ?? '';
  const parameters = inside === '' ? [] : inside.split(/,\s*/).map(label => ({ label, doc: undefined }));
  return { label: form, doc, parameters };
}
