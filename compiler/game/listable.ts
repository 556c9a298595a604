/** Why the states of a game cannot be listed, whatever their number. */
import { spaceOf } from './evaluateMemory.ts';
import type { GameModel } from './model.ts';

/** The first variable or action without finitely many values, with what to write instead; undefined where all have. */
export function notListable(model: GameModel): string | undefined {
  const real = model.state.find(store => store.scalar !== 'int');
  if (real !== undefined) return `\`${real.name}\` is a real number, so that the states cannot be listed`;
  const open = model.state.find(({ bounds }) => !Number.isFinite(bounds.low) || !Number.isFinite(bounds.high));
  if (open !== undefined)
    return `\`${open.name}\` is an \`int\` without a range, so that the states cannot be listed (give it one, as in \`${open.name}: 0..3\`)`;
  const agent = model.agents.find(({ cls }) => spaceOf(model, cls).realSize > 0);
  return agent === undefined
    ? undefined
    : `the actions of ${agent.label} hold real numbers, so that its choices cannot be listed`;
}
