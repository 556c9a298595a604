/**
 * What an agent's observation tells it for certain: the elements of the state whose value can be read off the numbers it is given,
 * by their form alone. `at[p]`, `-at[p]`, `at[p] + 1` and the one-hot form of `at[p]` tell `at[p]`; a sum of two things tells neither.
 */
import * as B from '../elaborate/bounds.ts';
import type { Bounds, GameModel, IrExpr, ObservationSpace, Store, ViewValue } from '../game/model.ts';
import { Elements } from './base.ts';
import { ReadsOf } from './reads.ts';

/** Elements of lists that are looked at one by one. */
const mostElements = 4096;

export interface Observed {
  /** Told for certain. */
  readonly told: Elements;
  /** Looked at in some way, told or not. */
  readonly touched: Elements;
  readonly time: boolean;
}

export function observedBy(model: GameModel, agent: number, space?: ObservationSpace): Observed {
  const observation = space ?? model.classes[model.agents[agent]?.cls ?? 0]?.observation;
  const told = new Elements();
  const touched = new Elements();
  let time = false;
  if (observation === undefined) return { told, touched, time };
  const sequences = sequencesOf(model);
  const gathered = new Gathered(told, sequences);
  const reads = new ReadsOf().fix(observation.self, agent).run(observation.prelude);
  let elements = 0;
  for (const piece of observation.pieces) {
    for (let k = 0; k < piece.count; k++) {
      reads.fix(piece.variable, k);
      const found = reads.of(piece.value).reads;
      touched.addAll(found.state);
      time ||= found.time;
      if (++elements > mostElements) continue;
      const terms = new Terms(reads);
      gathered.take(terms.of(piece.value), piece.width, piece.low);
    }
  }
  gathered.finish();
  return { told, touched, time };
}

// ---------------------------------------------------------------------------------------------- terms

/** An expression as a function of one element of the state that loses nothing, or as a question about its value. */
type Term =
  | {
      readonly kind: 'element';
      readonly store: Store;
      readonly element: number;
      readonly bounds: Bounds;
      /** The expression is the element plus this; undefined where it is something else. */
      readonly offset: number | undefined;
    }
  /** Is the element equal to `value`? */
  | { readonly kind: 'test'; readonly store: Store; readonly element: number; readonly value: number }
  /** Slot `slot` of the sequence whose length stands at `length`: the term, or `missing` behind its end. */
  | {
      readonly kind: 'slot';
      readonly length: { readonly store: Store; readonly element: number };
      readonly slot: number;
      readonly term: Extract<Term, { kind: 'element' }>;
      readonly missing: number;
    };

class Terms {
  private readonly reads: ReadsOf;
  private readonly bindings = new Map<number, IrExpr>();

  constructor(reads: ReadsOf) {
    this.reads = reads;
  }

  of(e: IrExpr): Term | undefined {
    switch (e.op) {
      case 'load': {
        if (e.store.role.kind !== 'state') return undefined;
        const index = this.constant(e.index);
        return index === undefined
          ? undefined
          : { kind: 'element', store: e.store, element: index, bounds: e.bounds, offset: 0 };
      }
      case 'local': {
        const bound = this.bindings.get(e.local.id);
        return bound === undefined ? undefined : this.of(bound);
      }
      case 'unary':
        return e.operator === 'toReal'
          ? this.of(e.operand)
          : e.operator === 'neg'
            ? this.moved(e.operand, e.bounds, undefined)
            : undefined;
      case 'binary':
        // A sum of doubles may swallow the smaller one, so only integers are shifted.
        if ((e.operator === 'add' || e.operator === 'sub') && e.scalar === 'int') {
          const left = this.constant(e.left);
          const right = this.constant(e.right);
          if (right !== undefined) return this.moved(e.left, e.bounds, e.operator === 'add' ? right : -right);
          return left === undefined
            ? undefined
            : this.moved(e.right, e.bounds, e.operator === 'add' ? left : undefined);
        }
        return e.operator === 'eq' ? (this.test(e.left, e.right) ?? this.test(e.right, e.left)) : undefined;
      case 'select':
        return this.select(e);
      case 'call': {
        if (e.fn.body.length > 0) return undefined;
        const before = e.fn.params.map(param => this.bindings.get(param.id));
        e.fn.params.forEach((param, k) => {
          this.bindings.set(param.id, e.args[k] as IrExpr);
        });
        const term = this.of(e.fn.result);
        e.fn.params.forEach((param, k) => {
          const old = before[k];
          if (old === undefined) this.bindings.delete(param.id);
          else this.bindings.set(param.id, old);
        });
        return term;
      }
      default:
        return undefined;
    }
  }

  private moved(e: IrExpr, bounds: Bounds, by: number | undefined): Term | undefined {
    const term = this.of(e);
    if (term?.kind !== 'element') return undefined;
    const offset = by === undefined || term.offset === undefined ? undefined : term.offset + by;
    return { ...term, bounds, offset };
  }

  private test(e: IrExpr, other: IrExpr): Term | undefined {
    const value = this.constant(other);
    const term = value === undefined ? undefined : this.of(e);
    if (term?.kind !== 'element' || value === undefined || term.offset === undefined) return undefined;
    return { kind: 'test', store: term.store, element: term.element, value: value - term.offset };
  }

  private select(e: Extract<IrExpr, { op: 'select' }>): Term | undefined {
    const otherwise = this.constant(e.else);
    if (otherwise === undefined) return undefined;
    const then = this.constant(e.then);
    const question = then === undefined || then === otherwise ? undefined : this.of(e.condition);
    if (question?.kind === 'test') return question;
    const { condition } = e;
    if (condition.op !== 'binary' || condition.operator !== 'lt' || condition.right.op !== 'load') return undefined;
    const slot = this.constant(condition.left);
    const length = this.of(condition.right);
    const term = this.of(e.then);
    if (slot === undefined || length?.kind !== 'element' || term?.kind !== 'element') return undefined;
    return { kind: 'slot', length: { store: length.store, element: length.element }, slot, term, missing: otherwise };
  }

  /** The value of an expression that reads nothing. */
  private constant(e: IrExpr): number | undefined {
    if (e.op === 'const') return typeof e.value === 'number' ? e.value : e.value.toNumber();
    if (e.op === 'local') {
      const bound = this.bindings.get(e.local.id);
      if (bound !== undefined) return this.constant(bound);
    }
    const { reads, bounds } = this.reads.of(e);
    const pure = reads.state.isEmpty && reads.next.isEmpty && !reads.time && !reads.chance && reads.actions.size === 0;
    return pure && B.isConstant(bounds) ? bounds.low : undefined;
  }
}

// ---------------------------------------------------------------------------------------------- gathering

interface Sequence {
  readonly length: { readonly store: Store; readonly element: number };
  readonly capacity: number;
  /** Position of each slot by its store and element. */
  readonly slots: ReadonlyMap<string, number>;
}

const placeKey = (store: Store, element: number): string => `${store.id}:${element}`;

class Gathered {
  private readonly told: Elements;
  private readonly sequences: readonly Sequence[];
  private readonly tests = new Map<string, { store: Store; element: number; values: Set<number> }>();
  private readonly present = new Map<Sequence, Set<number>>();

  constructor(told: Elements, sequences: readonly Sequence[]) {
    this.told = told;
    this.sequences = sequences;
  }

  /** One number of the encoding, or its `width` one-hot numbers. */
  take(term: Term | undefined, width: number, low: number): void {
    if (term === undefined) return;
    if (term.kind === 'element') {
      if (distinct(term.bounds, width, low)) this.told.add(term.store, term.element);
      return;
    }
    if (term.kind === 'test') {
      const key = placeKey(term.store, term.element);
      const known = this.tests.get(key) ?? { ...term, values: new Set<number>() };
      known.values.add(term.value);
      this.tests.set(key, known);
      return;
    }
    this.slot(term, width, low);
  }

  private slot({ length, slot, term, missing }: Extract<Term, { kind: 'slot' }>, width: number, low: number): void {
    const sequence = this.sequences.find(
      s => placeKey(s.length.store, s.length.element) === placeKey(length.store, length.element),
    );
    if (sequence?.slots.get(placeKey(term.store, term.element)) !== slot) return;
    if (!distinct(term.bounds, width, low)) return;
    // Behind the end of a sequence its slots hold 0, so that a 0 in their place tells as much as the slot itself.
    const same = missing === 0 && term.offset === 0 && width === 1;
    const shown = width === 1 ? missing : missing < low || missing >= low + width ? undefined : missing;
    const apart = shown === undefined || shown < term.bounds.low || shown > term.bounds.high;
    if (same || apart) this.told.add(term.store, term.element);
    if (!apart) return;
    const slots = this.present.get(sequence) ?? new Set<number>();
    slots.add(slot);
    this.present.set(sequence, slots);
  }

  finish(): void {
    for (const { store, element, values } of this.tests.values()) {
      const { bounds } = store;
      const size = bounds.high - bounds.low + 1;
      if (store.scalar !== 'int' || !Number.isFinite(size)) continue;
      let asked = 0;
      for (const value of values) if (value >= bounds.low && value <= bounds.high) asked++;
      // Whoever has asked for all values but one knows that one, too.
      if (asked >= size - 1) this.told.add(store, element);
    }
    for (const [sequence, slots] of this.present)
      if (slots.size === sequence.capacity) this.told.add(sequence.length.store, sequence.length.element);
  }
}

/** Do different values give different numbers? One value may fall outside of a one-hot code, as all zeros. */
function distinct(bounds: Bounds, width: number, low: number): boolean {
  if (width === 1) return true;
  const outside = Math.max(0, low - bounds.low) + Math.max(0, bounds.high - (low + width - 1));
  return outside <= 1;
}

function sequencesOf(model: GameModel): readonly Sequence[] {
  const found: Sequence[] = [];
  const go = (value: ViewValue): void => {
    switch (value.kind) {
      case 'record':
        for (const field of value.fields) go(field.value);
        return;
      case 'tuple':
      case 'array':
        for (const item of value.items) go(item);
        return;
      case 'seq': {
        const slots = new Map<string, number>();
        value.items.forEach((item, k) => {
          for (const leaf of leavesOf(item)) slots.set(placeKey(leaf.store, leaf.offset), k);
          go(item);
        });
        const { store, offset } = value.length;
        found.push({ length: { store, element: offset }, capacity: value.items.length, slots });
        return;
      }
      default:
    }
  };
  for (const { value } of model.view) go(value);
  return found;
}

/** The scalars of a value. */
export function leavesOf(value: ViewValue): readonly { readonly store: Store; readonly offset: number }[] {
  switch (value.kind) {
    case 'number':
    case 'named':
      return [{ store: value.store, offset: value.offset }];
    case 'record':
      return value.fields.flatMap(field => leavesOf(field.value));
    case 'tuple':
    case 'array':
      return value.items.flatMap(leavesOf);
    case 'seq':
      return [{ store: value.length.store, offset: value.length.offset }, ...value.items.flatMap(leavesOf)];
  }
}
