/** `marl play FILE[:Game]`: one game by hand, step by step. */

import { suggest } from '../../compiler/diagnostics/suggest.ts';
import { GameError } from '../../compiler/game/evaluateErrors.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { type LegalAction, type Snapshot, Stepped } from '../../compiler/game/stepped.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { actionText } from '../actions.ts';
import { exitCode, type Io } from '../io.ts';
import { LineReader } from '../lines.ts';
import { chooseGame, type Got, modelOf, type Opened, openProgram, type ProgramOptions } from '../open.ts';
import { loadPolicy, type PlayPolicy } from '../policy.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { candidates } from '../suggest.ts';
import { counted, shortNumber } from '../text.ts';
import { trainableNamed } from '../training.ts';

interface PlayOptions extends ProgramOptions {
  readonly seed: number;
  readonly policy?: string;
  readonly as?: string;
}

export async function play(io: Io, typed: string, options: PlayOptions): Promise<number> {
  const reply = new Reply(io, 'play', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const { program } = opened.value;
  const built = gameToPlay(reply, opened.value);
  if (built.exit !== undefined) return built.exit;
  const model = built.value;
  const seat = options.as === undefined ? undefined : model.agents.findIndex(agent => agent.label === options.as);
  if (seat === -1) {
    const labels = model.agents.map(agent => agent.label);
    return reply.problem(
      exitCode.usage,
      `${model.name} has no agent \`${options.as}\`.`,
      candidates(options.as ?? '', labels),
    );
  }
  let policy: PlayPolicy | undefined;
  if (options.policy !== undefined) {
    const loaded = await loadPolicy(reply, options.policy, model);
    if (loaded.exit !== undefined) return loaded.exit;
    policy = loaded.value;
  }
  const lines = new LineReader(io.stdin);
  try {
    const table = new Table(reply, new Stepped(model, options.seed), policy, lines, seat);
    await table.play();
    reply.object(true, {
      game: model.name,
      seed: options.seed,
      steps: table.history,
      returns: Object.fromEntries(table.seen.map(i => [model.agents[i]?.label, table.returns[i] ?? 0])),
      state: seat === undefined ? table.stepped.state() : null,
      ended: table.stepped.ended,
      diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
    });
    return exitCode.done;
  } catch (error) {
    if (error instanceof GameError)
      return reply.problem(exitCode.wrong, `${model.name} cannot be played: ${error.message}.`);
    throw error;
  } finally {
    lines.close();
  }
}

/** The game that was named, or the game of the training that was. */
function gameToPlay(reply: Reply, opened: Opened): Got<GameModel> {
  const { program, name, overrides } = opened;
  const training =
    name === undefined || program.games.some(game => game.name === name)
      ? undefined
      : trainableNamed(reply, opened, name);
  if (training !== undefined) return modelOf(reply, training.instantiate(overrides), program.sources);
  const chosen = chooseGame(reply, opened);
  if (chosen.exit !== undefined) return chosen;
  return modelOf(reply, program.instantiate(chosen.value.name, overrides), program.sources);
}

interface Choice {
  readonly action: number;
  readonly reals: readonly number[];
}

interface PlayedStep {
  readonly actions: Readonly<Record<string, string>>;
  readonly rewards: Readonly<Record<string, number>>;
  readonly ended: string;
}

/** A moment to go back to. */
interface Moment {
  readonly snapshot: Snapshot;
  readonly returns: readonly number[];
  readonly steps: number;
  /** Did the player choose in the step that followed? */
  readonly chose: boolean;
}

/** Steps in which the player has nothing to choose, after which play waits: such a game may go on for ever. */
const patience = 100;

type Command = 'undo' | 'quit' | 'next';

class Table {
  readonly stepped: Stepped;
  /** Steps of the current episode. */
  readonly history: PlayedStep[] = [];
  returns: number[];
  readonly #reply: Reply;
  readonly #model: GameModel;
  readonly #policy: PlayPolicy | undefined;
  readonly #lines: LineReader;
  /** The one agent that is played, and whose eyes the player has; undefined where all are played and the state is seen. */
  readonly #seat: number | undefined;
  readonly #past: Moment[] = [];
  #waited = 0;
  #random: Stream;

  constructor(
    reply: Reply,
    stepped: Stepped,
    policy: PlayPolicy | undefined,
    lines: LineReader,
    seat: number | undefined,
  ) {
    this.#reply = reply;
    this.stepped = stepped;
    this.#model = stepped.model;
    this.#policy = policy;
    this.#lines = lines;
    this.#seat = seat;
    this.returns = this.#model.agents.map(() => 0);
    this.#random = new Stream(stepped.seed, purposes.policy, 0, 0);
  }

  /** Agents whose choices and rewards the player is told. */
  get seen(): readonly number[] {
    return this.#seat === undefined ? this.#model.agents.map((_, i) => i) : [this.#seat];
  }

  async play(): Promise<void> {
    const { name, params } = this.#model;
    const given = params.map(p => `${p.name} = ${p.value}`).join(', ');
    this.#reply.say(`${name}${given === '' ? '' : ` (${given})`}, seed ${this.stepped.seed}`);
    this.#reply.say(
      `Choose by number or name; r random${this.#policy === undefined ? '' : ', p policy'}, u undo, q quit.`,
    );
    if (this.#seat !== undefined)
      this.#reply.say(
        `You are ${this.#label(this.#seat)}; ${this.#policy === undefined ? 'chance' : 'the policy'} moves the others.`,
      );
    for (;;) {
      const command = this.stepped.ended === 'running' ? await this.#round() : await this.#end();
      if (command === 'quit') return;
      if (command === 'undo') this.#undo();
      if (command === 'next') {
        this.#past.length = 0;
        this.history.length = 0;
        this.stepped.reset();
        this.returns = this.#model.agents.map(() => 0);
        this.#random = new Stream(this.stepped.seed, purposes.policy, 0, this.stepped.episode);
      }
    }
  }

  /** One joint step. Undo inside it takes back the choice before; at its beginning, the step before. */
  async #round(): Promise<Command | undefined> {
    const { stepped } = this;
    this.#showState();
    this.#policy?.see(stepped);
    const acting = stepped.acting();
    const own = acting.filter(agent => this.#seat === undefined || agent === this.#seat);
    this.#waited = own.length > 0 ? 0 : this.#waited + 1;
    if (acting.length === 0 || this.#waited > patience) {
      this.#waited = 0;
      const command = await this.#pass();
      if (command !== undefined) return command;
    }
    const choices = new Map<number, Choice>();
    for (let k = 0; k < own.length; ) {
      const agent = own[k] as number;
      const choice = await this.#ask(agent);
      if (choice === 'quit') return 'quit';
      if (choice === 'undo') {
        if (k === 0) return 'undo';
        k--;
        choices.delete(own[k] as number);
        continue;
      }
      choices.set(agent, choice);
      k++;
    }
    for (const agent of acting) if (!choices.has(agent)) choices.set(agent, this.#choiceOfOther(agent));
    const before: Moment = {
      snapshot: stepped.snapshot(),
      returns: [...this.returns],
      steps: this.history.length,
      chose: own.length > 0,
    };
    this.#policy?.did(
      stepped,
      this.#model.agents.map((_, i) => choices.get(i)?.action ?? 0),
    );
    const { rewards, ended } = stepped.step(
      this.#model.agents.map((_, i) => choices.get(i)?.action),
      this.#model.agents.map((_, i) => choices.get(i)?.reals),
    );
    this.#past.push(before);
    this.returns = this.returns.map((sum, i) => sum + (rewards[i] as number));
    const { seen } = this;
    const named = own.map(
      agent => [this.#label(agent), this.#actionName(agent, choices.get(agent) as Choice)] as const,
    );
    this.history.push({
      actions: Object.fromEntries(named),
      rewards: Object.fromEntries(seen.map(i => [this.#label(i), rewards[i] as number])),
      ended,
    });
    this.#reply.say();
    const idle = acting.length === 0 ? 'nobody acts' : 'others act';
    this.#reply.say(`  ${named.map(([agent, action]) => `${agent} ${action}`).join(', ') || idle}`);
    this.#reply.say(`  rewards: ${seen.map(i => `${this.#label(i)} ${shortNumber(rewards[i] as number)}`).join(', ')}`);
    return undefined;
  }

  /** Nobody acts: the game could go on by itself for ever, so each step is asked for. */
  async #pass(): Promise<Command | undefined> {
    for (;;) {
      this.#prompt(`${this.#seat === undefined ? 'nobody acts' : 'nothing to choose'}; Enter goes on > `);
      const line = (await this.#lines.next())?.trim().toLowerCase();
      if (line === undefined || line === 'q' || line === 'quit') return 'quit';
      if (line === 'u' || line === 'undo') return 'undo';
      if (line === '') return undefined;
    }
  }

  async #end(): Promise<Command> {
    const { stepped } = this;
    this.#showState();
    if (this.#seat !== undefined) this.#showSight(this.#seat);
    const how = stepped.ended === 'terminated' ? 'The game has ended' : 'The horizon has cut the game';
    this.#reply.say(`${how} after ${counted(stepped.time, 'step')}.`);
    this.#reply.say(
      `  returns: ${this.seen.map(i => `${this.#label(i)} ${shortNumber(this.returns[i] as number)}`).join(', ')}`,
    );
    for (;;) {
      this.#prompt('n next game, u undo, q quit > ');
      const line = (await this.#lines.next())?.trim().toLowerCase();
      if (line === undefined || line === 'q' || line === 'quit') return 'quit';
      if (line === 'n' || line === 'next') return 'next';
      if (line === 'u' || line === 'undo') return 'undo';
      if (line !== '') this.#reply.say(`\`${line}\` is none of n, u, q.`);
    }
  }

  async #ask(agent: number): Promise<Choice | 'undo' | 'quit'> {
    const { stepped } = this;
    const legal = stepped.legal(agent);
    this.#showSight(agent);
    if (legal.length > 1 || this.#realSize(agent) === 0)
      this.#reply.say(
        `  ${legal.map((option, k) => (numeric(legal) ? option.name : `${k + 1} ${option.name}`)).join('   ')}`,
      );
    for (;;) {
      this.#prompt(`${this.#label(agent)} > `);
      const line = (await this.#lines.next())?.trim();
      if (line === undefined) return 'quit';
      const choice = this.#read(agent, legal, line);
      if (typeof choice !== 'string') return choice;
      if (choice === 'undo' || choice === 'quit') return choice;
      if (choice !== '') this.#reply.say(`  ${choice}`);
    }
  }

  /** A choice, a command, or what is wrong with the line (asked again). */
  #read(agent: number, legal: readonly LegalAction[], line: string): Choice | string {
    const exact = legal.find(option => option.name === line);
    const lower = line.toLowerCase();
    const size = this.#realSize(agent);
    if (exact === undefined) {
      if (lower === 'q' || lower === 'quit') return 'quit';
      if (lower === 'u' || lower === 'undo') return 'undo';
      if (lower === 'r' || lower === 'random') return this.#randomChoice(agent, legal);
      if (lower === 'p' || lower === 'policy') {
        if (this.#policy === undefined) return 'There is no policy here; start with --policy DIR.';
        return this.#policy.act(agent, this.stepped);
      }
    }
    if (line === '') return '';
    const words = line.split(/[\s,]+/);
    const wanted = size === 0 ? line : legal.length > 1 ? (words[0] as string) : '1';
    const option = exact ?? pick(legal, wanted);
    if (option === undefined) {
      const near = suggest(
        wanted,
        legal.map(o => o.name),
      );
      return `\`${wanted}\` is no legal action${near === undefined ? `; choose ${numeric(legal) ? 'one of those above' : `1 to ${legal.length}`}` : `; the nearest is ${near}`}.`;
    }
    const reals = size === 0 ? [] : words.slice(legal.length > 1 ? 1 : 0).map(Number);
    const problem = this.#realProblem(agent, reals);
    return problem ?? { action: option.action, reals };
  }

  /** What an agent does that the player does not play. */
  #choiceOfOther(agent: number): Choice {
    if (this.#policy !== undefined) return this.#policy.act(agent, this.stepped);
    return this.#randomChoice(agent, this.stepped.legal(agent));
  }

  #randomChoice(agent: number, legal: readonly LegalAction[]): Choice {
    const option = legal[this.#random.below(legal.length)] as LegalAction;
    const reals = this.#realBounds(agent).map(({ low, high }) => {
      const from = Number.isFinite(low) ? low : -1;
      const to = Number.isFinite(high) ? high : 1;
      return from + (to - from) * this.#random.unit();
    });
    return { action: option.action, reals };
  }

  #realProblem(agent: number, reals: readonly number[]): string | undefined {
    const bounds = this.#realBounds(agent);
    if (reals.length !== bounds.length)
      return `${this.#label(agent)} chooses ${counted(bounds.length, 'real number')}; type them with spaces between.`;
    const k = reals.findIndex(
      (value, i) => !(value >= (bounds[i]?.low as number) && value <= (bounds[i]?.high as number)),
    );
    return k === -1 ? undefined : `Number ${k + 1} must lie in ${bounds[k]?.low}..${bounds[k]?.high}.`;
  }

  #realBounds(agent: number): readonly { readonly low: number; readonly high: number }[] {
    const bounds: { low: number; high: number }[] = [];
    for (const part of this.#space(agent)?.parts ?? [])
      if (part.kind === 'real') for (let k = 0; k < part.size; k++) bounds[part.offset + k] = part.bounds;
    return bounds;
  }

  #undo(): void {
    let moment = this.#past.pop();
    while (moment !== undefined && this.#seat !== undefined && !moment.chose) moment = this.#past.pop();
    if (moment === undefined) {
      this.#reply.say('  This is the beginning.');
      return;
    }
    this.stepped.restore(moment.snapshot);
    this.returns = [...moment.returns];
    this.history.length = moment.steps;
  }

  #showState(): void {
    this.#reply.say();
    this.#reply.say(`--- step ${this.stepped.time}`);
    const text = this.#seat === undefined ? this.stepped.print() : '';
    if (text !== '') this.#reply.say(text);
  }

  #showSight(agent: number): void {
    const text = this.stepped.printObservation(agent);
    this.#reply.say();
    this.#reply.say(`${this.#label(agent)} sees${text === '' ? ' nothing' : ''}`);
    if (text !== '') for (const line of text.split('\n')) this.#reply.say(`  ${line}`);
  }

  #prompt(text: string): void {
    if (!this.#reply.json) this.#reply.io.out(text);
  }

  #actionName(agent: number, choice: Choice): string {
    return actionText(this.#space(agent), choice.action, choice.reals);
  }

  #label(agent: number): string {
    return this.#model.agents[agent]?.label ?? `${agent}`;
  }

  #realSize(agent: number): number {
    return this.#space(agent)?.realSize ?? 0;
  }

  #space(agent: number): GameModel['actionSpaces'][number] | undefined {
    const cls = this.#model.classes[this.#model.agents[agent]?.cls ?? 0];
    return this.#model.actionSpaces[cls?.actionSpace ?? 0];
  }
}

/** By number from 1, by name, by name in any case, or by a beginning that only one name has. */
function pick(legal: readonly LegalAction[], text: string): LegalAction | undefined {
  const lower = text.toLowerCase();
  const byName =
    legal.find(option => option.name === text) ?? legal.find(option => option.name.toLowerCase() === lower);
  if (byName !== undefined) return byName;
  if (numeric(legal)) return undefined;
  if (/^\d+$/.test(text)) return legal[Number(text) - 1];
  const starting = legal.filter(option => option.name.toLowerCase().startsWith(lower));
  return starting.length === 1 ? starting[0] : undefined;
}

/** Actions that are numbers themselves are not numbered a second time. */
function numeric(legal: readonly LegalAction[]): boolean {
  return legal.every(option => /^-?\d+$/.test(option.name));
}
