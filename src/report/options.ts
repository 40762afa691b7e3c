// Everything a visitor chooses, in one schema: the page's fields and what is stored read it from here.
// Not for the page's controls nor for what an option does.
import type * as v from 'valibot';
import { PlaygroundError } from '../core/errors';
import { BITS } from '../core/qparams';
import { faultOf, flag, object, oneOf, parse, real, whole, type Fault } from '../core/schema';

/** Bounds of the options that are numbers, both included, and which of them are whole. */
export const BOUNDS = {
  steps: { min: 1, max: 100_000, whole: true },
  batch: { min: 1, max: 512, whole: true },
  learningRate: { min: 1e-8, max: 1, whole: false },
  weightBits: { ...BITS, whole: true },
  activationBits: { ...BITS, whole: true },
  images: { min: 1, max: 10_000, whole: true },
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
} as const;
export type NumberOption = keyof typeof BOUNDS;

function number(option: NumberOption) {
  const { min, max, whole: isWhole } = BOUNDS[option];
  return isWhole ? whole(min, max) : real(min, max);
}

export const RunOptionsSchema = object({
  backend: oneOf(['auto', 'webgpu', 'wasm']),
  steps: number('steps'),
  batch: number('batch'),
  learningRate: number('learningRate'),
  weightBits: number('weightBits'),
  activationBits: number('activationBits'),
  /** Test images in the final table. */
  images: number('images'),
  seed: number('seed'),
  /** 'fbgemm_qat' simulates (get_default_qat_qconfig), 'fbgemm' observes only (get_default_qconfig, the article's). */
  qconfig: oneOf(['fbgemm_qat', 'fbgemm']),
  /** true: add_relu as one op; false: add, then ReLU, as the article has it. */
  fuseAddRelu: flag,
});

/** Everything a visitor chooses; what the report command's options set. */
export type RunOptions = Readonly<v.InferOutput<typeof RunOptionsSchema>>;

export const DEFAULT_OPTIONS: RunOptions = {
  backend: 'auto',
  steps: 60,
  batch: 32,
  learningRate: 3e-5,
  weightBits: 8,
  activationBits: 8,
  images: 10_000,
  seed: 0,
  qconfig: 'fbgemm_qat',
  fuseAddRelu: true,
};

/** What is wrong with one option's value; undefined when it may be chosen. */
export const optionFault = (name: keyof RunOptions, value: unknown): Fault | undefined =>
  faultOf(RunOptionsSchema.entries[name], value);

/** @throws PlaygroundError 'bad-argument' naming the first option that is missing, unknown or not what it may be */
export function checkOptions(options: unknown): RunOptions {
  return parse(
    RunOptionsSchema,
    options,
    ({ what, may }) =>
      new PlaygroundError('bad-argument', `${what}.`, may ? `Choose ${may}.` : 'Give every option, and no others.'),
  );
}
