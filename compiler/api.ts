/** What hosts (command line, editor, tests) use of the compiler. The compiler itself does no input or output. */
import type { SourceFile, Span } from '../grammar/ast.ts';
import type { MixerModel } from '../runtime/mixers/model.ts';
import type { NetworkSpec } from '../runtime/tensor/layers/spec.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import type { GameModel } from './game/model.ts';

/** Reads files for the compiler. Paths are opaque strings; `std:games/Kuhn.marl` style ids name library files. */
export interface Host {
  /** The text of a file, or why it cannot be read. */
  read(path: string): { readonly text: string } | { readonly error: string };
  /** The file that `import "file"` in `from` means, or why it may not be read (outside the project, no such file). */
  resolve(from: string, file: string): { readonly path: string } | { readonly error: string };
  /** The library file that declares `name` under `std.<group>`, or undefined; and all names, for suggestions. */
  library(group: string, name: string): string | undefined;
  libraryNames(group: string): readonly string[];
}

export type Severity = 'error' | 'warning' | 'info';

export interface Location {
  /** Path as given by the host. */
  readonly file: string;
  readonly span: Span;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly file: string; readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  /** `M0203` */
  readonly code: string;
  /** `unknown-name` */
  readonly name: string;
  readonly severity: Severity;
  readonly at: Location;
  /** One line: the rule and the fact. */
  readonly message: string;
  /** What to do, one line. */
  readonly remedy: string | undefined;
  readonly related: readonly { readonly at: Location; readonly message: string }[];
  readonly fixes: readonly Fix[];
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly ast: SourceFile;
}

/** A checked set of files. Everything asked of it is answered from memory. */
export interface Program {
  readonly entry: string;
  readonly sources: ReadonlyMap<string, Source>;
  /** Sorted by file (entry first) and place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Games the entry file declares, in order. */
  readonly games: readonly GameInfo[];
  readonly solves: readonly SolveSpec[];
  readonly trains: readonly TrainInfo[];
  readonly sweeps: readonly SweepSpec[];
  readonly asserts: readonly AssertSpec[];
  /** Mixers the entry file declares, in order, then those it imports. */
  readonly mixers: readonly MixerInfo[];
  /** Networks the entry file declares, in order, then those it imports. */
  readonly networks: readonly NetworkInfo[];
  /** Lowers a game at its defaults with these overrides (`--set p=v`, values as written in the language). */
  instantiate(game: string, overrides: ReadonlyMap<string, string>): Instance;
}

export interface GameInfo {
  readonly name: string;
  readonly doc: string | undefined;
  readonly span: Span;
  readonly params: readonly {
    readonly name: string;
    readonly type: string;
    readonly default: string | undefined;
    readonly doc: string | undefined;
  }[];
}

export type Instance =
  | { readonly model: GameModel; readonly diagnostics: readonly Diagnostic[] }
  | { readonly model: undefined; readonly diagnostics: readonly Diagnostic[] };

export interface SolveSpec {
  /** As given, or `concept of Game`. */
  readonly name: string;
  readonly concept: string;
  readonly method: string | undefined;
  readonly iterations: number | undefined;
  readonly maximizing: string | undefined;
  /** The game as written. */
  readonly game: string;
  readonly span: Span;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
}

export interface TrainInfo {
  readonly name: string;
  readonly spec: TrainSpec;
  readonly span: Span;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
  /** `spec` for a game that `instantiate` gave: mixers are made for its number of agents and the length of its state. */
  specFor(model: GameModel): FittedSpec;
}

export type FittedSpec =
  | { readonly spec: TrainSpec; readonly diagnostics: readonly [] }
  | { readonly spec: undefined; readonly diagnostics: readonly Diagnostic[] };

/** A training once per combination of values, named `Lr[lr=0.1]`. */
export interface SweepSpec {
  readonly name: string;
  readonly of: string;
  readonly runs: readonly {
    readonly label: string;
    readonly spec: TrainSpec;
    instantiate(overrides: ReadonlyMap<string, string>): Instance;
    specFor(model: GameModel): FittedSpec;
  }[];
  readonly span: Span;
}

export interface AssertSpec {
  readonly text: string;
  readonly claim:
    | { readonly kind: 'property'; readonly property: string }
    | {
        readonly kind: 'quantity';
        readonly quantity: Quantity;
        readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
        readonly value: number;
        readonly within: number;
      };
  readonly at: Location;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
}

export type Quantity =
  | { readonly kind: 'states' | 'terminals' | 'horizon' }
  | { readonly kind: 'value'; readonly concept: string; readonly agent: string | undefined };

/** What is known of a mixer for every number of agents and every length of the state, at given parameters. */
export type MixerFact = {
  /** `monotonic`, `strictly_monotonic`, `additive` or `igm`. */
  readonly property: string;
} & (
  | { readonly status: 'proved'; readonly how: string }
  /** `why` names the sub-term at `at`; `witness` is a case in numbers, as a sentence. */
  | { readonly status: 'refuted'; readonly why: string; readonly witness: string; readonly at: Location }
  | { readonly status: 'unknown'; readonly why: string; readonly at?: Location }
);

export interface NetworkInfo {
  readonly name: string;
  readonly doc: string | undefined;
  readonly at: Location;
  readonly params: GameInfo['params'];
  /** At the defaults; undefined where the network has errors. */
  readonly spec: NetworkSpec | undefined;
}

export interface MixerInfo {
  readonly name: string;
  readonly doc: string | undefined;
  readonly at: Location;
  readonly params: GameInfo['params'];
  /** What is written after the closing brace; all of it is proved if the program has no errors. */
  readonly claims: readonly string[];
  /** At the defaults; empty where the mixer has errors. */
  readonly facts: readonly MixerFact[];
  /**
   * The mixer for a team of these sizes, with parameters as in `--set p=v`; its claims are proved again for them. `features` and
   * `actions` (both 1 if left out) matter to mixers that read these. Throws for sizes that are no positive whole numbers.
   */
  instantiate(
    sizes: { readonly agents: number; readonly state: number; readonly features?: number; readonly actions?: number },
    overrides: ReadonlyMap<string, string>,
  ): MixerInstance;
}

export type MixerInstance =
  | { readonly model: MixerModel; readonly facts: readonly MixerFact[]; readonly diagnostics: readonly Diagnostic[] }
  | { readonly model: undefined; readonly facts: readonly []; readonly diagnostics: readonly Diagnostic[] };
