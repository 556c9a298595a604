/** A network as plain data: what a `network` declaration of the language compiles into. Layers run in order. */
export interface NetworkSpec {
  readonly layers: readonly LayerSpec[];
}

export type Activation = 'identity' | 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'softplus';

/** How weights start; biases follow: PyTorch's uniform with `pytorch`, else zero. */
export type WeightScheme =
  | { readonly kind: 'pytorch' }
  | { readonly kind: 'orthogonal'; readonly gain: number }
  | { readonly kind: 'xavier'; readonly gain: number };

export type LayerSpec =
  | DenseSpec
  | {
      readonly kind: 'mlp';
      readonly units: readonly number[];
      readonly activation: Activation;
      readonly weights?: WeightScheme;
    }
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** Over the last axis, with gain and offset (Ba, Kiros, Hinton 2016). */
  | { readonly kind: 'layerNorm'; readonly eps?: number }
  | RecurrentSpec
  | GridSpec
  | ConvSpec
  /** The last three axes into one. */
  | { readonly kind: 'flatten' }
  | AttentionSpec
  | EmbeddingSpec;

export interface DenseSpec {
  readonly kind: 'dense';
  readonly units: number;
  /** `identity` unless said. */
  readonly activation?: Activation;
  /** True unless said. */
  readonly bias?: boolean;
  readonly weights?: WeightScheme;
}

export interface RecurrentSpec {
  readonly kind: 'gru' | 'lstm';
  readonly units: number;
  /** For both weight matrices; `pytorch` is uniform in +-1/sqrt(units). */
  readonly weights?: WeightScheme;
}

/** The last axis, of just that many numbers, as a grid [rows, columns, channels]: before a conv. */
export interface GridSpec {
  readonly kind: 'grid';
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

export interface ConvSpec {
  readonly kind: 'conv';
  readonly channels: number;
  /** Rows and columns of the window. */
  readonly size: readonly [number, number];
  readonly padding: 'valid' | 'same';
  readonly activation?: Activation;
  readonly weights?: WeightScheme;
}

/** Among the agents of a game, in critics that read what all of them see. */
export interface AttentionSpec {
  readonly kind: 'attention';
  readonly heads: number;
  /** All heads together; a multiple of `heads`. */
  readonly units: number;
  /** What an agent shows itself is added to what it takes from all; the input has as many numbers as there are units. */
  readonly residual?: true;
  readonly weights?: WeightScheme;
}

/**
 * Every entry of the input that has finitely many values becomes a learned vector of its value; standard normal start, as in PyTorch.
 * Other numbers are handed on. First layer only.
 */
export interface EmbeddingSpec {
  readonly kind: 'embedding';
  readonly units: number;
  /** What the input is made of, by `NetworkOptions.group`; filled in by the compiler, which knows the game. */
  readonly given?: Readonly<Record<string, readonly EntrySpec[]>>;
  /** The same where the network is a critic's. */
  readonly critics?: Readonly<Record<string, readonly EntrySpec[]>>;
}

/** Like entries of an input. */
export interface EntrySpec {
  /** Where the first one is. */
  readonly from: number;
  /** 1 unless said. */
  readonly count?: number;
  /** How far apart they begin; 1 unless said. */
  readonly stride?: number;
  /** How many values each has; 1: a number that is handed on. */
  readonly values: number;
  /** The least value, where values are written as numbers and not one-hot. */
  readonly low?: number;
  /** What the numbers are divided by; 1 unless said. */
  readonly scale?: number;
}

/** `mlp(64, 64, tanh) |> layer_norm`: the network as the language writes it. */
export function describeNetwork({ layers }: NetworkSpec): string {
  return layers.map(describeLayer).join(' |> ');
}

/** `gru(64)`, `mlp(64, 64, tanh)`: the layer as the language writes it; what is left out there is left out here. */
export function describeLayer(layer: LayerSpec): string {
  switch (layer.kind) {
    case 'dense': {
      const bias = layer.bias === false ? ['bias: false'] : [];
      return call('dense', [layer.units, ...named(layer.activation, 'identity'), ...bias, ...start(layer.weights)]);
    }
    case 'mlp':
      return call('mlp', [...layer.units, ...named(layer.activation, 'relu'), ...start(layer.weights)]);
    case 'activation':
      return layer.activation;
    case 'layerNorm':
      return layer.eps === undefined ? 'layer_norm' : `layer_norm(eps: ${layer.eps})`;
    case 'gru':
    case 'lstm':
      return call(layer.kind, [layer.units, ...start(layer.weights)]);
    case 'grid':
      return call('grid', [layer.rows, layer.columns, ...(layer.channels === 1 ? [] : [layer.channels])]);
    case 'conv': {
      const [rows, columns] = layer.size;
      const size = rows === columns ? [rows] : [rows, columns];
      const padding = layer.padding === 'same' ? ['padding: same'] : [];
      return call('conv', [
        layer.channels,
        ...size,
        ...named(layer.activation, 'identity'),
        ...padding,
        ...start(layer.weights),
      ]);
    }
    case 'flatten':
      return 'flatten';
    case 'attention':
      return call('attention', [
        layer.units,
        `heads: ${layer.heads}`,
        ...(layer.residual === true ? ['residual: true'] : []),
        ...start(layer.weights),
      ]);
    case 'embedding':
      return call('embedding', [layer.units]);
  }
}

function call(name: string, args: readonly (number | string)[]): string {
  return `${name}(${args.join(', ')})`;
}

function named(activation: Activation | undefined, usual: Activation): readonly string[] {
  return activation === undefined || activation === usual ? [] : [activation];
}

function start(weights: WeightScheme | undefined): readonly string[] {
  if (weights === undefined) return [];
  return [`weights: ${weights.kind === 'pytorch' ? 'pytorch' : `${weights.kind}(${weights.gain})`}`];
}
