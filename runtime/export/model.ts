/** An acting network as an ONNX model. */

import type { ActingNetwork } from './networks.ts';
import { type Dimension, encodeOnnx, type OnnxValue } from './onnx.ts';
import { rowCounts, translate } from './translate.ts';

/** One run of numbers in a row of the input: `card[self]` in places 0 .. 2. */
export interface Feature {
  readonly from: number;
  /** Behind the last place. */
  readonly to: number;
  readonly what: string;
}

export interface About {
  readonly marl: string;
  readonly algorithm: string;
  readonly game: string;
  readonly seed: number;
  readonly step: number;
  /** Names of the agents that act by the network. */
  readonly agents: readonly string[];
  /** Names of the actions, in the order of the output; those of the agent with most actions. */
  readonly actions: readonly string[];
  readonly layout: readonly Feature[];
}

/**
 * The bytes of the model: input `observation` [batch, features] and, of recurrent networks, `carryK` [batch, n] (zeros at the start of
 * an episode); output `values` or `logits` [batch, actions] and `nextCarryK`, to be fed back as `carryK`. Float32 throughout.
 *
 * @throws NotExportable where the network has an operation without translation
 */
export function onnxModel(network: ActingNetwork, about: About): Uint8Array {
  const [small, large] = rowCounts;
  const { nodes, constants, outputs } = translate(
    [network.program(small), network.program(large)],
    network.parameters,
    'observation',
  );
  const value = (name: string, shape: readonly Dimension[], doc: string): OnnxValue => ({ name, shape, doc });
  const { output } = network;
  const meaning = {
    values: 'value of every action; ignore those of actions that are not legal',
    logits:
      'logarithm of the probability of every action where all are legal; softmax over the legal ones gives their probabilities',
    actions: `${network.finite === 0 ? '' : 'logarithm of the probability of every finite action, as it is where all are legal; then '}real numbers, -1 .. 1 for the range between their bounds`,
  }[output];
  return encodeOnnx({
    producerVersion: about.marl,
    metadata: {
      algorithm: about.algorithm,
      game: about.game,
      network: network.network,
      seed: `${about.seed}`,
      step: `${about.step}`,
      agents: JSON.stringify(about.agents),
      actions: JSON.stringify(about.actions),
      observation: JSON.stringify(about.layout),
      output,
    },
    graph: {
      name: network.name,
      doc: `${about.algorithm} on ${about.game}: ${network.network}, acting for ${about.agents.join(', ')}`,
      nodes,
      constants,
      inputs: [
        value('observation', ['batch', network.group.inputLength], layoutText(about.layout)),
        ...network.carries.map((n, k) => value(`carry${k}`, ['batch', n], 'memory; zeros at the start of an episode')),
      ],
      outputs: [
        value(output, outputs.get(output) ?? [], `${meaning}: ${about.actions.join(', ')}`),
        ...network.carries.map((_, k) =>
          value(`nextCarry${k}`, outputs.get(`nextCarry${k}`) ?? [], `memory for the next step: feed it to carry${k}`),
        ),
      ],
    },
  });
}

function layoutText(layout: readonly Feature[]): string {
  return layout.map(({ from, to, what }) => `${from}..${to - 1} ${what}`).join('; ');
}
