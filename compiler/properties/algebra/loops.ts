/** What loops write and read, and which pass writes which element. */
import type { IrExpr, IrStmt, Store } from '../../game/model.ts';
import { blocksOf, expressionsOf, partsOf } from '../../game/parts.ts';
import { type Atom, boundsOf, Poly } from './polynomial.ts';

export interface Write {
  readonly store: Store;
  readonly index: Poly;
}

export function writtenBy(body: readonly IrStmt[]): ReadonlySet<Store> {
  const stores = new Set<Store>();
  const visit = (stmts: readonly IrStmt[]): void => {
    for (const stmt of stmts) {
      if (stmt.op === 'store') stores.add(stmt.store);
      if (stmt.op === 'copy') stores.add(stmt.to);
      blocksOf(stmt).forEach(visit);
    }
  };
  visit(body);
  return stores;
}

export function readsStore(body: readonly IrStmt[], store: Store): boolean {
  const inExpression = (e: IrExpr): boolean => (e.op === 'load' && e.store === store) || partsOf(e).some(inExpression);
  return body.some(
    stmt =>
      (stmt.op === 'copy' && stmt.from === store) ||
      expressionsOf(stmt).some(inExpression) ||
      blocksOf(stmt).some(block => readsStore(block, store)),
  );
}

/** Which elements a pass writes, if no two passes write the same: `base + stride * pass ..`. */
export function layoutOf(writes: readonly Write[], variable: Atom): { base: Poly; stride: number } | undefined {
  const own = variable.shape.kind === 'var' ? variable.shape.id : 0;
  let stride: number | undefined;
  let base: Poly | undefined;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { index } of writes) {
    const term = index.terms.get(`${variable.id}`);
    if (term === undefined || !term.coefficient.isInteger || term.coefficient.sign <= 0) return undefined;
    const step = term.coefficient.toNumber();
    if (stride !== undefined && stride !== step) return undefined;
    stride = step;
    const rest = index.sub(Poly.term(term.coefficient, term.atoms));
    if (rest.dependsOn(own) || !rest.whole) return undefined;
    // Variables of loops inside are newer than that of the loop.
    let fixed = Poly.zero;
    let within = Poly.zero;
    for (const { coefficient, atoms } of rest.terms.values()) {
      const part = Poly.term(coefficient, atoms);
      if (atoms.length === 0 || atoms.some(atom => [...atom.vars].some(id => id > own))) within = within.add(part);
      else fixed = fixed.add(part);
    }
    if (base !== undefined && !base.equals(fixed)) return undefined;
    base = fixed;
    const range = boundsOf(within);
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  if (stride === undefined || base === undefined || !(high - low < stride)) return undefined;
  return { base: base.add(Poly.int(low)), stride };
}
