/** Legality and turns as something an agent is told: which of its actions it may take, and that it is asked at all. */
import * as B from '../elaborate/bounds.ts';
import * as ir from '../elaborate/ir.ts';
import type { AgentClass, GameModel, ObservationSpace } from '../game/model.ts';

/** One number per action of the class: is it legal? Undefined where every action always is. */
export function maskSpace(model: GameModel, cls: AgentClass): ObservationSpace | undefined {
  const legal = model.legal[cls.actionSpace];
  const count = model.actionSpaces[cls.actionSpace]?.count ?? 0;
  if (legal === undefined) return undefined;
  const { self } = cls.observation;
  return {
    length: count,
    self,
    prelude: [{ op: 'let', local: legal.self, value: ir.local(self) }],
    pieces: [
      { label: 'legal', offset: 0, variable: legal.action, count, stride: 1, value: legal.condition, width: 1, low: 0 },
    ],
  };
}

/** Does the agent act? Undefined where everybody always does. */
export function turnSpace(model: GameModel, cls: AgentClass): ObservationSpace | undefined {
  const { active } = model;
  if (active === undefined) return undefined;
  const { self } = cls.observation;
  const variable = { id: -1, name: 'k', scalar: 'int', bounds: B.exactly(0) } as const;
  return {
    length: 1,
    self,
    prelude: [{ op: 'let', local: active.self, value: ir.local(self) }],
    pieces: [{ label: 'turn', offset: 0, variable, count: 1, stride: 0, value: active.condition, width: 1, low: 0 }],
  };
}
