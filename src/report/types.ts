// The report of one whole run: what `npm run report -- --json` writes and the page's table shows. Plain JSON.
// Field names are stable: others script against them. Not for computing: see the files beside this one.
import type { Recipe } from '../recipe/recipe';
import type { Classified } from './classified';

export interface LatencyStats {
  readonly median_ms: number;
  readonly p95_ms: number;
  readonly samples: number;
  readonly threads: number;
  /** What was timed, e.g. 'tfjs-wasm FP32, BN folded, fused conv+bias+relu'. */
  readonly what: string;
}

/** Top-1 over the first `images` images of one split. */
export interface Evaluation extends Classified {
  readonly accuracy: number;
  readonly images: number;
}

interface SizeReport {
  readonly fp32_bytes: number;
  readonly int8_bytes: number;
  readonly ratio: number;
}

export interface Report {
  readonly fp32: { readonly accuracy: number };
  readonly ptq: { readonly accuracy: number };
  readonly qat: { readonly int8: { readonly accuracy: number }; readonly simulated: { readonly accuracy: number } };
  /** FP32 fine-tune of the same data order, steps and learning rate at each; `training` says how far it came. */
  readonly control: { readonly accuracy: number };
  /** Share of test images on which FP32 and QAT INT8 predict the same class. */
  readonly agreement: number;
  readonly latency: {
    readonly fp32_wasm: LatencyStats;
    /** FP32 on the training backend. */
    readonly fp32_backend: LatencyStats;
    readonly int8: LatencyStats;
    /** fp32_wasm.median_ms / int8.median_ms, at the same thread count. */
    readonly ratio: number;
  };
  readonly size: SizeReport;
  readonly images: number;
  readonly backend: string;
  readonly adapter: string;
  readonly engine: string;
  readonly options: Recipe;
  /** Names of a visitor's files where network or images were not the page's own; figures of the same recipe differ with them. */
  readonly sources?: { readonly network?: string; readonly images?: string };
  readonly training: {
    /** Of the QAT run, and of its control: fewer where the control was stopped or diverged. */
    readonly steps: number;
    readonly control_steps: number;
    /**
     * Rates chosen for both runs: each `rate` from the step after `step` steps on, until the next. What a step took is
     * its share of it by `options.schedule` (all of it where that is 'constant').
     */
    readonly schedule: readonly { readonly step: number; readonly rate: number }[];
    /** Mean loss of the first and the last tenth of the QAT steps. */
    readonly first_loss: number;
    readonly last_loss: number;
    readonly images_per_s: number;
  };
}
