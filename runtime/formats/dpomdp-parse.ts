/** Reads `.dpomdp` files: the preamble, then the lines of T, O and R. */
import { Rational } from '../games/rational.ts';
import { type DecPomdp, jointCount } from './dpomdp.ts';
import { dpomdpWords, type Line, Lines, type Word } from './dpomdp-lines.ts';
import { Rows } from './dpomdp-rows.ts';
import { Tables } from './dpomdp-tables.ts';
import { indexOf, type Preamble, probability } from './dpomdp-words.ts';
import { NumberReader } from './numbers.ts';
import { excerpt, judged, type Parsed, type Scrutiny } from './problem.ts';

/** Rows of a table, names of a list: beyond these, listing them is no way to describe a problem. */
const mostRows = 2_000_000;
const mostEntries = 20_000_000;
const mostNames = 1_000_000;
const mostColumns = 1_000_000_000_000;

/**
 * Reads a `.dpomdp` file. Numbers are kept as written, so a discount of 0.9 is 9/10. Every row of T and O must sum to 1 within 1e-9.
 * Time is linear in the length of the file and the number of table entries that its lines set, which is limited.
 */
export function parseDpomdp(text: string): Parsed<DecPomdp> {
  return judged(text, scrutiny => {
    const lines = new Lines(scrutiny);
    const numbers = new NumberReader(scrutiny);
    const preamble = new PreambleReader(lines, numbers).read();
    const { states, actions, observations } = preamble;
    const jointActions = jointCount(actions);
    const jointObservations = jointCount(observations);
    const rows = jointActions * states.length;
    if (rows > mostRows || states.length * jointObservations > mostColumns)
      scrutiny.fail(
        0,
        `a table has at most ${mostRows} rows`,
        `${jointActions} joint actions and ${states.length} states (${jointObservations} joint observations) make more`,
      );
    const transition = new Rows(rows, states.length);
    const observation = new Rows(rows, jointObservations);
    const reward = new Rows(rows, states.length * jointObservations);
    new Tables(lines, numbers, preamble, { transition, observation, reward }).read();
    const stateOf = (row: number): string => states[row % states.length] as string;
    checkRows(scrutiny, transition, row => `T at ${jointText(preamble, row)} : ${stateOf(row)}`);
    checkRows(scrutiny, observation, row => `O at ${jointText(preamble, row)} : ${stateOf(row)} (the state reached)`);
    const { agents, discount, start } = preamble;
    const finished = (table: Rows, probabilities: boolean) =>
      Array.from({ length: rows }, (_, row) => table.finish(row, probabilities));
    return {
      agents,
      discount,
      states,
      start,
      actions,
      observations,
      transition: finished(transition, true),
      observation: finished(observation, true),
      reward: finished(reward, false),
    };
  });
}

function jointText({ states, actions }: Preamble, row: number): string {
  let joint = Math.floor(row / states.length);
  const names: string[] = [];
  for (const list of [...actions].reverse()) {
    names.unshift(list[joint % list.length] as string);
    joint = Math.floor(joint / list.length);
  }
  return names.join(' ');
}

/** Rows of probabilities sum to 1, and a row that is kept as entries is not a wide one filled by a wildcard. */
function checkRows(scrutiny: Scrutiny, table: Rows, name: (row: number) => string): void {
  let entries = 0;
  for (let row = 0; row < table.count; row++) {
    const sum = table.sum(row);
    const at = table.writtenAt(row);
    if (Math.abs(sum.near - 1) > 0.9e-9 && sum.exact().sub(Rational.one).abs().compare(tolerance) > 0) {
      const text = at === undefined ? 'it is never set' : `it sums to ${sum.near}`;
      scrutiny.fail(at ?? scrutiny.text.length, `a row of probabilities sums to 1; this is ${name(row)}`, text);
    }
    entries += table.entries(row);
    if (entries > mostEntries)
      scrutiny.fail(
        at ?? 0,
        `a table of probabilities has at most ${mostEntries} entries other than 0`,
        'this one has more',
      );
  }
}

const tolerance = Rational.of(1n, 1_000_000_000n);

class PreambleReader {
  readonly #lines: Lines;
  readonly #numbers: NumberReader;
  readonly #scrutiny: Scrutiny;

  constructor(lines: Lines, numbers: NumberReader) {
    this.#lines = lines;
    this.#numbers = numbers;
    this.#scrutiny = lines.scrutiny;
  }

  read(): Preamble {
    const agents = this.#names(this.#part('agents'), 'agent');
    const discount = this.#discount(this.#part('discount'));
    const cost = this.#values(this.#part('values'));
    const states = this.#names(this.#part('states'), 'state');
    const start = this.#start(states);
    const actions = this.#lists('actions', 'action', agents);
    const observations = this.#lists('observations', 'observation', agents);
    return { agents, discount, cost, states, start, actions, observations };
  }

  /** `keyword :`, and the words behind it. */
  #part(keyword: string): { readonly words: readonly Word[]; readonly at: number } {
    const rule = `a file begins with agents, discount, values, states, start, actions and observations, in this order; here stands \`${keyword}:\``;
    const line = this.#lines.take(rule);
    const [first, colon] = line.words;
    if (first?.text !== keyword)
      this.#scrutiny.fail(line.at, rule, `the line begins with ${excerpt(first?.text ?? '')}`);
    if (colon?.kind !== ':')
      this.#scrutiny.fail(colon?.at ?? line.at, `behind \`${keyword}\` stands a colon`, 'it is missing');
    return { words: line.words.slice(2), at: line.at };
  }

  /** A count, or names. */
  #names({ words, at }: { readonly words: readonly Word[]; readonly at: number }, noun: string): readonly string[] {
    const [first] = words;
    if (first === undefined)
      this.#scrutiny.fail(at, `here stand the names of the ${noun}s, or their number`, 'nothing does');
    if (first.kind === 'number' && words.length === 1) {
      const count = Number(first.text);
      if (!/^\+?\d+$/.test(first.text) || count < 1 || count > mostNames)
        this.#scrutiny.fail(
          first.at,
          `the number of ${noun}s is a whole number from 1 to ${mostNames}`,
          `${excerpt(first.text)} stands here`,
        );
      return Array.from({ length: count }, (_, k) => `${noun}${k}`);
    }
    const seen = new Set<string>();
    for (const { kind, text, at: place } of words) {
      if (kind !== 'id')
        this.#scrutiny.fail(
          place,
          `here stand the names of the ${noun}s, or their number alone`,
          `${excerpt(text)} stands here`,
        );
      if (dpomdpWords.has(text)) this.#scrutiny.fail(place, 'a keyword is no name', `${excerpt(text)} stands here`);
      if (seen.has(text))
        this.#scrutiny.fail(place, `every ${noun} has a name of its own`, `${excerpt(text)} stands twice`);
      seen.add(text);
    }
    return [...seen];
  }

  #discount({ words, at }: { readonly words: readonly Word[]; readonly at: number }): Rational {
    const rule = 'the discount is one number from 0 to 1';
    const [first] = words;
    if (first?.kind !== 'number' || words.length !== 1)
      this.#scrutiny.fail(
        first?.at ?? at,
        rule,
        first === undefined ? 'nothing stands here' : `${excerpt(first.text)} stands here`,
      );
    const value = this.#numbers.read(first.text, first.at);
    if (value.sign < 0 || value.compare(Rational.one) > 0) this.#scrutiny.fail(first.at, rule, `it is ${first.text}`);
    return value;
  }

  #values({ words, at }: { readonly words: readonly Word[]; readonly at: number }): boolean {
    const [first] = words;
    if (words.length !== 1 || (first?.text !== 'reward' && first?.text !== 'cost'))
      this.#scrutiny.fail(
        first?.at ?? at,
        'values are `reward` or `cost`',
        first === undefined ? 'nothing stands here' : `${excerpt(words.map(({ text }) => text).join(' '))} stands here`,
      );
    return first.text === 'cost';
  }

  /** One line of names per agent. */
  #lists(keyword: string, noun: string, agents: readonly string[]): readonly (readonly string[])[] {
    const { words } = this.#part(keyword);
    const [stray] = words;
    if (stray !== undefined)
      this.#scrutiny.fail(
        stray.at,
        `\`${keyword}:\` stands alone, and each agent has a line below it`,
        `${excerpt(stray.text)} stands beside it`,
      );
    return agents.map(agent => {
      const line = this.#lines.take(`agent ${agent} has a line with its ${keyword}`);
      const colon = line.words.find(({ kind }) => kind === ':');
      if (colon !== undefined)
        this.#scrutiny.fail(
          line.at,
          `each of the ${agents.length} agents has a line with its ${keyword}`,
          `the line of ${agent} is missing`,
        );
      return this.#names(line, noun);
    });
  }

  #start(states: readonly string[]): readonly Rational[] {
    const rule =
      'the start is `start:` with a line of probabilities or `uniform` below, `start: STATE`, or `start include: STATES`';
    const line = this.#lines.take(rule);
    const [first, second, third] = line.words;
    if (first?.text !== 'start')
      this.#scrutiny.fail(line.at, rule, `the line begins with ${excerpt(first?.text ?? '')}`);
    if (second?.kind === ':') {
      if (third === undefined) return this.#startRow(this.#lines.take(rule).words, states, line);
      if (line.words.length === 3 && third.text !== 'uniform') return one(states, this.#state(third, states));
      this.#scrutiny.warn(
        third.at,
        'the probabilities of the start stand on a line below `start:`',
        'these stand beside it; read all the same',
      );
      return this.#startRow(line.words.slice(2), states, line);
    }
    if ((second?.text !== 'include' && second?.text !== 'exclude') || third?.kind !== ':')
      this.#scrutiny.fail(
        second?.at ?? line.at,
        rule,
        `${excerpt(line.words.map(({ text }) => text).join(' '))} stands here`,
      );
    const named = new Set(line.words.slice(3).map(word => this.#state(word, states)));
    if (named.size === 0) this.#scrutiny.fail(line.at, rule, 'no state is named');
    const keep = states.map((_, s) => named.has(s) === (second.text === 'include'));
    const count = keep.filter(kept => kept).length;
    if (count === 0) this.#scrutiny.fail(line.at, 'play starts in some state', 'all of them are excluded');
    const share = Rational.of(1n, BigInt(count));
    return keep.map(kept => (kept ? share : Rational.zero));
  }

  #startRow(words: readonly Word[], states: readonly string[], line: Line): readonly Rational[] {
    const [first] = words;
    if (first?.text === 'uniform' && words.length === 1) {
      const share = Rational.of(1n, BigInt(states.length));
      return states.map(() => share);
    }
    const at = first?.at ?? line.at;
    const row = words.map(word => probability(this.#scrutiny, this.#numbers, word));
    if (row.length !== states.length)
      this.#scrutiny.fail(
        at,
        `the start has a probability for each of the ${states.length} states`,
        `${row.length} stand here`,
      );
    const near = row.reduce((sum, p) => sum + p.toNumber(), 0);
    if (Math.abs(near - 1) > 1e-9)
      this.#scrutiny.fail(at, 'the probabilities of the start sum to 1', `they sum to ${near}`);
    return row;
  }

  #state(word: Word, states: readonly string[]): number {
    const k = indexOf(word, states);
    if (k === undefined) this.#scrutiny.fail(word.at, 'here stands a state', `${excerpt(word.text)} is none`);
    return k;
  }
}

function one(states: readonly string[], k: number): readonly Rational[] {
  return states.map((_, s) => (s === k ? Rational.one : Rational.zero));
}
