/** Games: rewards and ends that play does not reach, observations that say nothing, agents without a choice. */
import type { GameDecl, GameItem, ObservePart, Span } from '../../grammar/ast.ts';
import type { Reporter } from '../diagnostics/report.ts';
import type { GameModel } from '../game/model.ts';
import { decide } from '../properties/facts.ts';
import { partsOf } from '../properties/observations.ts';
import { quickListing } from '../requirements/quick.ts';
import { factText } from '../requirements/verdict.ts';
import { shortestTo } from './plays.ts';

export interface LintedGame {
  readonly file: string;
  readonly text: string;
  /** Undefined for another name of a game: its parts stand elsewhere. */
  readonly decl: GameDecl | undefined;
  readonly name: Span;
  readonly model: GameModel;
}

export function lintGame(game: LintedGame, reporter: Reporter): void {
  rewards(game, reporter);
  choices(game, reporter);
  ends(game, reporter);
  horizon(game, reporter);
  scales(game, reporter);
  constants(game, reporter);
}

function itemSpan<K extends GameItem['kind']>({ decl, name }: LintedGame, kind: K): Span {
  return decl?.items.find(item => item.kind === kind)?.span ?? name;
}

function rewards(game: LintedGame, reporter: Reporter): void {
  const { model, file } = game;
  const fact = decide(model, 'rewards_reachable', () => quickListing(model));
  if (fact.status !== 'refuted') return;
  const span = model.oneShot ? itemSpan(game, 'Payoff') : itemSpan(game, 'Reward');
  reporter.report(file, span, 'reward-never-paid', { fact: factText(fact) });
}

function choices({ model, decl, name, file }: LintedGame, reporter: Reporter): void {
  for (const cls of model.classes) {
    const space = model.actionSpaces[cls.actionSpace];
    if (space === undefined || space.count > 1 || space.realSize > 0) continue;
    const declared = decl?.items.flatMap(item => (item.kind === 'Agents' ? item.classes : []));
    const span = declared?.find(one => one.name.text === cls.name)?.name.span ?? name;
    const agent = model.agents[cls.first]?.label ?? cls.name;
    reporter.report(file, span, 'single-action', { agent, action: space.names[0] ?? '' });
  }
}

/** Without discount or horizon returns are finite only where every behaviour comes to the end. */
function ends(game: LintedGame, reporter: Reporter): void {
  const { model, file } = game;
  const discount = typeof model.discount === 'number' ? model.discount : model.discount.toNumber();
  if (model.oneShot || discount < 1 || model.horizon !== undefined || model.end === undefined) return;
  const fact = decide(model, 'terminating', () => quickListing(model));
  if (fact.status !== 'refuted') return;
  const { name } = game;
  const fixes =
    game.decl === undefined
      ? []
      : [
          {
            title: 'Add `discount 0.99`',
            edits: [
              { file, span: { start: game.decl.span.end - 1, end: game.decl.span.end - 1 }, text: 'discount 0.99\n' },
            ],
          },
        ];
  const span = game.decl === undefined ? name : itemSpan(game, 'End');
  reporter.report(file, span, 'end-not-certain', { fact: factText(fact) }, { fixes });
}

function horizon(game: LintedGame, reporter: Reporter): void {
  const { model, file } = game;
  if (model.oneShot || model.horizon === undefined) return;
  const win = shortestTo(model, 'win');
  const end = win === Number.POSITIVE_INFINITY ? shortestTo(model, 'end') : undefined;
  const [steps, what] = end === undefined ? [win, 'a reward above 0'] : [end, 'the end'];
  if (steps === undefined || !Number.isFinite(steps) || steps <= model.horizon) return;
  const fact = `the shortest play to ${what} takes ${steps} steps, and the horizon is ${model.horizon}`;
  const item = game.decl?.items.find(one => one.kind === 'Horizon');
  const fixes =
    item?.kind === 'Horizon' && item.steps.kind === 'Number'
      ? [{ title: `Make the horizon ${steps}`, edits: [{ file, span: item.steps.span, text: `${steps}` }] }]
      : [];
  reporter.report(file, itemSpan(game, 'Horizon'), 'horizon-too-short', { fact }, { fixes });
}

/** Where an observed part is written. */
function partSpan({ decl, text, name }: LintedGame, label: string): Span {
  const parts = decl?.items.flatMap((item): readonly ObservePart[] => (item.kind === 'Observe' ? item.parts : []));
  const found = parts?.find(
    part => (part.name?.text ?? text.slice(part.value.span.start, part.value.span.end)) === label,
  );
  return found?.span ?? name;
}

function scales(game: LintedGame, reporter: Reporter): void {
  for (const cls of game.model.classes)
    for (const { label, value, width } of cls.observation.pieces) {
      if (width > 1 || (Number.isFinite(value.bounds.low) && Number.isFinite(value.bounds.high))) continue;
      const agent = game.model.agents[cls.first]?.label ?? cls.name;
      reporter.report(game.file, partSpan(game, label), 'unscaled-observation', { part: label, agent });
    }
}

/**
 * Parts that are one and the same in every reachable state for every agent of a class. Only what somebody chose to show counts:
 * without `observe` agents see the whole state, and a variable may change with the last step only.
 */
function constants(game: LintedGame, reporter: Reporter): void {
  const { model } = game;
  if (game.decl?.items.some(item => item.kind === 'Observe') !== true) return;
  for (const cls of model.classes) {
    const labels = [...new Set(cls.observation.pieces.map(piece => piece.label))];
    for (const label of labels) {
      const pieces = cls.observation.pieces.filter(piece => piece.label === label);
      if (!pieces.every(({ value }) => value.bounds.low === value.bounds.high)) continue;
      const agent = model.agents[cls.first]?.label ?? cls.name;
      const args = { part: label, agent, where: 'in every state' };
      reporter.report(game.file, partSpan(game, label), 'constant-observation', args);
    }
  }
  const { game: table } = quickListing(model);
  const numbers = table?.observedNumbers;
  if (model.oneShot || table === undefined || numbers === undefined || table.stateCount < 2) return;
  const n = table.agents.length;
  for (const cls of model.classes) {
    const first = numbers(cls.first, table.observation[cls.first] as number);
    const same = partsOf(cls.observation).filter(({ slots }) => slots.length > 0);
    let constant = same;
    for (let state = 0; state < table.stateCount && constant.length > 0; state++)
      for (let agent = cls.first; agent < cls.first + cls.count; agent++) {
        const seen = numbers(agent, table.observation[state * n + agent] as number);
        constant = constant.filter(({ slots }) => slots.every(slot => seen[slot] === first[slot]));
      }
    for (const { label } of constant) {
      const agent = model.agents[cls.first]?.label ?? cls.name;
      const args = { part: label, agent, where: `in all ${table.stateCount} reachable states` };
      reporter.report(game.file, partSpan(game, label), 'constant-observation', args);
    }
  }
}
