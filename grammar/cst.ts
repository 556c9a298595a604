/** Reading concrete syntax trees, whole or broken. */
import type { CstNode, IToken } from 'chevrotain';
import type { Name, Span } from './ast.ts';

/** The first token stored under a key, unless error recovery made it up. */
export function token(node: CstNode, key: string): IToken | undefined {
  const found = node.children[key]?.[0] as IToken | undefined;
  return found === undefined || found.isInsertedInRecovery ? undefined : found;
}

export function tokens(node: CstNode, key: string): readonly IToken[] {
  const found = (node.children[key] ?? []) as IToken[];
  return found.some(one => one.isInsertedInRecovery) ? found.filter(one => !one.isInsertedInRecovery) : found;
}

export function child(node: CstNode, key: string): CstNode | undefined {
  return node.children[key]?.[0] as CstNode | undefined;
}

export function children(node: CstNode, key: string): readonly CstNode[] {
  return (node.children[key] ?? []) as CstNode[];
}

export function has(node: CstNode, key: string): boolean {
  return node.children[key] !== undefined;
}

export function tokenSpan(of: IToken): Span {
  return { start: of.startOffset, end: of.endOffset! + 1 };
}

/** The extent of a node; an empty one if nothing of it was read. */
export function nodeSpan(node: CstNode): Span {
  const location = node.location;
  if (location === undefined || !(location.startOffset >= 0)) return { start: 0, end: 0 };
  return { start: location.startOffset, end: Math.max(location.startOffset, location.endOffset! + 1) };
}

export function toName(of: IToken): Name {
  return { kind: 'Name', text: of.image, span: tokenSpan(of) };
}

/** The name stored under a key, if one was read. */
export function nameOf(node: CstNode, key = 'Identifier'): Name | undefined {
  const found = token(node, key);
  return found && toName(found);
}
