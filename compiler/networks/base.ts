/** Networks: layers with their places in the program, and where the names of networks come from. */
import type { NetworkDecl, Span } from '../../grammar/ast.ts';
import type { LayerSpec } from '../../runtime/tensor/layers/spec.ts';
import type { Context } from '../elaborate/context.ts';

/** A layer, and where it is written. */
export interface PlacedLayer {
  readonly layer: LayerSpec;
  readonly file: string;
  readonly span: Span;
}

/** A `network` declaration; `ctx` gives the names of its file. */
export interface FoundNetwork {
  readonly decl: NetworkDecl;
  readonly ctx: Context;
}

/** The networks that a file can name. */
export interface Networks {
  network(name: string): FoundNetwork | undefined;
  readonly networkNames: readonly string[];
  /** The networks that the file of such a declaration can name. */
  networksOf(found: FoundNetwork): Networks;
}
