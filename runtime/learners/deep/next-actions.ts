/**
 * What the agents would do in what followed the last step of a rollout or of a cut episode, where a critic of actions must be told: drawn
 * from their policies, on random numbers of their own, so that looking ahead changes nothing that is played.
 */
import { purposes, Stream } from '../../rng/stream.ts';
import type { Session } from '../../tensor/engine.ts';
import { Graph } from '../../tensor/graph.ts';
import type { Program } from '../../tensor/ir.ts';
import { drawn } from './choices.ts';
import type { DoingArrays } from './critic.ts';
import type { Group } from './groups.ts';
import { actorCarries, explored, logPolicy, type PolicyNetworks } from './policy-networks.ts';

/** A step of the actors ahead of `act`, whose memory it reads and leaves as it is: `out/GROUP` [agents, games, actions], probabilities. */
export function aheadProgram(
  groups: readonly Group[],
  networks: PolicyNetworks,
  games: number,
  explores: boolean,
): Program {
  const g = new Graph('ahead');
  const explore = explores ? g.input('explore', []) : undefined;
  for (const group of groups) {
    const entries = [group.agents.length, games];
    const x = g.input(`x/${group.name}`, [...entries, group.inputLength]);
    const available = g.input(`available/${group.name}`, [...entries, group.actionCount]);
    const carries = actorCarries(networks, group, games).map((shape, k) =>
      g.state(`act/${group.name}/carry${k}`, shape),
    );
    const { output } = logPolicy(g, networks, group, x, available, { carries });
    g.output(`out/${group.name}`, g.exp(explore === undefined ? output : explored(g, output, available, explore)));
  }
  return g.program();
}

export class NextActions {
  readonly stream: Stream;
  readonly #groups: readonly Group[];
  readonly #games: number;
  readonly #run: () => void;
  readonly #x: readonly Float32Array[];
  readonly #available: readonly Float32Array[];
  readonly #probabilities: readonly Float32Array[];

  constructor(session: Session, groups: readonly Group[], games: number, seed: number) {
    const entry = session.entry('ahead');
    this.stream = new Stream(seed, purposes.replay, 1, 0);
    this.#groups = groups;
    this.#games = games;
    this.#run = () => void entry.run();
    this.#x = groups.map(group => entry.input(`x/${group.name}`));
    this.#available = groups.map(group => entry.input(`available/${group.name}`));
    this.#probabilities = groups.map(group => entry.output(`out/${group.name}`));
  }

  /** Writes `actions` of what is seen; all by group, [agents, games], inputs with the features behind. */
  draw(inputs: readonly Float32Array[], doing: readonly DoingArrays[]): void {
    this.#groups.forEach((_, k) => {
      this.#x[k]!.set(inputs[k]!);
      this.#available[k]!.set(doing[k]!.available);
    });
    this.#run();
    this.#groups.forEach((group, k) => {
      const { actions, available } = doing[k]!;
      for (let at = 0; at < group.agents.length * this.#games; at++) {
        const start = at * group.actionCount;
        actions[at] = drawn(this.#probabilities[k]!, available, start, group.actionCount, this.stream.next32());
      }
    });
  }
}
