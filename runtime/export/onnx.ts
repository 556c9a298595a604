/**
 * ONNX models as plain data, and their file format (onnx.proto of the ONNX project, IR version 8, operator set 17). Only the parts that
 * exported networks use are written and read: float and int64 tensors, dense initialisers, one graph.
 */
import { decodeMessage, type Field, Message, unpacked } from './protobuf.ts';

/** Format of the file, and version of the operators in it: read by ONNX Runtime 1.12 (2022) and later. */
const irVersion = 8;
export const opset = 17;

/** A whole number, or the name of a length that is known when the model runs. */
export type Dimension = number | string;

export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly Dimension[];
  /** What it means, for people. */
  readonly doc: string;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export type OnnxAttribute = number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly doc: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxModel {
  readonly producerVersion: string;
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

const elementTypes = { float: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

export function encodeOnnx({ producerVersion, graph, metadata }: OnnxModel): Uint8Array {
  const model = new Message()
    .int(1, irVersion)
    .text(2, 'marl')
    .text(3, producerVersion)
    .message(7, graphMessage(graph))
    .message(8, new Message().text(1, '').int(2, opset));
  for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().text(1, key).text(2, value));
  return model.encode();
}

function graphMessage({ name, doc, nodes, constants, inputs, outputs }: OnnxGraph): Message {
  const message = new Message();
  for (const [k, node] of nodes.entries()) message.message(1, nodeMessage(node, k));
  message.text(2, name);
  for (const tensor of constants) message.message(5, tensorMessage(tensor));
  message.text(10, doc);
  for (const value of inputs) message.message(11, valueMessage(value));
  for (const value of outputs) message.message(12, valueMessage(value));
  return message;
}

function nodeMessage({ op, inputs, output, attributes }: OnnxNode, k: number): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  message.text(2, output).text(3, `${op}_${k}`).text(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new Message().text(1, name);
    if (typeof value === 'number') attribute.int(3, value).int(20, attributeTypes.int);
    else if ('float' in value) attribute.float(2, value.float).int(20, attributeTypes.float);
    else {
      for (const n of value) attribute.int(8, n);
      attribute.int(20, attributeTypes.ints);
    }
    message.message(5, attribute);
  }
  return message;
}

function tensorMessage({ name, shape, data }: OnnxTensor): Message {
  const message = new Message();
  if (shape.length > 0) message.packed(1, shape);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message
    .int(2, data instanceof Float32Array ? elementTypes.float : elementTypes.int64)
    .text(8, name)
    .bytes(9, bytes);
}

function valueMessage({ name, shape, doc }: OnnxValue): Message {
  const dimensions = new Message();
  for (const length of shape)
    dimensions.message(1, typeof length === 'number' ? new Message().int(1, length) : new Message().text(2, length));
  const type = new Message().message(1, new Message().int(1, elementTypes.float).message(2, dimensions));
  return new Message().text(1, name).message(2, type).text(3, doc);
}

// ------------------------------------------------------------------------------------------ reading

/** Reads what `encodeOnnx` wrote. @throws RangeError for other models. */
export function decodeOnnx(bytes: Uint8Array): OnnxModel & { readonly irVersion: number; readonly opset: number } {
  const model = new Fields(bytes);
  const operators = new Fields(model.bytes(8));
  return {
    irVersion: model.int(1),
    opset: operators.int(2),
    producerVersion: model.text(3),
    graph: readGraph(new Fields(model.bytes(7))),
    metadata: Object.fromEntries(model.all(14).map(entry => [entry.text(1), entry.text(2)])),
  };
}

function readGraph(graph: Fields): OnnxGraph {
  return {
    name: graph.text(2),
    doc: graph.text(10),
    nodes: graph.all(1).map(node => ({
      op: node.text(4),
      inputs: node.texts(1),
      output: node.text(2),
      attributes: Object.fromEntries(node.all(5).map(attribute => [attribute.text(1), readAttribute(attribute)])),
    })),
    constants: graph.all(5).map(readTensor),
    inputs: graph.all(11).map(readValue),
    outputs: graph.all(12).map(readValue),
  };
}

function readAttribute(attribute: Fields): OnnxAttribute {
  const type = attribute.int(20);
  if (type === attributeTypes.int) return attribute.int(3);
  if (type === attributeTypes.float) return { float: attribute.float(2) };
  if (type === attributeTypes.ints) return attribute.ints(8);
  throw new RangeError(`the model has an attribute of type ${type}, which is not read here`);
}

function readTensor(tensor: Fields): OnnxTensor {
  // A copy of its own, whose memory begins at a multiple of an element.
  const { buffer } = new Uint8Array(tensor.bytes(9));
  const type = tensor.int(2);
  if (type !== elementTypes.float && type !== elementTypes.int64)
    throw new RangeError(`the model has a tensor of type ${type}, which is not read here`);
  const data = type === elementTypes.float ? new Float32Array(buffer) : new BigInt64Array(buffer);
  return { name: tensor.text(8), shape: tensor.has(1) ? unpacked(tensor.bytes(1)) : [], data };
}

function readValue(value: Fields): OnnxValue {
  const shape = new Fields(new Fields(new Fields(value.bytes(2)).bytes(1)).bytes(2));
  return {
    name: value.text(1),
    shape: shape.all(1).map(length => (length.has(2) ? length.text(2) : length.int(1))),
    doc: value.text(3),
  };
}

class Fields {
  readonly #fields: readonly Field[];

  constructor(bytes: Uint8Array) {
    this.#fields = decodeMessage(bytes);
  }

  has(field: number): boolean {
    return this.#fields.some(found => found.field === field);
  }

  int(field: number): number {
    return this.ints(field)[0] ?? missing(field);
  }

  ints(field: number): readonly number[] {
    return this.#fields.flatMap(f =>
      f.field === field && f.kind === 'int' ? [Number(BigInt.asIntN(64, f.value))] : [],
    );
  }

  float(field: number): number {
    const found = this.#fields.find(f => f.field === field);
    return found?.kind === 'float' ? found.value : missing(field);
  }

  bytes(field: number): Uint8Array {
    const found = this.#fields.find(f => f.field === field);
    return found?.kind === 'bytes' ? found.value : missing(field);
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  texts(field: number): readonly string[] {
    return this.#fields.flatMap(f =>
      f.field === field && f.kind === 'bytes' ? [new TextDecoder().decode(f.value)] : [],
    );
  }

  all(field: number): readonly Fields[] {
    return this.#fields.flatMap(f => (f.field === field && f.kind === 'bytes' ? [new Fields(f.value)] : []));
  }
}

function missing(field: number): never {
  throw new RangeError(`the model lacks field ${field}`);
}
