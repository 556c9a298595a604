/** A game at a table as markup, and the script that sends the player's choices. */
import { html, type Markup } from '../../runtime/report/markup.ts';
import { figure } from '../../runtime/train/figures.ts';
import { showScript } from './page.ts';
import type { Choice, Move, Refusal, Seat, Taken, View } from './table.ts';

/** Actions of an agent that are shown as buttons; more are a list to choose from. */
const mostButtons = 16;
/** Agents that are shown; a swarm of hundreds has no place. */
const mostSeats = 48;

/** What the script of the panel sends. */
export type Sent = { readonly kind: 'ready' } | { readonly kind: 'move'; readonly move: Move };

/** The panel's content. @param last what was shown before a move that was refused */
export function tableMarkup(found: View | Refusal, last?: View): string {
  if ('problem' in found) {
    const problem = html`<p class="problem" role="alert">${found.problem}</p>`;
    return last === undefined
      ? html`${problem}<p class="note">The panel follows the file: put it right, and the game begins.</p>`.text
      : html`${problem}${viewMarkup(last)}`.text;
  }
  return viewMarkup(found).text;
}

function viewMarkup(view: View): Markup {
  const { game, parameters, seed, episode, time, ended, state, seats, taken, note } = view;
  const running = ended === 'running';
  const acting = seats.filter(seat => seat.acts);
  const [only] = acting;
  // One agent to choose for, and nothing but an action to choose: a click is a move.
  const atOnce = running && acting.length === 1 && only !== undefined && only.reals.length === 0 && few(only);
  const shown = seats.slice(0, mostSeats);
  return html`<h1>${game}</h1>
<p class="note">${parameters === '' ? '' : `${parameters} · `}episode ${episode + 1} · ${status(view)}</p>
${note === undefined ? undefined : html`<p class="note" role="status">${note}</p>`}<div class="bar">
${running && !atOnce ? html`<button id="step" data-move="step">${acting.length === 0 ? 'Go on' : 'Step'}</button>` : undefined}
${running ? html`<button id="random" class="second" data-move="random" title="Chance chooses for everybody">Random step</button>` : undefined}
${running ? undefined : html`<button id="next" data-move="next">Next episode</button>`}
<button id="undo" class="second" data-move="undo"${taken.length === 0 ? html` disabled` : undefined}>Undo</button>
<button id="restart" class="second" data-move="restart">Restart</button>
<label>seed <input id="seed" type="number" min="0" step="1" value="${seed}"></label>
</div>
${state === '' ? undefined : html`<h2>State after ${counted(time, 'step')}</h2><pre>${state}</pre>`}
<h2>What each agent sees</h2>
<div class="seats" data-at-once="${String(atOnce)}">${shown.map((seat, agent) => seatMarkup(seat, agent, running))}</div>
${seats.length > shown.length ? html`<p class="note">and ${seats.length - shown.length} agents more, left to chance</p>` : undefined}
${taken.length === 0 ? undefined : history(view)}`;
}

function status({ ended, time, seats }: View): string {
  if (ended === 'terminated') return `the game has ended after ${counted(time, 'step')}`;
  if (ended === 'truncated') return `the horizon has cut the game after ${counted(time, 'step')}`;
  const acting = seats.filter(seat => seat.acts).map(seat => seat.label);
  if (acting.length === 0) return 'nobody acts now';
  if (acting.length === seats.length && acting.length > 1) return 'everybody acts at once';
  return acting.length > 6 ? `${acting.length} agents act` : `to act: ${acting.join(', ')}`;
}

function seatMarkup(seat: Seat, agent: number, running: boolean): Markup {
  const { label, acts, sees, reward, total } = seat;
  return html`<section class="seat${acts || !running ? '' : ' idle'}" data-agent="${agent}" data-acts="${String(acts)}">
<h3>${label}<span class="number">${reward === undefined ? '' : `reward ${figure(reward)} · `}return ${figure(total)}</span></h3>
${sees.length === 0 ? html`<p class="note">sees nothing</p>` : html`<pre class="sees">${sees.join('\n')}</pre>`}
${acts ? choices(seat, agent) : undefined}
</section>`;
}

function choices({ label, legal, reals }: Seat, agent: number): Markup {
  const finite = legal.length > 1 || reals.length === 0;
  const buttons = html`<fieldset class="choices"><legend>chooses</legend>${legal.map(
    ({ action, name }) =>
      html`<label><input type="radio" name="a${agent}" id="a${agent}-${action}" value="${action}">${name}</label>`,
  )}</fieldset>`;
  const list = html`<label>chooses <select id="a${agent}" name="a${agent}"><option value="">(chance)</option>${legal.map(
    ({ action, name }) => html`<option value="${action}">${name}</option>`,
  )}</select></label>`;
  const numbers = html`<div class="reals">${reals.map(
    ({ name, low, high }, k) =>
      html`<label for="r${agent}-${k}">${name}</label><input id="r${agent}-${k}" type="number" step="any" data-real aria-label="${name} of ${label}"${bound('min', low)}${bound('max', high)}>`,
  )}</div>`;
  return html`${finite ? (legal.length <= mostButtons ? buttons : list) : html`<input type="hidden" data-only value="${legal[0]?.action ?? 0}">`}${reals.length === 0 ? undefined : numbers}`;
}

function few({ legal }: Seat): boolean {
  return legal.length <= mostButtons;
}

function bound(name: 'min' | 'max', value: number): Markup | undefined {
  if (!Number.isFinite(value)) return undefined;
  return name === 'min' ? html` min="${value}"` : html` max="${value}"`;
}

function history({ taken, seats, time }: View): Markup {
  const agents = seats.slice(0, 12).map(seat => seat.label);
  const rows = [...taken].reverse().map((step, k) => row(step, time - k, agents));
  return html`<h2>Steps</h2><table><thead><tr><th scope="col">step</th><th scope="col">actions</th>${agents.map(
    agent => html`<th scope="col">${agent}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table>`;
}

function row({ actions, rewards }: Taken, number: number, agents: readonly string[]): Markup {
  const done = actions.map(
    ({ agent, action, byChance }, k) =>
      html`${k === 0 ? '' : ', '}<span${byChance ? html` class="chance" title="left to chance"` : undefined}>${agent} ${action}</span>`,
  );
  return html`<tr><td class="number">${number}</td><td>${done.length === 0 ? 'nobody acted' : done}</td>${agents.map(
    (_, k) => html`<td class="number">${figure(rewards[k] ?? 0)}</td>`,
  )}</tr>`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Collects the choices of all agents; an agent without one is left to chance. */
export const tableScript = `
${showScript}
const choiceOf = seat => {
  if (seat.dataset.acts !== 'true') return null;
  const chosen = seat.querySelector('input[type=radio]:checked, select, [data-only]');
  const reals = [...seat.querySelectorAll('[data-real]')];
  if (!chosen || chosen.value === '' || reals.some(field => field.value === '')) return null;
  return { action: Number(chosen.value), reals: reals.map(field => Number(field.value)) };
};
const send = move => api.postMessage({ kind: 'move', move });
const step = random => {
  const seats = [...main.querySelectorAll('.seat')];
  send({ kind: 'step', choices: seats.map(seat => (random ? null : choiceOf(seat))) });
};
main.addEventListener('click', event => {
  const kind = event.target.closest('[data-move]')?.dataset.move;
  if (kind === 'step' || kind === 'random') step(kind === 'random');
  else if (kind === 'restart') send({ kind, seed: Math.max(0, Math.floor(Number(document.getElementById('seed').value)) || 0) });
  else if (kind) send({ kind });
});
main.addEventListener('change', event => {
  if (event.target.type === 'radio' && event.target.closest('[data-at-once=true]')) step(false);
});
main.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('[data-real], select, input[type=radio]')) step(false);
});
`.trim();

/** What came from the panel, checked: a page is not trusted with the shape of what it sends. */
export function received(message: unknown): Sent | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind, move } = message as { kind?: unknown; move?: unknown };
  if (kind === 'ready') return { kind };
  if (kind !== 'move' || typeof move !== 'object' || move === null) return undefined;
  const { kind: what, choices: given, seed } = move as { kind?: unknown; choices?: unknown; seed?: unknown };
  switch (what) {
    case 'undo':
    case 'next':
      return { kind, move: { kind: what } };
    case 'restart':
      return Number.isSafeInteger(seed) && (seed as number) >= 0
        ? { kind, move: { kind: what, seed: seed as number } }
        : { kind, move: { kind: what } };
    case 'step':
      return Array.isArray(given) ? { kind, move: { kind: what, choices: given.map(choiceFrom) } } : undefined;
    default:
      return undefined;
  }
}

function choiceFrom(value: unknown): Choice | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { action, reals } = value as { action?: unknown; reals?: unknown };
  if (!Number.isSafeInteger(action) || !Array.isArray(reals)) return undefined;
  return { action: action as number, reals: reals.map(Number) };
}
