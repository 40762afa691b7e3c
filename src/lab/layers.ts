// FP32, simulated and integer outputs of every operation on the same images: where a quantized network leaves the float one,
// and where simulation and integers part. Not for accuracies (lab.ts), nor for what one tensor alone costs (src/analysis).
import { Similarity } from '../analysis/similarity';
import { convert } from '../convert/convert';
import { imageCodes } from '../convert/image';
import type { ParamStore } from '../core/params';
import type { QParams } from '../core/qparams';
import { normalizeImages } from '../data/normalize';
import type { ImageSource, Split } from '../data/source';
import type { Int8Tensor } from '../int8/int8-model';
import { dequantize, quantizeActivation } from '../quant/fake-quant';
import { simulating } from '../quant/freeze';
import type { QatGraph } from '../quant/types';
import { FloatModel } from '../train/float-model';
import { outputsOf } from '../train/outputs';
import type { Trained } from '../train/state';
import type { StartEngine } from './teacher';

/** All that its simulation and its integers are made of. */
export interface QuantizedNetwork extends Trained {
  readonly graph: QatGraph;
}

/** Images start..start+count-1 of a split. */
export interface ImageRange {
  readonly split: Split;
  readonly start: number;
  readonly count: number;
}

/** One operation's outputs, each network going its own way from the image on: what came before is in it. */
export interface LayerComparison {
  /** Its node's id. */
  readonly name: string;
  /** Of its integer output against FP32: see Similarity. */
  readonly sqnr: number;
  readonly cosine: number;
  /** Codes that were compared, those in which simulated and integer output differ, and by how much at most. */
  readonly codes: number;
  readonly differing: number;
  readonly largest: number;
}

/** What one operation makes of an image in three networks, NHWC. */
export interface LayerMaps {
  /** Its node's id. */
  readonly name: string;
  /** Of its output: shape and qparams. */
  readonly tensor: Int8Tensor;
  readonly float: Float32Array;
  readonly simulated: Float32Array;
  readonly codes: Uint8Array;
}

/**
 * Every quantizer simulates, whatever the qconfig says: an observe-only network, PTQ's, is compared as it will be.
 * @param reference the FP32 network's parameters, in the same graph
 * @returns one for each operation of the integer network, in its order
 * @throws PlaygroundError as convert, as `startEngine`, or as reading images does
 */
export async function compareLayers(
  network: QuantizedNetwork,
  reference: ParamStore,
  source: ImageSource,
  images: ImageRange,
  startEngine: StartEngine,
): Promise<LayerComparison[]> {
  const layers = new Map<string, Layer>();
  for await (const maps of layerMaps(network, reference, source, images, startEngine))
    for (const { name, float, simulated, codes, tensor } of maps) {
      const layer = layers.get(name) ?? new Layer();
      layers.set(name, layer);
      layer.add(float, simulated, codes, tensor.q);
    }
  return [...layers].map(([name, layer]) => layer.comparison(name));
}

/** The maps of one image after the other: see compareLayers. */
export async function* layerMaps(
  { graph, params, quantizers }: QuantizedNetwork,
  reference: ParamStore,
  source: ImageSource,
  { split, start, count }: ImageRange,
  startEngine: StartEngine,
): AsyncGenerator<readonly LayerMaps[]> {
  const { pixels } = await source.images(split, start, count);
  const model = convert(graph, params, quantizers);
  const ids = new Set(model.ops.map(({ name }) => name));
  const outputs = async (network: FloatModel, x: Float32Array) => {
    const read = new Map<string, Float32Array>();
    for await (const [id, values] of outputsOf(network, x, ids)) read.set(id, values);
    return read;
  };

  const engine = await startEngine(model);
  const models: FloatModel[] = [];
  try {
    const fp32 = new FloatModel(graph, reference);
    models.push(fp32);
    const fake = new FloatModel(graph, params, simulating(quantizers));
    models.push(fake);
    const size = pixels.length / count;
    for (let i = 0; i < count; i++) {
      const image = pixels.subarray(i * size, (i + 1) * size);
      const x = normalizeImages(image, source.spec);
      const [float, simulated] = [await outputs(fp32, x), await outputs(fake, x)];
      const traced = engine.trace(imageCodes(image, 1, model, source.spec));
      yield model.ops.map(({ name, output }, op) => ({
        ...{ name, tensor: model.tensors[output], codes: traced[op] },
        ...{ float: float.get(name)!, simulated: simulated.get(name)! },
      }));
    }
  } finally {
    engine.dispose();
    for (const model of models) model.dispose();
  }
}

/** Of one operation, image after image. */
class Layer {
  private readonly similarity = new Similarity();
  private readonly seen = { codes: 0, differing: 0, largest: 0 };

  add(float: Float32Array, simulated: Float32Array, codes: Uint8Array, q: QParams): void {
    this.similarity.add(float, dequantize(codes, q));
    const { seen } = this;
    seen.codes += codes.length;
    quantizeActivation(simulated, q).forEach((code, i) => {
      const difference = Math.abs(code - codes[i]);
      if (difference > 0) seen.differing++;
      seen.largest = Math.max(seen.largest, difference);
    });
  }

  comparison(name: string): LayerComparison {
    return { name, sqnr: this.similarity.sqnr, cosine: this.similarity.cosine, ...this.seen };
  }
}
