/** The looks of a report, and the script that walks through a replay. Neither holds a word of a user. */
import { colours } from './chart.ts';

export const style = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #666; --line: #ddd; --block: #f5f5f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e4; --paper: #17181a; --soft: #a0a0a0; --line: #3a3a3a; --block: #222426; } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 84rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1.05rem; }
h4, h5 { margin: .5rem 0 .25rem; font-size: .9rem; color: var(--soft); font-weight: 600; }
table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600; } tbody th { font-weight: 600; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; } .wide { overflow-x: auto; } .note { color: var(--soft); }
pre { background: var(--block); padding: .6rem .8rem; overflow-x: auto; font: 13px/1.35 ui-monospace, monospace; }
.sees { font: 13px/1.5 ui-monospace, monospace; color: var(--soft); overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem 2rem; } figure { margin: 0; }
figcaption { font-weight: 600; } figure svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 12px; } svg .up { text-anchor: end; dominant-baseline: middle; } svg .across { text-anchor: middle; }
.grid { stroke: var(--line); fill: none; } .axis, .tick { stroke: var(--soft); fill: none; }
.mean { fill: none; stroke-width: 2; stroke-linejoin: round; } .band { fill-opacity: .18; stroke: none; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; } .key { width: 28px; height: 10px; }
.steps { list-style: none; padding: 0; } .walk { display: flex; gap: .6rem; align-items: center; }
.walk input { flex: 1; max-width: 30rem; } summary { cursor: pointer; font-weight: 600; }
@media print { body { max-width: none; } }
${colours.map((colour, k) => `.mean.c${k} { stroke: ${colour}; } .band.c${k}, .dot.c${k} { fill: ${colour}; }`).join('\n')}
`.trim();

/** Puts a slider above every replay and shows one step at a time. */
export const script = `
for (const replay of document.querySelectorAll('.replay')) {
  const steps = [...replay.querySelectorAll('.steps > li')];
  if (steps.length < 2) continue;
  const walk = document.createElement('div');
  walk.className = 'walk';
  const slider = Object.assign(document.createElement('input'), { type: 'range', min: 0, max: steps.length - 1, value: 0 });
  slider.setAttribute('aria-label', 'step');
  const show = () => steps.forEach((step, k) => { step.hidden = k !== Number(slider.value); });
  const button = (text, by) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
    made.addEventListener('click', () => { slider.value = Number(slider.value) + by; show(); });
    return made;
  };
  slider.addEventListener('input', show);
  walk.append(button('back', -1), slider, button('next', 1));
  replay.querySelector('summary').after(walk);
  show();
}
`.trim();
