/** The mixers of a program: those of every file are checked, those that the entry file can name are told to hosts. */
import type { GameDecl, MixerDecl } from '../../grammar/ast.ts';
import type { MixerSizes } from '../../runtime/mixers/model.ts';
import type { Diagnostic, MixerFact, MixerInfo, MixerInstance } from '../api.ts';
import { Reporter } from '../diagnostics/report.ts';
import { withinLimits } from '../elaborate/budget.ts';
import { type CheckedMixer, checkMixer } from '../mixers/check.ts';
import { elaborateMixer } from '../mixers/elaborate.ts';
import { workspace } from './instance.ts';
import type { Project } from './load.ts';
import { outsideArguments } from './outside.ts';

interface FoundMixer {
  readonly decl: MixerDecl;
  readonly file: string;
}

const mostExtent = 1_000_000;

/** Checks the mixers of all files at their defaults; problems go to `diagnostics`. */
export function mixersOf(project: Project, entry: string, diagnostics: Diagnostic[]): readonly MixerInfo[] {
  const checked = new Map<MixerDecl, CheckedMixer | undefined>();
  for (const file of project.files.values()) {
    for (const decl of file.own.values()) {
      if (decl.kind !== 'Mixer') continue;
      const reporter = new Reporter();
      const result = limited(reporter, { decl, file: file.path }, () =>
        checkMixer(workspace(project, reporter).scopes.context(file.path), decl),
      );
      checked.set(decl, reporter.hasErrors ? undefined : result);
      diagnostics.push(...reporter.diagnostics);
    }
  }
  const source = project.files.get(entry);
  if (source === undefined) return [];
  const own = [...source.own.values()].flatMap(decl => (decl.kind === 'Mixer' ? [{ decl, file: entry }] : []));
  const imported = [...source.imported.values()].flatMap(({ declaration: decl, file }) =>
    decl.kind === 'Mixer' ? [{ decl, file }] : [],
  );
  return [...own, ...imported].map(found => infoOf(project, found, checked.get(found.decl)));
}

function infoOf(project: Project, found: FoundMixer, checked: CheckedMixer | undefined): MixerInfo {
  const { decl, file } = found;
  const text = project.files.get(file)?.text ?? '';
  const slice = (span: { readonly start: number; readonly end: number }) =>
    text.slice(span.start, span.end).replace(/\s+/g, ' ');
  return {
    name: decl.name.text,
    doc: decl.doc,
    at: { file, span: decl.name.span },
    params: decl.params.map(param => ({
      name: param.name.text,
      type: slice(param.type.span),
      default: param.default === undefined ? undefined : slice(param.default.span),
      doc: param.doc,
    })),
    claims: checked?.claims ?? [],
    get facts() {
      return checked?.facts() ?? [];
    },
    instantiate: (sizes, overrides) => instantiateMixer(project, found, sizes, overrides),
  };
}

function limited<T>(reporter: Reporter, { decl, file }: FoundMixer, body: () => T): T | undefined {
  return withinLimits(body, reason =>
    reporter.report(file, decl.name.span, 'too-large', { what: `\`${decl.name.text}\``, reason }),
  );
}

/** The claims are checked again, because they may depend on the parameters; the model is made for these sizes. */
export function instantiateMixer(
  project: Project,
  found: FoundMixer,
  given: { readonly agents: number; readonly state: number; readonly features?: number; readonly actions?: number },
  overrides: ReadonlyMap<string, string>,
): MixerInstance {
  const sizes: MixerSizes = { features: 1, actions: 1, ...given };
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1 || size > mostExtent)
      throw new RangeError(`a mixer is made for 1 to ${mostExtent} of each; \`${name}\` is ${size}`);
  const reporter = new Reporter();
  let facts: readonly MixerFact[] = [];
  const model = limited(reporter, found, () => {
    const space = workspace(project, reporter);
    const args = outsideArguments(space, found.file, { decl: asGame(found.decl), file: found.file }, overrides);
    if (args === undefined) return undefined;
    const missing = found.decl.params.find(param => param.default === undefined && !args.has(param.name.text));
    if (missing !== undefined) {
      const { file, decl } = found;
      reporter.report(file, decl.name.span, 'missing-argument', { name: missing.name.text, of: decl.name.text });
      return undefined;
    }
    const ctx = space.scopes.context(found.file);
    facts = checkMixer(ctx, found.decl, args)?.facts() ?? [];
    return reporter.hasErrors ? undefined : elaborateMixer(ctx, found.decl, args, sizes)?.model;
  });
  if (model === undefined || reporter.hasErrors)
    return { model: undefined, facts: [], diagnostics: reporter.diagnostics };
  return { model, facts, diagnostics: reporter.diagnostics };
}

/** Its parameters are set as those of a game are. */
function asGame({ doc, name, params, span }: MixerDecl): GameDecl {
  return { kind: 'Game', doc, name, params, where: undefined, items: [], span };
}
