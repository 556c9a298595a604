/** `repeated(G, rounds, memory)`: a one-step game played again and again; everyone observes the last joint actions. */
import type { GameModel, IrExpr, IrStmt, ObservationPiece, Store, ViewValue } from '../game/model.ts';
import * as B from './bounds.ts';
import type { Builder } from './context.ts';
import * as ir from './ir.ts';

export interface Repetition {
  readonly rounds: number | undefined;
  readonly memory: number;
  readonly horizon: number | undefined;
  readonly discount: GameModel['discount'] | undefined;
}

/** The stage game must be one-shot with finite actions. Stores are added to those of the stage. */
export function repeat(build: Builder, stage: GameModel, name: string, options: Repetition): GameModel {
  const n = stage.agents.length;
  const counts = stage.agents.map(agent => stage.actionSpaces[stage.classes[agent.cls]?.actionSpace ?? 0]?.count ?? 1);
  const most = Math.max(...counts);
  const state: Store[] = [];
  const init: IrStmt[] = [];
  const step: IrStmt[] = [...stage.step];
  const view: { name: string; value: ViewValue }[] = [];
  // Round r ago, agent i: 0 before anything was played, else 1 + the action.
  const memory = Array.from({ length: options.memory }, (_, r) => {
    const bounds = B.between(0, most);
    const next = build.store(`next_last_${r + 1}`, 'int', bounds, n, { kind: 'next' });
    const store = build.store(`last_${r + 1}`, 'int', bounds, n, { kind: 'state', next });
    state.push(store);
    return { store, next };
  });
  memory.forEach(({ store, next }, r) => {
    for (let i = 0; i < n; i++) {
      init.push({ op: 'store', store, index: ir.int(i), value: ir.int(0) });
      const previous = memory[r - 1];
      const value = previous === undefined ? played(stage, i) : ir.load(previous.store, ir.int(i));
      step.push({
        op: 'store',
        store: next,
        index: ir.int(i),
        value: previous === undefined ? ir.binary('add', value, ir.int(1)) : value,
      });
    }
    const items = stage.agents.map((agent, i): ViewValue => {
      const names = stage.actionSpaces[stage.classes[agent.cls]?.actionSpace ?? 0]?.names ?? [];
      return { kind: 'named', store, offset: i, low: 0, names: ['-', ...names] };
    });
    view.push({
      name: r === 0 ? 'last' : `last_${r + 1}`,
      value: { kind: 'array', keys: stage.agents.map(a => a.label), items, board: undefined },
    });
  });
  const rounds = options.rounds;
  const playedAfter = ir.binary('add', ir.time(rounds ?? options.horizon ?? Infinity), ir.int(1));
  const end = rounds === undefined ? undefined : ir.binary('ge', playedAfter, ir.int(rounds));
  const classes = stage.classes.map(cls => {
    const self = build.local('self', 'int', B.between(cls.first, cls.first + cls.count - 1));
    const pieces: ObservationPiece[] = [];
    let offset = 0;
    memory.forEach(({ store }, r) => {
      for (let i = 0; i < n; i++) {
        const count = counts[i] as number;
        const variable = build.local('k', 'int', B.exactly(0));
        const label = `${stage.agents[i]?.label} ${r + 1} round${r === 0 ? '' : 's'} ago`;
        pieces.push({
          label,
          offset,
          variable,
          count: 1,
          stride: 0,
          value: ir.load(store, ir.int(i)),
          width: Math.max(2, count),
          low: 1,
          names: stage.actionSpaces[stage.classes[stage.agents[i]?.cls ?? 0]?.actionSpace ?? 0]?.names ?? [],
        });
        offset += Math.max(2, count);
      }
    });
    return { ...cls, observation: { length: offset, self, prelude: [], pieces } };
  });
  const params = [
    ...(rounds === undefined ? [] : [{ name: 'rounds', value: `${rounds}` }]),
    { name: 'memory', value: `${options.memory}` },
  ];
  return {
    ...stage,
    name,
    params: [...stage.params, ...params],
    classes,
    stores: build.stores,
    state,
    view,
    // Everybody remembers the same rounds, and there is nothing else.
    globalState: (classes[0] as (typeof classes)[number]).observation,
    init,
    step,
    end: rounds === 1 ? ir.bool(true) : end,
    horizon: options.horizon,
    discount: options.discount ?? stage.discount,
    usesTime: stage.usesTime || (rounds !== undefined && rounds > 1),
    movesReadTime: stage.movesReadTime !== false || (rounds !== undefined && rounds > 1),
    hasChance: stage.hasChance,
    finite: stage.finite,
    oneShot: state.length === 0 && rounds === 1,
  };
}

/** The flat action of agent i. */
function played(stage: GameModel, i: number): IrExpr {
  const space = stage.actionSpaces[stage.classes[stage.agents[i]?.cls ?? 0]?.actionSpace ?? 0];
  let flat: IrExpr = ir.int(0);
  space?.parts.forEach((part, k) => {
    if (part.kind === 'finite')
      flat = ir.binary(
        'add',
        ir.binary('mul', flat, ir.int(part.size)),
        ir.action(ir.int(i), k, undefined, B.between(0, part.size - 1)),
      );
  });
  return flat;
}
