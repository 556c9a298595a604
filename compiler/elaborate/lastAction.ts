/**
 * What an agent did last, as part of the state: one number per agent, 0 before its first action, else 1 + the flat index of its last
 * action. An agent that does not act keeps what it did before.
 */
import type { GameModel, IrExpr, IrStmt, ObservationPiece, Store } from '../game/model.ts';
import * as B from './bounds.ts';
import type { Builder } from './context.ts';
import * as ir from './ir.ts';
import { substitute } from './substitute.ts';

export interface Remembered {
  readonly model: GameModel;
  readonly store: Store;
}

/** The game with last actions in its state. Actions must be finite. */
export function rememberActions(build: Builder, model: GameModel): Remembered {
  const n = model.agents.length;
  const bounds = B.between(0, Math.max(...model.actionSpaces.map(space => space.count)));
  const next = build.store('next_last_action', 'int', bounds, n, { kind: 'next' });
  const store = build.store('last_action', 'int', bounds, n, { kind: 'state', next });
  const init: IrStmt[] = [];
  const step: IrStmt[] = [];
  model.agents.forEach((agent, i) => {
    init.push({ op: 'store', store, index: ir.int(i), value: ir.int(0) });
    const value = ir.binary('add', flatAction(model, i, agent.cls), ir.int(1));
    const taken: IrStmt = { op: 'store', store: next, index: ir.int(i), value };
    const kept: IrStmt = { op: 'store', store: next, index: ir.int(i), value: ir.load(store, ir.int(i)) };
    if (model.active === undefined) {
      step.push(taken);
      return;
    }
    // The condition is about `self`, a name of its own for each agent here.
    const self = build.local('self', 'int', B.exactly(i));
    const renamed = substitute(model.active.condition, new Map([[model.active.self, ir.local(self)]]));
    step.push({ op: 'let', local: self, value: ir.int(i) });
    step.push({ op: 'if', condition: renamed, then: [taken], else: [kept] });
  });
  const items = model.agents.map((agent, i) => {
    const names = model.actionSpaces[model.classes[agent.cls]?.actionSpace ?? 0]?.names ?? [];
    return { kind: 'named', store, offset: i, low: 0, names: ['-', ...names] } as const;
  });
  const keys = model.agents.map(agent => agent.label);
  return {
    store,
    model: {
      ...model,
      stores: build.stores,
      state: [...model.state, store],
      view: [...model.view, { name: 'last_action', value: { kind: 'array', keys, items, board: undefined } }],
      init: [...model.init, ...init],
      step: [...model.step, ...step],
      oneShot: false,
    },
  };
}

/** The last action of `self`, one-hot; all zeros before the first. */
export function lastActionPiece(
  build: Builder,
  model: GameModel,
  cls: number,
  store: Store,
  self: IrExpr,
  offset: number,
): ObservationPiece {
  const space = model.actionSpaces[model.classes[cls]?.actionSpace ?? 0];
  const width = Math.max(2, space?.count ?? 1);
  return {
    label: 'last_action',
    offset,
    variable: build.local('k', 'int', B.exactly(0)),
    count: 1,
    stride: 0,
    value: ir.load(store, self),
    width,
    low: 1,
    names: space?.names ?? [],
  };
}

function flatAction(model: GameModel, agent: number, cls: number): IrExpr {
  let flat: IrExpr = ir.int(0);
  model.actionSpaces[model.classes[cls]?.actionSpace ?? 0]?.parts.forEach((part, k) => {
    if (part.kind !== 'finite') return;
    const chosen = ir.action(ir.int(agent), k, undefined, B.between(0, part.size - 1));
    flat = ir.binary('add', ir.binary('mul', flat, ir.int(part.size)), chosen);
  });
  return flat;
}
