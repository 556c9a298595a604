import { type Explanation, oneStep, training } from './base.ts';

/** M06, continued: networks, and when they are trained. */
export const networks = {
  'network-form': {
    summary: 'Something in a network that is no layer.',
    explanation:
      'A network is a layer, an activation, the name of another network, or several of them joined by `|>`, which hands what one gives to the next. The last layer of every agent, with one output per action, is added by the algorithm. `marl explain network` lists the layers.',
    bad: `${oneStep}\nnetwork Torso = [64, 64]\n`,
    good: `${oneStep}\nnetwork Torso = mlp(64, 64)\n`,
  },
  'layer-arguments': {
    summary: 'A layer with arguments that it does not take.',
    explanation:
      'Sizes of layers are whole numbers without a name, in the order of the layer’s form; an activation may follow them; everything else is given by name. Parameters of networks that a program declares are given by name, as those of games are.',
    bad: `${oneStep}\nnetwork Torso = gru(64, 64)\n`,
    good: `${oneStep}\nnetwork Torso = gru(64) |> gru(64)\n`,
  },
  'layer-input': {
    summary: 'A layer that cannot take what the layer before it gives.',
    explanation:
      'An observation is a row of numbers. Convolutions move over a grid, so `grid(rows, columns, channels)` comes before the first and `flatten` behind the last. `embedding` comes first, where there are values to look up. In `attention` agents see each other’s rows: that is for critics of what the agents observe (`critic_state = false`), since a policy acts on what its own agent observes. A layer that is given something else than it takes could only fail when the training starts.',
    bad: `${oneStep}\nnetwork Eyes = grid(5, 5, 2) |> conv(16, 3, relu) |> mlp(64)\n`,
    good: `${oneStep}\nnetwork Eyes = grid(5, 5, 2) |> conv(16, 3, relu) |> flatten |> mlp(64)\n`,
  },
  'never-updates': {
    summary: 'A training that ends before anything is learned.',
    explanation:
      'Learners with networks learn from batches: those of action values begin when their replay holds `batch` (or `warmup`) transitions, or windows of episodes where the network remembers, and then learn every `train_every`; those of policies learn each time that all parallel games have played `rollout` steps. A budget that is used up before gives the policies that the training began with.',
    bad: training('algorithm IPPO { rollout = 1_000 }', 'budget 400 steps'),
    good: training('algorithm IPPO { rollout = 100 }', 'budget 400 steps'),
  },
} satisfies Readonly<Record<string, Explanation>>;
