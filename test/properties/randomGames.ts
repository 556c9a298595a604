/** Random small games as program texts: two agents, a few steps, transitions and rewards from random tables. */
import { Stream } from '../../runtime/rng/stream.ts';

const interests = [
  'separate',
  'zero-sum',
  'common',
  'common',
  'common',
  'mirrored',
  'offset',
  'scaled',
  'congestion',
] as const;

/** Game number `seed`. States are (t, x); every play ends after at most three steps. */
export function randomGame(seed: number): string {
  const stream = new Stream(seed, 99, 0, 0);
  const below = (n: number): number => stream.below(n);
  const table = (n: number, range: number, low: number): string =>
    `[${Array.from({ length: n }, () => low + below(range)).join(', ')}]`;
  const steps = 1 + below(3);
  const interest = interests[below(interests.length)] as (typeof interests)[number];
  const spread = 1 + below(4);
  const own = table(12, spread, -1);
  const index = 'x * 4 + (if action[A] == X then 0 else 2) + (if action[B] == X then 0 else 1)';
  const mirror = 'x * 4 + (if action[B] == X then 0 else 2) + (if action[A] == X then 0 else 1)';
  const chance = below(3) === 0;
  const drifts = below(4) === 0;
  const move = drifts ? 'min(x + 1, 2)' : `${table(12, 3, 0)}[${index}]`;
  const scale = 1 + below(3);
  const rewards: Readonly<Record<(typeof interests)[number], string>> = {
    separate: `reward[A] = ${own}[${index}]\n  reward[B] = ${table(12, spread, -1)}[${index}]`,
    'zero-sum': `reward[A] = ${own}[${index}]\n  reward[B] = 0 - ${own}[${index}]`,
    common: `reward[A] = ${own}[${index}]\n  reward[B] = ${own}[${index}]`,
    mirrored: `reward[A] = ${own}[${index}]\n  reward[B] = ${own}[${mirror}]`,
    offset: `reward[A] = ${own}[${index}]\n  reward[B] = ${below(4)} - ${own}[${index}]`,
    scaled: `reward[A] = ${own}[${index}]\n  reward[B] = ${scale} * ${own}[${index}] / 3`,
    congestion: `reward[p: agents] = 0 - count(action[q] == action[p] for q in agents) + (if x == ${below(4)} then 5 else 0)`,
  };
  const sights = ['t', 't', 't, x', 't, x > 0', 't', 't, x, 2 - x', 'x'];
  const sight = (): string => sights[below(sights.length)] as string;
  return `game Random${seed} {
  agents A, B
  actions { X, Y }
  state { t: 0..3 = 0  x: 0..2 = ${below(3)} }
  ${below(3) === 0 ? `init { x ~ uniform(0..${1 + below(2)}) }` : ''}
  ${below(4) === 0 ? `turn = if t % 2 == 0 then A else B` : ''}
  ${below(4) === 0 ? `legal Y for p = x != ${below(3)}` : ''}
  step {
    ${chance ? 'let c ~ bernoulli(1/3)' : ''}
    next t = min(t + 1, 3)
    next x = ${chance ? `if c then ${below(3)} else ` : ''}${move}
  }
  ${rewards[interest]}
  ${below(2) === 0 ? '' : `observe[A] { ${sight()} }\n  observe[B] { ${sight()} }`}
  end when t == ${steps}
}`.replace(/turn = [^\n]*\n([\s\S]*)/, (all: string) => sequential(all));
}

/** With turns, who does not act has no action: it counts as X. */
function sequential(text: string): string {
  return text
    .replaceAll('action[A] == X', '(turn == B or action[turn] == X)')
    .replaceAll('action[B] == X', '(turn == A or action[turn] == X)')
    .replaceAll('count(action[q] == action[p] for q in agents)', '(if turn == p and action[turn] == X then 2 else 1)');
}
