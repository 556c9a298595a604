/** Lines of an emitted program: lists of arguments, parameters, elements and members on one line where they fit, else one by one. */
import { ts } from 'ts-morph';

const widest = 120;

export function fitted(text: string): string {
  let out = text;
  for (const change of [joinedLists, brokenLists]) {
    // A change moves everything behind it and may make room for another one inside it.
    for (let round = 0; round < 6; round++) {
      const next = change(out);
      if (next === out) break;
      out = next;
    }
  }
  return out;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Lists over several lines, without comments and bodies in them, that fit on one. */
function joinedLists(text: string): string {
  return edited(text, (list, source) => {
    const inside = source.slice(list.start, list.end);
    if (!inside.includes('\n') || /\/\/|\/\*|=> \{|\{\n/.test(inside)) return undefined;
    const joined = list.nodes.map(node => node.getText().replaceAll(/\s*\n\s*/g, ' ')).join(', ');
    const before = lineBefore(source, list.start);
    const [after] = source.slice(list.end).split('\n', 1);
    const padded = list.spaced ? ` ${joined} ` : joined;
    return before.length + padded.length + (after ?? '').length <= widest ? padded : undefined;
  });
}

/** The outermost list of a line that is too long, one by one. */
function brokenLists(text: string): string {
  return edited(text, (list, source) => {
    const before = lineBefore(source, list.start);
    const [line] = source.slice(list.start - before.length).split('\n', 1);
    if (hugsLast(list, before, source)) return undefined;
    if ((line ?? '').length <= widest || source.slice(list.start, list.end).startsWith('\n')) return undefined;
    if (list.nodes.length === 1 && !list.spaced && /[{[(]$/.test((line ?? '').trimEnd())) return undefined;
    const indent = /^ */.exec(before)?.[0] ?? '';
    if (list.filled) return `\n${filledLines(list.nodes, `${indent}  `)}\n${indent}`;
    const items = list.nodes.map(node => `\n${indent}  ${node.getText()},`).join('');
    return `${items}\n${indent}`;
  });
}

/** As many on a line as fit; what is itself over several lines stands alone. */
function filledLines(nodes: readonly ts.Node[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const node of nodes) {
    const item = `${node.getText()},`;
    if (line !== '' && indent.length + line.length + 1 + item.length > widest) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? item : ` ${item}`;
  }
  return [...lines, indent + line].join('\n');
}

/** The last of several arguments is a list or a record that can be broken while the call stays on one line: `f(a, b, {`. */
function hugsLast(list: List, before: string, source: string): boolean {
  const last = list.nodes.at(-1);
  if (last === undefined || !list.arguments) return false;
  if (!ts.isObjectLiteralExpression(last) && !ts.isArrayLiteralExpression(last)) return false;
  const others = source.slice(list.start, last.getStart());
  return !others.includes('\n') && !/[{[]/.test(others) && before.length + others.length + 1 <= widest;
}

interface List {
  readonly nodes: readonly ts.Node[];
  /** Between the brackets. */
  readonly start: number;
  readonly end: number;
  /** Written with spaces inside its brackets. */
  readonly spaced: boolean;
  /** Of a call. */
  readonly arguments: boolean;
  /** Names and plain data stand several on a line where they do not fit on one. */
  readonly filled: boolean;
}

/** Applies the first change found from the outside to every list; lists inside a changed one wait for another round. */
function edited(text: string, change: (list: List, source: string) => string | undefined): string {
  const file = ts.createSourceFile('program.ts', text, ts.ScriptTarget.ES2023, true);
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    for (const list of listsOf(node, text)) {
      const replacement = change(list, text);
      if (replacement === undefined || replacement === text.slice(list.start, list.end)) continue;
      edits.push({ start: list.start, end: list.end, text: replacement });
      return;
    }
    node.forEachChild(visit);
  };
  visit(file);
  let out = text;
  for (const edit of edits.sort((a, b) => b.start - a.start))
    out = `${out.slice(0, edit.start)}${edit.text}${out.slice(edit.end)}`;
  return out;
}

function listsOf(node: ts.Node, text: string): readonly List[] {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node))
    return between(node.parameters, text, '(', ')', false);
  if (ts.isCallExpression(node) || (ts.isNewExpression(node) && node.arguments !== undefined))
    return between(node.arguments ?? [], text, '(', ')', false);
  if (ts.isArrayLiteralExpression(node)) return between(node.elements, text, '[', ']', false);
  if (ts.isObjectLiteralExpression(node)) return between(node.properties, text, '{', '}', true);
  if (ts.isNamedImports(node)) return between(node.elements, text, '{', '}', true);
  return [];
}

function between(
  nodes: readonly ts.Node[],
  text: string,
  open: string,
  close: string,
  spaced: boolean,
): readonly List[] {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return [];
  const start = text.lastIndexOf(open, first.getStart() - 1) + 1;
  const end = text.indexOf(close, last.end);
  // Comments before an element are kept where they are.
  if (nodes.some(node => /\/[/*]/.test(text.slice(node.getFullStart(), node.getStart())))) return [];
  const [{ parent }] = [first];
  const call = ts.isCallExpression(parent) || ts.isNewExpression(parent);
  const filled = ts.isNamedImports(parent) || isData(parent);
  return [{ nodes, start, end, spaced, arguments: call, filled }];
}

function lineBefore(text: string, place: number): string {
  return text.slice(text.lastIndexOf('\n', place - 1) + 1, place);
}

/** A record of numbers, names and other such records: settings. */
function isData(node: ts.Node): boolean {
  if (!ts.isObjectLiteralExpression(node) || !ts.isPropertyAssignment(node.parent)) return false;
  return node.properties.every(
    property =>
      ts.isPropertyAssignment(property) &&
      (ts.isLiteralExpression(property.initializer) || ts.isObjectLiteralExpression(property.initializer)),
  );
}
