/** Removes what specialising left without a use: local functions and constants, names taken out of an object, class methods. */
import { ts } from 'ts-morph';
import { isMemberName } from './programSources.ts';

/** `keep` is the name of a top-level declaration that is used from outside. */
export function removeUnused(text: string, keep?: string): string {
  for (;;) {
    const file = ts.createSourceFile('program.ts', text, ts.ScriptTarget.ES2023, true);
    const cuts = unusedIn(file, keep);
    if (cuts.length === 0) return text;
    let out = '';
    let at = 0;
    for (const [start, end] of cuts.sort((a, b) => a[0] - b[0])) {
      if (start < at) continue;
      out += text.slice(at, start);
      at = end;
    }
    text = out + text.slice(at);
  }
}

type Cut = readonly [start: number, end: number];

function unusedIn(file: ts.SourceFile, keep: string | undefined): Cut[] {
  const cuts: Cut[] = [];
  const members = memberUses(file);
  const visit = (node: ts.Node): void => {
    if (
      ts.isFunctionDeclaration(node) &&
      node.name !== undefined &&
      node.name.text !== keep &&
      !usedAround(node, node.name)
    ) {
      cuts.push([node.getFullStart(), node.end]);
      return;
    }
    if (
      (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) &&
      node.name.text !== keep &&
      !usedAround(node, node.name)
    ) {
      cuts.push([node.getFullStart(), node.end]);
      return;
    }
    if (ts.isVariableStatement(node)) {
      const [only, ...more] = node.declarationList.declarations;
      if (
        more.length === 0 &&
        only !== undefined &&
        ts.isIdentifier(only.name) &&
        only.name.text !== keep &&
        !usedAround(node, only.name)
      ) {
        cuts.push([node.getFullStart(), node.end]);
        return;
      }
      if (only !== undefined && ts.isObjectBindingPattern(only.name)) cutBindings(node, only.name, cuts);
    }
    if (
      keep === undefined &&
      ts.isMethodDeclaration(node) &&
      ts.isClassDeclaration(node.parent) &&
      ts.isIdentifier(node.name) &&
      !members.has(node.name.text)
    ) {
      cuts.push([node.getFullStart(), node.end]);
      return;
    }
    node.forEachChild(visit);
  };
  visit(file);
  return cuts;
}

/** Elements of `const { a, b } = x` that nothing reads; the whole statement where none is. */
function cutBindings(statement: ts.VariableStatement, pattern: ts.ObjectBindingPattern, cuts: Cut[]): void {
  // What a rest leaves out is used by being left out.
  if (pattern.elements.some(e => e.dotDotDotToken !== undefined)) return;
  const unused = pattern.elements.filter(e => ts.isIdentifier(e.name) && !usedAround(statement, e.name));
  if (unused.length === pattern.elements.length) {
    cuts.push([statement.getFullStart(), statement.end]);
    return;
  }
  const kept = pattern.elements.filter(element => !unused.includes(element));
  const last = kept.at(-1);
  for (const element of unused) {
    const next = pattern.elements[pattern.elements.indexOf(element) + 1];
    if (next !== undefined && last !== undefined && element.pos < last.pos)
      cuts.push([element.getStart(), next.getStart()]);
    else cuts.push([element.getFullStart() - 1, element.end]);
  }
}

/** Does anything in the block around a statement read this name, other than the declaration itself? */
function usedAround(statement: ts.Node, name: ts.Identifier): boolean {
  let used = false;
  const visit = (node: ts.Node): void => {
    if (used || (!ts.isVariableStatement(node) && node === statement)) return;
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && !isMemberName(node)) used = true;
    else node.forEachChild(visit);
  };
  visit(statement.parent);
  return used;
}

/** All names after a dot. */
function memberUses(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) names.add(node.name.text);
    node.forEachChild(visit);
  };
  visit(file);
  return names;
}

/** How often a piece of text names what: identifiers but those behind a dot and names of members. */
export function usedNames(text: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node)) names.set(node.text, (names.get(node.text) ?? 0) + 1);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('part.ts', text, ts.ScriptTarget.ES2023, true));
  return names;
}
