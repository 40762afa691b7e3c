// What a report of one run may hold when it comes from storage or a file. Not for its fields' meaning: types.ts.
import * as v from 'valibot';
import { finite, list, object, real, text, whole } from '../core/schema';
import { KeptRecipeSchema } from '../recipe/recipe';
import type { Report } from './types';

const share = object({ accuracy: real(0, 1) });
const positive = real(0, Number.MAX_VALUE);
const latency = object({
  ...{ median_ms: positive, p95_ms: positive, samples: whole(1), threads: whole(1), what: text },
});

export const ReportSchema: v.GenericSchema<unknown, Report> = object({
  sources: v.optional(object({ network: v.optional(text), images: v.optional(text) })),
  ...{ fp32: share, ptq: share, qat: object({ int8: share, simulated: share }), control: share },
  agreement: real(0, 1),
  latency: object({ fp32_wasm: latency, fp32_backend: latency, int8: latency, ratio: positive }),
  size: object({ fp32_bytes: whole(1), int8_bytes: whole(1), ratio: positive }),
  ...{ images: whole(1), backend: text, adapter: text, engine: text, options: KeptRecipeSchema },
  training: object({
    ...{ steps: whole(0), control_steps: whole(0) },
    schedule: list(object({ step: whole(0), rate: positive })),
    ...{ first_loss: finite, last_loss: finite, images_per_s: positive },
  }),
});
