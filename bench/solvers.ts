/**
 * How long the solvers of games of one step take, certificate included, in milliseconds of processor time, so that other work on the machine
 * counts little. Prints medians, and the targets where there are any.
 *
 *   node bench/solvers.ts
 */
import { isRefusal, type SolveOptions, solve } from '../runtime/solvers/index.ts';
import { solveMatrix } from '../runtime/solvers/matrix-game.ts';
import { bimatrix, integers, matrix, randomMatrix } from '../test/solvers/games.ts';

type Game = ReturnType<typeof bimatrix>;

function median(times: number[]): number {
  times.sort((x, y) => x - y);
  return times[Math.floor(times.length / 2)] as number;
}

/** Processor time since a measurement. */
function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function line(what: string, spent: number, target: string, note: string): void {
  const time = spent < 0.1 ? `${(spent * 1000).toFixed(2)} us` : `${spent.toFixed(1)} ms`;
  console.log(`${what.padEnd(46)} ${time.padStart(11)}  ${target.padEnd(18)} ${note}`);
}

async function timed(
  what: string,
  games: readonly Game[],
  options: SolveOptions,
  target = '',
  rounds = 5,
): Promise<void> {
  const times: number[] = [];
  const notes = new Set<string>();
  for (let round = 0; round < rounds; round++)
    for (const game of games) {
      const start = process.cpuUsage();
      const answer = await solve(game, options);
      times.push(milliseconds(start));
      notes.add(isRefusal(answer) ? answer.refused : answer.certificate.kind);
    }
  line(what, median(times), target, [...notes].join(', '));
}

const many = [
  [
    [9504, -660, 19976, -20526, 1776, -8976],
    [-111771, 31680, -130944, 168124, -8514, 52764],
    [397584, -113850, 451176, -586476, 29216, -178761],
    [171204, -45936, 208626, -263076, 14124, -84436],
    [1303104, -453420, 1227336, -1718376, 72336, -461736],
    [737154, -227040, 774576, -1039236, 48081, -300036],
  ],
  [
    [72336, 48081, 29216, 14124, 1776, -8514],
    [-461736, -300036, -178761, -84436, -8976, 52764],
    [1227336, 774576, 451176, 208626, 19976, -130944],
    [-1718376, -1039236, -586476, -263076, -20526, 168124],
    [1303104, 737154, 397584, 171204, 9504, -111771],
    [-453420, -227040, -113850, -45936, -660, 31680],
  ],
] as const;

/** Games from seeds 1, 2, ... with payoffs from -100 to 100. */
function random(size: number, count: number): Game[] {
  return Array.from({ length: count }, (_, k) => {
    const next = integers(k + 1, 100);
    return bimatrix(randomMatrix(size, size, next), randomMatrix(size, size, next));
  });
}

function several(seed: number, agents: number, actions: number): Game {
  const next = integers(seed, 100);
  const names = Array.from({ length: actions }, (_, k) => `a${k}`);
  return matrix(
    Array.from({ length: agents }, () => names),
    () => Array.from({ length: agents }, next),
  );
}

const small = randomMatrix(4, 4, integers(1, 100)).flat();
for (let k = 0; k < 20_000; k++) solveMatrix(small, 4, 4);
const start = process.cpuUsage();
for (let k = 0; k < 200_000; k++) solveMatrix(small, 4, 4);
line('matrix game 4x4, in doubles', milliseconds(start) / 200_000, '<= 2 us', '');

await timed('all equilibria: the 75 of 6x6', [bimatrix(...many)], { concept: 'nash' }, '< 50 ms', 9);
await timed('all equilibria: random 6x6', random(6, 9), { concept: 'nash' }, '< 1 s', 3);
await timed('all equilibria: random 10x10', random(10, 3), { concept: 'nash' }, '', 3);
await timed('all equilibria: random 12x12', random(12, 3), { concept: 'nash' }, '< 1 s', 1);
await timed('Lemke and Howson, one label: random 30x30', random(30, 3), { concept: 'nash' }, '', 1);
await timed('Lemke and Howson, all labels: random 8x8', random(8, 5), { concept: 'nash', method: 'lemke_howson' });
const zeroSum = (size: number): Game => bimatrix(randomMatrix(size, size, integers(1, 100)));
await timed('minimax: random 30x30, in fractions', [zeroSum(30)], { concept: 'minimax' });
await timed('minimax: random 100x100, in fractions', [zeroSum(100)], { concept: 'minimax' });
await timed('minimax: random 300x300', [zeroSum(300)], { concept: 'minimax' }, '< 2 s', 1);
await timed('correlated, welfare: random 10x10', random(10, 3), { concept: 'correlated' }, '', 3);
await timed('correlated, welfare: random 20x20', random(20, 1), { concept: 'correlated' }, '', 1);
await timed(
  'correlated, entropy: random 10x10',
  random(10, 3),
  { concept: 'correlated', maximizing: 'entropy' },
  '',
  3,
);
await timed('Stackelberg: random 20x20', random(20, 3), { concept: 'stackelberg' }, '', 3);
const three = [several(1, 3, 3), several(2, 3, 3), several(3, 3, 3)];
await timed('logit branch: 3 agents of 3 actions', three, { concept: 'quantal_response' }, '', 3);
await timed(
  'all equilibria: 3 agents of 3 actions, proved',
  three,
  { concept: 'nash', method: 'support_enumeration' },
  '',
  1,
);
await timed('regret matching: 10 000 rounds, 10x10', random(10, 1), { concept: 'dynamics', method: 'regret_matching' });
await timed('alpha-rank: random 20x20', random(20, 1), { concept: 'alpha_rank' }, '', 3);
