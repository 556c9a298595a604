/** `marl explain TOPIC`: a diagnostic code, an algorithm, a solution concept, a property; or a list of them. */
import { suggest } from '../../compiler/diagnostics/suggest.ts';
import { propertyNames } from '../../compiler/properties/base.ts';
import { type Algorithm, algorithms, type Requirement } from '../../runtime/learners/catalogue.ts';
import { concepts, type SolverRow, solverTable } from '../../runtime/solvers/index.ts';
import type { SettingDoc, SettingValue } from '../../runtime/train/spec.ts';
import { codes, type ExplainedCode } from '../codes.ts';
import { exitCode, type Io } from '../io.ts';
import { Reply } from '../reply.ts';
import { listed } from '../suggest.ts';
import { shortNumber, table } from '../text.ts';

const lists = ['codes', 'algorithms', 'concepts', 'properties'] as const;

export async function explain(io: Io, topic: readonly string[], options: { readonly json?: boolean }): Promise<number> {
  const reply = new Reply(io, 'explain', options.json === true);
  const [word, ...rest] = topic;
  if (word === undefined) return overview(reply);
  if (rest.length > 0) return reply.problem(exitCode.usage, 'explain one topic at a time.');
  return list(reply, word) ?? one(reply, word) ?? unknownTopic(reply, word);
}

function overview(reply: Reply): number {
  const text = [
    'marl explain CODE         a diagnostic, such as M0201 or unknown-name',
    'marl explain NAME         an algorithm, a solution concept or a property',
    `marl explain LIST         all of one kind: ${lists.join(', ')}`,
  ];
  for (const line of text) reply.say(line);
  reply.object(true, { topic: null, lists, diagnostics: [] });
  return exitCode.done;
}

function list(reply: Reply, word: string): number | undefined {
  switch (word) {
    case 'codes':
      reply.say(
        table(
          ['code', 'name', 'what it says'],
          codes().map(code => [code.code, code.name, code.summary]),
        ),
      );
      reply.object(true, { topic: word, codes: codes().map(jsonCode), diagnostics: [] });
      return exitCode.done;
    case 'algorithms':
      for (const algorithm of algorithms) {
        reply.say(`${algorithm.name}  ${algorithm.title} (${algorithm.paper})`);
        reply.say(`    ${algorithm.doc}`);
      }
      reply.say();
      reply.say('marl explain NAME lists the settings of one.');
      reply.object(true, { topic: word, algorithms: algorithms.map(jsonAlgorithm), diagnostics: [] });
      return exitCode.done;
    case 'concepts':
      for (const concept of concepts) sayConcept(reply, concept);
      reply.object(true, { topic: word, concepts: concepts.map(jsonConcept), diagnostics: [] });
      return exitCode.done;
    case 'properties':
      reply.say(
        table(
          ['property', 'meaning'],
          propertyNames.map(name => [name, propertyDoc[name]]),
        ),
      );
      reply.object(true, {
        topic: word,
        properties: propertyNames.map(name => ({ name, doc: propertyDoc[name] })),
        diagnostics: [],
      });
      return exitCode.done;
    default:
      return undefined;
  }
}

function one(reply: Reply, word: string): number | undefined {
  const code = codes().find(entry => entry.code.toLowerCase() === word.toLowerCase() || entry.name === word);
  if (code !== undefined) {
    sayCode(reply, code);
    reply.object(true, { topic: code.code, ...jsonCode(code), diagnostics: [] });
    return exitCode.done;
  }
  const algorithm = algorithms.find(entry => entry.name === word);
  if (algorithm !== undefined) {
    sayAlgorithm(reply, algorithm);
    reply.object(true, { topic: word, ...jsonAlgorithm(algorithm), diagnostics: [] });
    return exitCode.done;
  }
  const concept = concepts.find(name => name === word);
  if (concept !== undefined) {
    sayConcept(reply, concept);
    reply.object(true, { topic: word, ...jsonConcept(concept), diagnostics: [] });
    return exitCode.done;
  }
  const property = propertyNames.find(name => name === word);
  if (property !== undefined) {
    reply.say(`${property}: ${propertyDoc[property]}`);
    reply.object(true, { topic: word, name: property, doc: propertyDoc[property], diagnostics: [] });
    return exitCode.done;
  }
  return undefined;
}

function unknownTopic(reply: Reply, word: string): number {
  const names = [
    ...lists,
    ...algorithms.map(entry => entry.name),
    ...concepts,
    ...propertyNames,
    ...codes().flatMap(entry => [entry.code, entry.name]),
  ];
  const near = suggest(word, names);
  return reply.problem(
    exitCode.usage,
    `there is nothing to explain under \`${word}\`.`,
    near === undefined ? listed([...lists]) : `The nearest topic is \`${near}\`.`,
  );
}

const propertyDoc: Readonly<Record<(typeof propertyNames)[number], string>> = {
  finite: 'the game has finitely many reachable states and actions',
  deterministic: 'chance plays no part: one initial state, one outcome of every joint action',
  turn_based: 'at most one agent acts in any state',
  simultaneous: 'every agent acts in every state, and there are several',
  perfect_information: 'one agent acts at a time and, from what it has seen and done, knows the state',
  terminating: 'play ends with probability one, whatever the agents do (a horizon does not count)',
  zero_sum: 'the rewards of every step add up to 0',
  constant_sum: 'the rewards of every step add up to one number',
  common_reward: 'all agents get the same reward in every step',
  symmetric: 'exchanging any two agents gives the same game',
};

function sayCode(reply: Reply, code: ExplainedCode): void {
  reply.say(`${code.code} ${code.name} (${code.severity})`);
  reply.say();
  for (const line of code.explanation.trim().split('\n')) reply.say(line);
  if (code.example !== undefined) {
    reply.say();
    reply.say('For example, this is refused:');
    reply.say();
    for (const line of code.example.replace(/\n+$/, '').split('\n')) reply.say(`    ${line}`.trimEnd());
  }
}

function jsonCode(code: ExplainedCode): Record<string, unknown> {
  return {
    code: code.code,
    name: code.name,
    severity: code.severity,
    summary: code.summary,
    explanation: code.explanation,
    example: code.example ?? null,
  };
}

function sayAlgorithm(reply: Reply, algorithm: Algorithm): void {
  reply.say(`${algorithm.name}: ${algorithm.title} (${algorithm.paper})`);
  reply.say(algorithm.doc);
  reply.say(`Needs ${algorithm.requires.map(requirementText).join(', ')}.`);
  if (algorithm.instead.length > 0) reply.say(`Where it does not fit: ${algorithm.instead.join(', ')}.`);
  reply.say();
  reply.say(
    table(
      ['setting', 'default', 'meaning', 'source'],
      algorithm.settings.map(doc => [doc.name, settingText(doc), doc.doc, doc.source]),
    ),
  );
}

function jsonAlgorithm(algorithm: Algorithm): Record<string, unknown> {
  const { name, title, doc, paper, settings, requires, instead } = algorithm;
  return { name, title, doc, paper, settings, requires, instead };
}

export function requirementText(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'finite-actions':
      return 'finitely many actions';
    case 'agents':
      return `exactly ${requirement.count} agents`;
    case 'zero-sum':
      return 'a zero-sum game';
    case 'team':
      return 'a common reward or `team reward`';
    case 'deterministic':
      return 'no chance after the start (a warning otherwise)';
    case 'joint-actions':
      return `at most ${requirement.atMost} joint actions`;
  }
}

function settingText(doc: SettingDoc): string {
  const value: SettingValue = doc.default;
  if (typeof value === 'object') {
    if (value.over === 0) return shortNumber(value.from);
    return `${shortNumber(value.from)} -> ${shortNumber(value.to)} over ${value.over} ${value.unit}`;
  }
  return typeof value === 'number' ? shortNumber(value) : String(value);
}

function sayConcept(reply: Reply, concept: string): void {
  reply.say(concept);
  for (const row of solverTable.filter(entry => entry.concept === concept))
    reply.say(
      `    by ${row.method}${row.automatic ? '' : ' (when asked for)'}: ${row.doc} Needs ${needs(row)}. ${row.source}.`,
    );
}

function jsonConcept(concept: string): Record<string, unknown> {
  return { name: concept, methods: solverTable.filter(row => row.concept === concept) };
}

function needs(row: SolverRow): string {
  const { agents, ...flags } = row.requires;
  const words: Readonly<Record<keyof typeof flags, string>> = {
    constantSum: 'constant sum',
    zeroSum: 'zero sum',
    commonReward: 'one agent or a common reward',
    oneShot: 'a single simultaneous move',
    manyStep: 'states',
    fullObservation: 'every agent to see the state',
    boundedReturn: 'a discount, a horizon or a certain end',
  };
  const given = (Object.keys(words) as (keyof typeof flags)[])
    .filter(key => flags[key] === true)
    .map(key => words[key]);
  const all = [...(agents === undefined ? [] : [`${agents} agents`]), ...given];
  return all.length === 0 ? 'nothing special' : all.join(', ');
}
