/** `marl info FILE[:Game]`: what kind of game it is, and every fact with how it is known. */
import type { GameModel } from '../../compiler/game/model.ts';
import type { Fact, Facts } from '../../compiler/properties/base.ts';
import { classify } from '../../compiler/properties/classify.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import { rewardRange } from '../../compiler/properties/rewards.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { exitCode, type Io } from '../io.ts';
import { chooseGame, modelOf, openProgram, type ProgramOptions } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { type Listing, Study } from '../study.ts';
import { counted, grouped, pad, shortNumber } from '../text.ts';

export async function info(
  io: Io,
  typed: string,
  options: ProgramOptions & { readonly states: number },
): Promise<number> {
  const reply = new Reply(io, 'info', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const chosen = chooseGame(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { program, overrides } = opened.value;
  const built = modelOf(reply, program.instantiate(chosen.value.name, overrides), program.sources);
  if (built.exit !== undefined) return built.exit;
  const model = built.value;
  const listed = new Study(options.states).list(model);
  const facts = factsOf(model, listed);
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
      rewardBounds: listed.game === undefined ? null : rewardBounds(model, listed),
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
  if (listed.game !== undefined)
    for (const { agent, low, high } of joined(rewardBounds(model, listed)))
      reply.say(`reward    ${agent}: ${shortNumber(low)} to ${shortNumber(high)} a step`);
  reply.say();
  factLines(facts).forEach(line => {
    reply.say(line);
  });
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

interface RewardBounds {
  readonly agent: string;
  readonly low: number;
  readonly high: number;
}

function rewardBounds(model: GameModel, listed: Listing): readonly RewardBounds[] {
  const { game } = listed;
  return game === undefined ? [] : model.agents.map((agent, i) => ({ agent: agent.label, ...rewardRange(game, i) }));
}

/** One line for all agents where they agree. */
function joined(all: readonly RewardBounds[]): readonly RewardBounds[] {
  const [first] = all;
  const same = all.every(r => r.low === first?.low && r.high === first?.high);
  return same && all.length > 1 && first !== undefined ? [{ ...first, agent: 'everyone' }] : all;
}

function factLines(facts: Facts): string[] {
  const mark = { proved: 'yes', refuted: 'no', unknown: '?' } as const;
  return Object.entries(facts).map(([property, fact]) => {
    const detail = fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? fact.witness.text : fact.why;
    return `${pad(mark[fact.status], 4)} ${pad(property, 20)} ${detail}`;
  });
}

function jsonFact(property: string, fact: Fact): Record<string, unknown> {
  switch (fact.status) {
    case 'proved':
      return { property, status: fact.status, by: fact.by, how: fact.how };
    case 'refuted':
      return {
        property,
        status: fact.status,
        witness: {
          text: fact.witness.text,
          state: fact.witness.state ?? null,
          jointAction: fact.witness.jointAction ?? null,
        },
      };
    case 'unknown':
      return { property, status: fact.status, why: fact.why };
  }
}

function asNumber(value: number | Rational): number {
  return typeof value === 'number' ? value : value.toNumber();
}
