/** What one operation on vectors of four lanes is made of. */
import type { BinaryFunction, Node, UnaryFunction } from '../../../ir.ts';
import { simd } from '../binary.ts';
import { writeExp, writeLog, writeTanh } from '../math.ts';
import type { KernelWriter } from '../place.ts';

/** Leaves an operand on the stack; may be asked again. */
export type Push = () => void;

/** Leaves the value of a node on the stack. */
export function emitOperation(w: KernelWriter, node: Node, operands: readonly Push[]): void {
  const { fn } = w;
  const [a, b, c] = operands as [Push, Push, Push];
  switch (node.op.kind) {
    case 'unary':
      emitUnary(w, node.op.fn, a);
      return;
    case 'binary':
      emitBinary(w, node.op.fn, a, b);
      return;
    case 'select':
      b();
      c();
      a();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      fn.simd(simd.bitselect);
      return;
    case 'float':
      a();
      fn.simd(simd.f32x4Convert);
      return;
    default:
      a();
      return;
  }
}

/** A mask becomes 0 or 1. */
function truth(w: KernelWriter): void {
  w.fn.splat(1);
  w.fn.simd(simd.and);
}

function emitUnary(w: KernelWriter, name: UnaryFunction, x: Push): void {
  const { fn } = w;
  switch (name) {
    case 'neg':
      x();
      fn.simd(simd.f32x4Neg);
      return;
    case 'abs':
      x();
      fn.simd(simd.f32x4Abs);
      return;
    case 'sign':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Gt);
      truth(w);
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Lt);
      truth(w);
      fn.simd(simd.f32x4Sub);
      return;
    case 'square':
      x();
      x();
      fn.simd(simd.f32x4Mul);
      return;
    case 'sqrt':
      x();
      fn.simd(simd.f32x4Sqrt);
      return;
    case 'reciprocal':
      fn.splat(1);
      x();
      fn.simd(simd.f32x4Div);
      return;
    case 'relu':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Pmax);
      return;
    case 'floor':
      x();
      fn.simd(simd.f32x4Floor);
      return;
    case 'not':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Eq);
      truth(w);
      return;
    default:
      throw new Error(`${name} takes many steps`);
  }
}

const costly: ReadonlySet<string> = new Set<UnaryFunction>(['exp', 'log', 'tanh', 'sigmoid', 'softplus', 'elu']);

/** Functions of many steps and many registers, which emitOperation does not know. */
export function isCostly({ op }: Node): boolean {
  return op.kind === 'unary' && costly.has(op.fn);
}

/** A function of many steps, of several vectors at a time: their values are left in the targets. */
export function emitCostly(w: KernelWriter, node: Node, xs: readonly Push[], targets: readonly number[]): void {
  if (node.op.kind !== 'unary') throw new Error('not a function of one number');
  const { fn, fma } = w;
  /** What a target holds next; `value` leaves it on the stack. */
  const each = (value: (x: Push, target: number) => void): void =>
    targets.forEach((target, k) => {
      value(xs[k]!, target);
      fn.set(target);
    });
  switch (node.op.fn) {
    case 'exp':
      each(x => x());
      writeExp(fn, fma, targets);
      return;
    case 'log':
      each(x => x());
      writeLog(fn, fma, targets);
      return;
    case 'tanh':
      each(x => x());
      writeTanh(fn, fma, targets);
      return;
    case 'sigmoid':
      each(x => {
        x();
        fn.simd(simd.f32x4Neg);
      });
      writeExp(fn, fma, targets);
      each((_, target) => {
        fn.splat(1);
        fn.splat(1);
        fn.get(target);
        fn.simd(simd.f32x4Add);
        fn.simd(simd.f32x4Div);
      });
      return;
    case 'softplus':
      each(x => {
        x();
        fn.simd(simd.f32x4Abs);
        fn.simd(simd.f32x4Neg);
      });
      writeExp(fn, fma, targets);
      each((_, target) => {
        fn.splat(1);
        fn.get(target);
        fn.simd(simd.f32x4Add);
      });
      writeLog(fn, fma, targets);
      each((x, target) => {
        x();
        fn.splat(0);
        fn.simd(simd.f32x4Max);
        fn.get(target);
        fn.simd(simd.f32x4Add);
      });
      return;
    case 'elu':
      each(x => x());
      writeExp(fn, fma, targets);
      each((x, target) => {
        x();
        fn.get(target);
        fn.splat(1);
        fn.simd(simd.f32x4Sub);
        x();
        fn.splat(0);
        fn.simd(simd.f32x4Gt);
        fn.simd(simd.bitselect);
      });
      return;
    default:
      throw new Error(`${node.op.fn} is one step`);
  }
}

const arithmetic = {
  add: simd.f32x4Add,
  sub: simd.f32x4Sub,
  mul: simd.f32x4Mul,
  div: simd.f32x4Div,
  max: simd.f32x4Max,
  min: simd.f32x4Min,
} as const;

const comparisons = { less: simd.f32x4Lt, lessEqual: simd.f32x4Le, equal: simd.f32x4Eq } as const;

function emitBinary(w: KernelWriter, name: BinaryFunction, a: Push, b: Push): void {
  const { fn } = w;
  switch (name) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
      a();
      b();
      fn.simd(arithmetic[name]);
      return;
    case 'less':
    case 'lessEqual':
    case 'equal':
      a();
      b();
      fn.simd(comparisons[name]);
      truth(w);
      return;
    case 'and':
    case 'or':
      a();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      b();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      fn.simd(name === 'and' ? simd.and : simd.or);
      truth(w);
      return;
  }
}
