/** The layers of the language: how each is written, and the data it becomes. */
import type { CallExpr, Expr, NamedArg, NameExpr, Span } from '../../grammar/ast.ts';
import type { Activation, LayerSpec, WeightScheme } from '../../runtime/tensor/layers/spec.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { constantBool, constantIn, constantWhole } from '../elaborate/constants.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';

export const activations: readonly Activation[] = ['identity', 'relu', 'tanh', 'sigmoid', 'elu', 'softplus'];

/** Units of a layer, rows of a window and the like. */
const mostUnits = 65_536;

/** A layer that is written as a call. */
export interface LayerForm {
  readonly name: string;
  /** As an example in messages and in `marl explain network`. */
  readonly form: string;
  /** One line. */
  readonly doc: string;
  /** May stand without parentheses. */
  readonly bare?: true;
  /** Whole numbers without a name: how many there may be, and what they are called. */
  readonly numbers: { readonly least: number; readonly most: number; readonly names: readonly string[] };
  readonly activation?: true;
  /** Arguments by name. */
  readonly named: readonly string[];
  /** Undefined after a problem was reported. */
  build(given: Given): LayerSpec | undefined;
}

/** The arguments of a layer, read and checked. */
export interface Given {
  readonly ctx: Context;
  readonly numbers: readonly number[];
  readonly activation: Activation | undefined;
  readonly weights: WeightScheme | undefined;
  named(name: string): Expr | undefined;
}

const units = { least: 1, most: 1, names: ['units'] };
const none = { least: 0, most: 0, names: [] };

export const layerForms: readonly LayerForm[] = [
  {
    name: 'mlp',
    form: 'mlp(64, 64, tanh)',
    doc: 'dense layers one after the other, each followed by the activation (`relu` unless one is named)',
    numbers: { least: 1, most: 64, names: ['units'] },
    activation: true,
    named: ['activation', 'weights'],
    build: ({ numbers, activation, weights }) => ({
      kind: 'mlp',
      units: numbers,
      activation: activation ?? 'relu',
      ...optional(weights),
    }),
  },
  {
    name: 'dense',
    form: 'dense(64, tanh)',
    doc: 'one linear layer; an activation follows where one is named. `bias: false` leaves the bias out',
    numbers: units,
    activation: true,
    named: ['activation', 'bias', 'weights'],
    build: ({ ctx, numbers, activation, weights, named }) => {
      const given = named('bias');
      const bias = given === undefined ? true : constantBool(ctx, given, 'bias');
      if (bias === undefined) return undefined;
      const layer = { kind: 'dense' as const, units: numbers[0]!, ...active(activation), ...optional(weights) };
      return bias ? layer : { ...layer, bias };
    },
  },
  {
    name: 'gru',
    form: 'gru(64)',
    doc: 'a gated recurrent unit: the agent remembers what it saw in the episode',
    numbers: units,
    named: ['weights'],
    build: ({ numbers, weights }) => ({ kind: 'gru', units: numbers[0]!, ...optional(weights) }),
  },
  {
    name: 'lstm',
    form: 'lstm(64)',
    doc: 'a long short-term memory: the agent remembers what it saw in the episode',
    numbers: units,
    named: ['weights'],
    build: ({ numbers, weights }) => ({ kind: 'lstm', units: numbers[0]!, ...optional(weights) }),
  },
  {
    name: 'grid',
    form: 'grid(6, 7, 2)',
    doc: 'takes the numbers of an observation as a grid: rows, columns, and channels per cell (1 unless said); goes before `conv`',
    numbers: { least: 2, most: 3, names: ['rows', 'columns', 'channels'] },
    named: [],
    build: ({ numbers: [rows, columns, channels] }) => ({
      kind: 'grid',
      rows: rows!,
      columns: columns!,
      channels: channels ?? 1,
    }),
  },
  {
    name: 'conv',
    form: 'conv(16, 3, relu)',
    doc: 'a convolution with stride 1: channels, then the window (`3` is 3 by 3, `3, 5` is 3 by 5). `padding: same` keeps rows and columns, `padding: valid` (the default) does not',
    numbers: { least: 2, most: 3, names: ['channels', 'rows of the window', 'columns of the window'] },
    activation: true,
    named: ['activation', 'padding', 'weights'],
    build: ({ ctx, numbers: [channels, rows, columns], activation, weights, named }) => {
      const padding = oneOf(ctx, named('padding'), 'padding', ['valid', 'same'] as const, 'valid');
      if (padding === undefined) return undefined;
      const size = [rows!, columns ?? rows!] as const;
      return { kind: 'conv', channels: channels!, size, padding, ...active(activation), ...optional(weights) };
    },
  },
  {
    name: 'flatten',
    form: 'flatten',
    doc: 'the numbers of a grid in a row; goes behind the last `conv`',
    bare: true,
    numbers: none,
    named: [],
    build: () => ({ kind: 'flatten' }),
  },
  {
    name: 'layer_norm',
    form: 'layer_norm',
    doc: 'brings the numbers to mean 0 and deviation 1, with a gain and an offset of their own (Ba, Kiros and Hinton 2016)',
    bare: true,
    numbers: none,
    named: ['eps'],
    build: ({ ctx, named }) => {
      const given = named('eps');
      if (given === undefined) return { kind: 'layerNorm' };
      const eps = constantIn(ctx, given, 'eps', 0, 1);
      return eps === undefined ? undefined : { kind: 'layerNorm', eps };
    },
  },
  {
    name: 'attention',
    form: 'attention(64, heads: 4)',
    doc: 'scaled dot-product attention among all agents at one moment (Vaswani et al. 2017; in critics Iqbal and Sha 2019); the units, all heads together, are a multiple of `heads`; `residual: true` adds what the agent itself shows. In `critic_network` only',
    numbers: units,
    named: ['heads', 'residual', 'weights'],
    build: ({ ctx, numbers, weights, named }) => {
      const all = numbers[0]!;
      const given = named('heads');
      const heads = given === undefined ? 1 : constantWhole(ctx, given, 'heads', 1, mostUnits);
      const adds = named('residual');
      const residual = adds === undefined ? false : constantBool(ctx, adds, 'residual');
      if (heads === undefined || residual === undefined) return undefined;
      if (all % heads === 0)
        return { kind: 'attention', units: all, heads, ...(residual ? { residual } : {}), ...optional(weights) };
      report(ctx, given!.span, 'bad-setting', {
        name: 'heads',
        expected: `a divisor of the ${all} units`,
        found: `${heads}`,
      });
      return undefined;
    },
  },
  {
    name: 'embedding',
    form: 'embedding(16)',
    doc: 'a learned vector of so many units for every value of everything observed that is named, a bool, or a whole number with bounds, and of the number of the agent and the last action; other numbers are handed on. The first layer',
    numbers: units,
    named: [],
    build: ({ numbers }) => ({ kind: 'embedding', units: numbers[0]! }),
  },
];

export function layerForm(name: string): LayerForm | undefined {
  return layerForms.find(form => form.name === name);
}

/** Everything a network may be made of, besides the networks of the program. */
export const layerNames: readonly string[] = [...layerForms.map(form => form.name), ...activations];

export function isActivation(name: string): name is Activation {
  return (activations as readonly string[]).includes(name);
}

/** A layer with its arguments; `e` is a call, or the bare name. Undefined after a problem was reported. */
export function buildLayer(ctx: Context, form: LayerForm, e: Expr): LayerSpec | undefined {
  const { args, named }: Pick<CallExpr, 'args' | 'named'> = e.kind === 'Call' ? e : { args: [], named: [] };
  if (!namesFit(ctx, form, named)) return undefined;
  const argument = (name: string): Expr | undefined => named.find(arg => arg.name.text === name)?.value;
  const last = args.at(-1);
  const behind =
    form.activation === true && last?.kind === 'NameExpr' && isWord(ctx, form, args.length, last) ? last : undefined;
  const byName = form.activation === true ? argument('activation') : undefined;
  if (behind !== undefined && byName !== undefined) {
    misuse(ctx, byName.span, form, 'the activation is said twice');
    return undefined;
  }
  const numbers = numbersOf(ctx, form, behind === undefined ? args : args.slice(0, -1), e.span);
  const said = behind ?? byName;
  const activation = said === undefined ? undefined : oneOf(ctx, said, 'activation', activations);
  const weights = form.named.includes('weights') ? weightsOf(ctx, argument('weights')) : undefined;
  if (numbers === undefined || (said !== undefined && activation === undefined) || weights === 'bad') return undefined;
  return form.build({ ctx, numbers, activation, weights, named: argument });
}

/** A name that stands for an activation, or, behind the numbers that are needed, for nothing: then it is a misspelt one. */
function isWord(ctx: Context, form: LayerForm, count: number, { name }: NameExpr): boolean {
  return isActivation(name.text) || (count > form.numbers.least && ctx.scope.lookup(name.text) === undefined);
}

function namesFit(ctx: Context, form: LayerForm, named: readonly NamedArg[]): boolean {
  let fits = true;
  const seen = new Set<string>();
  for (const { name } of named) {
    if (!form.named.includes(name.text)) {
      const suggestion = suggest(name.text, form.named);
      const known = form.named.join(', ');
      report(ctx, name.span, 'unknown-argument', { name: name.text, of: form.name, suggestion, known });
      fits = false;
    } else if (seen.has(name.text)) {
      report(ctx, name.span, 'duplicate-name', { name: name.text, what: 'parameter' });
      fits = false;
    }
    seen.add(name.text);
  }
  return fits;
}

function numbersOf(ctx: Context, form: LayerForm, args: readonly Expr[], span: Span): readonly number[] | undefined {
  const { least, most, names } = form.numbers;
  if (args.length < least) {
    misuse(
      ctx,
      span,
      form,
      `the ${names[args.length] ?? 'number'} ${names[args.length] === 'units' ? 'are' : 'is'} missing`,
    );
    return undefined;
  }
  const extra = args[most];
  if (extra !== undefined) {
    misuse(ctx, extra.span, form, `\`${sourceText(ctx, extra.span)}\` is one argument too many`);
    return undefined;
  }
  const numbers = args.map((arg, k) => constantWhole(ctx, arg, names[k] ?? names[0] ?? form.name, 1, mostUnits));
  return numbers.some(number => number === undefined) ? undefined : (numbers as number[]);
}

function misuse(ctx: Context, span: Span, { name, form }: LayerForm, problem: string): void {
  report(ctx, span, 'layer-arguments', { layer: name, form, problem });
}

/** One of some words; `usual` where nothing is said. */
function oneOf<W extends string>(
  ctx: Context,
  e: Expr | undefined,
  name: string,
  choices: readonly W[],
  usual?: W,
): W | undefined {
  if (e === undefined) return usual;
  const word = e.kind === 'NameExpr' ? e.name.text : undefined;
  const found = choices.find(choice => choice === word);
  if (found !== undefined || e.kind === 'Invalid') return found;
  const suggestion = word === undefined ? undefined : suggest(word, choices);
  report(
    ctx,
    e.span,
    'bad-setting',
    {
      name,
      expected: `one of ${choices.join(', ')}`,
      found: `\`${sourceText(ctx, e.span)}\``,
      ...(suggestion === undefined ? {} : { remedy: `Did you mean \`${suggestion}\`?` }),
    },
    suggestion === undefined
      ? {}
      : { fixes: [replaceFix(`Replace by \`${suggestion}\``, ctx.file, e.span, suggestion)] },
  );
  return undefined;
}

const schemes = ['orthogonal', 'xavier', 'pytorch'] as const;

/** `orthogonal(1.41)`, `xavier`, `pytorch`: how weights start. */
function weightsOf(ctx: Context, e: Expr | undefined): WeightScheme | undefined | 'bad' {
  if (e === undefined) return undefined;
  const call = e.kind === 'Call' ? e : undefined;
  const kind = oneOf(ctx, call?.callee ?? e, 'weights', schemes);
  if (kind === undefined) return 'bad';
  const [gain, extra] = call?.args ?? [];
  const tooMany = call?.named[0] ?? extra ?? (kind === 'pytorch' ? gain : undefined);
  if (tooMany !== undefined) {
    const expected = kind === 'pytorch' ? 'written `pytorch`' : `written \`${kind}(gain)\``;
    report(ctx, tooMany.span, 'bad-setting', { name: 'weights', expected, found: `\`${sourceText(ctx, e.span)}\`` });
    return 'bad';
  }
  if (kind === 'pytorch') return { kind };
  const value = gain === undefined ? 1 : constantIn(ctx, gain, 'gain', 0, Number.POSITIVE_INFINITY);
  return value === undefined ? 'bad' : { kind, gain: value };
}

function optional(weights: WeightScheme | undefined): { readonly weights?: WeightScheme } {
  return weights === undefined ? {} : { weights };
}

function active(activation: Activation | undefined): { readonly activation?: Activation } {
  return activation === undefined ? {} : { activation };
}
