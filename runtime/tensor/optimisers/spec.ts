/** An optimiser as plain data; the update equations and defaults are those of PyTorch's `torch.optim`. */
export type OptimiserSpec = SgdSpec | RmsPropSpec | AdamSpec | AdamWSpec;

export interface SgdSpec {
  readonly kind: 'sgd';
  readonly momentum: number;
  readonly nesterov: boolean;
  /** L2: added to the gradient. */
  readonly weightDecay: number;
}

export interface RmsPropSpec {
  readonly kind: 'rmsprop';
  /** Smoothing of the squared gradient. */
  readonly alpha: number;
  /** Added to the root, not under it. */
  readonly eps: number;
  readonly momentum: number;
  readonly centered: boolean;
  readonly weightDecay: number;
}

export interface AdamSpec {
  readonly kind: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root of the corrected second moment. */
  readonly eps: number;
  /** L2: added to the gradient. */
  readonly weightDecay: number;
}

export interface AdamWSpec {
  readonly kind: 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: the weight shrinks by learning rate times this before the step. */
  readonly weightDecay: number;
}

export const sgd: SgdSpec = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 };

/** PyMARL's setting (alpha .99, eps 1e-5); PyTorch's own eps is 1e-8. */
export const rmsprop: RmsPropSpec = {
  kind: 'rmsprop',
  alpha: 0.99,
  eps: 1e-5,
  momentum: 0,
  centered: false,
  weightDecay: 0,
};

export const adam: AdamSpec = { kind: 'adam', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 };

export const adamw: AdamWSpec = { kind: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 };
