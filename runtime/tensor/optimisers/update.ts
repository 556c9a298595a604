import type { Graph, Operand } from '../graph.ts';
import type { Node } from '../ir.ts';
import { showShape } from '../ir.ts';
import type { AdamSpec, AdamWSpec, OptimiserSpec, RmsPropSpec, SgdSpec } from './spec.ts';

/**
 * One optimiser step as part of the graph: assigns every parameter its new value and keeps the moments in states named
 * `{name}/{parameter}/...`. `learningRate` may be a constant, an input or a schedule.
 *
 * Throws when a parameter has been assigned already, or a gradient's shape is not its parameter's.
 */
export function update(
  g: Graph,
  spec: OptimiserSpec,
  name: string,
  parameters: readonly Node[],
  gradients: readonly Node[],
  learningRate: Operand,
): void {
  const rule = stepRule(g, spec, name, learningRate);
  parameters.forEach((parameter, k) => {
    if (parameter.op.kind !== 'state') {
      g.refuse('an optimiser trains states only');
      return;
    }
    const gradient = gradients[k];
    if (gradient?.shape.join() !== parameter.shape.join()) {
      const got = gradient === undefined ? 'no value' : `shape ${showShape(gradient.shape)}`;
      g.refuse(`${parameter.op.name} has shape ${showShape(parameter.shape)}, the gradient given for it has ${got}`);
    }
    const moment = (which: string): Node => g.state(`${name}/${parameterName(parameter)}/${which}`, parameter.shape);
    g.assign(parameter, rule(parameter, gradient as Node, moment));
  });
}

type StepRule = (w: Node, gradient: Node, moment: (which: string) => Node) => Node;

function stepRule(g: Graph, spec: OptimiserSpec, name: string, learningRate: Operand): StepRule {
  switch (spec.kind) {
    case 'sgd':
      return sgdStep(g, spec, learningRate);
    case 'rmsprop':
      return rmspropStep(g, spec, learningRate);
    case 'adam':
    case 'adamw':
      return adamStep(g, spec, name, learningRate);
  }
}

function parameterName(parameter: Node): string {
  return parameter.op.kind === 'state' ? parameter.op.name : '';
}

function decayed(g: Graph, gradient: Node, w: Node, weightDecay: number): Node {
  return weightDecay === 0 ? gradient : g.add(gradient, g.mul(weightDecay, w));
}

/** b = momentum b + d; w = w - lr b, or with Nesterov w - lr (d + momentum b). (PyTorch's b starts as d: the same from b = 0.) */
function sgdStep(g: Graph, { momentum, nesterov, weightDecay }: SgdSpec, lr: Operand): StepRule {
  return (w, gradient, moment) => {
    const d = decayed(g, gradient, w, weightDecay);
    if (momentum === 0) return g.sub(w, g.mul(lr, d));
    const before = moment('momentum');
    const b = g.add(g.mul(momentum, before), d);
    g.assign(before, b);
    return g.sub(w, g.mul(lr, nesterov ? g.add(d, g.mul(momentum, b)) : b));
  };
}

/**
 * v = alpha v + (1 - alpha) d^2; w = w - lr d / (sqrt(v) + eps). Centered: m = m + (1 - alpha) (d - m) and sqrt(v - m^2). With momentum
 * the quotient is accumulated: b = momentum b + quotient; w = w - lr b.
 */
function rmspropStep(g: Graph, spec: RmsPropSpec, lr: Operand): StepRule {
  const { alpha, eps, momentum, centered, weightDecay } = spec;
  return (w, gradient, moment) => {
    const d = decayed(g, gradient, w, weightDecay);
    const second = moment('square');
    const v = g.add(g.mul(alpha, second), g.mul(1 - alpha, g.square(d)));
    g.assign(second, v);
    let spread = v;
    if (centered) {
      const first = moment('mean');
      const m = g.add(first, g.mul(1 - alpha, g.sub(d, first)));
      g.assign(first, m);
      spread = g.sub(v, g.square(m));
    }
    const quotient = g.div(d, g.add(g.sqrt(spread), eps));
    if (momentum === 0) return g.sub(w, g.mul(lr, quotient));
    const before = moment('momentum');
    const b = g.add(g.mul(momentum, before), quotient);
    g.assign(before, b);
    return g.sub(w, g.mul(lr, b));
  };
}

/**
 * Kingma and Ba 2015; AdamW: Loshchilov and Hutter 2019. m = m + (1 - beta1) (d - m); v = beta2 v + (1 - beta2) d^2;
 * w = w - (lr / c1) m / (sqrt(v) / sqrt(c2) + eps) with c = 1 - beta^t, computed as (lr sqrt(c2) / c1) m / (sqrt(v) + eps sqrt(c2)):
 * the corrections meet in numbers, and each weight costs one division.
 *
 * The corrections are kept as running averages of the constant 1, c = beta c + (1 - beta): the same number as 1 - beta^t, but without its
 * cancellation in float32, and rounded like the moments they correct. One pair serves all parameters of the optimiser.
 */
function adamStep(g: Graph, spec: AdamSpec | AdamWSpec, name: string, lr: Operand): StepRule {
  const { beta1, beta2, eps, weightDecay } = spec;
  const correction = (which: string, beta: number): Node => {
    const before = g.state(`${name}/${which}`, []);
    const c = g.add(g.mul(beta, before), 1 - beta);
    g.assign(before, c);
    return c;
  };
  const first = correction('correction1', beta1);
  const root = g.sqrt(correction('correction2', beta2));
  const stepSize = g.div(g.mul(lr, root), first);
  const floor = g.mul(root, eps);
  return (w, gradient, moment) => {
    const decoupled = spec.kind === 'adamw' && weightDecay !== 0;
    const start = decoupled ? g.mul(w, g.sub(1, g.mul(lr, weightDecay))) : w;
    const d = spec.kind === 'adam' ? decayed(g, gradient, w, weightDecay) : gradient;
    const mean = moment('mean');
    const square = moment('square');
    const m = g.add(mean, g.mul(1 - beta1, g.sub(d, mean)));
    const v = g.add(g.mul(beta2, square), g.mul(1 - beta2, g.square(d)));
    g.assign(mean, m);
    g.assign(square, v);
    return g.sub(start, g.mul(stepSize, g.div(m, g.add(g.sqrt(v), floor))));
  };
}
