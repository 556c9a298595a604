/**
 * What an emitted program imports from the runtime instead of writing it out. The rule: a reader of the program wants to see the
 * algorithm (acting, loss, targets, when it updates) and the loop around it, and to change them; what would be the same in any learner
 * is imported. A file that is imported imports no value of a file that is written out, or changing the program would change half of it.
 *
 * Files that are not named here are written out, so a new learner is emitted without a word here, only longer.
 */

/** Folders of which everything is imported. */
const folders: readonly (readonly [string, string])[] = [
  ['runtime/rng/', 'counter-based random streams'],
  ['runtime/games/', 'buffers that games and learners share'],
  ['runtime/tensor/', 'tensor programs: graph, gradients, layers, optimisers, engines'],
  ['runtime/mixers/', 'mixers as declared, in the tensor layer'],
];

/** Files that are imported, and why. */
const files: Readonly<Record<string, string>> = {
  'runtime/learners/shared/draws.ts': 'streams of a policy, one per game',
  'runtime/learners/shared/explore.ts': 'epsilon-greedy choice among legal actions from one draw',
  'runtime/learners/shared/joint.ts': 'numbers of joint actions',
  'runtime/learners/shared/learner.ts': 'what the loop asks of a learner',
  'runtime/learners/shared/matrix-game.ts': 'a linear program for matrix games',
  'runtime/learners/shared/one-shot.ts':
    'the loop of tabular learners in one-step games, made for speed; tested against `decentralised.ts`',
  'runtime/learners/shared/own-table.ts': 'tables by agent',
  'runtime/learners/shared/rows.ts': 'tables over observations',
  'runtime/learners/shared/schedule.ts': 'numbers that change in a straight line',
  'runtime/learners/shared/shape.ts': 'sizes of a game',
  'runtime/learners/deep/acting.ts': 'a step of all networks in all games, with their memory',
  'runtime/learners/deep/action-critic.ts': 'critics of joint actions, one output per own action',
  'runtime/learners/deep/actor-critic.ts': 'types of what a loss of actors and critics reads and says',
  'runtime/learners/deep/batch.ts': 'windows of a replay as inputs of a program',
  'runtime/learners/deep/choices.ts': 'a choice from probabilities or values',
  'runtime/learners/deep/critic.ts': 'values of what is seen while playing, with the critic’s memory',
  'runtime/learners/deep/deterministic-acting.ts': 'exploring, drawn and greedy actions, finite and real',
  'runtime/learners/deep/deterministic-actions.ts': 'actions as vectors that gradients pass through',
  'runtime/learners/deep/deterministic-batch.ts': 'real actions of a batch, and noise for finite ones',
  'runtime/learners/deep/deterministic-gumbel.ts': 'Gumbel-softmax',
  'runtime/learners/deep/deterministic-networks.ts': 'bodies as declared, with a head for actions or a value',
  'runtime/learners/deep/deterministic-optimise.ts': 'gradients by agent, clipping, the optimiser’s step',
  'runtime/learners/deep/deterministic-tensors.ts': 'what networks make of a batch of actions as vectors',
  'runtime/learners/deep/estimates.ts': 'arrays for advantages and returns, values in units of rewards',
  'runtime/learners/deep/gae.ts': 'generalised advantage estimation',
  'runtime/learners/deep/groups.ts': 'which agents share a network, and what it reads',
  'runtime/learners/deep/importance.ts': 'probabilities of what others did, then and now',
  'runtime/learners/deep/leniency.ts': 'temperatures of what an agent has tried',
  'runtime/learners/deep/moments.ts': 'tensors over the moments of a window',
  'runtime/learners/deep/n-step.ts': 'n-step returns of a rollout',
  'runtime/learners/deep/next-actions.ts': 'what the agents would do next, for critics of actions',
  'runtime/learners/deep/notes.ts': 'numbers that a replay keeps of every choice',
  'runtime/learners/deep/optimise.ts': 'gradients, clipping, the optimiser’s step',
  'runtime/learners/deep/others.ts': 'what the other agents do, as critics of actions read it',
  'runtime/learners/deep/policy-acting.ts': 'programs by which policies act, and memory kept for a rollout',
  'runtime/learners/deep/policy-networks.ts': 'bodies as declared, with a head for logits or a value',
  'runtime/learners/deep/policy-tensors.ts': 'what networks make of a minibatch',
  'runtime/learners/deep/ppo-batch.ts': 'parts of a rollout as inputs of a program',
  'runtime/learners/deep/q-networks.ts': 'bodies as declared, with a head for action values, plain or duelling',
  'runtime/learners/deep/replay.ts': 'replay of windows',
  'runtime/learners/deep/rollout.ts': 'what happened over some steps',
  'runtime/learners/deep/target-networks.ts': 'parameters that follow others',
  'runtime/learners/deep/team.ts': 'values of a team side by side, as mixers read them',
  'runtime/learners/deep/updates.ts': 'runs of an update, and means of what it tells',
  'runtime/learners/deep/value-norm.ts': 'running mean and deviation of returns',
  'runtime/learners/deep/value-tensors.ts': 'what networks make of a batch',
  'runtime/solvers/stochastic/stage-games.ts': 'equilibria of the games that values of joint actions make',
  'runtime/train/evaluate.ts': 'evaluation, and the line that tells of it',
  'runtime/train/spec.ts': 'types of settings',
  'runtime/train/training.ts': 'rewards of a team, ends of episodes',
};

/** One module to import from in place of the files of a folder: all that it has, in few lines. */
const facades: readonly (readonly [folder: string, facade: string])[] = [
  // Engines are chosen one by one.
  ['runtime/tensor/engines/', ''],
  ['runtime/tensor/', 'runtime/tensor/index.ts'],
  ['runtime/learners/shared/', 'runtime/learners/shared/index.ts'],
  ['runtime/learners/deep/', 'runtime/learners/deep/index.ts'],
];

/** The file that a program imports from where it uses a declaration of `path`. */
export function importedFrom(path: string): string {
  const facade = facades.find(([folder]) => path.startsWith(folder))?.[1];
  return facade === undefined || facade === '' ? path : facade;
}

/** Is what this file declares imported? Paths are relative to the package, with slashes. */
export function isImported(path: string): boolean {
  return Object.hasOwn(files, path) || inFolder(path);
}

function inFolder(path: string): boolean {
  return folders.some(([folder]) => path.startsWith(folder));
}

/** `marl/runtime/rng/stream` for `runtime/rng/stream.ts`; package.json exports it. */
export function specifierOf(path: string): string {
  return `marl/${path.replace(/\.ts$/, '')}`;
}

/** Files that the package exports one by one because programs import them: those named, and of folders those that `all` lists. */
export function exportedFiles(all: readonly string[]): readonly string[] {
  return all.filter(path => isImported(path) || facades.some(([, facade]) => facade === path));
}
