/** `marl info FILE[:Game]`: what kind of game it is, and what is known of it, with how it is known. */
import { knowledgeTable } from '../../compiler/effects/knowledge.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import type { Fact, Place, Witness } from '../../compiler/properties/base.ts';
import { type RewardBounds, rewardBounds } from '../../compiler/properties/bounds.ts';
import { classify } from '../../compiler/properties/classify.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { joinedBounds, rangeText } from '../bounds.ts';
import { allFactLines, mainFactLines } from '../factLines.ts';
import { exitCode, type Io } from '../io.ts';
import { knowledgeJson, knowledgeLines } from '../knowledge.ts';
import { chosenMixer, describeMixer } from '../mixers.ts';
import { sayNext } from '../next.ts';
import { chooseGame, modelOf, openProgram, type ProgramOptions } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { type Listing, Study } from '../study.ts';
import { counted, grouped, shortNumber } from '../text.ts';

export async function info(
  io: Io,
  typed: string,
  options: ProgramOptions & { readonly states: number; readonly fits?: boolean; readonly all?: boolean },
): Promise<number> {
  const reply = new Reply(io, 'info', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const mixer = chosenMixer(opened.value);
  if (mixer !== undefined) return describeMixer(reply, mixer, opened.value);
  const chosen = chooseGame(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { program, overrides } = opened.value;
  const built = modelOf(reply, program.instantiate(chosen.value.name, overrides), program.sources);
  if (built.exit !== undefined) return built.exit;
  const model = built.value;
  const listed = new Study(options.states).list(model);
  if (options.fits === true) return (await import('./fits.ts')).fits(reply, model, listed, program);
  const facts = factsOf(model, listed, { search: 'thorough' });
  const cls = classify(model, listed.game, facts);

  if (reply.json) {
    reply.object(true, {
      name: model.name,
      doc: model.doc ?? null,
      class: cls.words,
      kind: cls.kind,
      rewards: cls.rewards,
      observed: cls.observed,
      params: Object.fromEntries(model.params.map(p => [p.name, p.value])),
      agents: agentsOf(model),
      facts: Object.entries(facts).map(([property, fact]) => jsonFact(property, fact)),
      states: listed.game === undefined ? null : listed.game.stateCount + listed.game.terminalCount,
      terminals: listed.game?.terminalCount ?? null,
      statesNote: listed.game === undefined ? listed.why : null,
      horizon: model.horizon ?? null,
      discount: asNumber(model.discount),
      rewardBounds: rewardBounds(model, listed).map(({ agent, low, high, exact }) => ({
        agent,
        low: Number.isFinite(low) ? low : null,
        high: Number.isFinite(high) ? high : null,
        exact,
      })),
      knowledge: knowledgeJson(knowledgeTable(model)),
      diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
    });
    return exitCode.done;
  }

  const params = model.params.map(p => `${p.name} = ${p.value}`).join(', ');
  reply.say(`${model.name}${params === '' ? '' : ` (${params})`}: ${cls.words}`);
  if (model.doc !== undefined) for (const line of model.doc.trim().split('\n')) reply.say(`  ${line}`);
  reply.say();
  for (const line of spaces(model)) reply.say(line);
  reply.say(`states    ${statesText(listed)}`);
  reply.say(`horizon   ${model.horizon === undefined ? 'none' : counted(model.horizon, 'step')}`);
  reply.say(
    `discount  ${model.discount instanceof Rational ? model.discount.toString() : shortNumber(model.discount)}`,
  );
  for (const bounds of joinedBounds(rewardBounds(model, listed))) reply.say(`reward    ${boundsText(bounds)}`);
  for (const line of options.all === true ? allFactLines(facts) : mainFactLines(facts)) reply.say(line);
  for (const line of knowledgeLines(knowledgeTable(model))) reply.say(line);
  sayNext(reply, 'info', program, opened.value, chosen.value.name);
  return exitCode.done;
}

function agentsOf(model: GameModel): readonly Record<string, unknown>[] {
  return model.agents.map(agent => {
    const cls = model.classes[agent.cls];
    const space = model.actionSpaces[cls?.actionSpace ?? 0];
    return {
      name: agent.label,
      class: cls?.name ?? agent.name,
      actions: space?.names ?? [],
      realActions: space?.realSize ?? 0,
      observation: cls?.observation.length ?? 0,
    };
  });
}

/** Who, what they choose, what they see; agents with the same spaces together. */
function spaces(model: GameModel): string[] {
  const groups = new Map<string, string[]>();
  for (const cls of model.classes) {
    const lines = [
      `  choose  ${choices(model.actionSpaces[cls.actionSpace])}`,
      `  see     ${sight(cls.observation)}`,
    ].join('\n');
    const members = model.agents.slice(cls.first, cls.first + cls.count).map(agent => agent.label);
    groups.set(lines, [...(groups.get(lines) ?? []), ...members]);
  }
  return [...groups].flatMap(([lines, members]) => {
    const who = members.length <= 6 ? members.join(', ') : `${members[0]} .. ${members.at(-1)} (${members.length})`;
    return [`agents    ${who}`, ...lines.split('\n')];
  });
}

function choices(space: GameModel['actionSpaces'][number] | undefined): string {
  if (space === undefined) return 'nothing';
  const names = space.names.length <= 8 ? space.names.join(', ') : `${space.names.slice(0, 6).join(', ')}, ...`;
  const finite = space.count === 1 && space.realSize > 0 ? [] : [`${counted(space.count, 'action')} (${names})`];
  const real = space.realSize === 0 ? [] : [counted(space.realSize, 'real number')];
  return [...finite, ...real].join(' and ');
}

function sight({ length, pieces }: GameModel['classes'][number]['observation']): string {
  return length === 0 ? 'nothing' : `${counted(length, 'number')}: ${labels(pieces.map(p => p.label))}`;
}

function labels(all: readonly string[]): string {
  const distinct = [...new Set(all)];
  return distinct.length <= 8 ? distinct.join(', ') : `${distinct.slice(0, 7).join(', ')}, ...`;
}

function statesText(listed: Listing): string {
  if (listed.game === undefined) return `not listed: ${listed.why}`;
  const { stateCount, terminalCount, outcomeState } = listed.game;
  return `${grouped(stateCount + terminalCount)}, of them ${grouped(terminalCount)} terminal; ${counted(outcomeState.length, 'transition')}`;
}

function boundsText({ agent, low, high, exact }: RewardBounds): string {
  return `${agent}: ${rangeText(low, high)} a step${exact ? '' : ' (by range analysis; not all may be met)'}`;
}

function jsonFact(property: string, fact: Fact): Record<string, unknown> {
  switch (fact.status) {
    case 'proved':
      return {
        property,
        status: fact.status,
        by: fact.by,
        how: fact.how,
        ...(fact.rounded === true ? { rounded: true } : {}),
      };
    case 'refuted':
      return { property, status: fact.status, witness: jsonWitness(fact.witness) };
    case 'unknown':
      return { property, status: fact.status, why: fact.why };
  }
}

function jsonWitness({
  text,
  state,
  jointAction,
  real,
  reached,
  sides,
  play,
  other,
}: Witness): Record<string, unknown> {
  return {
    text,
    state: state ?? null,
    jointAction: jointAction ?? null,
    real: real ?? null,
    reached: reached ?? null,
    sides: sides ?? null,
    play: play ?? null,
    other: other === undefined ? null : jsonPlace(other),
  };
}

function jsonPlace({ state, jointAction, real, play }: Place): Record<string, unknown> {
  return { state, jointAction: jointAction ?? null, real: real ?? null, play };
}

function asNumber(value: number | Rational): number {
  return typeof value === 'number' ? value : value.toNumber();
}
