/** What stores hold in the course of a step, as functions of the index: a list of what was written over what. */

import { Rational } from '../../../runtime/games/rational.ts';
import type { Store } from '../../game/model.ts';
import { choose, quotient } from './functions.ts';
import { Poly } from './polynomial.ts';
import { equal, less, multiply } from './product.ts';
import type { Session } from './session.ts';
import { load } from './sums.ts';

export type Lazy = () => Poly;

export type Content =
  /** What `store` held at some time: a version, in the loops of `args`. Version 0 is the start of the step. */
  | { readonly kind: 'plain'; readonly store: Store; readonly version: number; readonly args: readonly Poly[] }
  | { readonly kind: 'point'; readonly index: Lazy; readonly value: Lazy; readonly under: Content }
  | { readonly kind: 'branch'; readonly condition: Lazy; readonly then: Content; readonly else: Content }
  /** Pass k of a loop of `count` passes wrote elements `base + stride * k ..` (stride of them), and no other pass did. */
  | {
      readonly kind: 'family';
      readonly base: Poly;
      readonly stride: number;
      readonly count: number;
      readonly element: (pass: Poly, index: Poly) => Poly;
      readonly under: Content;
    };

export function untouched(store: Store): Content {
  return { kind: 'plain', store, version: 0, args: [] };
}

export function once(compute: Lazy): Lazy {
  let known: Poly | undefined;
  return () => {
    known ??= compute();
    return known;
  };
}

export function read(session: Session, content: Content, index: Poly): Poly {
  session.spend(1);
  switch (content.kind) {
    case 'plain':
      return load(session, content, content.args, index);
    case 'point': {
      const here = equal(session, content.index(), index);
      const constant = here.constant;
      if (constant !== undefined) return constant.sign !== 0 ? content.value() : read(session, content.under, index);
      return choose(session, here, content.value(), read(session, content.under, index));
    }
    case 'branch': {
      if (content.then === content.else) return read(session, content.then, index);
      const condition = content.condition();
      const constant = condition.constant;
      if (constant !== undefined) return read(session, constant.sign !== 0 ? content.then : content.else, index);
      const [yes, no] = [read(session, content.then, index), read(session, content.else, index)];
      return choose(session, condition, yes, no);
    }
    case 'family': {
      const place = index.sub(content.base);
      const pass = content.stride === 1 ? place : quotient(session, place, Poly.int(content.stride));
      const after = Poly.one.sub(less(session, pass, Poly.zero));
      const inside = multiply(session, after, less(session, pass, Poly.int(content.count)));
      const constant = inside.constant;
      if (constant?.sign === 0) return read(session, content.under, index);
      const value = content.element(pass, index);
      if (constant?.equals(Rational.one)) return value;
      return choose(session, inside, value, read(session, content.under, index));
    }
  }
}
