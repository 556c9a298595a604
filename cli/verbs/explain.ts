/** `marl explain TOPIC`: a word of the language, a diagnostic code, an algorithm, a concept, a method, a property; or a list of them. */
import { suggest } from '../../compiler/diagnostics/suggest.ts';
import { propertyNames } from '../../compiler/properties/base.ts';
import { type LearnerRow, needsText, type Row } from '../../compiler/requirements/base.ts';
import { learnerNamed, learnerRows, solversOf } from '../../compiler/requirements/table.ts';
import { type Algorithm, algorithms } from '../../runtime/learners/catalogue.ts';
import { conditionOf, rulesOf } from '../../runtime/solvers/equations.ts';
import { concepts } from '../../runtime/solvers/index.ts';
import { docAlone, type SolverRow, solverTable } from '../../runtime/solvers/table.ts';
import type { SettingDoc } from '../../runtime/train/spec.ts';
import { isSchedule, writtenSetting } from '../../runtime/train/written.ts';
import { codes, type ExplainedCode } from '../codes.ts';
import { equationsOf } from '../equations.ts';
import { exitCode, type Io } from '../io.ts';
import { Reply } from '../reply.ts';
import { listed } from '../suggest.ts';
import { shortNumber, table } from '../text.ts';
import { type Word, wordNamed, words } from '../words/index.ts';

const lists = ['words', 'codes', 'algorithms', 'concepts', 'properties'] as const;

export async function explain(io: Io, topic: readonly string[], options: { readonly json?: boolean }): Promise<number> {
  const reply = new Reply(io, 'explain', options.json === true);
  const [word, ...rest] = topic;
  if (word === undefined) return overview(reply);
  if (rest.length > 0) return reply.problem(exitCode.usage, 'explain one topic at a time.');
  return list(reply, word) ?? one(reply, word) ?? unknownTopic(reply, word);
}

function overview(reply: Reply): number {
  const text = [
    'marl explain WORD         a word of the language, such as observe or horizon',
    'marl explain CODE         a diagnostic, such as M0201 or unknown-name',
    'marl explain NAME         an algorithm, a solution concept, a method of solving or a property',
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
    case 'words':
      reply.say(
        table(
          ['word', 'what it does'],
          words.map(entry => [entry.word, entry.summary]),
        ),
      );
      reply.object(true, { topic: word, words: words.map(jsonWord), diagnostics: [] });
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
  const announced = learnerNamed(word);
  if (announced !== undefined) {
    sayAnnounced(reply, announced);
    reply.object(true, { topic: word, ...announced, diagnostics: [] });
    return exitCode.done;
  }
  const concept = concepts.find(name => name === word);
  const methods = solverTable.filter(row => row.method === word);
  if (concept !== undefined) {
    reply.say(concept);
    sayEquations(reply, conditionOf(concept));
    sayMethods(reply, concept);
    // `minimax` and `pure` are also ways to compute another concept.
    for (const row of methods) sayMethod(reply, row);
    reply.object(true, { topic: word, ...jsonConcept(concept), diagnostics: [] });
    return exitCode.done;
  }
  if (methods.length > 0) {
    for (const row of methods) sayMethod(reply, row);
    reply.object(true, { topic: word, name: word, methods: methods.map(jsonMethod), diagnostics: [] });
    return exitCode.done;
  }
  const property = propertyNames.find(name => name === word);
  if (property !== undefined) {
    reply.say(`${property}: ${propertyDoc[property]}`);
    reply.object(true, { topic: word, name: property, doc: propertyDoc[property], diagnostics: [] });
    return exitCode.done;
  }
  const entry = wordNamed(word);
  if (entry !== undefined) {
    sayWord(reply, entry);
    reply.object(true, { topic: word, ...jsonWord(entry), diagnostics: [] });
    return exitCode.done;
  }
  return undefined;
}

function unknownTopic(reply: Reply, word: string): number {
  const names = [
    ...lists,
    ...words.flatMap(entry => [entry.word, ...(entry.also ?? [])]),
    ...learnerRows.map(row => row.name),
    ...concepts,
    ...solverTable.map(row => row.method),
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

export const propertyDoc: Readonly<Record<(typeof propertyNames)[number], string>> = {
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
  no_conflict: 'one outcome (in games of many steps: one plan) is the best for every agent',
  exact_potential: 'one function changes by what an agent gains, whenever one agent changes its action',
  rewards_reachable: 'every branch of the reward expressions is taken in some reachable step, and some reward is not 0',
  legal_action: 'whoever acts has a legal action, in every reachable state',
  well_formed_chance: 'the probabilities of every draw lie between 0 and 1 and sum to one',
  perfect_recall: 'agents do not forget what they have observed and done',
  informative_observations:
    'no observed part is constant, and none follows from the other parts that the agent observes',
  distinguishing: 'no agent is unable to tell apart two states in which different actions of it are best',
};

function sayCode(reply: Reply, code: ExplainedCode): void {
  reply.say(`${code.code} ${code.name} (${code.severity}): ${code.summary}`);
  reply.say();
  for (const line of code.explanation.trim().split('\n')) reply.say(line);
  sayProgram(
    reply,
    code.severity === 'error' ? 'For example, this is refused:' : 'For example, this is warned of:',
    code.example,
  );
  if (code.repaired !== undefined) sayProgram(reply, 'And this is how it is meant:', code.repaired);
}

function sayProgram(reply: Reply, lead: string, program: string): void {
  reply.say();
  reply.say(lead);
  reply.say();
  for (const line of program.replace(/\n+$/, '').split('\n')) reply.say(`    ${line}`.trimEnd());
}

function sayWord(reply: Reply, entry: Word): void {
  reply.say(`${entry.word}: ${entry.summary}`);
  reply.say();
  reply.say(entry.text);
  sayProgram(reply, 'For example:', entry.example);
}

function jsonWord({ word, also, summary, text, example }: Word): Record<string, unknown> {
  return { word, also: also ?? [], summary, explanation: text, example };
}

function jsonCode(code: ExplainedCode): Record<string, unknown> {
  return {
    code: code.code,
    name: code.name,
    severity: code.severity,
    summary: code.summary,
    explanation: code.explanation,
    example: code.example,
    repaired: code.repaired ?? null,
  };
}

function sayAlgorithm(reply: Reply, algorithm: Algorithm): void {
  reply.say(`${algorithm.name}: ${algorithm.title} (${algorithm.paper})`);
  reply.say(algorithm.doc);
  sayEquations(reply, equationsOf(algorithm.name));
  const row = learnerNamed(algorithm.name);
  if (row !== undefined) reply.say(requirementsText([row]));
  const instead = (row?.instead ?? []).filter(name => learnerNamed(name)?.available === true);
  if (instead.length > 0) reply.say(`Where it does not fit: ${instead.join(', ')}.`);
  reply.say();
  reply.say(
    table(
      ['setting', 'default', 'meaning', 'source'],
      algorithm.settings.map(doc => [doc.name, settingText(doc), doc.doc, doc.source]),
    ),
  );
}

function jsonAlgorithm(algorithm: Algorithm): Record<string, unknown> {
  const { name, title, doc, paper, settings } = algorithm;
  const row = learnerNamed(name);
  const equations = equationsOf(name) ?? null;
  return { name, title, doc, equations, paper, settings, requires: row?.requires ?? [], instead: row?.instead ?? [] };
}

/** What a row of the table needs, in words; advice is what it is meant for. */
function requirementsText(rows: readonly Row[]): string {
  const list = (advice: boolean): readonly string[] => [
    ...new Set(
      rows.flatMap(row => row.requires.filter(need => (need.advice === true) === advice).map(need => needsText(need))),
    ),
  ];
  const [needed, meant] = [list(false), list(true)];
  const words = needed.length === 0 ? 'nothing special' : needed.join(', ');
  return `Needs ${words}.${meant.length === 0 ? '' : ` Meant for ${meant.join(', ')}.`}`;
}

/** An algorithm of the table that this version does not have. */
function sayAnnounced(reply: Reply, row: LearnerRow): void {
  reply.say(`${row.name}: ${row.title} (${row.paper})`);
  reply.say('Announced: this version cannot run it. `marl info --fits` says which games it would fit.');
  reply.say(requirementsText([row]));
}

function settingText({ default: value }: SettingDoc): string {
  if (isSchedule(value) && value.over > 0)
    return `${shortNumber(value.from)} -> ${shortNumber(value.to)} over ${value.over} ${value.unit}`;
  if (isSchedule(value)) return shortNumber(value.from);
  return typeof value === 'number' ? shortNumber(value) : writtenSetting(value);
}

/** As they stand, between empty lines. */
function sayEquations(reply: Reply, equations: string | undefined): void {
  if (equations === undefined) return;
  reply.say();
  for (const line of equations.split('\n')) reply.say(`    ${line}`.trimEnd());
  reply.say();
}

function sayConcept(reply: Reply, concept: string): void {
  reply.say(concept);
  sayMethods(reply, concept);
}

function sayMethods(reply: Reply, concept: string): void {
  for (const row of solverTable.filter(entry => entry.concept === concept))
    reply.say(
      `    by ${row.method}${row.automatic ? '' : ' (when asked for)'}: ${row.doc} ${requirementsText(solversOf(concept, row.method))} ${row.source}.`,
    );
}

function sayMethod(reply: Reply, row: SolverRow): void {
  const { concept, method, automatic, source } = row;
  reply.say(`${concept} by ${method}${automatic ? '' : ' (when asked for)'}: ${docAlone(row)} (${source})`);
  sayEquations(reply, rulesOf(concept, method));
  reply.say(requirementsText(solversOf(concept, method)));
}

function jsonConcept(concept: string): Record<string, unknown> {
  const methods = solverTable.filter(row => row.concept === concept).map(jsonMethod);
  return { name: concept, equations: conditionOf(concept) ?? null, methods };
}

function jsonMethod(row: SolverRow): Record<string, unknown> {
  const { concept, method } = row;
  const requires = solversOf(concept, method).map(one => one.requires);
  return { ...row, equations: rulesOf(concept, method) ?? null, requires };
}
