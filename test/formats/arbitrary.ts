/** Random games of all formats, as data. */
import fc from 'fast-check';
import type { DecPomdp, SparseRow } from '../../runtime/formats/dpomdp.ts';
import type { EfgTree } from '../../runtime/formats/efg-print.ts';
import { type EfgGame, toEfg } from '../../runtime/formats/index.ts';
import { distinctLabels } from '../../runtime/formats/labels.ts';
import type { NfgGame } from '../../runtime/formats/nfg.ts';
import { Rational } from '../../runtime/games/rational.ts';

export const rational: fc.Arbitrary<Rational> = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(k => Rational.of(k)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 25n }))
    .map(([p, q]) => Rational.of(p, q)),
);

/** Anything but a backslash before a quote or the end, which the formats cannot hold. */
export const label: fc.Arbitrary<string> = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', '{', '}', ',', '\n', ' ', '/*', '*/', '//', '1', 'é', '∀', '😀'),
      fc.string({ minLength: 1, maxLength: 3 }),
    ),
    maxLength: 8,
  })
  .map(text => text.replace(/\\+(?="|$)/g, ''));

const labels = (min: number, max: number): fc.Arbitrary<readonly string[]> =>
  fc.array(label, { minLength: min, maxLength: max }).map(distinctLabels);

export const nfgGame: fc.Arbitrary<NfgGame> = fc
  .record({ title: label, comment: label, players: labels(1, 3) })
  .chain(head =>
    fc
      .array(labels(1, 3), { minLength: head.players.length, maxLength: head.players.length })
      .map(strategies => ({ ...head, strategies })),
  )
  .chain(head => {
    const n = head.players.length;
    const profiles = head.strategies.reduce((product, list) => product * list.length, 1);
    const numbers = (count: number) => fc.array(rational, { minLength: count, maxLength: count });
    const payoffs = numbers(profiles * n).map(values => ({ ...head, payoffs: values, outcomes: undefined }));
    const outcomes = fc.array(fc.record({ label, payoffs: numbers(n) }), { maxLength: 4 }).chain(list =>
      fc.array(fc.integer({ min: -1, max: list.length - 1 }), { minLength: profiles, maxLength: profiles }).map(of => ({
        ...head,
        payoffs: of.flatMap(k => list[k]?.payoffs ?? head.players.map(() => Rational.zero)),
        outcomes: { list, of },
      })),
    );
    return fc.oneof(payoffs, outcomes);
  });

/** Nodes of a player share information sets where they have as many branches and the same coin says so: recall may fail. */
export const efgGame: fc.Arbitrary<EfgGame> = fc
  .tuple(labels(1, 3), label, label)
  .chain(([players, title, comment]) => {
    const payoffs = fc.option(
      fc.record({ label, of: fc.array(rational, { minLength: players.length, maxLength: players.length }) }),
      { nil: undefined },
    );
    const node = (depth: number): fc.Arbitrary<EfgTree> => {
      const common = { label, payoffs };
      const terminal = fc.record({ ...common, kind: fc.constant('terminal' as const) }) as fc.Arbitrary<EfgTree>;
      if (depth === 0) return terminal;
      const to = node(depth - 1);
      const chance = fc.record({
        ...common,
        kind: fc.constant('chance' as const),
        branches: fc.array(fc.record({ label, probability: fc.integer({ min: 1, max: 9 }), to }), {
          minLength: 1,
          maxLength: 3,
        }),
      }) as fc.Arbitrary<EfgTree>;
      const personal = fc
        .record({
          ...common,
          kind: fc.constant('personal' as const),
          player: fc.integer({ min: 0, max: players.length - 1 }),
          coin: fc.boolean(),
          children: fc.array(to, { minLength: 1, maxLength: 3 }),
        })
        .map(({ coin, children, ...rest }) => ({
          ...rest,
          infoset: `${coin ? 'x' : 'y"'}${children.length}`,
          branches: children.map((child, k) => ({ label: `move "${k}"`, to: child })),
        })) as fc.Arbitrary<EfgTree>;
      return fc.oneof(terminal, chance, personal);
    };
    return node(3).map(tree => toEfg(players, tree, title, comment));
  });

/** Decimals, as the format has no fractions. */
const decimal = fc
  .tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.constantFrom(1, 10, 1000))
  .map(([p, q]) => Rational.of(p, q));
const id = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,5}$/).map(text => `n${text}`);
const ids = (max: number) => fc.uniqueArray(id, { minLength: 1, maxLength: max });

/** A distribution of thousandths, or the uniform one. */
function distribution(width: number): fc.Arbitrary<SparseRow> {
  const share = Rational.of(1, width);
  const uniform = fc.constant({ rest: share, entries: [] });
  if (width === 1) return uniform;
  const parts = fc
    .array(fc.integer({ min: 0, max: 1000 }), { minLength: width - 1, maxLength: width - 1 })
    .map(cuts => {
      const edges = [0, ...cuts.sort((a, b) => a - b), 1000];
      const values = edges.slice(1).map((edge, k) => Rational.of(edge - (edges[k] as number), 1000));
      if (values.every(value => value.equals(share))) return { rest: share, entries: [] };
      const entries = values.map((value, k) => [k, value] as const).filter(([, value]) => value.sign !== 0);
      return { rest: Rational.zero, entries };
    });
  return fc.oneof(uniform, parts);
}

export const decPomdp: fc.Arbitrary<DecPomdp> = fc
  .record({ agents: ids(2), states: ids(3), discount: fc.integer({ min: 0, max: 100 }).map(k => Rational.of(k, 100)) })
  .chain(head =>
    fc.record({
      agents: fc.constant(head.agents),
      states: fc.constant(head.states),
      discount: fc.constant(head.discount),
      actions: fc.array(ids(2), { minLength: head.agents.length, maxLength: head.agents.length }),
      observations: fc.array(ids(2), { minLength: head.agents.length, maxLength: head.agents.length }),
      start: distribution(head.states.length).map(row => dense(row, head.states.length)),
    }),
  )
  .chain(head => {
    const size = head.states.length;
    const jointActions = head.actions.reduce((product, list) => product * list.length, 1);
    const width = head.observations.reduce((product, list) => product * list.length, 1);
    const rows = <T>(row: fc.Arbitrary<T>) =>
      fc.array(row, { minLength: jointActions * size, maxLength: jointActions * size });
    const reward = fc
      .tuple(decimal, fc.array(fc.option(decimal, { nil: undefined }), { maxLength: size * width - 1 }))
      .map(([rest, values]) => ({
        rest,
        entries: values.flatMap((value, k) => (value === undefined || value.equals(rest) ? [] : [[k, value] as const])),
      }));
    return fc
      .record({ transition: rows(distribution(size)), observation: rows(distribution(width)), reward: rows(reward) })
      .map(tables => ({ ...head, ...tables }));
  });

export function dense(row: SparseRow, width: number): readonly Rational[] {
  const values = new Array<Rational>(width).fill(row.rest);
  for (const [column, value] of row.entries) values[column] = value;
  return values;
}
