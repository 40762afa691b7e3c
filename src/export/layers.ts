// What was measured of a network's layers, as files: figures as npz and as Model Explorer's node data, activations as npz.
// Not for measuring it: src/lab.
import type { Int8Tensor } from '../int8/int8-model';
import { toNpz, type NpyArray } from './npz';
import { zipped } from './zip';

/** One layer's figures; what was not measured is left out. */
export interface LayerFigures extends Partial<Readonly<Record<FigureName, number>>> {
  /** Its node's id, which exported files name it by, too. */
  readonly name: string;
}

/** What one operation made of an image, NHWC without N. */
export interface LayerActivations {
  readonly name: string;
  /** Of its output: shape and qparams. */
  readonly tensor: Int8Tensor;
  /** In the FP32 network, the fake-quantized one, and the integer network. */
  readonly float: Float32Array;
  readonly simulated: Float32Array;
  readonly codes: Uint8Array;
}

/** Figures of a layer: 'low' where the colour of trouble belongs to the smallest value. */
const FIGURES = {
  /** Signal to quantization noise of its output against FP32, dB. */
  sqnr: 'low',
  /** Cosine similarity of the same, -1..1. */
  cosine: 'low',
  /** Of each weight and of each code that it gives. */
  weightBits: 'low',
  activationBits: 'low',
  /** Of one image. */
  microseconds: 'high',
  /** Multiply-accumulates of one image. */
  macs: 'high',
} as const;
export type FigureName = keyof typeof FIGURES;
const NAMES = Object.keys(FIGURES) as FigureName[];

const measured = (layers: readonly LayerFigures[]): FigureName[] =>
  NAMES.filter((figure) => layers.some((layer) => layer[figure] !== undefined));

/** `layer`: the names, and each figure as float64 in their order: NaN where a layer has none. */
export function figuresToNpz(layers: readonly LayerFigures[]): Uint8Array<ArrayBuffer> {
  const columns = measured(layers).map((figure): [string, NpyArray] => [
    figure,
    { shape: [layers.length], data: Float64Array.from(layers, (layer) => layer[figure] ?? NaN) },
  ]);
  return toNpz(new Map([['layer', { texts: layers.map(({ name }) => name) }], ...columns]));
}

/**
 * Of each layer its outputs of one image, [h, w, c]: `NAME/float` and `NAME/simulated` (float32), `NAME/codes` (uint8), and
 * `NAME/qparams`, scale and zero point: (codes - zero point) * scale is what the integers stand for.
 */
export function activationsToNpz(layers: readonly LayerActivations[]): Uint8Array<ArrayBuffer> {
  const arrays = new Map<string, NpyArray>();
  for (const { name, tensor, float, simulated, codes } of layers) {
    const shape = [tensor.h, tensor.w, tensor.c];
    arrays.set(`${name}/float`, { shape, data: float });
    arrays.set(`${name}/simulated`, { shape, data: simulated });
    arrays.set(`${name}/codes`, { shape, data: codes });
    arrays.set(`${name}/qparams`, { shape: [2], data: Float64Array.of(tensor.q.scale, tensor.q.zeroPoint) });
  }
  return toNpz(arrays);
}

/** Of trouble, and of none. */
const COLOURS = { bad: '#e45756', good: '#f5f5f5' };

/**
 * Model Explorer's custom node data, a file for each figure, to be laid over an exported ONNX or TensorFlow Lite file: values by
 * the name of the output of the layer's operator. What is not finite is left out, as JSON has no such number.
 */
export function figuresToNodeData(layers: readonly LayerFigures[]): Uint8Array<ArrayBuffer> {
  const files = measured(layers).map((figure) => {
    const values = layers.flatMap(({ name, [figure]: value }) =>
      value !== undefined && Number.isFinite(value) ? [[name, { value }] as const] : [],
    );
    const [from, to] = FIGURES[figure] === 'low' ? [COLOURS.bad, COLOURS.good] : [COLOURS.good, COLOURS.bad];
    const gradient = [
      { stop: 0, bgColor: from },
      { stop: 1, bgColor: to },
    ];
    return [`${figure}.json`, json({ results: Object.fromEntries(values), gradient })] as const;
  });
  return zipped(Object.fromEntries(files));
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
