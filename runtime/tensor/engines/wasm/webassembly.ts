/** The part of the WebAssembly interface that the engine uses; the types of Node alone do not declare it. */

export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Interface {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => Instance;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: Interface }).WebAssembly;
