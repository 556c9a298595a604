/** What is said of mixers: a line in `marl check`, everything in `marl info`. */
import type { MixerFact, MixerInfo } from '../compiler/api.ts';
import { exitCode } from './io.ts';
import type { Opened } from './open.ts';
import { jsonDiagnostics, type Reply } from './reply.ts';
import { pad } from './text.ts';

/** `TwoLayer: mixer; proved monotonic, igm` */
export function mixerLine({ name, facts, params }: MixerInfo): string {
  const proved = facts.filter(fact => fact.status === 'proved').map(fact => words(fact.property));
  const set =
    params.length === 0
      ? ''
      : params.length === 1
        ? ' at the default of its parameter'
        : ' at the defaults of its parameters';
  return `${name}: mixer; ${proved.length === 0 ? 'nothing proved of its form' : `proved ${proved.join(', ')}${set}`}`;
}

export function jsonMixer(mixer: MixerInfo): Record<string, unknown> {
  return {
    file: mixer.at.file,
    name: mixer.name,
    doc: mixer.doc ?? null,
    params: mixer.params.map(({ name, type, default: value, doc }) => ({
      name,
      type,
      default: value ?? null,
      doc: doc ?? null,
    })),
    claims: mixer.claims,
    facts: mixer.facts.map(jsonFact),
  };
}

function jsonFact(fact: MixerFact): Record<string, unknown> {
  const { property, status } = fact;
  if (fact.status === 'proved') return { property, status, how: fact.how };
  return { property, status, why: fact.why, ...(fact.status === 'refuted' ? { witness: fact.witness } : {}) };
}

/** The mixer that `FILE:Name` or `std.mixers.Name` means, or the only thing a file declares. */
export function chosenMixer({ program, name, libraryName }: Opened): MixerInfo | undefined {
  const wanted = name ?? libraryName;
  const own = program.mixers.filter(mixer => mixer.at.file === program.entry);
  if (wanted !== undefined)
    return program.games.some(game => game.name === wanted) ? undefined : own.find(mixer => mixer.name === wanted);
  return program.games.length === 0 && own.length === 1 ? own[0] : undefined;
}

/** `marl info` of a mixer. `--set` changes parameters; claims are proved again for them. */
export function describeMixer(reply: Reply, mixer: MixerInfo, { program, overrides }: Opened): number {
  const team = { agents: 3, state: 5, features: 7, actions: 2 };
  const instance = mixer.instantiate(team, overrides);
  if (instance.model === undefined) return reply.refuse(instance.diagnostics, program.sources);
  const { model, facts } = instance;
  const numbers = model.weights.reduce(
    (sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1),
    0,
  );
  if (reply.json) {
    reply.object(true, {
      ...jsonMixer({ ...mixer, facts }),
      values: Object.fromEntries(model.params.map(param => [param.name, param.value])),
      reads: model.reads,
      diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
    });
    return exitCode.done;
  }
  const params = model.params.map(param => `${param.name} = ${param.value}`).join(', ');
  reply.say(`${mixer.name}${params === '' ? '' : ` (${params})`}: mixer`);
  if (mixer.doc !== undefined) for (const line of mixer.doc.trim().split('\n')) reply.say(`  ${line}`);
  reply.say();
  reply.say(`reads     ${model.reads.join(', ')}`);
  reply.say(`weights   ${numbers} numbers for ${team.agents} agents and a state of ${team.state} numbers`);
  reply.say();
  const mark = { proved: 'yes', refuted: 'no', unknown: '?' } as const;
  for (const fact of facts) {
    const detail =
      fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? `${fact.why}. ${fact.witness}` : fact.why;
    reply.say(`${pad(mark[fact.status], 4)} ${pad(words(fact.property), 20)} ${detail}`);
  }
  return exitCode.done;
}

function words(property: string): string {
  return property === 'strictly_monotonic' ? 'strictly monotonic' : property;
}
