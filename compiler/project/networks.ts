/** The networks of a program: those of every file are checked at their defaults, those that the entry file can name are told to hosts. */
import type { NetworkDecl } from '../../grammar/ast.ts';
import type { NetworkSpec } from '../../runtime/tensor/layers/spec.ts';
import type { Diagnostic, NetworkInfo } from '../api.ts';
import { Reporter } from '../diagnostics/report.ts';
import { withinLimits } from '../elaborate/budget.ts';
import { report } from '../elaborate/context.ts';
import { elaborateDeclared, specOf } from '../networks/elaborate.ts';
import { checkFit } from '../networks/fit.ts';
import { layerNames } from '../networks/layers.ts';
import { declaredIn } from './declared.ts';
import { workspace } from './instance.ts';
import type { Project } from './load.ts';

/** Problems go to `diagnostics`. */
export function networksOf(project: Project, entry: string, diagnostics: Diagnostic[]): readonly NetworkInfo[] {
  const checked = new Map<NetworkDecl, NetworkSpec | undefined>();
  for (const file of project.files.values()) {
    for (const decl of file.own.values()) {
      if (decl.kind !== 'Network') continue;
      const reporter = new Reporter();
      const spec = withinLimits(
        () => check(project, file.path, decl, reporter),
        reason => reporter.report(file.path, decl.name.span, 'too-large', { what: `\`${decl.name.text}\``, reason }),
      );
      checked.set(decl, reporter.hasErrors ? undefined : spec);
      diagnostics.push(...reporter.diagnostics);
    }
  }
  const source = project.files.get(entry);
  const own = [...(source?.own.values() ?? [])].map(declaration => ({ declaration, file: entry }));
  return [...own, ...(source?.imported.values() ?? [])].flatMap(({ declaration: decl, file }): NetworkInfo[] => {
    if (decl.kind !== 'Network') return [];
    const text = project.files.get(file)?.text ?? '';
    const slice = (span: { readonly start: number; readonly end: number }) =>
      text.slice(span.start, span.end).replace(/\s+/g, ' ');
    const params = decl.params.map(param => ({
      name: param.name.text,
      type: slice(param.type.span),
      default: param.default === undefined ? undefined : slice(param.default.span),
      doc: param.doc,
    }));
    const at = { file, span: decl.name.span };
    return [{ name: decl.name.text, doc: decl.doc, at, params, spec: checked.get(decl) }];
  });
}

function check(project: Project, file: string, decl: NetworkDecl, reporter: Reporter): NetworkSpec | undefined {
  const space = workspace(project, reporter);
  const ctx = space.scopes.context(file);
  if (layerNames.includes(decl.name.text))
    report(ctx, decl.name.span, 'duplicate-name', {
      name: decl.name.text,
      what: 'network of this file and a layer of the language',
    });
  const layers = elaborateDeclared({ decl, ctx }, new Map(), declaredIn(space, file));
  if (layers === undefined) return undefined;
  checkFit(ctx, layers, undefined);
  return specOf(layers);
}
