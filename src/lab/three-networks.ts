// FP32, the simulated and the integer network of the same weights, side by side at one image after the other. Not for what
// is made of their outputs: layers.ts, parting.ts.
import { convert } from '../convert/convert';
import { imageCodes } from '../convert/image';
import type { ImageSpec } from '../core/image-spec';
import type { ParamStore } from '../core/params';
import { normalizeImages } from '../data/normalize';
import type { Int8Engine } from '../engine/types';
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { simulating } from '../quant/freeze';
import type { QatGraph } from '../quant/types';
import { FloatModel } from '../train/float-model';
import { outputsOf, sumsOf } from '../train/outputs';
import type { Trained } from '../train/state';
import type { StartEngine } from './teacher';

/** All that its simulation and its integers are made of. */
export interface QuantizedNetwork extends Trained {
  readonly graph: QatGraph;
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

export class ThreeNetworks {
  /** Nodes with a tensor of the integer network: the image's, then each operation's. */
  private readonly names: readonly string[];
  private readonly models: FloatModel[] = [];

  private constructor(
    readonly model: Int8Model,
    private readonly engine: Int8Engine,
    private readonly spec: ImageSpec,
    { graph, params, quantizers }: QuantizedNetwork,
    reference: ParamStore,
  ) {
    const image = graph.nodes.find(({ op }) => op === 'quant')!;
    this.names = [image.id, ...model.ops.map(({ name }) => name)];
    try {
      this.models.push(new FloatModel(graph, reference));
      this.models.push(new FloatModel(graph, params, simulating(quantizers)));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * Every quantizer simulates, whatever the qconfig says: an observe-only network, PTQ's, is compared as it will be.
   * @param reference the FP32 network's parameters, in the same graph @param spec of the images
   * @throws PlaygroundError as convert and as `startEngine`
   */
  static async start(
    network: QuantizedNetwork,
    reference: ParamStore,
    spec: ImageSpec,
    startEngine: StartEngine,
  ): Promise<ThreeNetworks> {
    const model = convert(network.graph, network.params, network.quantizers);
    return new ThreeNetworks(model, await startEngine(model), spec, network, reference);
  }

  /** @param image its bytes @returns the image as codes, then what each operation of the integer network makes of it, in its order */
  async maps(image: Uint8Array): Promise<readonly LayerMaps[]> {
    const { model, names } = this;
    const x = normalizeImages(image, this.spec);
    const ids = new Set(names);
    const [float, simulated] = [
      await gathered(outputsOf(this.models[0], x, ids)),
      await gathered(outputsOf(this.models[1], x, ids)),
    ];
    const codes = imageCodes(image, 1, model, this.spec);
    const traced = [codes, ...this.engine.trace(codes)];
    return [0, ...model.ops.map(({ output }) => output)].map((tensor, i) => ({
      ...{ name: names[i], tensor: model.tensors[tensor], codes: traced[i] },
      ...{ float: float.get(names[i])!, simulated: simulated.get(names[i])! },
    }));
  }

  /** What the simulated network rounds to the codes of one image, by the names of maps. */
  sums(image: Uint8Array): Promise<ReadonlyMap<string, Float32Array>> {
    return gathered(sumsOf(this.models[1], normalizeImages(image, this.spec), new Set(this.names)));
  }

  dispose(): void {
    this.engine.dispose();
    for (const model of this.models) model.dispose();
  }
}

async function gathered<T>(outputs: AsyncIterable<readonly [string, T]>): Promise<ReadonlyMap<string, T>> {
  const all = new Map<string, T>();
  for await (const [id, values] of outputs) all.set(id, values);
  return all;
}
