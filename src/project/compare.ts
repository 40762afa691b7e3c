// The comparison step: accuracies on the test images, agreement, latency and size, put together as the Report.
// The only place where the test images are used for figures. Not for running models: the workers do.
import type { Own, Place } from '../model/own';
import { agreement } from '../report/accuracy';
import type { Recipe } from '../recipe/recipe';
import type { Evaluation, Report } from '../report/types';
import type { BackendInfo, ConvertResult, EngineInfo, OnProgress, TrainingRef, TrainResult } from '../worker/api';
import type { CompareResult, StepPart } from './types';
import type { Workers } from './workers';

const LATENCY_SAMPLES = 200;

export interface CompareContext {
  /** Of the network that FP32 is. */
  readonly place: Place;
  readonly threads: number;
  readonly recipe: Recipe;
  readonly trained: TrainingRef;
  readonly backend: BackendInfo;
  readonly convert: {
    readonly qat: Omit<ConvertResult, 'model'>;
    readonly engine: EngineInfo;
  };
  readonly training: { readonly qat: TrainResult; readonly control: TrainResult };
  /** The pretrained network on the recipe's test images. */
  fp32(onProgress: OnProgress): Promise<Evaluation>;
  /** A progress callback for one part of the step. */
  progress(part: StepPart): OnProgress;
}

/** Measures everything, one thing at a time, so that nothing disturbs a latency. */
export async function compare(workers: Workers, context: CompareContext): Promise<CompareResult> {
  const { train, engine, baseline } = workers;
  const { recipe, threads, progress, trained: training } = context;
  const { images } = recipe;
  const fp32 = await context.fp32(progress('FP32'));
  const control = await train.evaluate({ kind: 'control', training }, 'test', images, progress('FP32 control'));
  const simulated = await train.evaluate(
    { kind: 'qat_simulated', training },
    'test',
    images,
    progress('QAT simulated'),
  );
  const int8 = await engine.evaluate('qat', 'test', images, progress('QAT INT8'));
  const ptq = await engine.evaluate('ptq', 'test', images, progress('PTQ INT8'));

  await baseline.start(context.place, threads);
  const fp32Wasm = await baseline.latency(LATENCY_SAMPLES);
  const int8Latency = await engine.latency('qat', LATENCY_SAMPLES);
  const fp32Backend = await train.latency(LATENCY_SAMPLES);

  const { qat, engine: ran } = context.convert;
  const { bytes, fp32Bytes } = qat;
  const { losses, steps, schedule, imagesPerSecond } = context.training.qat;
  const tenth = Math.max(1, Math.floor(losses.length / 10));
  const report: Report = {
    fp32: { accuracy: fp32.accuracy },
    ptq: { accuracy: ptq.accuracy },
    qat: { int8: { accuracy: int8.accuracy }, simulated: { accuracy: simulated.accuracy } },
    control: { accuracy: control.accuracy },
    agreement: agreement(fp32.predictions, int8.predictions),
    latency: {
      fp32_wasm: fp32Wasm,
      fp32_backend: fp32Backend,
      int8: int8Latency,
      ratio: fp32Wasm.median_ms / int8Latency.median_ms,
    },
    size: { fp32_bytes: fp32Bytes, int8_bytes: bytes, ratio: fp32Bytes / bytes },
    images: fp32.images,
    backend: context.backend.backend,
    adapter: context.backend.adapter,
    engine: `${ran.description}, ${ran.threads} thread${ran.threads > 1 ? 's' : ''}`,
    options: recipe,
    ...sourcesOf(context.place.own),
    training: {
      steps,
      control_steps: context.training.control.steps,
      schedule,
      first_loss: mean(losses.subarray(0, tenth)),
      last_loss: mean(losses.subarray(-tenth)),
      images_per_s: imagesPerSecond,
    },
  };
  return { report, fp32, control, ptq, int8 };
}

/** What was not the page's own. */
const sourcesOf = ({ network, images }: Own): Pick<Report, 'sources'> =>
  network || images ? { sources: { network: network?.name, images: images?.name } } : {};

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
