/** What goes through a network: whether each layer can take what the one before it gives. */
import type { EntrySpec, LayerSpec } from '../../runtime/tensor/layers/spec.ts';
import { type Context, sourceText } from '../elaborate/context.ts';
import type { PlacedLayer } from './base.ts';
import { embeddedLength, mostValues } from './entries.ts';

/** What a network is given; without one only what the layers say of each other is checked. */
export interface Input {
  /** Whose network: `Player`. */
  readonly owner: string;
  /** Numbers in a row; undefined where only the algorithm knows how many. */
  readonly length: number | undefined;
  /** What they are: `18 observed, 4 of the last action`. */
  readonly made: string;
  /** Parameters of their own for every agent. */
  readonly copies: boolean;
  /** The agents by their name in the runtime. */
  readonly group: string;
  /** What the numbers stand for, or why that cannot be told. */
  readonly entries: readonly EntrySpec[] | string;
  /** Agents of several classes share the network. */
  readonly mixed?: boolean;
  /** Why agents cannot attend to each other here; undefined where they can. */
  readonly attention: Misfit | undefined;
  /** The setting that has this network, too, because it was not given. */
  readonly alsoOf?: 'critic_network';
}

type Form =
  /** The beginning of a declaration: what uses it says what it is given. */
  | { readonly kind: 'open' }
  | { readonly kind: 'row'; readonly length: number | undefined }
  | { readonly kind: 'grid'; readonly rows: number; readonly columns: number; readonly channels: number };

export interface Misfit {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Reports the first layer that cannot take its input. With several inputs the networks stand side by side, and where they attend to each
 * other all agents show equally many numbers.
 */
export function checkFits(ctx: Context, layers: readonly PlacedLayer[], inputs: readonly Input[]): void {
  const shown: number[] = [];
  for (const input of inputs) {
    const count = ctx.build.reporter.diagnostics.length;
    const width = checkFit(ctx, layers, input);
    if (ctx.build.reporter.diagnostics.length > count) return;
    if (width !== undefined) shown.push(width);
  }
  const placed = layers.find(({ layer }) => layer.kind === 'attention');
  const widths = [...new Set(shown)];
  if (placed?.layer.kind !== 'attention' || widths.length < 2) return;
  const problem = `agents attend to each other in it, and some show ${widths.join(', others ')} numbers`;
  tell(ctx, placed, { problem, remedy: `Write \`dense(${placed.layer.units}) |>\` before it.` }, inputs[0]);
}

/** The same for one input, or none; how many numbers the first `attention` is given, where that is known. */
export function checkFit(ctx: Context, layers: readonly PlacedLayer[], input: Input | undefined): number | undefined {
  let shown: number | undefined;
  let form: Form = input === undefined ? { kind: 'open' } : { kind: 'row', length: input.length };
  for (const [k, placed] of layers.entries()) {
    const misfit = alone(placed.layer, k, input);
    const after: Form | Misfit = misfit ?? through(placed.layer, form, k === 0 ? input : undefined);
    if ('problem' in after) {
      tell(ctx, placed, after, input);
      return undefined;
    }
    if (placed.layer.kind === 'attention' && form.kind === 'row') shown ??= form.length;
    form = after;
  }
  const last = layers.at(-1);
  if (form.kind === 'grid' && input !== undefined && last !== undefined) {
    const problem = `the network ends with a grid of ${gridText(form)}, and values are made of numbers in a row`;
    tell(ctx, last, { problem, remedy: 'Add `|> flatten` behind it.' }, input);
  }
  return shown;
}

function tell(ctx: Context, { file, span }: PlacedLayer, misfit: Misfit, input: Input | undefined): void {
  const text = sourceText({ ...ctx, file }, span);
  const { problem, remedy } = input?.alsoOf === undefined ? misfit : asCritic(misfit, input.alsoOf);
  ctx.build.reporter.report(file, span, 'layer-input', { layer: text, problem, remedy });
}

/** A network that fits its policies, but not the critics, which have one like it. */
function asCritic({ problem }: Misfit, setting: string): Misfit {
  return {
    problem: `${problem}; \`${setting}\`, where it is not given, is a network like \`network\``,
    remedy: `Give the critics one of their own: \`${setting} = mlp(64, 64, tanh)\`.`,
  };
}

/** What a layer can never do at this place of a training, whatever it is given. */
function alone(layer: LayerSpec, k: number, input: Input | undefined): Misfit | undefined {
  if (layer.kind === 'embedding' && k > 0)
    return {
      problem: 'it takes values of which there are finitely many, and a layer gives other numbers',
      remedy: 'Make it the first layer.',
    };
  return layer.kind === 'attention' ? input?.attention : undefined;
}

function through(layer: LayerSpec, form: Form, input: Input | undefined): Form | Misfit {
  const row = (length: number | undefined): Form => ({ kind: 'row', length });
  switch (layer.kind) {
    case 'grid':
      return toGrid(layer, form, input);
    case 'conv':
      return convolve(layer, form);
    case 'flatten':
      if (form.kind === 'row') return { problem: 'its input is a row of numbers already', remedy: 'Leave it out.' };
      return row(form.kind === 'open' ? undefined : form.rows * form.columns * form.channels);
    case 'activation':
    case 'layerNorm':
      return form;
    case 'dense':
    case 'mlp':
    case 'gru':
    case 'lstm':
    case 'attention': {
      if (form.kind === 'grid')
        return { problem: `its input is a grid of ${gridText(form)}`, remedy: 'Write `flatten |>` before it.' };
      return layer.kind === 'attention'
        ? attend(layer, form)
        : row(layer.kind === 'mlp' ? layer.units.at(-1) : layer.units);
    }
    case 'embedding':
      return embed(layer, input);
  }
}

function attend(layer: Extract<LayerSpec, { kind: 'attention' }>, form: Form): Form | Misfit {
  const given = form.kind === 'row' ? form.length : undefined;
  if (layer.residual === true && given !== undefined && given !== layer.units)
    return {
      problem: `with \`residual\` it adds its ${layer.units} units to its input, which has ${given} numbers`,
      remedy: `Write \`dense(${layer.units}) |>\` before it.`,
    };
  return { kind: 'row', length: layer.units };
}

function embed(layer: Extract<LayerSpec, { kind: 'embedding' }>, input: Input | undefined): Form | Misfit {
  if (input === undefined) return { kind: 'row', length: undefined };
  const { entries, owner } = input;
  if (typeof entries === 'string')
    return {
      problem: entries,
      remedy: `Write \`dense(${layer.units})\` in its place${input.mixed === true ? ', or set `sharing = class`' : ''}.`,
    };
  if (entries.every(({ values }) => values === 1)) {
    const problem = `it takes values of which there are finitely many (at most ${mostValues}), and ${owner} is given other numbers only (${input.made})`;
    return {
      problem,
      remedy: `Write \`dense(${layer.units})\` in its place; whole numbers with bounds (\`0..9\`) and named values are embedded.`,
    };
  }
  return { kind: 'row', length: embeddedLength(layer, entries) };
}

function toGrid(layer: Extract<LayerSpec, { kind: 'grid' }>, form: Form, input: Input | undefined): Form | Misfit {
  if (form.kind === 'grid') return { problem: 'its input is a grid already', remedy: 'Leave it out.' };
  const { rows, columns, channels } = layer;
  const count = rows * columns * channels;
  if (form.kind === 'open' || form.length === undefined || form.length === count)
    return { kind: 'grid', rows, columns, channels };
  const given = input === undefined ? `${form.length}` : `${form.length} for ${input.owner} (${input.made})`;
  const fits = form.length % (rows * columns) === 0 ? form.length / (rows * columns) : undefined;
  const remedy =
    fits !== undefined
      ? `Write \`grid(${rows}, ${columns}, ${fits})\`.`
      : 'Observe just the cells; `agent_ids = false` and `last_action = false` keep other numbers away.';
  return { problem: `it takes ${gridText(layer)}, that is ${count} numbers, and its input has ${given}`, remedy };
}

function convolve(layer: Extract<LayerSpec, { kind: 'conv' }>, form: Form): Form | Misfit {
  if (form.kind === 'row') {
    const length = form.length === undefined ? 'numbers in a row' : `${form.length} numbers in a row`;
    return {
      problem: `it moves over a grid, and its input is ${length}`,
      remedy: 'Say the rows, columns and channels first: `grid(6, 7, 2) |> conv(16, 3)`.',
    };
  }
  if (form.kind === 'open') return form;
  const [height, width] = layer.size;
  if (layer.padding === 'same') return { ...form, channels: layer.channels };
  const [rows, columns] = [form.rows - height + 1, form.columns - width + 1];
  if (rows >= 1 && columns >= 1) return { kind: 'grid', rows, columns, channels: layer.channels };
  const problem = `its window of ${height} by ${width} is larger than its input of ${form.rows} by ${form.columns}`;
  return { problem, remedy: 'Choose a smaller window, or `padding: same`.' };
}

function gridText({ rows, columns, channels }: { rows: number; columns: number; channels: number }): string {
  return `${rows} by ${columns} by ${channels}`;
}
