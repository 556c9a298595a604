/** Why a claim about a mixer cannot be proved: the sub-term that breaks it, the reason, and edits that repair it. */
import type { Span } from '../../grammar/ast.ts';
import { argumentsOf, type MixerModel, type MixerNode } from '../../runtime/mixers/model.ts';
import { type Analysis, gradientFollows, type MixerProperty, proofOfValue } from './analysis.ts';
import { isBelow } from './gap.ts';
import * as I from './interval.ts';
import { flip, type Polarity, scaled } from './polarity.ts';
import { textAt } from './source.ts';
import { type Seen, signsSeen } from './witness.ts';

/** An edit of the mixer: `text` in the place of what stands at `span`. */
export interface Repair {
  readonly title: string;
  readonly span: Span;
  readonly text: string;
}

export interface Blame {
  readonly span: Span;
  /** As the end of a sentence: "`w2` may be negative". */
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly repairs: readonly Repair[];
  /** Where the sub-term is made, if it is a name. */
  readonly made: { readonly span: Span; readonly name: string } | undefined;
}

/** True where the value has the property and only what `stop_gradient` leaves to the gradient breaks it. */
export function isGradientAtFault(analysis: Analysis, property: MixerProperty): boolean {
  return !gradientFollows(analysis, property) && proofOfValue(analysis, property) !== undefined;
}

export function blameFor(analysis: Analysis, property: MixerProperty): Blame {
  const { model } = analysis.source;
  const search = new Search(analysis, model, property === 'strictly_monotonic');
  const at = { node: model.output, span: search.spanOf(model.output) };
  if (analysis.withoutValue !== undefined) return search.unbounded(analysis.withoutValue);
  if (analysis.gradient !== undefined && isGradientAtFault(analysis, property)) {
    const strictly = property === 'strictly_monotonic';
    const part = new Search(analysis.gradient, model, strictly);
    const found = strictly ? part.flat(at) : part.falls(at, 'rising');
    return { ...found, reason: `with what \`stop_gradient\` detaches held constant, ${found.reason}` };
  }
  switch (property) {
    case 'monotonic':
      return search.falls(at, 'rising');
    case 'strictly_monotonic':
      return search.flat(at);
    case 'additive':
      return search.mixes(at);
    case 'igm':
      return search.exceeds(at);
  }
}

/** A node where it is used: a name has another place than what it stands for. */
interface At {
  readonly node: number;
  readonly span: Span;
}

class Search {
  readonly #analysis: Analysis;
  /** For numbers; the analysis may be of the differentiated part. */
  readonly #model: MixerModel;
  /** Factors must be positive, not only never negative. */
  readonly #strictly: boolean;

  constructor(analysis: Analysis, model: MixerModel, strictly: boolean) {
    this.#analysis = analysis;
    this.#model = model;
    this.#strictly = strictly;
  }

  spanOf(node: number): Span {
    return this.#analysis.source.origins[node]!.span;
  }

  #node(at: At): MixerNode {
    return this.#analysis.source.model.nodes[at.node]!;
  }

  #args(at: At): readonly At[] {
    const { args } = this.#analysis.source.origins[at.node]!;
    return argumentsOf(this.#node(at)).map((node, k) => ({ node, span: args[k] ?? this.spanOf(node) }));
  }

  #polarity(at: At): Polarity {
    return this.#analysis.dependences[at.node]!.polarity;
  }

  #range(at: At): I.Interval {
    return this.#analysis.ranges[at.node]!;
  }

  #text(at: At): string {
    return textAt(this.#analysis.source, at.span);
  }

  #blame(at: At, reason: string, remedy?: string, repairs: readonly Repair[] = []): Blame {
    const { bindings, origins } = this.#analysis.source;
    const origin = origins[at.node]!.span;
    const elsewhere = origin.start < at.span.start || origin.end > at.span.end;
    const binding = elsewhere ? bindings.find(one => one.node === at.node) : undefined;
    const made = binding && { span: binding.value, name: binding.name };
    return { span: at.span, reason, remedy, repairs, made };
  }

  /** Edits that put a function around a term: at its definition where the name is used once, else here. */
  #wrapped(at: At, functions: readonly string[]): readonly Repair[] {
    const { bindings, text } = this.#analysis.source;
    const binding = bindings.find(one => one.node === at.node && one.name === this.#text(at) && one.uses === 1);
    const span = binding?.value ?? at.span;
    const inner = text.slice(span.start, span.end);
    return functions.map(fn => ({ title: `Wrap it in \`${fn}\``, span, text: `${fn}(${inner})` }));
  }

  /** Another function in the place of the one that was called. */
  #replaced(at: At, fn: string): readonly Repair[] {
    const { callee } = this.#analysis.source.origins[at.node]!;
    return callee === undefined ? [] : [{ title: `Use \`${fn}\``, span: callee, text: fn }];
  }

  // -------------------------------------------------------------------------------------------- monotonic

  /** Why the node is not shown to be `wanted` (or constant). */
  falls(at: At, wanted: Polarity): Blame {
    const node = this.#node(at);
    const args = this.#args(at);
    const [first, second] = args;
    switch (node.op) {
      case 'network':
        return this.#blame(
          at,
          `\`${this.#text(at)}\` is a free network of the utilities, which can rise and fall in any of them`,
          'Let networks read the state and make weights; weigh `q` by `abs` or `softplus` of them.',
        );
      case 'softmax':
        return this.#blame(
          at,
          `the shares of \`${this.#text(at)}\` shrink where other utilities grow`,
          'Let the shares depend on the state and the features, not on `q`.',
        );
      case 'unary': {
        const slope = this.#polarity(first!);
        if (node.fn === 'neg') {
          if (slope === wanted) return this.#subtracted(first!, at, 'negated');
          return this.falls(first!, flip(wanted));
        }
        if ((node.fn === 'abs' || node.fn === 'square') && !this.#signed(first!)) {
          if (slope === 'unknown') return this.falls(first!, wanted);
          const text = this.#text(at);
          const remedy = 'Use a function that never falls, such as `elu` or `relu`.';
          return this.#blame(
            at,
            `\`${text}\` falls where \`${this.#text(first!)}\` grows and is negative`,
            remedy,
            wanted === 'rising' ? ['elu', 'relu'].flatMap(fn => this.#replaced(at, fn)) : [],
          );
        }
        const flips = (node.fn === 'abs' || node.fn === 'square') && I.isNonPositive(this.#range(first!));
        return this.#descend(first!, at, flips ? flip(wanted) : wanted);
      }
      case 'binary':
        if (node.fn === 'mul') return this.#factors(first!, second!, at, wanted);
        if (node.fn === 'div') return this.#quotient(first!, second!, at, wanted);
        if (node.fn === 'sub') {
          if (!this.#is(first!, wanted)) return this.#descend(first!, at, wanted);
          if (this.#polarity(second!) === wanted) return this.#subtracted(second!, at, 'subtracted');
          return this.falls(second!, flip(wanted));
        }
        return this.#descend(this.#is(first!, wanted) ? second! : first!, at, wanted);
      case 'matmul':
        return this.#factors(first!, second!, at, wanted);
      default: {
        const wrong = args.find(arg => !this.#is(arg, wanted));
        return wrong === undefined ? this.#opposite(at) : this.#descend(wrong, at, wanted);
      }
    }
  }

  #is(at: At, wanted: Polarity): boolean {
    return this.#polarity(at) === 'constant' || this.#polarity(at) === wanted;
  }

  /** Into an argument; one that is itself fine (in the other direction) is where the search ends. */
  #descend(arg: At, from: At, wanted: Polarity): Blame {
    const node = this.#node(arg);
    return node.op === 'input' ? this.#opposite(from) : this.falls(arg, wanted);
  }

  #opposite(at: At): Blame {
    return this.#blame(
      at,
      `\`${this.#text(at)}\` moves against the utilities`,
      'Let every path from `q` to the total rise.',
    );
  }

  #signed(at: At): boolean {
    return I.isNonNegative(this.#range(at)) || I.isNonPositive(this.#range(at));
  }

  #subtracted(at: At, _from: At, how: 'subtracted' | 'negated' | 'a divisor'): Blame {
    const text = this.#text(at);
    const remedy =
      how === 'a divisor'
        ? 'Divide by what does not depend on `q`.'
        : 'Add it, or subtract what does not depend on `q`.';
    return this.#blame(at, `\`${text}\` grows with the utilities and is ${how}`, remedy);
  }

  #factors(left: At, right: At, at: At, wanted: Polarity): Blame {
    for (const [moving, factor] of [
      [left, right],
      [right, left],
    ] as const) {
      const slope = this.#polarity(moving);
      if (slope === 'constant') continue;
      const range = this.#range(factor);
      const result = scaled(slope, range);
      if (result === wanted) continue;
      if (slope === 'unknown')
        return this.falls(moving, I.isNonPositive(range) && !I.isNonNegative(range) ? flip(wanted) : wanted);
      if (slope === flip(wanted) && I.isNonNegative(range)) return this.#descend(moving, at, wanted);
      if (slope === flip(wanted) && !I.isNonPositive(range)) return this.#descend(moving, at, wanted);
      return this.#negative(factor, slope === wanted ? 'negative' : 'positive');
    }
    return this.#opposite(at);
  }

  /** A factor whose sign is wrong or unknown. */
  #negative(at: At, bad: 'negative' | 'positive'): Blame {
    const text = this.#text(at);
    const always = bad === 'negative' ? I.isNegative(this.#range(at)) : I.isPositive(this.#range(at));
    const word = always ? `is ${bad}` : this.#seen(at)[bad] ? `may be ${bad}` : `is not proved to be never ${bad}`;
    const reason = `\`${text}\` ${word}`;
    if (bad === 'positive') return this.#blame(at, reason, undefined);
    if (this.#polarity(at) !== 'constant')
      return this.#blame(
        at,
        `${reason} and depends on the utilities`,
        'Weigh utilities by what depends on the state alone.',
      );
    const functions = this.#strictly ? ['softplus', 'exp'] : ['abs', 'softplus', ...(always ? [] : ['relu'])];
    const quoted = functions.map(fn => `\`${fn}\``);
    const remedy = `Wrap \`${text}\` in ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.`;
    return this.#blame(at, reason, remedy, this.#wrapped(at, functions));
  }

  #quotient(left: At, right: At, at: At, wanted: Polarity): Blame {
    const range = this.#range(right);
    if (!this.#is(right, flip(wanted)) && this.#polarity(left) === 'constant') {
      if (this.#polarity(right) === 'unknown') return this.falls(right, flip(wanted));
      return this.#subtracted(right, at, 'a divisor');
    }
    if (!I.isPositive(range) && !I.isNegative(range))
      return this.#signed(right) ? this.#zeroDivisor(right) : this.#negative(right, 'negative');
    if (this.#polarity(left) === 'unknown') return this.falls(left, wanted);
    if (this.#polarity(right) !== 'constant') return this.#subtracted(right, at, 'a divisor');
    return I.isNegative(range) ? this.#negative(right, 'negative') : this.#descend(left, at, wanted);
  }

  #seen(at: At): Seen {
    return signsSeen(this.#model, at.node);
  }

  #mayBeZero(at: At): string {
    return `\`${this.#text(at)}\` ${this.#seen(at).zero ? 'may be' : 'is not proved to be other than'} 0`;
  }

  /** Why a node need not have a value. */
  unbounded(node: number): Blame {
    const at = { node, span: this.spanOf(node) };
    const [, divisor] = this.#args(at);
    const one = this.#node(at);
    if (one.op === 'binary' && one.fn === 'div' && divisor !== undefined && !this.#apartFromZero(divisor))
      return this.#zeroDivisor(divisor);
    return this.#blame(at, `\`${this.#text(at)}\` is beyond the largest number`, 'Use smaller constants.');
  }

  #apartFromZero(at: At): boolean {
    return I.isPositive(this.#range(at)) || I.isNegative(this.#range(at));
  }

  #zeroDivisor(at: At): Blame {
    const remedy = 'Divide by what is always positive: `softplus` or `exp`, or add a positive number.';
    return this.#blame(at, `${this.#mayBeZero(at)} and is a divisor`, remedy, this.#wrapped(at, ['softplus', 'exp']));
  }

  // -------------------------------------------------------------------------------------------- strictly monotonic

  /** Why the node is not shown to grow with every utility, though it never falls. */
  flat(at: At): Blame {
    if (!this.#is(at, 'rising')) return this.falls(at, 'rising');
    const node = this.#node(at);
    const args = this.#args(at).filter(arg => this.#polarity(arg) !== 'constant');
    const [first] = args;
    if (first === undefined)
      return this.#blame(at, 'the total does not depend on the utilities', 'Let `total` depend on `q`.');
    const strict = (arg: At): boolean => this.#analysis.dependences[arg.node]!.strict.kind !== 'none';
    const text = this.#text(at);
    switch (node.op) {
      case 'unary':
        if (!strict(first)) return this.flat(first);
        return this.#blame(
          at,
          `\`${text}\` is flat where \`${this.#text(first)}\` is negative`,
          'Use `elu` or `leaky_relu`.',
          [...this.#replaced(at, 'elu'), ...this.#replaced(at, 'leaky_relu')],
        );
      case 'binary':
        if (node.fn === 'max' || node.fn === 'min')
          return this.#blame(
            at,
            `\`${text}\` stands still ${text.startsWith('clamp') ? 'outside of its bounds' : 'while the other side decides'}`,
            'Use an increasing function such as `elu` or `tanh`.',
          );
        break;
      case 'reduce':
        if (node.fn === 'max' || node.fn === 'min')
          return this.#blame(
            at,
            `\`${text}\` moves with one utility only, the ${node.fn === 'max' ? 'largest' : 'smallest'}`,
            'Use `sum` or `mean`.',
            ['sum', 'mean'].flatMap(fn => this.#replaced(at, fn)),
          );
        break;
      case 'index':
        return this.#blame(at, `\`${text}\` leaves the other utilities out`, 'Add them all up with `sum(q)`.');
      default:
    }
    const product = node.op === 'matmul' || (node.op === 'binary' && (node.fn === 'mul' || node.fn === 'div'));
    if (!product) return strict(first) ? this.#scattered(at) : this.flat(first);
    const factor = this.#args(at).find(arg => arg.node !== first.node);
    if (
      factor !== undefined &&
      strict(first) &&
      !I.isPositive(this.#range(factor)) &&
      !I.isNegative(this.#range(factor))
    )
      return this.#zeroFactor(factor);
    return strict(first) ? this.#scattered(at) : this.flat(first);
  }

  #scattered(at: At): Blame {
    return this.#blame(
      at,
      `\`${this.#text(at)}\` is not shown to contain every utility`,
      'Keep the utilities in order along one axis and add them up with `sum` or `dot`.',
    );
  }

  #zeroFactor(at: At): Blame {
    const node = this.#node(at);
    const reason = this.#mayBeZero(at);
    if (node.op === 'unary' && (node.fn === 'abs' || node.fn === 'relu' || node.fn === 'square'))
      return this.#blame(at, reason, 'Use `softplus` or `exp`, which are always positive.', [
        ...this.#replaced(at, 'softplus'),
        ...this.#replaced(at, 'exp'),
      ]);
    const text = this.#text(at);
    return this.#blame(
      at,
      reason,
      `Wrap \`${text}\` in \`softplus\` or \`exp\`.`,
      this.#wrapped(at, ['softplus', 'exp']),
    );
  }

  // -------------------------------------------------------------------------------------------- additive

  /** Why the node is not shown to be a sum of terms of one utility each. */
  mixes(at: At): Blame {
    const mixed = (arg: At): boolean => this.#analysis.dependences[arg.node]!.spread.kind === 'mixed';
    const args = this.#args(at);
    if (!mixed(at)) {
      const { nodes } = this.#analysis.source.model;
      const node = nodes.findIndex(one => one.op === 'input' && one.input === 'actions');
      return this.#blame(
        { node, span: this.spanOf(node) },
        'the total reads the joint `actions`',
        'Let it read `q` and the state.',
      );
    }
    const inner = args.find(mixed);
    if (inner !== undefined) return this.mixes(inner);
    const node = this.#node(at);
    const text = this.#text(at);
    const remedy = 'Apply it to each utility before they are added up.';
    if (node.op === 'unary')
      return this.#blame(at, `\`${text}\` bends \`${this.#text(args[0]!)}\`, which adds several utilities up`, remedy);
    if (node.op === 'network') return this.#blame(at, `\`${text}\` is a network of several utilities`, remedy);
    if (node.op === 'softmax')
      return this.#blame(at, `\`${text}\` weighs utilities against each other`, 'Let the shares depend on the state.');
    if (node.op === 'matmul' || (node.op === 'binary' && (node.fn === 'mul' || node.fn === 'div')))
      return this.#blame(
        at,
        `\`${text}\` multiplies utilities with each other`,
        'Weigh utilities by what depends on the state.',
      );
    return this.#blame(at, `\`${text}\` compares utilities with each other`, remedy);
  }

  // -------------------------------------------------------------------------------------------- IGM

  /** Why another joint action than the greedy one may have the highest total. */
  exceeds(at: At): Blame {
    const { reads } = this.#analysis.source.model;
    if (!reads.includes('best') && !reads.includes('actions')) {
      if (this.#polarity(at) === 'constant')
        return this.#blame(at, 'the total does not depend on the utilities', 'Let `total` depend on `q`.');
      return this.falls(at, 'rising');
    }
    return this.#over(at);
  }

  #over(at: At): Blame {
    const { of, moves } = this.#analysis.gaps;
    const gap = of[at.node];
    const args = this.#args(at).filter(arg => moves[arg.node]);
    if (gap === undefined) {
      const unknown = args.find(arg => of[arg.node] === undefined);
      const node = this.#node(at);
      const product = node.op === 'matmul' || (node.op === 'binary' && node.fn === 'mul');
      if (product && args.length === 2)
        return this.#blame(
          at,
          `\`${this.#text(at)}\` depends on the joint action in more ways than by advantages`,
          'Multiply what reads `actions` with an advantage `f(q) - f(best)`, which is 0 at the greedy actions.',
        );
      // What moves with the actions alone is the reason itself.
      const alone = unknown !== undefined && this.#polarity(unknown) === 'constant';
      if (unknown !== undefined && !alone && this.#node(unknown).op !== 'input') return this.#over(unknown);
      const reason = alone ? unknown : at;
      return this.#blame(
        reason,
        alone && this.#node(reason).op === 'network'
          ? `\`${this.#text(reason)}\` can be higher at another joint action than at the greedy one`
          : `\`${this.#text(reason)}\` is not proved to be highest at the greedy joint action`,
        'Let the joint action enter by advantages `f(q) - f(best)`, weighed by positive factors.',
      );
    }
    const negative = args.find(arg => of[arg.node] !== undefined && !isBelow(of[arg.node]));
    const node = this.#node(at);
    if (node.op === 'matmul' || (node.op === 'binary' && node.fn === 'mul')) {
      const [left, right] = this.#args(at) as [At, At];
      const zero = (arg: At) => moves[arg.node] && of[arg.node]?.zero === true;
      const factor = zero(left) ? right : zero(right) ? left : moves[left.node] ? right : left;
      const least = this.#range(factor).low;
      const text = this.#text(factor);
      const weighed = factor === left ? right : left;
      // A weight that is never negative is not at fault; what it weighs is then no advantage.
      if (least >= 0 && !isBelow(of[weighed.node]))
        return this.#blame(
          weighed,
          `\`${this.#text(weighed)}\` is not proved to be highest at the greedy joint action`,
          'Let the joint action enter by advantages `f(q) - f(best)` with an `f` that grows, weighed by factors that are never negative.',
        );
      const reason = !this.#seen(factor).negative
        ? `\`${text}\`, which weighs an advantage, is not proved to be never negative`
        : Number.isFinite(least)
          ? `\`${text}\` weighs an advantage by as little as ${Number(least.toPrecision(6))}`
          : `\`${text}\`, which weighs an advantage, may be negative without bound`;
      return this.#blame(
        factor,
        reason,
        'The weights of an advantage must add up to 0 or more: wrap it in `abs` or `softplus`.',
        this.#wrapped(factor, ['abs', 'softplus']),
      );
    }
    if (negative !== undefined) return this.#over(negative);
    return this.#blame(
      at,
      `\`${this.#text(at)}\` subtracts an advantage`,
      'An advantage `f(q) - f(best)` is never positive; add it, weighed by positive factors.',
    );
  }
}
