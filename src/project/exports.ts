// What a run has made, as files for other programs. Not for writing them: the workers do, by src/export/formats.ts.
import { FORMATS, type FormatOf } from '../export/formats';
import { toFile } from '../recipe/recipe-text';
import type { TrainingRef } from '../worker/api';
import type { ProjectRun } from './run';
import type { Workers } from './workers';

type IntegerFormat = Exclude<FormatOf<'integers'>, 'int8'>;
type ParameterFormat = FormatOf<'parameters'>;
/** Of a converted run, in the order of a menu; its own file comes of the save step. */
export const EXPORTS = {
  integers: ['onnx_qdq', 'onnx_qlinear', 'tflite', 'tflite_int4'],
  parameters: ['safetensors', 'pytorch', 'onnx_float'],
  texts: ['recipe', 'report'],
} as const satisfies {
  readonly integers: readonly IntegerFormat[];
  readonly parameters: readonly ParameterFormat[];
  readonly texts: readonly string[];
};
export type ExportGroup = keyof typeof EXPORTS;
export type ExportId = (typeof EXPORTS)[ExportGroup][number];

export interface ExportedFile {
  readonly filename: string;
  readonly blob: Blob;
}

/** Before the ending of every file, that of the save step too. */
export const FILE_NAME = 'resnet18-cifar10';

export interface ExportContext {
  readonly workers: Pick<Workers, 'train' | 'engine'>;
  readonly run: ProjectRun;
  /** Makes what the run has trained known to the workers there are. */
  readonly training: () => Promise<TrainingRef>;
}

const isOf = <G extends ExportGroup>(group: G, id: ExportId): id is (typeof EXPORTS)[G][number] =>
  (EXPORTS[group] as readonly ExportId[]).includes(id);

/** @throws PlaygroundError 'unsupported' where a format cannot hold the network, 'storage' where its training is gone */
export async function exportOf(id: ExportId, { workers, run, training }: ExportContext): Promise<ExportedFile> {
  if (isOf('integers', id)) return binary(id, await workers.engine.exported(id, run.int8Model!));
  if (isOf('parameters', id)) {
    const trained = { kind: 'qat_simulated', training: await training() } as const;
    return binary(id, await workers.train.exported(id, trained));
  }
  const text = id === 'recipe' ? toFile(run.recipe) : `${JSON.stringify(run.results.compare!.report, null, 2)}\n`;
  return { filename: `${FILE_NAME}.${id}.json`, blob: new Blob([text], { type: 'application/json' }) };
}

function binary(id: IntegerFormat | ParameterFormat, bytes: Uint8Array<ArrayBuffer>): ExportedFile {
  const { ending, mediaType } = FORMATS[id];
  return { filename: FILE_NAME + ending, blob: new Blob([bytes], { type: mediaType }) };
}
