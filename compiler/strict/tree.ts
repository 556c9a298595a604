/** The tree as plain data: which names a part of it refers to. */

/** A node, a list of nodes, or nothing. */
export type Tree = object | readonly Tree[] | undefined | null;

export function isNode(node: object, kind: string): boolean {
  return (node as { readonly kind?: string }).kind === kind;
}

/**
 * Every name that is referred to (not declared, not assigned to) in some parts of a tree, without the parts that `skip` names.
 */
export function references(tree: Tree, skip: (node: object) => boolean = () => false): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (node === undefined || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    if (skip(node)) return;
    const { kind } = node as { readonly kind?: string };
    for (const [key, child] of Object.entries(node)) {
      if (key === 'span' || declares(kind, key)) continue;
      if (isName(child)) found.add(child.text);
      else if (Array.isArray(child) && child.every(isName)) {
        if (kind !== 'Enum' && kind !== 'ActionEnum')
          for (const name of child) found.add((name as { text: string }).text);
      } else visit(child);
    }
  };
  visit(tree);
  return found;
}

function isName(node: unknown): node is { readonly kind: 'Name'; readonly text: string } {
  return typeof node === 'object' && node !== null && isNode(node, 'Name');
}

/** Fields that declare a name, assign to it, or name a field of something else. */
const declaring: ReadonlySet<string> = new Set([
  'Game.name',
  'GameAlias.name',
  'Enum.name',
  'Record.name',
  'Field.name',
  'Const.name',
  'Fn.name',
  'Mixer.name',
  'Network.name',
  'Param.name',
  'AgentClass.name',
  'Index.name',
  'StateField.name',
  'Let.name',
  'Assign.name',
  'Generator.name',
  'ObservePart.name',
  'NamedArg.name',
  'Setting.name',
  'Train.name',
  'Sweep.name',
  'Solve.name',
]);

function declares(kind: string | undefined, key: string): boolean {
  return kind !== undefined && declaring.has(`${kind}.${key}`);
}
