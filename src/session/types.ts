// The session a visitor walks through: the article's steps in order, each with its result, on top of the workers.
// The page and the report command drive this one interface. Not for rendering, not for computing.
import type { Int8Model } from '../int8/int8-model';
import type { Recipe } from '../recipe/recipe';
import type { Evaluation, Report } from '../report/types';
import type { Stops } from './stops';
import type {
  BackendInfo,
  ConvertResult,
  EngineInfo,
  EngineLayer,
  FuseResult,
  LabelledImages,
  LoadResult,
  PrepareResult,
  Progress,
  RunKind,
  SavedTrainings,
  TrainEvent,
  TrainResult,
  VerifyResult,
} from '../worker/api';

/** The article's path, in order. */
export const STEP_IDS = [
  'load',
  'fuse',
  'verify',
  'configure',
  'prepare',
  'train',
  'convert',
  'compare',
  'save',
] as const;
export type StepId = (typeof STEP_IDS)[number];

export interface StepResults {
  readonly load: LoadResult & { readonly backend: BackendInfo };
  readonly fuse: FuseResult;
  readonly verify: VerifyResult;
  /** The qconfig chosen, as PyTorch calls it. */
  readonly configure: { readonly qconfig: string; readonly activation: string; readonly weight: string };
  readonly prepare: PrepareResult;
  readonly train: { readonly qat: TrainResult; readonly control: TrainResult };
  readonly convert: {
    readonly qat: Omit<ConvertResult, 'model'>;
    readonly ptq: Omit<ConvertResult, 'model'>;
    readonly engine: EngineInfo & { readonly layers: readonly EngineLayer[] };
  };
  readonly compare: CompareResult;
  readonly save: { readonly filename: string; readonly bytes: number; readonly blob: Blob };
}

export interface CompareResult {
  readonly report: Report;
  readonly fp32: Evaluation;
  readonly int8: Evaluation;
}

export type SessionEvent =
  | { readonly type: 'step-started' | 'step-finished'; readonly step: StepId }
  | {
      readonly type: 'step-failed';
      readonly step: StepId;
      readonly message: string;
      readonly hint: string;
      /** The errors that caused it, with their stacks, for a report; undefined when there are none. */
      readonly details: string | undefined;
      /** Options with which Retry is likely to succeed. */
      readonly remedy: Partial<Recipe> | undefined;
    }
  /** Whether the browser has promised not to delete what is saved; asked when the first state is. */
  | { readonly type: 'storage'; readonly persistent: boolean }
  | { readonly type: 'backend-replaced'; readonly backend: BackendInfo }
  | { readonly type: 'progress'; readonly step: StepId; readonly label: string; readonly progress: Progress }
  | { readonly type: 'train'; readonly run: RunKind; readonly event: TrainEvent };

export interface Session {
  /** Options may change until the step that reads them runs; backend only before load. */
  options: Recipe;
  readonly results: Partial<StepResults>;
  /** Runs one step; earlier steps that have not run are run first. Rejects with a PlaygroundError. */
  run<S extends StepId>(step: S): Promise<StepResults[S]>;
  /** Runs all steps that are left, in order, and returns the report. */
  runAll(): Promise<Report>;
  on(listener: (event: SessionEvent) => void): () => void;
  /** Training controls; no-ops when nothing trains. */
  pause(): void;
  resume(): void;
  stepOnce(): void;
  stop(): void;
  /** Ignored once QAT has ended. @throws PlaygroundError 'bad-argument' on what no learning rate may be */
  setLearningRate(learningRate: number): void;
  /** What the train step reads of the options is no longer open: the control takes what QAT had. */
  readonly qatEnded: boolean;
  /** Under which what this session trains is saved; undefined before it trains. */
  readonly trainingId: string | undefined;
  /** What is saved in this browser, but for this session's own. @throws PlaygroundError 'storage' */
  savedTrainings(): Promise<SavedTrainings>;
  /**
   * Before load: takes the options of a saved training over; the train step will go on with it.
   * @throws PlaygroundError 'storage' when it cannot be had: another tab trains it, it is gone or damaged
   */
  takeUp(id: string): Promise<void>;
  /** @param seconds to wait for who has it @throws PlaygroundError 'storage' when another tab trains it */
  discard(id: string, seconds?: number): Promise<void>;
  /** The first n test images in split order, for the grid. */
  testImages(n: number): Promise<LabelledImages>;
  readonly int8Model: Int8Model | undefined;
  /** Post-training quantization at any width, whatever step the session has come to. */
  readonly stops: Pick<Stops, 'prepare' | 'answers'>;
  /** Ends the workers. */
  dispose(): void;
}
