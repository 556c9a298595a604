/** Sessions of somebody who types at random: the same ones from the same seed. */
import { purposes, Stream } from '../../runtime/rng/stream.ts';

const words = [
  'game',
  'train',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '/*',
  '//',
  '///',
  '~',
  '=',
  'next ',
  'if ',
  'else',
  '.',
  ':',
  'reward',
  'agents',
  '0',
  '1e999',
  '..',
  '|>',
  '\n',
  '\r\n',
  '\u0000',
  '😀',
  'match',
  '=>',
];

/** Types, deletes, pastes and undoes at random places. */
export class Session {
  readonly #stream: Stream;
  readonly #before: string[] = [];
  text: string;
  at = 0;

  constructor(text: string, seed: number) {
    this.text = text;
    this.#stream = new Stream(seed, purposes.policy, 0, 0);
  }

  step(): void {
    const dice = this.#stream.below(10);
    if (dice >= 8 && this.#before.length > 0) {
      this.text = this.#before.pop() as string;
      return;
    }
    this.#before.push(this.text);
    // Mostly where one was typing before.
    if (this.#stream.below(4) === 0) this.at = this.#stream.below(this.text.length + 1);
    const at = Math.min(this.at, this.text.length);
    const [from, to] = [at, Math.min(this.text.length, at + 1 + this.#stream.below(12))];
    if (dice < 5) this.#replace(at, at, words[this.#stream.below(words.length)] as string);
    else if (dice < 7) this.#replace(from, to, '');
    else
      this.#replace(
        at,
        at,
        this.text.slice(this.#stream.below(this.text.length + 1)).slice(0, this.#stream.below(200)),
      );
  }

  #replace(from: number, to: number, text: string): void {
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    this.at = from + text.length;
  }
}
