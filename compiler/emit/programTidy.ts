/** Small things that are left where something was decided, as a person would have written them. */
import { ts } from 'ts-morph';
import { usedNames } from './programClean.ts';
import { isMemberName } from './programSources.ts';

export function tidied(text: string): string {
  let out = text.replaceAll(/\.filter\(\w+ => true\)/g, '');
  // `const x = f(); return x;`
  out = out.replaceAll(/\b(?:const|let) (\w+)(?:: \w+)? = ([^;]*);\s*return \1;/g, 'return $2;');
  for (const [, name] of out.matchAll(/\bconst (\w+) = (?:new |runner\()/g))
    out = out
      .replaceAll(`${name}?.(`, `${name}(`)
      .replaceAll(`${name}?.`, `${name}.`)
      .replaceAll(`${name}!.`, `${name}.`);
  // A program's loop only ever takes the numbers that it prints.
  out = out.replace('(peek?: boolean) => updates.metrics(peek)', '() => updates.metrics()');
  // A body that is short now.
  out = out.replaceAll(/^(.*=>)\n\s+([^\n{}]*;)$/gm, (all, head: string, body: string) =>
    head.length + body.length < 110 ? `${head} ${body}` : all,
  );
  // `{ loss: loss }`
  const shorthand = (program: string): string => program.replaceAll(/([{,]\s*)(\w+): \2(?=\s*[,}])/g, '$1$2');
  for (const change of [oneByOne, fixed, shorthand, withoutLastReturn, withoutUnusedParameters])
    for (let round = 0; round < 8; round++) {
      const next = change(out);
      if (next === out) break;
      out = next;
    }
  return out;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(text: string, edits: readonly Edit[]): string {
  let out = text;
  for (const { start, end, text: by } of [...edits].sort((a, b) => b.start - a.start))
    out = out.slice(0, start) + by + out.slice(end);
  return out;
}

function parsed(text: string): ts.SourceFile {
  return ts.createSourceFile('program.ts', text, ts.ScriptTarget.ES2023, true);
}

function allIn<N extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is N): readonly N[] {
  const found: N[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    node.forEachChild(visit);
  };
  visit(root);
  return found;
}

/** `return;` as a function's last statement. */
function withoutLastReturn(text: string): string {
  const ends = allIn(parsed(text), ts.isReturnStatement).filter(({ expression, parent }) => {
    const inFunction = ts.isBlock(parent) && ts.isFunctionDeclaration(parent.parent);
    return expression === undefined && inFunction;
  });
  const last = ends.filter(node => ts.isBlock(node.parent) && node.parent.statements.at(-1) === node);
  return edited(
    text,
    last.map(node => ({ start: node.getFullStart(), end: node.end, text: '' })),
  );
}

/** `let` of what is never changed. */
function fixed(text: string): string {
  const file = parsed(text);
  const names = new Set<string>();
  for (const { operatorToken, left } of allIn(file, ts.isBinaryExpression))
    if (/^[^=!<>]*=$/.test(operatorToken.getText())) names.add(left.getText());
  for (const { operand } of [...allIn(file, ts.isPrefixUnaryExpression), ...allIn(file, ts.isPostfixUnaryExpression)])
    names.add(operand.getText());
  const lists = allIn(file, ts.isVariableStatement).map(({ declarationList }) => declarationList);
  const edits = lists.flatMap(list => {
    const isLet = (list.flags & ts.NodeFlags.Let) !== 0;
    const stays = list.declarations.every(
      ({ name, initializer }) => ts.isIdentifier(name) && initializer !== undefined && !names.has(name.text),
    );
    const start = list.getStart();
    return isLet && stays ? [{ start, end: start + 'let'.length, text: 'const' }] : [];
  });
  return edited(text, edits);
}

// ------------------------------------------------------------------------------------------ lists of one

/** `const losses = [f()]`, of which only `losses[0]!` and `losses.reduce(add)` are read, is `const loss = f()`. */
function oneByOne(text: string): string {
  const file = parsed(text);
  for (const statement of allIn(file, ts.isVariableStatement)) {
    const [only, ...more] = statement.declarationList.declarations;
    if (only === undefined || more.length > 0 || !ts.isIdentifier(only.name) || only.initializer === undefined)
      continue;
    const list = only.initializer;
    if (!ts.isArrayLiteralExpression(list) || list.elements.length !== 1) continue;
    const element = list.elements[0] as ts.Expression;
    const one = singular(only.name.text);
    if (one === undefined || ts.isSpreadElement(element)) continue;
    const { name } = only;
    const readings = allIn(statement.parent, ts.isIdentifier)
      .filter(node => node !== name && node.text === name.text && !isMemberName(node))
      .map(readOfOne);
    if (readings.length === 0 || readings.includes(undefined) || usedNames(text).has(one)) continue;
    return edited(text, [
      { start: name.getStart(), end: name.end, text: one },
      { start: list.getStart(), end: list.end, text: element.getText() },
      ...readings.map(node => ({ start: node!.getStart(), end: node!.end, text: one })),
    ]);
  }
  return text;
}

/** `xs[0]!` or `xs.reduce(add)`, whole, where `xs` is read so. */
function readOfOne(node: ts.Identifier): ts.Node | undefined {
  const { parent } = node;
  if (ts.isElementAccessExpression(parent) && parent.argumentExpression.getText() === '0')
    return ts.isNonNullExpression(parent.parent) ? parent.parent : parent;
  const call = parent.parent;
  const folds = ts.isPropertyAccessExpression(parent) && parent.name.text === 'reduce';
  return folds && ts.isCallExpression(call) && call.arguments.length === 1 ? call : undefined;
}

function singular(name: string): string | undefined {
  if (name.endsWith('sses')) return name.slice(0, -2);
  return /[^s]s$/.test(name) ? name.slice(0, -1) : undefined;
}

// ------------------------------------------------------------------------------------------ parameters

/**
 * Parameters that nothing reads are gone, with what calls give for them, or, before others, named `_x`; so are parts of records that are
 * taken apart. A learner's own functions are called as `learner.act(...)` too.
 */
export function withoutUnusedParameters(text: string): string {
  const file = parsed(text);
  const edits: Edit[] = [];
  for (const node of allIn(file, ts.isFunctionLike)) {
    if (!('body' in node) || node.body === undefined || ts.isConstructorDeclaration(node)) continue;
    const { parameters } = node;
    if (parameters.some(({ name }) => !ts.isIdentifier(name))) {
      const cut = parameters.flatMap(({ name }) =>
        ts.isObjectBindingPattern(name) ? [withoutUnused(name, node)] : [],
      );
      edits.push(...cut.filter(edit => edit !== undefined));
    }
    const isUnused = ({ name }: ts.ParameterDeclaration): boolean =>
      ts.isIdentifier(name) && !name.text.startsWith('_') && !isRead(name, node);
    let kept = parameters.length;
    while (kept > 0 && isUnused(parameters[kept - 1]!)) kept--;
    for (const { name } of parameters.slice(0, kept).filter(isUnused))
      edits.push({ start: name.getStart(), end: name.getStart(), text: '_' });
    if (kept === parameters.length) continue;
    edits.push({ start: parameters[kept]!.pos - (kept > 0 ? 1 : 0), end: parameters.end, text: '' });
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) edits.push(...cutCalls(file, node.name.text, kept));
  }
  // Edits of one place inside another wait for another round.
  const apart = edits.filter(
    a => !edits.some(b => b !== a && b.start <= a.start && a.end <= b.end && b.end - b.start > a.end - a.start),
  );
  return edited(text, apart);
}

/** Parameters that are called like something that is imported get a name of their own: `now`, the steps so far, is `step`. */
export function withoutShadows(text: string, imported: ReadonlySet<string>): string {
  const edits: Edit[] = [];
  for (const node of allIn(parsed(text), ts.isFunctionLike))
    for (const { name } of node.parameters) {
      if (!ts.isIdentifier(name) || !imported.has(name.text)) continue;
      const inside = allIn(node, ts.isIdentifier);
      const free = ['step', `${name.text}Given`].find(one => inside.every(({ text: other }) => other !== one));
      for (const one of inside)
        if (free !== undefined && one.text === name.text && !isMemberName(one))
          edits.push({ start: one.getStart(), end: one.end, text: free });
    }
  return edited(text, edits);
}

function cutCalls(file: ts.SourceFile, name: string, kept: number): readonly Edit[] {
  return allIn(file, ts.isCallExpression).flatMap(({ expression, arguments: given }) => {
    const called = expression.getText();
    if ((called !== name && called !== `learner.${name}`) || given.length <= kept) return [];
    return [{ start: kept > 0 ? given[kept - 1]!.end : given.pos, end: given.end, text: '' }];
  });
}

function withoutUnused(pattern: ts.ObjectBindingPattern, scope: ts.Node): Edit | undefined {
  if (pattern.elements.some(({ dotDotDotToken }) => dotDotDotToken !== undefined)) return undefined;
  const kept = pattern.elements.filter(({ name }) => identifiersIn(name).some(part => isRead(part, scope)));
  if (kept.length === pattern.elements.length || kept.length === 0) return undefined;
  return {
    start: pattern.getStart(),
    end: pattern.end,
    text: `{ ${kept.map(element => element.getText()).join(', ')} }`,
  };
}

function identifiersIn(name: ts.BindingName): readonly ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : identifiersIn(element.name)));
}

function isRead(name: ts.Identifier, scope: ts.Node): boolean {
  return allIn(scope, ts.isIdentifier).some(node => node !== name && node.text === name.text && !isMemberName(node));
}
