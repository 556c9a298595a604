/**
 * Deep learners on games whose answers are known, in minutes: what VDN and QMIX make of tables they cannot represent, where plain runs
 * end on climbing and penalty, what memory is worth, and a small field of foraging. What counts is the greedy policy after the last step,
 * never the best one on the way: that is the figure of published tables of matrix games, and it is the exploration's luck.
 */
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { adam } from '../../runtime/tensor/optimisers/spec.ts';
import { adamAt, constant, gru, libraryGame, mixerFor, mlp } from '../learners/deep-support.ts';
import { ofRuns, type Runs, type Suite, type Validation } from './result.ts';
import { largestError, momentAfter, tableText, totals } from './total.ts';
import { type Case, type Outcomes, trainAll, withMixer } from './trainings.ts';

export const deep: Suite = {
  name: 'deep',
  about: 'Deep learners on games whose answers are known.',
  *validate() {
    yield* qtran();
    yield* twoStep();
    yield* matrixGames();
    yield* memory();
    yield* foraging();
  },
};

const seeds = [1, 2, 3, 4, 5];

/**
 * All joint actions are seen alike, and none is forgotten: the setting in which the limits below hold. The learning rate falls, because
 * what is compared is a limit: at a constant one tables of VDN, which no payoff fits, stay in motion by up to 0.8.
 */
const slowing = (steps: number): Settings => ({
  explore: constant(1),
  target_every: 100,
  replay: { amount: steps, unit: 'episodes' },
  optimizer: { ...adam, lr: { from: 1e-3, to: 1e-5, over: 0.9 * steps, unit: 'steps' } },
});
const slowingText = (steps: number): string =>
  `explore = 1, target_every = 100, replay = ${steps} episodes, optimizer = adam(lr: 1e-3 -> 1e-5 over ${0.9 * steps} steps)`;
const uniform = slowing(20_000);
const uniformText = slowingText(20_000);
/** The two-step game declares no horizon, so that the usual number of steps would be two episodes. */
const eachEpisode: Settings = { train_every: { amount: 1, unit: 'episodes' } };
const eachEpisodeText = `${uniformText}, train_every = 1 episodes`;

const runsOf = (
  { plan, algorithm, seeds: of }: Case,
  { outcomes, wall, cpu }: Outcomes,
  more: Pick<Runs, 'game' | 'settings' | 'reference'> & Partial<Runs>,
): Runs => ({
  algorithm,
  seeds: of,
  steps: plan.steps,
  measure: 'return',
  finals: outcomes.map(outcome => outcome.final),
  wall,
  cpu,
  ...more,
});

// ------------------------------------------------------------------------------------------ QTRAN's matrix game

/** A seed of 20 000 steps with clipping: found -6.75 at (A, A), fit weighted by the cells in its replay -6.54, limit -6.22. */
const drawn =
  ' What is left of the error is mostly the draw: no sum fits these payoffs, so the best one moves with how often each cell came up, by 0.3 after 20 000 steps and less with more.';

function* qtran(): Generator<Validation> {
  const game = libraryGame('Qtran');
  const moment = momentAfter(game, []);
  const mixer = mixerFor(game, 'TwoLayer', 'TwoLayer', { embed: '8' });
  for (const { algorithm, settings, text, model, wanted, steps } of [
    {
      algorithm: 'VDN',
      // A fit that leaves large errors is moved by how often each cell was drawn (by 0.3 after 20 000 steps), and by clipping, which counts
      // the batches with the largest errors for less (by 0.2).
      steps: 80_000,
      settings: { ...slowing(80_000), clip: 0 },
      text: `${slowingText(80_000)}, clip = 0`,
      model: undefined,
      // The additive least-squares fit: row mean + column mean - grand mean.
      wanted: [
        [-6.22, -4.89, -4.89],
        [-4.89, -3.56, -3.56],
        [-4.89, -3.56, -3.56],
      ],
    },
    {
      algorithm: 'QMIX',
      steps: 20_000,
      settings: { ...uniform, mixer: { name: 'TwoLayer', model: mixer } },
      text: `${uniformText}, mixer = TwoLayer(embed: 8)`,
      model: mixer,
      // The monotonic fit whose greedy actions lie in {B, C}: -8 where either plays A. Published: -8.1 and 0.
      wanted: [
        [-8, -8, -8],
        [-8, 0, 0],
        [-8, 0, 0],
      ],
    },
  ]) {
    const slack = 0.3;
    const which: Case = { game, algorithm, settings, plan: { steps, episodes: 1 }, seeds };
    const trained = trainAll(which);
    const tables = trained.outcomes.map(({ learner }) => totals(game, learner, moment, model));
    const errors = tables.map(table => largestError(table, wanted));
    const zero = trained.outcomes.filter(({ final }) => final === 0).length;
    const base = { game: 'Qtran', settings: text } as const;
    const payoff = algorithm === 'VDN' ? zero === seeds.length : zero >= 4;
    yield ofRuns(
      runsOf(which, trained, { ...base, measure: 'greedy payoff', reference: '0, not 8' }),
      payoff,
      `0 in ${algorithm === 'VDN' ? 'all seeds' : 'at least 4 of 5 seeds; a lucky start may give QMIX the 8'}`,
    );
    // Seeds that found another optimum of the fit are counted by the payoff above, not here.
    const judged = errors.filter((_, k) => trained.outcomes[k]!.final === 0);
    yield ofRuns(
      runsOf(which, trained, {
        ...base,
        measure: 'largest error of Q_tot',
        finals: errors,
        reference: `${tableText(wanted)} +- ${slack}`,
        note: `Q_tot of seed 1: ${tableText(tables[0]!)}.${model === undefined ? drawn : ''}${zero < seeds.length ? ' A seed that ends at 8 found the other optimum of the monotonic fit, 8 at (A, A) and -6 elsewhere, whose squared error is less (288 against 320); its error is not judged.' : ''}`,
      }),
      judged.length >= 4 && judged.every(error => error <= slack),
      `at most ${slack}; seed 1 ${tableText(tables[0]!)}`,
    );
  }
}

// ------------------------------------------------------------------------------------------ QMIX's two-step game

function* twoStep(): Generator<Validation> {
  const game = libraryGame('TwoStep');
  const plan = { steps: 20_000, episodes: 1 };
  const start = momentAfter(game, []);
  const safe = momentAfter(game, [[0, 0]]);
  const risky = momentAfter(game, [[1, 0]]);
  const mixer = mixerFor(game, 'TwoLayer', 'TwoLayer', { embed: '8' });
  const all = (value: number): number[][] => [
    [value, value],
    [value, value],
  ];
  for (const { algorithm, settings, text, model, best, slack, wanted } of [
    {
      algorithm: 'VDN',
      settings: { ...uniform, ...eachEpisode },
      text: eachEpisodeText,
      model: undefined,
      best: 7,
      slack: 0.3,
      wanted: [
        [
          [6.93, 6.93],
          [6.435, 6.435],
        ],
        all(7),
        [
          [-1.5, 2.5],
          [2.5, 6.5],
        ],
      ],
    },
    {
      algorithm: 'QMIX',
      settings: { ...uniform, ...eachEpisode, mixer: { name: 'TwoLayer', model: mixer } },
      text: `${eachEpisodeText}, mixer = TwoLayer(embed: 8)`,
      model: mixer,
      best: 8,
      slack: 0.1,
      wanted: [
        [
          [6.93, 6.93],
          [7.92, 7.92],
        ],
        all(7),
        [
          [0, 1],
          [1, 8],
        ],
      ],
    },
  ]) {
    const which: Case = { game, algorithm, settings, plan, seeds };
    const trained = trainAll(which);
    const tables = trained.outcomes.map(({ learner }) =>
      [start, safe, risky].map(moment => totals(game, learner, moment, model)),
    );
    const errors = tables.map(three => Math.max(...three.map((table, k) => largestError(table, wanted[k]!))));
    const base = { game: 'TwoStep', settings: text } as const;
    yield ofRuns(
      runsOf(which, trained, { ...base, measure: 'greedy return', reference: `${best}` }),
      trained.outcomes.every(({ final }) => final === best),
      `${best} in all seeds`,
    );
    yield ofRuns(
      runsOf(which, trained, {
        ...base,
        measure: 'largest error of Q_tot',
        finals: errors,
        reference: `start ${tableText(wanted[0]!)}, safe all 7, risky ${tableText(wanted[2]!)}, +- ${slack}`,
        note: `Q_tot of seed 1: start ${tableText(tables[0]![0]!)}, safe ${tableText(tables[0]![1]!)}, risky ${tableText(tables[0]![2]!)}`,
      }),
      errors.every(error => error <= slack),
      `at most ${slack}; seed 1 start ${tableText(tables[0]![0]!)}, risky ${tableText(tables[0]![2]!)}`,
    );
  }
}

// ------------------------------------------------------------------------------------------ climbing and penalty

/** What was tried to see why 7 is more common here than in the reference run. */
const ladder =
  'from the first choice of both, (C, C) worth 5, single better replies lead over (B, C), 6, to (B, B), 7. MAPPO climbs to 7 in all five seeds at entropy 0.01 and 0.001, and stops at 6 in all five without `normalize_advantages`, which the reference run did not have either.';

/**
 * Plain runs with exploration that ends. The gate of the notes is that of the policy-gradient family: below 8 in at least 4 of 5 seeds on
 * climbing, the safe 2 on penalty. No reference run gates the value learners; theirs is the weaker claim that they do not find 11.
 */
function* matrixGames(): Generator<Validation> {
  const value: Settings = { explore: { from: 1, to: 0.05, over: 6000, unit: 'steps' } };
  const policy: Settings = { rollout: 16 };
  const learners = [
    ['IDQN', value, 'explore = 1 -> 0.05 over 6_000 steps'],
    ['VDN', value, 'explore = 1 -> 0.05 over 6_000 steps'],
    ['QMIX', value, 'explore = 1 -> 0.05 over 6_000 steps'],
    ['IPPO', policy, 'rollout = 16, 16 parallel games'],
    ['MAPPO', policy, 'rollout = 16, 16 parallel games'],
  ] as const;
  const published: Readonly<Record<string, string>> = {
    IDQN: '195 +- 68',
    VDN: '175 +- 55',
    QMIX: '175 +- 55',
    IPPO: '175',
    MAPPO: '175',
  };
  for (const written of ['Climbing', 'Penalty(k: 0)', 'Penalty(k: -25)', 'Penalty(k: -100)']) {
    const game = libraryGame(written);
    for (const [algorithm, settings, text] of learners) {
      const gradient = algorithm === 'IPPO' || algorithm === 'MAPPO';
      const plan = gradient
        ? { steps: 20_000, envs: 16, episodes: 1, teamReward: 'none' as const }
        : { steps: 10_000, envs: 1, episodes: 1, teamReward: 'none' as const };
      const given = algorithm === 'QMIX' ? withMixer(game, settings) : settings;
      const which: Case = { game, algorithm, settings: given, plan, seeds };
      const trained = trainAll(which);
      const finals = trained.outcomes.map(outcome => outcome.final);
      const climbing = written === 'Climbing';
      const reference = climbing
        ? `5 to 7 a step at the end (MAPPO 7, 5, 5, 5, 5 with published code); published maximum over training of 25 steps: ${published[algorithm]}`
        : written === 'Penalty(k: 0)'
          ? 'published 250 of 25 steps: 10 a step'
          : 'published 50 of 25 steps: 2 a step';
      const safe = climbing ? finals.filter(x => x < 8).length >= 4 : finals.every(x => x === 2);
      const gated = gradient && written !== 'Penalty(k: 0)';
      const wanted = climbing
        ? 'at least 4 of 5 end below 8, as published runs do, not at the optimum of 11'
        : written === 'Penalty(k: 0)'
          ? 'published 10'
          : 'published 2, the safe equilibrium';
      yield ofRuns(
        runsOf(which, trained, {
          game: written,
          settings: text,
          measure: 'payoff',
          reference,
          ...(climbing && gradient ? { note: ladder } : {}),
        }),
        gated ? safe : undefined,
        wanted,
      );
    }
  }
}

// ------------------------------------------------------------------------------------------ memory

/** A cue is seen at the start only and asked for at the end: guessing earns 0.5. */
function* memory(): Generator<Validation> {
  const game = libraryGame('Remember');
  const settings: Settings = {
    explore: { from: 1, to: 0.1, over: 4000, unit: 'steps' },
    optimizer: adamAt(3e-3),
    target_every: 50,
  };
  for (const algorithm of ['IDQN', 'VDN', 'QMIX', 'IPPO', 'MAPPO']) {
    const gradient = algorithm.endsWith('PPO');
    const common = algorithm === 'QMIX' ? withMixer(game, settings) : settings;
    for (const [network, text] of [
      [gru(16), 'gru(16)'],
      [mlp(16), 'mlp(16)'],
    ] as const) {
      const given: Settings = gradient ? { network, rollout: 32, optimizer: adamAt(3e-3) } : { ...common, network };
      const plan = gradient ? { steps: 40_000, envs: 16, episodes: 200 } : { steps: 10_000, episodes: 200 };
      const which: Case = { game, algorithm, settings: given, plan, seeds: [1, 2, 3] };
      const trained = trainAll(which);
      const remembers = text === 'gru(16)';
      const finals = trained.outcomes.map(outcome => outcome.final);
      yield ofRuns(
        runsOf(which, trained, {
          game: 'Remember',
          settings: `network = ${text}, optimizer = adam(3e-3), ${gradient ? 'rollout = 32, 16 parallel games' : 'explore = 1 -> 0.1 over 4_000 steps, target_every = 50'}`,
          reference: remembers ? '1 (exact)' : '0.5 (exact: the cue is not seen any more)',
        }),
        remembers ? finals.every(x => x > 0.97) : finals.every(x => x < 0.8),
        remembers ? 'above 0.97 in all seeds' : 'below 0.8: a guess, whatever is learned',
      );
    }
  }
}

// ------------------------------------------------------------------------------------------ a small field

function* foraging(): Generator<Validation> {
  const written = 'Foraging(size: 5, players: 2, foods: 1, coop: true)';
  const game = libraryGame(written);
  for (const algorithm of ['IPPO', 'MAPPO']) {
    const plan = { steps: 200_000, envs: 16, episodes: 500, teamReward: 'sum' } as const;
    const which: Case = { game, algorithm, settings: { rollout: 64, minibatches: 2 }, plan, seeds: [1, 2] };
    const trained = trainAll(which);
    yield ofRuns(
      runsOf(which, trained, {
        game: written,
        settings: 'team reward = sum, rollout = 64, minibatches = 2, 16 parallel games',
        reference: '1 is the most; random play 0.06',
      }),
      trained.outcomes.every(({ final }) => final >= 0.9),
      'at least 0.9 in all seeds',
    );
  }
}
