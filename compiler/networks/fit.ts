/** What goes through a network: whether each layer can take what the one before it gives. */
import type { LayerSpec } from '../../runtime/tensor/layers/spec.ts';
import { type Context, sourceText } from '../elaborate/context.ts';
import type { PlacedLayer } from './base.ts';

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
}

type Form =
  /** The beginning of a declaration: what uses it says what it is given. */
  | { readonly kind: 'open' }
  | { readonly kind: 'row'; readonly length: number | undefined }
  | { readonly kind: 'grid'; readonly rows: number; readonly columns: number; readonly channels: number };

interface Misfit {
  readonly problem: string;
  readonly remedy: string;
}

/** Reports the first layer that cannot take its input. */
export function checkFit(ctx: Context, layers: readonly PlacedLayer[], input: Input | undefined): void {
  let form: Form = input === undefined ? { kind: 'open' } : { kind: 'row', length: input.length };
  for (const [k, placed] of layers.entries()) {
    const misfit = alone(placed.layer, k, input);
    const after: Form | Misfit = misfit ?? through(placed.layer, form, k === 0 ? input : undefined);
    if ('problem' in after) {
      tell(ctx, placed, after);
      return;
    }
    form = after;
  }
  const last = layers.at(-1);
  if (form.kind === 'grid' && input !== undefined && last !== undefined) {
    const problem = `the network ends with a grid of ${gridText(form)}, and values are made of numbers in a row`;
    tell(ctx, last, { problem, remedy: 'Add `|> flatten` behind it.' });
  }
}

function tell(ctx: Context, { file, span }: PlacedLayer, { problem, remedy }: Misfit): void {
  const text = sourceText({ ...ctx, file }, span);
  ctx.build.reporter.report(file, span, 'layer-input', { layer: text, problem, remedy });
}

/** What a layer can never do at this place of a training, whatever it is given. */
function alone(layer: LayerSpec, k: number, input: Input | undefined): Misfit | undefined {
  if (layer.kind === 'embedding' && k > 0)
    return { problem: 'it takes a whole number, and a layer gives other numbers', remedy: 'Make it the first layer.' };
  if (input === undefined) return undefined;
  if (layer.kind === 'embedding')
    return {
      problem: `it takes one whole number, and an observation is a row of numbers (named values one-hot)`,
      remedy: `Write \`dense(${layer.units})\`: of a one-hot value it is the same.`,
    };
  if (layer.kind === 'attention')
    return {
      problem: 'it mixes what several agents observe, and a policy acts on what its own agent observes',
      remedy: 'Use it in a mixer, or let agents observe each other.',
    };
  if (layer.kind === 'conv' && input.copies)
    return {
      problem: `every agent of ${input.owner} has parameters of its own here, which convolutions cannot have`,
      remedy: 'Set `sharing = class`.',
    };
  return undefined;
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
    case 'attention':
    case 'embedding': {
      if (form.kind === 'grid')
        return { problem: `its input is a grid of ${gridText(form)}`, remedy: 'Write `flatten |>` before it.' };
      return row(layer.kind === 'mlp' ? layer.units.at(-1) : layer.units);
    }
  }
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
