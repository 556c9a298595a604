/** How a joint action and what it brings to every agent stand in a sentence: who reads it in a hurry sees where one ends. */

/** Of more agents than this only the first are listed; the witness has all of them beside it. */
const listed = 6;

/** `(Row Defect, Column Cooperate)`, `A North` where one agent chooses, empty where none does; `choices` as `namedAction` gives them. */
export function jointText(choices: Readonly<Record<string, string>>): string {
  const parts = Object.entries(choices).flatMap(([agent, action]) =>
    action === '-' || action === '' ? [] : [`${agent} ${action}`],
  );
  return parts.length < 2 ? (parts[0] ?? '') : `(${cut(parts).join(', ')})`;
}

/** `Row gets -5 and Column gets 0` */
export function getsText(agents: readonly string[], amounts: readonly string[]): string {
  const parts = agents.map((agent, i) => `${agent} gets ${amounts[i]}`);
  if (parts.length > listed || parts.length < 2) return cut(parts).join(', ');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `Row -5, Column 0` */
export function amountsText(agents: readonly string[], amounts: readonly string[]): string {
  return cut(agents.map((agent, i) => `${agent} ${amounts[i]}`)).join(', ');
}

/** `A, B and C` */
export function namesText(agents: readonly string[]): string {
  if (agents.length > listed) return cut(agents).join(', ');
  return agents.length < 2 ? (agents[0] ?? '') : `${agents.slice(0, -1).join(', ')} and ${agents.at(-1)}`;
}

function cut(parts: readonly string[]): readonly string[] {
  return parts.length <= listed ? parts : [...parts.slice(0, listed - 1), '...'];
}
