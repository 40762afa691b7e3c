// The one table of what leaves the playground as a file: what each format is of, what a file is called, how it is written.
// A writer is loaded when it is asked for, so that whoever lists formats loads none. Not for reading files.
import type { ParamStore } from '../core/params';
import { fuse } from '../graph/fuse';
import type { Graph } from '../graph/types';
import type { Int8Model } from '../int8/int8-model';
import type { LayerActivations, LayerFigures } from './layers';

/** What there are formats of. */
interface Sources {
  /** An integer network. */
  readonly integers: Int8Model;
  /** A float network, nothing fused, and its state dict: see src/graph/state-dict.ts. */
  readonly parameters: { readonly graph: Graph; readonly params: ParamStore };
  /** What was measured of an integer network's layers. */
  readonly figures: readonly LayerFigures[];
  /** What layers made of one image. */
  readonly activations: readonly LayerActivations[];
}
type Of = keyof Sources;

interface Format<O extends Of> {
  readonly of: O;
  /** Of the file's name, behind that of the network. */
  readonly ending: string;
  readonly mediaType: string;
  /** @throws PlaygroundError 'unsupported' where the format cannot hold it: the writer says when */
  write(source: Sources[O]): Promise<Uint8Array<ArrayBuffer>>;
}

const format = <O extends Of>(
  of: O,
  ending: string,
  mediaType: string,
  write: (source: Sources[O]) => Promise<Uint8Array>,
): Format<O> => ({
  ...{ of, ending, mediaType },
  write: async (source) => (await write(source)) as Uint8Array<ArrayBuffer>,
});

const BINARY = 'application/octet-stream';
const ZIP = 'application/zip';

/** In the order of a menu, each kind's usual choice first. */
export const FORMATS = {
  int8: format('integers', '.int8', BINARY, async (model) =>
    (await import('../int8/serialize')).serializeInt8Model(model),
  ),
  onnx_qdq: format('integers', '.onnx', BINARY, async (model) => (await import('./onnx-qdq')).int8ToQdq(model)),
  onnx_qlinear: format('integers', '.qlinear.onnx', BINARY, async (model) =>
    (await import('./onnx-qlinear')).int8ToQLinear(model),
  ),
  tflite: format('integers', '.tflite', BINARY, async (model) => (await import('./tflite-int8')).int8ToTflite(model)),
  tflite_int4: format('integers', '.int4.tflite', BINARY, async (model) =>
    (await import('./tflite-int8')).int8ToTflite(model, { int4: true }),
  ),
  safetensors: format('parameters', '.safetensors', BINARY, async ({ params }) =>
    (await import('./safetensors')).toSafetensors(params),
  ),
  pytorch: format('parameters', '.pt', ZIP, async ({ params }) => (await import('./pytorch')).toStateDictFile(params)),
  onnx_float: format('parameters', '.fp32.onnx', BINARY, async ({ graph, params }) =>
    (await import('./onnx-float')).floatToOnnx(fuse(graph).graph, params),
  ),
  figures_npz: format('figures', '.layers.npz', ZIP, async (layers) => (await import('./layers')).figuresToNpz(layers)),
  node_data: format('figures', '.node-data.zip', ZIP, async (layers) =>
    (await import('./layers')).figuresToNodeData(layers),
  ),
  activations_npz: format('activations', '.activations.npz', ZIP, async (layers) =>
    (await import('./layers')).activationsToNpz(layers),
  ),
} as const;

type FormatId = keyof typeof FORMATS;
/** The formats of one kind of source. */
export type FormatOf<O extends Of> = { [Id in FormatId]: (typeof FORMATS)[Id]['of'] extends O ? Id : never }[FormatId];
