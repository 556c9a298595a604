/** What the tree says of single words and signs: which begin a line of their own, which stand close to their neighbours. */
import type { Expr, SourceFile, Span } from '../../grammar/ast.ts';
import type { Piece } from '../../grammar/index.ts';

/** By the offset of a piece. */
export interface Roles {
  /** What stands on lines of its own where a block has several: items, fields, equations, arms, clauses, settings; the group it is lined up with. */
  readonly items: ReadonlyMap<number, Group>;
  /** Signs without space on either side: `..`, and sums inside its ends. */
  readonly tight: ReadonlySet<number>;
  /** `-` and `not` before an operand. */
  readonly unary: ReadonlySet<number>;
  /** Words that are names, so that a bracket behind them belongs to them. */
  readonly names: ReadonlySet<number>;
  /** `then` and `else`, by the offset of the first `if` of their chain. */
  readonly branches: ReadonlyMap<number, number>;
  /** The opening braces of blocks: lists of items without commas. */
  readonly blocks: ReadonlySet<number>;
  /** The sign that items of a group are lined up at. */
  readonly points: ReadonlySet<number>;
  readonly tables: readonly Table[];
}

/** Neighbours of one group line up. */
export type Group = 'equation' | 'draw' | 'field' | 'entry' | 'setting' | 'arm' | 'fn' | 'let' | 'none';

/** A payoff table: spans of its labels and cells. A cell is a list of alternatives, those of an expression for each agent or one for all. */
export interface Table {
  readonly span: Span;
  readonly header: readonly Span[] | undefined;
  readonly rows: readonly { readonly labels: Span; readonly cells: readonly (readonly (readonly Span[])[])[] }[];
}

interface AnyNode {
  readonly kind: string;
  readonly span: Span;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'kind' in value && 'span' in value;

/** Members of these kinds, by the list they stand in. */
const itemLists: Readonly<Record<string, Readonly<Record<string, Group>>>> = {
  SourceFile: { declarations: 'none' },
  Game: { items: 'none' },
  State: { fields: 'field' },
  Record: { fields: 'field' },
  ActionParts: { parts: 'field' },
  Init: { stmts: 'equation' },
  Step: { stmts: 'equation' },
  Fn: { lets: 'equation' },
  Match: { arms: 'arm' },
  Observe: { parts: 'entry' },
  Reads: { parts: 'entry' },
  Dict: { entries: 'entry' },
  Map: { legend: 'entry' },
  Train: { clauses: 'none' },
  Algorithm: { settings: 'setting' },
  Sweep: { axes: 'none' },
  Mixer: { bindings: 'equation' },
  Payoff: { rows: 'none' },
};

/** Their members have no commas between them. */
const blockKinds: ReadonlySet<string> = new Set(
  'Game State Init Step Fn Match Train Algorithm Sweep Mixer Payoff'.split(' '),
);

export function rolesOf(file: SourceFile, pieces: readonly Piece[]): Roles {
  const roles = {
    items: new Map<number, Group>(),
    tight: new Set<number>(),
    unary: new Set<number>(),
    names: new Set<number>(),
    branches: new Map<number, number>(),
    blocks: new Set<number>(),
    points: new Set<number>(),
    tables: [] as Table[],
  };
  const within = piecesIn(pieces);
  const first = (span: Span, text: string): Piece | undefined => within(span).find(piece => piece.text === text);
  const last = (span: Span, text: string): Piece | undefined => within(span).findLast(piece => piece.text === text);

  function visit(node: AnyNode, chain: number | undefined): void {
    const own = node as AnyNode & Readonly<Record<string, unknown>>;
    const lists = itemLists[node.kind];
    for (const [key, group] of Object.entries(lists ?? {})) {
      for (const item of (own[key] ?? []) as AnyNode[]) {
        const start = within(item.span).find(({ kind }) => kind !== 'doc' && kind !== 'comment')?.start;
        if (start === undefined) continue;
        const own = groupOf(item, group);
        roles.items.set(start, own);
        point(item, own);
      }
    }
    if (blockKinds.has(node.kind) && (node.kind !== 'Fn' || isBlock(node))) {
      const brace = braceOf(within(node.span));
      if (brace !== undefined) roles.blocks.add(brace);
    }
    special(own, chain);
    for (const [key, value] of Object.entries(own)) {
      if (key === 'span') continue;
      const next = node.kind === 'If' && key === 'else' ? (chain ?? node.span.start) : undefined;
      for (const child of Array.isArray(value) ? value.flat(3) : [value]) {
        if (isNode(child)) visit(child, next);
        else if (typeof child === 'object' && child !== null) for (const inner of Object.values(child)) deep(inner);
      }
    }
  }

  /** Parts that are no nodes themselves (`form`, `target`, `from`). */
  function deep(value: unknown): void {
    if (isNode(value)) visit(value, undefined);
    else if (Array.isArray(value)) for (const child of value) deep(child);
  }

  function point(item: AnyNode, group: Group): void {
    if (group === 'none') return;
    const sign = signOf[group];
    const value = assigned(item);
    if (value === undefined) return;
    const found = last({ start: item.span.start, end: value.start }, sign);
    if (found !== undefined) roles.points.add(found.start);
  }

  function special(node: AnyNode & Readonly<Record<string, unknown>>, chain: number | undefined): void {
    switch (node.kind) {
      case 'Name':
        roles.names.add(node.span.start);
        return;
      case 'Unary':
        roles.unary.add(node.span.start);
        return;
      case 'LiteralPattern':
        roles.unary.add(node.span.start);
        return;
      case 'Binary': {
        // A fraction is one number: `1/3`.
        const { op, opSpan, left, right } = node as unknown as Record<'left' | 'right', AnyNode> & {
          op: string;
          opSpan: Span;
        };
        if (op === '/' && isNumber(left) && isNumber(right)) roles.tight.add(opSpan.start);
        return;
      }
      case 'Range':
      case 'RangeType':
      case 'RealType':
      case 'RangePattern':
        range(node as unknown as { readonly low: Expr; readonly high: Expr });
        return;
      case 'SeqType':
        for (const sign of [first(node.span, '<'), last(node.span, '>')])
          if (sign !== undefined) roles.tight.add(sign.start);
        return;
      case 'If': {
        const { condition, then, else: otherwise } = node as unknown as Record<'condition' | 'then' | 'else', AnyNode>;
        const root = chain ?? node.span.start;
        const words = [
          last({ start: condition.span.end, end: then.span.start }, 'then'),
          last({ start: then.span.end, end: otherwise.span.start }, 'else'),
        ];
        for (const word of words) if (word !== undefined) roles.branches.set(word.start, root);
        return;
      }
      case 'Fn': {
        const { lets, body } = node as unknown as { readonly lets: readonly AnyNode[]; readonly body: AnyNode };
        if (lets.length > 0) roles.items.set(firstOf(body.span), 'none');
        return;
      }
      case 'Payoff': {
        for (const piece of within(node.span)) if (piece.text === '|') roles.tight.add(piece.start);
        const table = tableOf(node);
        roles.tables.push(table);
        const start = table.header?.[0]?.start;
        if (start !== undefined) roles.items.set(start, 'none');
        return;
      }
    }
  }

  /** The first piece of an expression, with the brackets around it that the tree leaves out. */
  function firstOf(span: Span): number {
    const at = pieces.findIndex(piece => piece.start >= span.start);
    let start = at;
    while (start > 0 && pieces[start - 1]!.text === '(') start--;
    return pieces[start]?.start ?? span.start;
  }

  function range({ low, high }: { readonly low: Expr; readonly high: Expr }): void {
    const dots = last({ start: low.span.end, end: high.span.start }, '..');
    if (dots !== undefined) roles.tight.add(dots.start);
    for (const end of [low, high]) sums(end, within);
  }

  function sums(e: Expr, inside: typeof within): void {
    if (e.kind !== 'Binary') return;
    // In brackets of its own it is read apart from the range.
    const before = inside({ start: e.span.start - 1, end: e.span.start })[0];
    if (before?.text === '(') return;
    roles.tight.add(e.opSpan.start);
    sums(e.left, inside);
    sums(e.right, inside);
  }

  visit(file, undefined);
  return roles;
}

function isNumber(e: AnyNode): boolean {
  return (
    e.kind === 'Number' || (e.kind === 'Unary' && isNumber((e as unknown as { readonly operand: AnyNode }).operand))
  );
}

function groupOf(item: AnyNode, group: Group): Group {
  if (item.kind === 'Fn') return isBlock(item) ? 'none' : 'fn';
  if (item.kind === 'Const') return 'let';
  if (group !== 'equation') return group;
  const { value } = item as unknown as { readonly value?: AnyNode };
  return value?.kind === 'Draw' ? 'draw' : 'equation';
}

const signOf: Readonly<Record<Exclude<Group, 'none'>, string>> = {
  equation: '=',
  draw: '~',
  field: ':',
  entry: ':',
  setting: '=',
  arm: '=>',
  fn: '=',
  let: '=',
};

/** A function of several lines of `let`. */
function isBlock(fn: AnyNode): boolean {
  return (fn as unknown as { readonly lets: readonly unknown[] }).lets.length > 0;
}

/** What stands behind the sign that an item is lined up at. */
function assigned(item: AnyNode): Span | undefined {
  if (item.kind === 'Fn') return (item as unknown as { readonly body: AnyNode }).body.span;
  const { value, type } = item as unknown as Record<'value' | 'type', (AnyNode & Record<string, AnyNode>) | undefined>;
  if (value?.kind === 'Draw') return value.dist?.span;
  if (value?.kind === 'Is') return value.value?.span;
  return (value ?? type)?.span;
}

/** The opening brace of a block: the last one that stands in no other bracket. */
function braceOf(pieces: readonly Piece[]): number | undefined {
  const open: Piece[] = [];
  let found: number | undefined;
  for (const piece of pieces) {
    if (piece.kind !== 'sign') continue;
    if ('([{'.includes(piece.text)) open.push(piece);
    else if (')]}'.includes(piece.text)) {
      const opener = open.pop();
      if (open.length === 0 && opener?.text === '{') found = opener.start;
    }
  }
  return found;
}

/** Pieces that lie in a span, found by halving. */
function piecesIn(pieces: readonly Piece[]): (span: Span) => readonly Piece[] {
  const from = (offset: number): number => {
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pieces[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return ({ start, end }) => pieces.slice(from(start), from(end));
}

function tableOf(node: AnyNode): Table {
  const { header, rows } = node as unknown as {
    readonly header: readonly AnyNode[] | undefined;
    readonly rows: readonly {
      readonly labels: readonly AnyNode[];
      readonly cells: readonly { readonly alternatives: readonly (readonly AnyNode[])[] }[];
    }[];
  };
  return {
    span: node.span,
    header: header?.map(({ span }) => span),
    rows: rows.map(({ labels, cells }) => ({
      labels: { start: labels[0]!.span.start, end: labels.at(-1)!.span.end },
      cells: cells.map(({ alternatives }) => alternatives.map(parts => parts.map(({ span }) => span))),
    })),
  };
}
