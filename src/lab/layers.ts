// FP32, simulated and integer outputs of every operation on the same images: where a quantized network leaves the float one,
// and where simulation and integers part. Not for accuracies (lab.ts), nor for what one tensor alone costs (src/analysis).
import { Similarity } from '../analysis/similarity';
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import type { ParamStore } from '../core/params';
import type { QParams } from '../core/qparams';
import type { ImageRange, ImageSource } from '../data/source';
import { dequantize, quantizeActivation } from '../quant/fake-quant';
import type { StartEngine } from './teacher';
import { ThreeNetworks, type LayerMaps, type QuantizedNetwork } from './three-networks';

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

/**
 * Every quantizer simulates: see ThreeNetworks.
 * @param reference the FP32 network's parameters, in the same graph
 * @returns one for each operation of the integer network, in its order
 * @throws PlaygroundError as convert, as `startEngine`, or as reading images does
 */
export async function compareLayers(
  network: QuantizedNetwork,
  reference: ParamStore,
  source: ImageSource,
  { split, start, count }: ImageRange,
  startEngine: StartEngine,
): Promise<LayerComparison[]> {
  const { pixels } = await source.images(split, start, count);
  const layers = new Map<string, Layer>();
  for await (const maps of layerMaps(network, reference, source.spec, pixels, startEngine))
    for (const { name, float, simulated, codes, tensor } of maps) {
      const layer = layers.get(name) ?? new Layer();
      layers.set(name, layer);
      layer.add(float, simulated, codes, tensor.q);
    }
  return [...layers].map(([name, layer]) => layer.comparison(name));
}

/** The maps of one image after the other, by their bytes: see compareLayers. */
export async function* layerMaps(
  network: QuantizedNetwork,
  reference: ParamStore,
  spec: ImageSpec,
  pixels: Uint8Array,
  startEngine: StartEngine,
): AsyncGenerator<readonly LayerMaps[]> {
  const three = await ThreeNetworks.start(network, reference, spec, startEngine);
  try {
    const size = bytesPerImage(spec);
    for (let at = 0; at < pixels.length; at += size) {
      const [, ...operations] = await three.maps(pixels.subarray(at, at + size));
      yield operations;
    }
  } finally {
    three.dispose();
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
