/** One episode, step by step, for people to read. */
import { figure } from '../train/figures.ts';
import { html, type Markup } from './markup.ts';

export interface ReplayedAgent {
  readonly name: string;
  /** What it sees, short. */
  readonly sees: string;
  /** What it does; undefined where it does not act. */
  readonly action: string | undefined;
  readonly reward: number;
}

export interface ReplayedStep {
  /** The state before the step, as text: boards as boards. */
  readonly state: string;
  readonly agents: readonly ReplayedAgent[];
}

export interface Replay {
  readonly seed: number;
  /** Number of the evaluation among those of the seed, and of the episode in it. */
  readonly evaluation: number;
  readonly episode: number;
  readonly return: number;
  /** By agent. */
  readonly returns: readonly number[];
  /** Steps of the whole episode; the first of them are in `steps`. */
  readonly length: number;
  readonly steps: readonly ReplayedStep[];
  /** The state at the end; undefined where not all steps are shown. */
  readonly end: string | undefined;
  readonly ended: 'terminated' | 'truncated' | 'cut';
}

/** Agents whose returns the title names. */
const mostAgents = 8;

const endings = {
  terminated: 'the game has ended',
  truncated: 'the horizon has cut the game',
  cut: 'the episode did not end and was cut',
} as const;

/** All steps in order; the page's script lets one go through them, and without it they stand one below the other. */
export function replayMarkup(title: string, replay: Replay, open: boolean): Markup {
  const { steps, length, end } = replay;
  const names = (steps[0]?.agents ?? []).map(({ name }) => name);
  const apart = replay.returns.some(value => value !== replay.returns[0]);
  const each = names.slice(0, mostAgents).map((name, i) => `${name} ${figure(replay.returns[i] ?? 0)}`);
  const returns = apart ? `${figure(replay.return)} (${each.join(', ')})` : figure(replay.return);
  const summary = `${title}: return ${returns} in ${length} step${length === 1 ? '' : 's'} (seed ${replay.seed}, evaluation ${replay.evaluation + 1}, episode ${replay.episode + 1})`;
  const more = length > steps.length ? html`<p class="note">and ${length - steps.length} more steps</p>` : undefined;
  return html`<details class="replay"${open ? html` open` : undefined}><summary>${summary}</summary>
<ol class="steps">
${steps.map((step, k) => stepMarkup(step, k))}${
  end === undefined
    ? undefined
    : html`<li><h5>after step ${length}: ${endings[replay.ended]}</h5>${stateMarkup(end)}</li>
`
}</ol>${more}
</details>`;
}

function stepMarkup({ state, agents }: ReplayedStep, k: number): Markup {
  const rows = agents.map(
    ({ name, sees, action, reward }) =>
      html`<tr><th scope="row">${name}</th><td class="sees">${sees}</td><td>${action ?? '-'}</td><td class="number">${figure(reward)}</td></tr>
`,
  );
  return html`<li><h5>step ${k + 1}</h5>${stateMarkup(state)}
<table><thead><tr><th scope="col">agent</th><th scope="col">sees</th><th scope="col">does</th><th scope="col">reward</th></tr></thead><tbody>
${rows}</tbody></table></li>
`;
}

function stateMarkup(state: string): Markup | undefined {
  return state === '' ? undefined : html`<pre>${state}</pre>`;
}
