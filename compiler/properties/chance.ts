/** Are chance and legality well defined, as far as the form of the game shows it? */
import { sumsToOne } from '../game/draws.ts';
import type { GameModel, IrStmt } from '../game/model.ts';
import { blocksOf } from '../game/parts.ts';
import { type Fact, proved } from './base.ts';

/** Every draw has probabilities in [0, 1] that sum to one and something to draw from, by its form; undefined where the form does not show it. */
export function wellFormedByForm(model: GameModel): Fact | undefined {
  const draws: IrStmt[] = [];
  const collect = (stmts: readonly IrStmt[]): void => {
    for (const stmt of stmts) {
      if (stmt.op === 'draw' || stmt.op === 'such_that') draws.push(stmt);
      for (const block of blocksOf(stmt)) collect(block);
    }
  };
  for (const stmts of [model.init, model.step, model.after]) collect(stmts);
  if (draws.length === 0) return proved('construction', 'nothing is drawn');
  return draws.every(safe) ? proved('construction', 'the form of every draw shows it') : undefined;
}

function safe(stmt: IrStmt): boolean {
  if (stmt.op !== 'draw') return false; // a condition may hold for nothing
  const { dist } = stmt;
  switch (dist.kind) {
    case 'uniform_int':
      return dist.count.bounds.low >= 1;
    case 'bernoulli':
      return dist.probability.bounds.low >= 0 && dist.probability.bounds.high <= 1;
    case 'categorical':
      return dist.weights.every(weight => weight.bounds.low >= 0) && sumsToOne(dist.weights);
    case 'uniform_real':
      return dist.low.bounds.high <= dist.high.bounds.low;
    case 'normal':
      return dist.deviation.bounds.low >= 0;
  }
}
