/** TensorFlow.js as a value: types only, so that nothing here loads it. */
export type Tf = typeof import('@tensorflow/tfjs');
export type Tensor = import('@tensorflow/tfjs').Tensor;

/** What a node computes from its operands' tensors. */
export type Kernel = (operands: readonly Tensor[]) => Tensor;

/** What a lowering may use: the library, and a place for tensors that live as long as the session. */
export interface LoweringContext {
  readonly tf: Tf;
  /** Makes a tensor from numbers, kept until the session is closed. */
  constant(values: ArrayLike<number>, shape: readonly number[], type: 'f32' | 'i32'): Tensor;
}
