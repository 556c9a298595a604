/** The type of a declared name in words: as written, or as the last analysis found it. */
import type { Sheet } from './base.ts';
import type { Decl } from './names.ts';
import { namesOf } from './names.ts';
import type { Project } from './project.ts';

/** Undefined where neither the program nor the analysis says it. */
export function typeOfDecl(project: Project, sheet: Sheet, decl: Decl): string | undefined {
  switch (decl.kind) {
    case 'state':
    case 'field':
    case 'parameter':
    case 'binder':
      return afterColon(decl.written) ?? typeOfUse(project, sheet, decl);
    case 'function':
      return /\)\s*:\s*(.+)$/.exec(decl.written)?.[1];
    case 'local':
    case 'constant':
      return afterColon(decl.written.split(/[=~]/)[0] ?? '', true) ?? typeOfUse(project, sheet, decl);
    case 'record':
    case 'enum':
      return decl.name;
    default:
      return undefined;
  }
}

function afterColon(written: string, behindBrackets = false): string | undefined {
  const text = behindBrackets ? written.replace(/\[[^\]]*\]/, '') : written;
  const at = text.indexOf(':');
  if (at < 0) return undefined;
  const type = text
    .slice(at + 1)
    .split(/(?<![=<>!])=(?!=)/)[0]
    ?.trim();
  return type === undefined || type === '' ? undefined : type;
}

/** The type of some place where the name is used, while the text is what was analysed. */
function typeOfUse(project: Project, sheet: Sheet, decl: Decl): string | undefined {
  for (const use of namesOf(sheet).uses) {
    if (use.name !== decl.name || use.target.kind !== 'decl' || use.target.decl !== decl) continue;
    const type = project.typeAt(sheet, use.span);
    if (type !== undefined) return type;
  }
  return typeOfName(project, sheet, decl.name);
}

const byName = new WeakMap<object, ReadonlyMap<string, string>>();

/** The type that an expression of just this name had in the text last analysed. */
export function typeOfName(project: Project, sheet: Sheet, name: string): string | undefined {
  const insight = project.insight(sheet.path);
  if (insight === undefined) return undefined;
  let table = byName.get(insight);
  if (table === undefined) {
    const made = new Map<string, string>();
    for (const [key, type] of insight.types) {
      const [start = 0, end = 0] = key.split(' ').map(Number);
      if (end - start > 60) continue;
      const text = insight.text.slice(start, end);
      if (/^[A-Za-z_]\w*$/.test(text) && !made.has(text)) made.set(text, type);
    }
    table = made;
    byName.set(insight, made);
  }
  return table.get(name);
}
