// What a run has made, as files for other programs. Not for writing them: src/export/formats.ts, networks in the workers.
import { FORMATS, type FormatOf } from '../export/formats';
import type { LayerFigures } from '../export/layers';
import { fileNameOf, type Own } from '../model/own';
import { toFile } from '../recipe/recipe-text';
import type { EngineLayer, TrainingRef } from '../worker/api';
import { COMPARED } from './layer-study';
import type { ProjectRun } from './run';
import type { Workers } from './workers';

type IntegerFormat = Exclude<FormatOf<'integers'>, 'int8'>;
type ParameterFormat = FormatOf<'parameters'>;
type LayerFormat = FormatOf<'figures' | 'activations'>;
/** Of a converted run, in the order of a menu; its own file comes of the save step. */
export const EXPORTS = {
  integers: ['onnx_qdq', 'onnx_qlinear', 'tflite', 'tflite_int4'],
  parameters: ['safetensors', 'pytorch', 'onnx_float'],
  layers: ['figures_npz', 'node_data', 'activations_npz'],
  texts: ['recipe', 'report'],
} as const satisfies {
  readonly integers: readonly IntegerFormat[];
  readonly parameters: readonly ParameterFormat[];
  readonly layers: readonly LayerFormat[];
  readonly texts: readonly string[];
};
export type ExportGroup = keyof typeof EXPORTS;
export type ExportId = (typeof EXPORTS)[ExportGroup][number];

export interface ExportedFile {
  readonly filename: string;
  readonly blob: Blob;
}

export interface ExportContext {
  readonly workers: Pick<Workers, 'train' | 'engine'>;
  readonly run: ProjectRun;
  readonly own: Own;
  /** Makes what the run has trained known to the workers there are. */
  readonly training: () => Promise<TrainingRef>;
  /** Whose activations are exported: its bytes. */
  readonly image: () => Promise<Uint8Array>;
}

const isOf = <G extends ExportGroup>(group: G, id: ExportId): id is (typeof EXPORTS)[G][number] =>
  (EXPORTS[group] as readonly ExportId[]).includes(id);

/** @throws PlaygroundError 'unsupported' where a format cannot hold the network, 'storage' where its training is gone */
export async function exportOf(id: ExportId, context: ExportContext): Promise<ExportedFile> {
  const { workers, run, training, own } = context;
  const name = fileNameOf(own);
  if (isOf('integers', id)) return binary(name, id, await workers.engine.exported(id, run.int8Model!));
  if (isOf('parameters', id)) {
    const trained = { kind: 'qat_simulated', training: await training() } as const;
    return binary(name, id, await workers.train.exported(id, trained));
  }
  if (isOf('layers', id)) return binary(name, id, await layersAs(id, context));
  const text = id === 'recipe' ? toFile(run.recipe) : `${JSON.stringify(run.results.compare!.report, null, 2)}\n`;
  return { filename: `${name}.${id}.json`, blob: new Blob([text], { type: 'application/json' }) };
}

async function layersAs(id: LayerFormat, { workers: { train }, run, training, image }: ExportContext) {
  const trained = { kind: 'qat', training: await training() } as const;
  if (id === 'activations_npz') return FORMATS[id].write(await train.layerMaps(trained, await image()));
  const rows = new Map<string, Partial<EngineLayer>>();
  for (const layer of run.results.convert!.engine.layers) rows.set(layer.name, layer);
  const compared = await train.compareLayers(trained, COMPARED);
  const figures = compared.map(({ name, sqnr, cosine }): LayerFigures => {
    const { weightBits, activationBits, microseconds, macs } = rows.get(name) ?? {};
    return { name, sqnr, cosine, weightBits, activationBits, microseconds, macs };
  });
  return FORMATS[id].write(figures);
}

function binary(
  name: string,
  id: IntegerFormat | ParameterFormat | LayerFormat,
  bytes: Uint8Array<ArrayBuffer>,
): ExportedFile {
  const { ending, mediaType } = FORMATS[id];
  return { filename: name + ending, blob: new Blob([bytes], { type: mediaType }) };
}
