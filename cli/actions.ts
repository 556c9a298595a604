/** What an agent does, in the game's words. */
import type { ActionSpace } from '../compiler/game/model.ts';
import { shortNumber } from './text.ts';

/** `Up`, `(0.5 -1)`, `Up (0.5 -1)`: the name of the finite action, the real numbers, or both. */
export function actionText(space: ActionSpace | undefined, action: number, reals: readonly number[]): string {
  const name = space?.names[action] ?? `${action}`;
  if (reals.length === 0) return name;
  const numbers = reals.map(shortNumber).join(' ');
  return space?.count === 1 ? `(${numbers})` : `${name} (${numbers})`;
}
