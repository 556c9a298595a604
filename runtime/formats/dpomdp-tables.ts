/** The lines `T:`, `O:` and `R:`. */
import { Rational } from '../games/rational.ts';
import { jointCount } from './dpomdp.ts';
import type { Line, Lines, Word } from './dpomdp-lines.ts';
import { type Rows, Work } from './dpomdp-rows.ts';
import { indexOf, type Preamble, probability } from './dpomdp-words.ts';
import type { NumberReader } from './numbers.ts';
import { excerpt, type Scrutiny } from './problem.ts';

interface TableRows {
  readonly transition: Rows;
  readonly observation: Rows;
  readonly reward: Rows;
}

/** Ascending numbers; `undefined` where all are meant. */
type Choice = readonly number[] | undefined;

export class Tables {
  readonly #lines: Lines;
  readonly #numbers: NumberReader;
  readonly #scrutiny: Scrutiny;
  readonly #preamble: Preamble;
  readonly #rows: TableRows;
  readonly #work = new Work();
  readonly #jointActions: number;
  readonly #jointObservations: number;

  constructor(lines: Lines, numbers: NumberReader, preamble: Preamble, rows: TableRows) {
    this.#lines = lines;
    this.#numbers = numbers;
    this.#scrutiny = lines.scrutiny;
    this.#preamble = preamble;
    this.#rows = rows;
    this.#jointActions = jointCount(preamble.actions);
    this.#jointObservations = jointCount(preamble.observations);
  }

  read(): void {
    while (this.#lines.peek() !== undefined) {
      const line = this.#lines.take('');
      const parts = partsOf(line);
      const [head = []] = parts;
      const name = head[0]?.text;
      if (head.length !== 1 || (name !== 'T' && name !== 'O' && name !== 'R'))
        this.#scrutiny.fail(
          line.at,
          'behind the preamble stand lines that begin with `T:`, `O:` or `R:`',
          `this one begins with ${excerpt(name ?? ':')}`,
          name === 'reset' ? '`reset` is not supported: write the transition to the start out' : undefined,
        );
      if (name === 'R') this.#reward(line, parts);
      else this.#probabilities(line, parts, name);
    }
  }

  /** `T: ja : s : s' : p`, `T: ja : s :` and a row, `T: ja :` and a matrix; likewise O. */
  #probabilities(line: Line, parts: readonly (readonly Word[])[], name: 'T' | 'O'): void {
    const table = name === 'T' ? this.#rows.transition : this.#rows.observation;
    const joint = this.#joint(parts[1] ?? [], this.#preamble.actions, line);
    if (parts.length === 5) {
      const states = this.#states(parts[2] ?? [], line);
      const columns =
        name === 'T'
          ? this.#states(parts[3] ?? [], line)
          : this.#joint(parts[3] ?? [], this.#preamble.observations, line);
      const value = probability(this.#scrutiny, this.#numbers, this.#single(parts[4] ?? [], line));
      this.#eachRow(joint, states, line, row => this.#put(table, row, columns, value, line));
      return;
    }
    const form = `a line of ${name} is \`${name}: actions : state : ${name === 'T' ? 'state' : 'observations'} : number\`, or ends with a colon and a row or matrix stands below`;
    if (parts.length === 4) {
      const states = this.#states(parts[2] ?? [], line);
      const below = this.#below(parts[3] ?? [], line, form);
      const row = isWord(below, 'uniform') ? undefined : this.#row(below, table.width, true);
      this.#eachRow(joint, states, line, at => this.#putRow(table, at, row, line));
      return;
    }
    if (parts.length !== 3) this.#scrutiny.fail(line.at, form, this.#missing(parts));
    const below = this.#below(parts[2] ?? [], line, form);
    const { length } = this.#preamble.states;
    if (isWord(below, 'uniform')) {
      this.#eachRow(joint, undefined, line, at => this.#putRow(table, at, undefined, line));
      return;
    }
    if (name === 'T' && isWord(below, 'identity')) {
      this.#eachRow(joint, undefined, line, at => {
        this.#putRow(table, at, [], line);
        this.#put(table, at, [at % length], Rational.one, line);
      });
      return;
    }
    const matrix = this.#matrix(below, length, table.width, true);
    this.#eachRow(joint, undefined, line, at => this.#putRow(table, at, matrix[at % length] ?? [], line));
  }

  /** `R: ja : s : s' : jo : r`, `R: ja : s : s' :` and a row, `R: ja : s :` and a matrix. */
  #reward(line: Line, parts: readonly (readonly Word[])[]): void {
    const table = this.#rows.reward;
    const form =
      'a line of R is `R: actions : state : state : observations : number`, or ends with a colon and a row or matrix stands below';
    const joint = this.#joint(parts[1] ?? [], this.#preamble.actions, line);
    if (parts.length < 4 || parts.length > 6) this.#scrutiny.fail(line.at, form, this.#missing(parts));
    const from = this.#states(parts[2] ?? [], line);
    const width = this.#jointObservations;
    if (parts.length === 4) {
      const below = this.#below(parts[3] ?? [], line, form);
      const matrix = this.#matrix(below, this.#preamble.states.length, width, false);
      const entries = matrix.flatMap((row, s) => row.map(([jo, value]) => [s * width + jo, value] as const));
      this.#eachRow(joint, from, line, at => this.#putRow(table, at, entries, line));
      return;
    }
    const to = this.#states(parts[3] ?? [], line);
    if (parts.length === 5) {
      const row = this.#row(this.#below(parts[4] ?? [], line, form), width, false, true);
      this.#eachRow(joint, from, line, at => {
        for (const s of to ?? range(this.#preamble.states.length)) {
          this.#work.spend(this.#scrutiny, line.at, width);
          for (const [jo, value] of row) table.set(at, [s * width + jo], value, line.at);
        }
      });
      return;
    }
    const observed = this.#joint(parts[4] ?? [], this.#preamble.observations, line);
    const value = this.#number(this.#single(parts[5] ?? [], line));
    const columns =
      to === undefined && observed === undefined
        ? undefined
        : this.#product(to ?? range(this.#preamble.states.length), observed ?? range(width), width, line);
    this.#eachRow(joint, from, line, at => this.#put(table, at, columns, value, line));
  }

  #product(states: readonly number[], observed: readonly number[], width: number, line: Line): readonly number[] {
    this.#work.spend(this.#scrutiny, line.at, states.length * observed.length);
    return states.flatMap(s => observed.map(jo => s * width + jo));
  }

  #put(table: Rows, row: number, columns: Choice, value: Rational, line: Line): void {
    this.#work.spend(this.#scrutiny, line.at, columns?.length ?? 1);
    if (columns === undefined) table.fill(row, value, line.at);
    else table.set(row, columns, value, line.at);
  }

  /** @param entries undefined: uniform */
  #putRow(table: Rows, row: number, entries: readonly (readonly [number, Rational])[] | undefined, line: Line): void {
    this.#work.spend(this.#scrutiny, line.at, entries?.length ?? 1);
    table.fill(row, entries === undefined ? Rational.of(1n, BigInt(table.width)) : Rational.zero, line.at);
    for (const [column, value] of entries ?? []) table.set(row, [column], value, line.at);
  }

  #eachRow(joint: Choice, states: Choice, line: Line, write: (row: number) => void): void {
    const { length } = this.#preamble.states;
    for (const ja of joint ?? range(this.#jointActions)) {
      this.#work.spend(this.#scrutiny, line.at, 1);
      for (const s of states ?? range(length)) write(ja * length + s);
    }
  }

  /** `*`, a joint index, or a word per agent, each of which may be `*`. */
  #joint(words: readonly Word[], lists: readonly (readonly string[])[], line: Line): Choice {
    const [first] = words;
    const agents = lists.length;
    const rule = `here stands \`*\`, a joint index, or a name for each of the ${agents} agents`;
    if (first === undefined) this.#scrutiny.fail(line.at, rule, 'nothing does');
    if (words.length === 1 && first.kind === '*') return undefined;
    if (words.length === 1 && first.kind === 'number') {
      const count = jointCount(lists);
      const k = Number(first.text);
      if (!/^\d+$/.test(first.text) || k >= count)
        this.#scrutiny.fail(
          first.at,
          `a joint index is a whole number from 0 to ${count - 1}, last agent fastest`,
          `${excerpt(first.text)} stands here`,
        );
      return [k];
    }
    if (words.length !== agents)
      this.#scrutiny.fail(first.at, rule, `${words.length} word${words.length === 1 ? '' : 's'} stand here`);
    let joint: number[] = [0];
    lists.forEach((names, i) => {
      const word = words[i] as Word;
      const k = word.kind === '*' ? undefined : indexOf(word, names);
      if (word.kind !== '*' && k === undefined)
        this.#scrutiny.fail(
          word.at,
          rule,
          `agent ${this.#preamble.agents[i]} has no ${excerpt(word.text)}`,
          `it has ${names.slice(0, 8).join(', ')}`,
        );
      const own = k === undefined ? range(names.length) : [k];
      this.#work.spend(this.#scrutiny, line.at, joint.length * own.length);
      joint = joint.flatMap(before => own.map(choice => before * names.length + choice));
    });
    return joint;
  }

  #states(words: readonly Word[], line: Line): Choice {
    const word = this.#single(words, line);
    if (word.kind === '*') return undefined;
    const k = indexOf(word, this.#preamble.states);
    if (k === undefined) this.#scrutiny.fail(word.at, 'here stands a state or `*`', `${excerpt(word.text)} is neither`);
    return [k];
  }

  #single(words: readonly Word[], line: Line): Word {
    const [word, next] = words;
    if (word === undefined)
      this.#scrutiny.fail(line.at, 'between two colons, and behind the last, stands a word', 'one is missing');
    if (next !== undefined)
      this.#scrutiny.fail(
        next.at,
        'a state or number stands alone, and a colon behind all but the last',
        `${excerpt(next.text)} follows ${excerpt(word.text)}`,
        next.kind === 'number'
          ? 'put a colon before the last number: unlike in .POMDP files it is required'
          : undefined,
      );
    return word;
  }

  #missing(parts: readonly (readonly Word[])[]): string {
    return `this one has ${parts.length - 1} colon${parts.length === 2 ? '' : 's'}`;
  }

  /** The next line; what stands behind the last colon on the same line is taken for it. */
  #below(beside: readonly Word[], line: Line, rule: string): Line {
    const [first] = beside;
    if (first === undefined) return this.#lines.take(rule);
    if (first.kind === 'number' && beside.length === 1)
      this.#scrutiny.fail(line.at, rule, 'it has too few colons for a single number');
    const last = beside[beside.length - 1];
    if (first.kind !== 'number' && last?.kind === 'number')
      this.#scrutiny.fail(
        last.at,
        rule,
        `no colon stands before ${excerpt(last.text)}`,
        'unlike in .POMDP files the colon before the last number is required',
      );
    this.#scrutiny.warn(
      first.at,
      'a row or matrix stands below the line that announces it',
      'this one stands beside it; read all the same',
    );
    return { words: beside, at: first.at };
  }

  /** @param zeros keep the zeros: the row is written over what was there */
  #row(line: Line, width: number, chance: boolean, zeros = false): readonly (readonly [number, Rational])[] {
    if (line.words.length !== width)
      this.#scrutiny.fail(
        line.words[width]?.at ?? line.at,
        `a row has ${width} numbers here`,
        `this one has ${line.words.length}${line.words[0]?.kind === 'id' ? ` words, beginning with ${excerpt(line.words[0].text)}` : ''}`,
      );
    this.#work.spend(this.#scrutiny, line.at, width);
    const entries: (readonly [number, Rational])[] = [];
    line.words.forEach((word, column) => {
      const value = chance ? probability(this.#scrutiny, this.#numbers, word) : this.#number(word);
      if (zeros || value.sign !== 0) entries.push([column, value]);
    });
    return entries;
  }

  #matrix(
    first: Line,
    rows: number,
    width: number,
    chance: boolean,
  ): readonly (readonly (readonly [number, Rational])[])[] {
    const matrix = [this.#row(first, width, chance)];
    while (matrix.length < rows)
      matrix.push(this.#row(this.#lines.take(`the matrix has ${rows} rows, one per state`), width, chance));
    return matrix;
  }

  /** A reward, or a cost negated. */
  #number(word: Word): Rational {
    if (word.kind !== 'number') this.#scrutiny.fail(word.at, 'here stands a number', `${excerpt(word.text)} does`);
    const value = this.#numbers.read(word.text, word.at);
    return this.#preamble.cost ? value.neg() : value;
  }
}

/** The words between the colons. */
function partsOf(line: Line): readonly (readonly Word[])[] {
  const parts: Word[][] = [[]];
  for (const word of line.words) {
    if (word.kind === ':') parts.push([]);
    else parts[parts.length - 1]?.push(word);
  }
  return parts;
}

function isWord(line: Line, text: string): boolean {
  return line.words.length === 1 && line.words[0]?.text === text;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => k);
}
