/** Networks as small static graphs: build with `Graph`, differentiate, `optimise`, open in an engine, `initialise`, run. */
export * from './accuracy.ts';
export * from './compose.ts';
export * from './engine.ts';
export * from './engines/reference.ts';
export * from './gradients/index.ts';
export * from './graph.ts';
export * from './initialise.ts';
export * from './ir.ts';
export * from './layers/network.ts';
export * from './layers/spec.ts';
export { ShapeError } from './ops/rule.ts';
export * from './optimisers/clip.ts';
export * from './optimisers/spec.ts';
export * from './optimisers/update.ts';
export * from './passes/index.ts';
export * from './scan.ts';
