import { type Explanation, oneStep } from './base.ts';

/** M06, continued: networks. */
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
      'An observation is a row of numbers. Convolutions move over a grid, so `grid(rows, columns, channels)` comes before the first and `flatten` behind the last. A layer that is given another form, or another number of numbers, than it takes could only fail when the training starts.',
    bad: `${oneStep}\nnetwork Eyes = grid(5, 5, 2) |> conv(16, 3, relu) |> mlp(64)\n`,
    good: `${oneStep}\nnetwork Eyes = grid(5, 5, 2) |> conv(16, 3, relu) |> flatten |> mlp(64)\n`,
  },
} satisfies Readonly<Record<string, Explanation>>;
