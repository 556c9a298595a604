import type { TabularGame } from '../games/tabular.ts';

/** The states with every state after those it can lead to, as far as cycles allow: components in the order of Tarjan (1972). */
export interface Order {
  readonly states: Int32Array;
  readonly acyclic: boolean;
}

export function evaluationOrder(game: TabularGame): Order {
  const count = game.stateCount;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open = new Uint8Array(count);
  const edge = new Int32Array(count);
  const order = new Int32Array(count);
  const stack: number[] = [];
  const path: number[] = [];
  let next = 0;
  let done = 0;
  let acyclic = true;
  const firstEdge = (s: number) => game.outcomeStart[game.jointStart[s] as number] as number;
  const lastEdge = (s: number) => game.outcomeStart[game.jointStart[s + 1] as number] as number;
  const enter = (s: number) => {
    index[s] = low[s] = next++;
    open[s] = 1;
    edge[s] = firstEdge(s);
    stack.push(s);
    path.push(s);
  };
  for (let root = 0; root < count; root++) {
    if ((index[root] as number) >= 0) continue;
    enter(root);
    while (path.length > 0) {
      const s = path.at(-1) as number;
      if ((edge[s] as number) < lastEdge(s)) {
        const o = edge[s] as number;
        edge[s] = o + 1;
        const t = game.outcomeState[o] as number;
        if (t < 0 || (game.outcomeProbability[o] as number) === 0) continue;
        if (t === s) acyclic = false;
        if ((index[t] as number) < 0) enter(t);
        else if (open[t] === 1 && (index[t] as number) < (low[s] as number)) low[s] = index[t] as number;
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined && (low[s] as number) < (low[parent] as number)) low[parent] = low[s] as number;
      if (low[s] === index[s]) {
        let size = 0;
        let t = -1;
        while (t !== s) {
          t = stack.pop() as number;
          open[t] = 0;
          order[done++] = t;
          size++;
        }
        if (size > 1) acyclic = false;
      }
    }
  }
  return { states: order, acyclic };
}
