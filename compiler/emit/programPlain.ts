/**
 * Small things that code made for a machine says in a roundabout way, said plainly in the game that people read: conditions that are
 * settled (`a && false`), numbers before what they are compared with (`0 >= p`), blocks around statements that need none, and the name
 * of a variable above each of its components.
 */
import { ts } from 'ts-morph';

/** The same program; conditions in it have no effects. */
export function plainly(text: string): string {
  const file = ts.createSourceFile('game.ts', text, ts.ScriptTarget.ES2023, true);
  return namedOnce(rewritten(file, text));
}

function rewritten(node: ts.Node, text: string): string {
  if (ts.isBinaryExpression(node)) return comparison(node, text) ?? logical(node, text) ?? children(node, text);
  if (ts.isParenthesizedExpression(node)) {
    const inner = rewritten(node.expression, text);
    return inner.trim() === 'false' ? inner : children(node, text);
  }
  if (ts.isBlock(node) && ts.isBlock(node.parent) && isNeedless(node, node.parent)) {
    const whole = children(node, text);
    // Comments before the block stay where they are.
    const open = node.getStart() - node.getFullStart();
    return `${whole.slice(0, open).trimEnd()}${whole.slice(open + 1, whole.lastIndexOf('}')).trimEnd()}`;
  }
  return children(node, text);
}

/** The node with its children rewritten, what stands before it included. */
function children(node: ts.Node, text: string): string {
  let out = '';
  let at = node.getFullStart();
  node.forEachChild(child => {
    out += text.slice(at, child.getFullStart()) + rewritten(child, text);
    at = child.end;
  });
  return out + text.slice(at, node.end);
}

const mirrored: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: '>',
  [ts.SyntaxKind.GreaterThanToken]: '<',
  [ts.SyntaxKind.LessThanEqualsToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '<=',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '===',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '!==',
};

/** `p <= 0` for `0 >= p`. */
function comparison({ left, operatorToken, right }: ts.BinaryExpression, text: string): string | undefined {
  const by = mirrored[operatorToken.kind];
  if (by === undefined || !ts.isNumericLiteral(left) || ts.isNumericLiteral(right)) return undefined;
  const before = text.slice(left.getFullStart(), left.getStart());
  return `${before}${rewritten(right, text).trim()} ${by} ${left.getText()}`;
}

/** Without sides that are `false`. */
function logical(node: ts.BinaryExpression, text: string): string | undefined {
  const { kind } = node.operatorToken;
  if (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken) return undefined;
  const [left, right] = [rewritten(node.left, text), rewritten(node.right, text)];
  const [no, never] = [left, right].map(side => side.trim() === 'false');
  if (!no && !never) return undefined;
  const before = text.slice(node.getFullStart(), node.getStart());
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return `${before}false`;
  return `${before}${(no ? right : left).trim()}`;
}

/** Does no other statement of the block around it use a name that is declared in this one? */
function isNeedless(block: ts.Block, around: ts.Block): boolean {
  const declared = new Set<string>();
  for (const statement of block.statements)
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) declared.add(name.getText());
  if (declared.size === 0) return true;
  let used = false;
  const visit = (node: ts.Node): void => {
    if (node === block) return;
    if (ts.isIdentifier(node) && declared.has(node.text)) used = true;
    node.forEachChild(visit);
  };
  visit(around);
  return !used;
}

/** A comment that says the same as the one before it, with only values written in between, is left out. */
function namedOnce(text: string): string {
  let last: string | undefined;
  return text
    .split('\n')
    .filter(line => {
      const comment = /^\s*\/\/ .*$/.test(line);
      if (comment && line === last) return false;
      if (comment) last = line;
      else if (!/^\s*(out\[|[?:|&+*-] |\S.*;$)/.test(line) || /^\s*(for|if|const|let|})/.test(line)) last = undefined;
      return true;
    })
    .join('\n');
}
