/**
 * The iterations of `cfr.ts` as one straight piece of code for a small game: sequences become local variables, payoffs constants, loops
 * disappear. It computes the same numbers, bit for bit, two to four times as fast; large games would be too much for the optimiser.
 */
import type { Scheme } from './cfr.ts';
import type { SequenceForm } from './form.ts';

/** What one agent has learned, by sequences, as in `cfr.ts`; the arrays are read before the iterations and written after them. */
export interface Learned {
  readonly strategy: Float64Array;
  readonly plan: Float64Array;
  readonly regret: Float64Array;
  readonly average: Float64Array;
  /** Regrets of the last iteration. */
  readonly last: Float64Array;
}

/** Does iterations `from` to `to`, both included, numbered from 1. */
export type Iterations = (one: Learned, two: Learned, from: number, to: number) => void;

/** Terms and sequences up to which code is generated. */
const mostTerms = 1_200;

export function isSmall({ spaces, rows }: SequenceForm): boolean {
  const sequences = spaces[0].sequences + spaces[1].sequences;
  return 2 * rows[0].other.length + 6 * sequences <= mostTerms;
}

export function generateIterations(form: SequenceForm, scheme: Scheme): Iterations {
  const lines: string[] = [];
  const arrays = ['strategy', 'plan', 'regret', 'average', 'last'] as const;
  for (const i of [0, 1] as const)
    for (const name of arrays)
      for (let s = 0; s < form.spaces[i].sequences; s++)
        lines.push(`let ${name}${i}_${s} = ${['one', 'two'][i]}.${name}[${s}];`);
  lines.push('for (let t = from; t <= to; t++) {', ...weights(scheme));
  lines.push(...observe(form, scheme, 0));
  if (scheme.alternating) lines.push(...match(form, scheme, 0));
  lines.push(...observe(form, scheme, 1));
  if (!scheme.alternating) lines.push(...match(form, scheme, 0));
  lines.push(...match(form, scheme, 1), '}');
  for (const i of [0, 1] as const)
    for (const name of arrays)
      for (let s = 0; s < form.spaces[i].sequences; s++)
        lines.push(`${['one', 'two'][i]}.${name}[${s}] = ${name}${i}_${s};`);
  return new Function('one', 'two', 'from', 'to', lines.join('\n')) as Iterations;
}

function weights({ averaging, discount }: Scheme): string[] {
  // A double from the start: the square of a small integer soon is none, and finding out costs the engine its code.
  const lines = ['const d = t - 0.5;', `const weight = ${['1', 't', '(d + 0.5) * (d + 0.5)'][averaging]};`];
  if (discount !== 'none') {
    lines.push(
      `const power = ${discount === 'linear' ? 't' : 't * Math.sqrt(t)'};`,
      'const gained = power / (power + 1);',
    );
    lines.push(`const lost = ${discount === 'linear' ? 'gained' : '0.5'};`);
  }
  return lines;
}

/** Numbers of the sequences of an information set. */
function choicesOf({ first, count }: SequenceForm['spaces'][0], h: number): number[] {
  const from = first[h] as number;
  return Array.from({ length: count[h] as number }, (_, a) => from + a);
}

function observe(form: SequenceForm, { floor, discount }: Scheme, i: 0 | 1): string[] {
  const space = form.spaces[i];
  const rows = form.rows[i];
  const other = 1 - i;
  const lines: string[] = [];
  for (let s = 0; s < space.sequences; s++) {
    lines.push(`average${i}_${s} += weight * plan${i}_${s};`);
    const terms: string[] = [];
    for (let k = rows.start[s] as number; k < (rows.start[s + 1] as number); k++)
      terms.push(`${rows.payoff[k]} * plan${other}_${rows.other[k]}`);
    lines.push(`last${i}_${s} = ${terms.length === 0 ? '0' : terms.join(' + ')};`);
  }
  for (let h = space.sets - 1; h >= 0; h--) {
    const choices = choicesOf(space, h);
    const value = `value${i}_${h}`;
    lines.push(`const ${value} = ${choices.map(s => `strategy${i}_${s} * last${i}_${s}`).join(' + ')};`);
    for (const s of choices) {
      const regret = `regret${i}_${s}`;
      lines.push(`${regret} = ${regret} + last${i}_${s} - ${value};`);
      // Without branches: where a variable comes from two sides, the engine may keep it boxed, at a fifth of the speed.
      if (floor) lines.push(`${regret} = Math.max(0, ${regret});`);
      else if (discount !== 'none')
        lines.push(`${regret} = Math.max(0, ${regret}) * gained + Math.min(0, ${regret}) * lost;`);
      lines.push(`last${i}_${s} -= ${value};`);
    }
    lines.push(`last${i}_${space.parent[h]} += ${value};`);
  }
  return lines;
}

function match(form: SequenceForm, { predictive }: Scheme, i: 0 | 1): string[] {
  const space = form.spaces[i];
  const lines: string[] = [];
  for (let h = 0; h < space.sets; h++) {
    const choices = choicesOf(space, h);
    for (const s of choices) {
      const r = predictive ? `regret${i}_${s} + last${i}_${s}` : `regret${i}_${s}`;
      lines.push(`strategy${i}_${s} = Math.max(0, ${r});`);
    }
    lines.push(
      '{',
      `const sum = ${choices.map(s => `strategy${i}_${s}`).join(' + ')};`,
      'const share = sum > 0 ? 1 / sum : 0;',
      `const rest = sum > 0 ? 0 : ${1 / choices.length};`,
    );
    for (const s of choices)
      lines.push(
        `strategy${i}_${s} = strategy${i}_${s} * share + rest;`,
        `plan${i}_${s} = plan${i}_${space.parent[h]} * strategy${i}_${s};`,
      );
    lines.push('}');
  }
  return lines;
}
