/**
 * The frame of a panel. What a panel shows is markup made on the editor's side, with every text of a user escaped; the frame only puts it
 * in and sends clicks back. A content security policy lets nothing else in: no network, no style or script but these.
 */
import { colours } from '../../runtime/report/chart.ts';
import { html, type Markup, trusted } from '../../runtime/report/markup.ts';

/** The whole page of a panel. @param nonce fresh for every page @param script of ours, never of a user */
export function framePage(title: string, nonce: string, script: string): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  const page: Markup = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${trusted(style)}</style>
</head>
<body>
<main><p class="note">…</p></main>
<script nonce="${nonce}">${trusted(script)}</script>
</body>
</html>
`;
  return `<!doctype html>${page.text}`;
}

/** Colours are those of the editor's theme; the lines of a curve have their own, which everybody can tell apart. */
export const style = `
:root { --ink: var(--vscode-foreground); --soft: var(--vscode-descriptionForeground); --line: var(--vscode-panel-border, rgba(128,128,128,.35)); --block: var(--vscode-textCodeBlock-background); }
body { color: var(--ink); font: var(--vscode-font-size, 13px)/1.45 var(--vscode-font-family, sans-serif); padding: .75rem 1.25rem 2rem; }
h1 { font-size: 1.35em; margin: 0 0 .2rem; font-weight: 600; } h2 { font-size: 1.05em; margin: 1.1rem 0 .35rem; font-weight: 600; }
.note { color: var(--soft); margin: .15rem 0 .6rem; } .problem { color: var(--vscode-errorForeground); } [hidden] { display: none; }
pre { background: var(--block); margin: 0; padding: .5rem .75rem; overflow-x: auto; font: var(--vscode-editor-font-size, 12px)/1.4 var(--vscode-editor-font-family, monospace); }
button { color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 1px solid var(--vscode-button-border, transparent); border-radius: 3px; padding: .28rem .8rem; font: inherit; cursor: pointer; }
button.second { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
button:hover { background: var(--vscode-button-hoverBackground); } button.second:hover { background: var(--vscode-button-secondaryHoverBackground); }
button:disabled { opacity: .45; cursor: default; } :focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
input[type=number], select { color: var(--vscode-input-foreground); background: var(--vscode-input-background); border: 1px solid var(--vscode-input-border, var(--line)); border-radius: 3px; padding: .2rem .35rem; font: inherit; }
input[type=number] { width: 7em; } .bar { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .6rem 0; } .bar .gap { flex: 1; }
.seats { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .75rem; }
.seat { border: 1px solid var(--line); border-radius: 5px; padding: .6rem .75rem; min-width: 0; } .seat.idle { opacity: .75; }
.seat h3 { margin: 0 0 .35rem; font-size: 1em; display: flex; gap: .5rem; } .seat h3 .number { margin-left: auto; color: var(--soft); font-weight: 400; }
.sees { margin: 0 0 .5rem; } .sees dt { color: var(--soft); } .choices { display: flex; flex-wrap: wrap; gap: .3rem; border: 0; margin: 0; padding: 0; }
.choices legend { color: var(--soft); padding: 0 0 .2rem; } .choices label { border: 1px solid var(--line); border-radius: 3px; padding: .12rem .5rem; cursor: pointer; }
.choices label:has(:checked) { background: var(--vscode-list-activeSelectionBackground); color: var(--vscode-list-activeSelectionForeground); }
.choices label:has(:focus-visible) { outline: 1px solid var(--vscode-focusBorder); } .choices input[type=radio] { position: absolute; opacity: 0; width: 0; }
.reals { display: grid; grid-template-columns: auto 1fr; gap: .25rem .5rem; align-items: center; margin-top: .4rem; }
table { border-collapse: collapse; } th, td { padding: .12rem .9rem .12rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); border-bottom: 1px solid var(--line); } .number { font-variant-numeric: tabular-nums; } .chance { color: var(--soft); font-style: italic; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem 2rem; } .charts figure:only-child { grid-column: 1 / -1; max-width: 56rem; }
figure { margin: 0; } figcaption { font-weight: 600; } figure svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 12px; } svg .up { text-anchor: end; dominant-baseline: middle; } svg .across { text-anchor: middle; }
.grid { stroke: var(--line); fill: none; } .axis, .tick { stroke: var(--soft); fill: none; }
.mean { fill: none; stroke-width: 2; stroke-linejoin: round; } .band { fill-opacity: .18; stroke: none; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; } .key { width: 28px; height: 10px; }
progress { appearance: none; width: 14rem; height: .5em; vertical-align: middle; } progress::-webkit-progress-bar { background: var(--line); } progress::-webkit-progress-value { background: var(--vscode-progressBar-background); }
.vscode-dark svg :is(.mean, .dot) { filter: brightness(1.45); } .vscode-dark .band { fill-opacity: .3; }
${colours.map((colour, k) => `.mean.c${k} { stroke: ${colour}; } .band.c${k}, .dot.c${k} { fill: ${colour}; }`).join('\n')}
`.trim();

/** Puts in what arrives. Scrolling and the focused control stay where they were. */
export const showScript = `
const api = acquireVsCodeApi();
const main = document.querySelector('main');
addEventListener('message', ({ data }) => {
  const focused = document.activeElement?.id;
  main.innerHTML = data.html;
  if (focused) document.getElementById(focused)?.focus();
});
api.postMessage({ kind: 'ready' });
`.trim();
