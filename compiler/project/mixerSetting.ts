/** `mixer = TwoLayer(embed: 32)`: the mixer made for the team and the state of the training's game, and what the algorithm needs of it. */
import type { Expr, Span } from '../../grammar/ast.ts';
import type { MixerSizes } from '../../runtime/mixers/model.ts';
import type { MixerSetting, SettingDoc } from '../../runtime/train/spec.ts';
import type { MixerFact } from '../api.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import { type Argument, showConstant } from '../elaborate/params.ts';
import type { GameModel } from '../game/model.ts';
import { checkMixer } from '../mixers/check.ts';
import { elaborateMixer } from '../mixers/elaborate.ts';
import { argumentsOf } from '../networks/elaborate.ts';
import { needsText } from '../requirements/base.ts';
import { type FoundMixer, reportUnknownMixer } from './declared.ts';
import type { Around } from './settings.ts';

/** The setting as written; undefined after a problem was reported, and where there is no game to make it for. */
export function mixerSetting(ctx: Context, e: Expr, doc: SettingDoc, around: Around): MixerSetting | undefined {
  const call = e.kind === 'Call' ? e : undefined;
  const callee = call?.callee ?? e;
  if (callee.kind !== 'NameExpr') {
    const expected = 'a mixer such as `TwoLayer(embed: 32)`';
    report(ctx, e.span, 'bad-setting', { name: doc.name, expected, found: `\`${sourceText(ctx, e.span)}\`` });
    return undefined;
  }
  const found = around.declared.mixer(callee.name.text);
  if (found === undefined) {
    reportUnknownMixer(ctx, around.declared, callee.name.text, callee.name.span);
    return undefined;
  }
  const args = argumentsOf(ctx, found, call);
  return args === undefined ? undefined : made(ctx, found, args, doc, around, e.span);
}

/** The mixer of the library that the algorithm has where none is given. */
export function defaultMixer(
  ctx: Context,
  name: string,
  doc: SettingDoc,
  around: Around,
  at: Span,
): MixerSetting | undefined {
  const found = around.declared.libraryMixer(name);
  return found === undefined ? undefined : made(ctx, found, new Map(), doc, around, at);
}

function made(
  ctx: Context,
  found: FoundMixer,
  args: ReadonlyMap<string, Argument>,
  doc: SettingDoc,
  around: Around,
  at: Span,
): MixerSetting | undefined {
  const { decl } = found;
  const missing = decl.params.find(param => param.default === undefined && !args.has(param.name.text));
  if (missing !== undefined) {
    report(ctx, at, 'missing-argument', { name: missing.name.text, of: decl.name.text });
    return undefined;
  }
  const checked = checkMixer(found.ctx, decl, args);
  if (checked === undefined) return undefined;
  if (doc.free !== true && !meetsNeed(ctx, found, checked.facts, around, at)) return undefined;
  if (around.model === undefined) return undefined;
  const source = elaborateMixer(found.ctx, decl, args, mixerSizes(around.model));
  if (source === undefined) return undefined;
  const shown = [...args].map(([name, { value }]) => `${name}: ${showConstant(value)}`);
  const name = shown.length === 0 ? decl.name.text : `${decl.name.text}(${shown.join(', ')})`;
  return { name, model: source.model };
}

/** What a mixer is made for. A state, or an observation, of no numbers counts as one number (which is always 1). */
export function mixerSizes(model: GameModel): MixerSizes {
  const { agents, classes, actionSpaces, globalState } = model;
  return {
    agents: agents.length,
    state: Math.max(1, globalState.length),
    features: Math.max(1, ...classes.map(cls => cls.observation.length)),
    actions: Math.max(1, ...classes.map(cls => actionSpaces[cls.actionSpace]?.count ?? 1)),
  };
}

/**
 * All of them are needed. An additive mixer may fall, and a monotonic one that reads `actions` may be highest elsewhere, but every
 * algorithm here acts greedily by agent and takes the total there for the highest: that is IGM.
 */
const properties = { additive: ['additive', 'igm'], monotonic: ['monotonic', 'igm'], complete: ['igm'] } as const;
const instead = { additive: 'Sum', monotonic: 'TwoLayer', complete: 'Duplex' } as const;

/** Is the mixer proved to be what the algorithm rests on? */
function meetsNeed(
  ctx: Context,
  { decl, ctx: own }: FoundMixer,
  facts: () => readonly MixerFact[],
  { row }: Around,
  at: Span,
): boolean {
  const need = row?.requires.find(requirement => requirement.kind === 'mixer');
  if (row === undefined || need?.kind !== 'mixer') return true;
  const wanted: readonly string[] = properties[need.claim];
  const first = facts().find(fact => wanted.includes(fact.property) && fact.status !== 'proved');
  if (first === undefined || first.status === 'proved') return true;
  const refuted = first.status === 'refuted';
  const why = refuted ? `${first.why}. ${first.witness.replace(/\.$/, '')}` : first.why;
  const itself = first.property !== 'igm' || need.claim === 'complete';
  const what = itself
    ? refuted
      ? 'is none'
      : 'is not proved to be one'
    : `${refuted ? 'breaks' : 'is not proved to keep'} IGM, by which greedy actions maximise the total`;
  const fact = `\`${decl.name.text}\` ${what}: ${why}`;
  const remedy = `Use \`std.mixers.${instead[need.claim]}\`, or claim it at the end of the mixer to see which term breaks it.`;
  const related = [{ at: { file: own.file, span: decl.name.span }, message: `\`${decl.name.text}\` is declared here` }];
  report(ctx, at, 'does-not-fit', { algorithm: row.name, needs: needsText(need), fact, remedy }, { related });
  return false;
}
