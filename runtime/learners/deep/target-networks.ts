/** Networks that follow others: all at once, every so many updates, or a little after every one (Polyak averaging, Lillicrap et al. 2016). */
import { Graph } from '../../tensor/graph.ts';
import type { Program, StateDeclaration } from '../../tensor/ir.ts';

/** A program `follow` in which the parameters `target/...` become the parameters `source...`. */
export function followProgram(states: readonly StateDeclaration[], source: string): Program {
  const g = new Graph('follow');
  for (const { name, shape } of states)
    if (name.startsWith(target)) g.assign(g.state(name, shape), g.state(source + name.slice(target.length), shape));
  return g.program();
}

/** The same, where only the networks that are followed are known: the parameters `source...` get targets. */
export function followedProgram(states: readonly StateDeclaration[], source: string): Program {
  const g = new Graph('follow');
  for (const { name, shape } of states)
    if (name.startsWith(source)) g.assign(g.state(target + name.slice(source.length), shape), g.state(name, shape));
  return g.program();
}

/**
 * As a part of an update, the parameters `target/...` go the share `tau` of the way to the parameters `source...`. PyTorch code does it after
 * the optimiser's step; a program reads the parameters from before it, so here the targets move one update later.
 */
export function followSlowly(g: Graph, source: string, tau: number): void {
  for (const node of g.parameters) {
    if (node.op.kind !== 'state' || !node.op.name.startsWith(target)) continue;
    const leader = g.state(source + node.op.name.slice(target.length), node.shape);
    g.assign(node, g.add(node, g.mul(tau, g.sub(leader, node))));
  }
}

/** The same, where only the networks that are followed are in the update: the parameters `source...` have targets. */
export function followedSlowly(g: Graph, source: string, tau: number): void {
  for (const node of g.parameters) {
    if (node.op.kind !== 'state' || !node.op.name.startsWith(source)) continue;
    const follower = g.state(target + node.op.name.slice(source.length), node.shape);
    g.assign(follower, g.add(follower, g.mul(tau, g.sub(node, follower))));
  }
}

const target = 'target/';
