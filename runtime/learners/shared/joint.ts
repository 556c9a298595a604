/** Joint actions, numbered with the last agent fastest. An agent that does not act counts as taking its action 0. */
import type { Shape } from './shape.ts';

/** The agents' own actions in every joint action: `digits[u * agents + i]`. */
export function jointDigits(shape: Shape): Int32Array {
  const digits = new Int32Array(shape.jointCount * shape.agents);
  for (let u = 0; u < shape.jointCount; u++) {
    for (let i = 0; i < shape.agents; i++) {
      digits[u * shape.agents + i] = Math.floor(u / shape.jointStride[i]!) % shape.actionCount[i]!;
    }
  }
  return digits;
}

/** The joint action chosen in game e. */
export function jointOf(shape: Shape, actions: Int32Array, e: number): number {
  let joint = 0;
  for (let i = 0; i < shape.agents; i++) joint += actions[e * shape.agents + i]! * shape.jointStride[i]!;
  return joint;
}

/** May agent i take action a, by the row of masks that starts at `maskStart`? Who does not act takes action 0. */
export function allowed(shape: Shape, masks: Uint8Array, maskStart: number, i: number, a: number): boolean {
  const start = maskStart + shape.actionStart[i]!;
  if (masks[start + a] !== 0) return true;
  if (a !== 0) return false;
  for (let b = 1; b < shape.actionCount[i]!; b++) if (masks[start + b] !== 0) return false;
  return true;
}
