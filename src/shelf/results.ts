// What the steps of a run gave, as the shelf keeps it beside its report and its integer file: all of one recipe. Text is JSON,
// lists of numbers in the place of typed arrays. Not for what it means: src/project.
import * as v from 'valibot';
import { finite, flag, object, real, text, whole } from '../core/schema';

const positive = real(0, Number.MAX_VALUE);
const steps = whole(0);

const schedule = v.array(object({ step: steps, rate: positive }), 'a list');
const trained = v.pipe(
  object({
    ...{ steps, finished: flag, diverged: flag, schedule, imagesPerSecond: positive },
    losses: v.pipe(
      v.array(finite, 'a list'),
      v.transform((losses) => Float32Array.from(losses)),
    ),
    ...{ tensorsAtStart: whole(0), tensorsAtEnd: whole(0) },
  }),
  v.check(({ steps, losses }) => losses.length === steps, 'a run of as many losses as steps'),
);
const validations = v.array(
  object({ step: steps, accuracy: real(0, 1), integers: v.optional(real(0, 1)), images: whole(1) }),
  'a list',
);

const proof = v.variant(
  'kind',
  [
    object({ kind: v.literal('wide') }),
    object({ kind: v.literal('lookup'), terms: finite }),
    object({ kind: v.literal('dot'), max: finite }),
    object({ kind: v.literal('dot-bytes'), max: finite, terms: finite, most: finite }),
    object({ kind: v.literal('pair') }),
    object({ kind: v.literal('chain'), products: finite, most: finite }),
    object({ kind: v.literal('group'), weights: finite, from: finite, to: finite, max: finite }),
  ],
  'a proof',
);
const layer = v.pipe(
  object({
    ...{ name: text, kernel: text, proof: v.optional(proof), weightBits: v.optional(whole(2, 8)) },
    ...{
      activationBits: whole(1, 8),
      macs: whole(0),
      liveMacs: whole(0),
      weightBytes: whole(0),
      microseconds: positive,
    },
  }),
  // A layer without weights has neither, by name.
  v.transform((layer) => ({ proof: undefined, weightBits: undefined, ...layer })),
);
const network = object({
  ...{ bytes: whole(1), fp32Bytes: whole(1) },
  activations: v.array(object({ name: text, scale: positive, zeroPoint: whole(0, 255) }), 'a list'),
});

/** Classes, of which there are at most 256. */
const classes = v.pipe(
  v.array(v.number('a class'), 'a list'),
  v.check((list) => list.every((one) => Number.isInteger(one) && one >= 0 && one < 256), 'classes from 0 to 255'),
  v.transform((list) => Uint8Array.from(list)),
);
const evaluation = v.pipe(
  object({ accuracy: real(0, 1), images: whole(1), labels: classes, predictions: classes }),
  v.check(
    ({ images, labels, predictions }) => labels.length === images && predictions.length === images,
    'a class for each image',
  ),
);

export const ResultsSchema = v.pipe(
  object({
    prepare: v.optional(
      object({ label: text, activationFakeQuants: whole(0), weightFakeQuants: whole(0), simulates: flag }),
    ),
    /** The control is missing where it has not been trained. */
    train: v.optional(
      object({
        qat: trained,
        control: v.optional(trained),
        validations: object({ qat: validations, control: validations }),
      }),
    ),
    convert: v.optional(
      object({
        ...{ qat: network, ptq: network },
        engine: object({
          ...{ description: text, threads: whole(1), planMilliseconds: positive },
          layers: v.array(layer, 'a list'),
        }),
      }),
    ),
    /** Its report stands beside it. */
    compare: v.optional(
      v.pipe(
        object({ fp32: evaluation, control: evaluation, ptq: evaluation, int8: evaluation }),
        v.check(
          ({ fp32, control, ptq, int8 }) =>
            [control, ptq, int8].every(({ labels }) => String(labels) === String(fp32.labels)),
          'answers to the same images',
        ),
      ),
    ),
  }),
  v.check(
    ({ train, convert, compare }) => !compare || (!!convert && !!train?.control),
    'answers of a converted network',
  ),
);
export type KeptResults = Readonly<v.InferOutput<typeof ResultsSchema>>;

/** Typed arrays as lists. */
export const resultsText = (results: KeptResults): string =>
  JSON.stringify(results, (_, value: unknown) =>
    value instanceof Float32Array || value instanceof Uint8Array ? [...value] : value,
  );
