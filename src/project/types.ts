// The project a visitor works on: runs side by side, each a recipe and what came of it, the article's steps a view on the
// one in hand. The page and the report command drive this one interface. Not for rendering, not for computing.
import type { ErrorCode } from '../core/errors';
import type { ImageSpec } from '../core/image-spec';
import type { Int8Model } from '../int8/int8-model';
import type { Own } from '../model/own';
import type { QConfig } from '../quant/types';
import type { Choice, Recipe } from '../recipe/recipe';
import type { Evaluation, Report } from '../report/types';
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
  RunRecord,
  SavedTrainings,
  TrainEvent,
  TrainResult,
  VerifyResult,
} from '../worker/api';
import type { ExportedFile, ExportId } from './exports';
import type { Figures } from './figures';
import type { LayerStudy } from './layer-study';
import type { OwnIntegers } from './own-integers';
import type { OwnAnswers } from './own-picture';
import type { Race } from './race';
import type { StepId, StepState } from './steps';
import type { Shelf } from './shelf';
import type { Stops } from './stops';

export type { Own, OwnNetwork } from '../model/own';
export type { AnsweringModel } from './own-picture';
export { SHARED_STEPS, STEP_IDS, type StepId, type StepState } from './steps';

export interface StepResults {
  readonly load: LoadResult & { readonly backend: BackendInfo };
  readonly fuse: FuseResult;
  readonly verify: VerifyResult;
  /** The qconfig chosen, as PyTorch calls it. */
  readonly configure: { readonly qconfig: string } & Pick<QConfig, 'activation' | 'weight'>;
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

/** Models whose answers are kept image by image; int8 is QAT's. */
export type ComparedModel = 'fp32' | 'control' | 'ptq' | 'int8';

/** On the same test images. */
export interface CompareResult extends Readonly<Record<ComparedModel, Evaluation>> {
  readonly report: Report;
}

/** As it was typed; until then its number, which the page has a word for. */
export type RunName = string | number;

/** A recipe and what came of it. */
export interface Run {
  readonly id: string;
  readonly name: RunName;
  /** When it was first kept, in milliseconds since 1970, where an earlier visit made it. */
  readonly since?: number;
  readonly recipe: Recipe;
  /**
   * What its steps gave: of the choices as they were, see `state`. Load, fuse and verify are shared by all runs of the
   * project with the same backend choice.
   */
  readonly results: Partial<StepResults>;
  readonly int8Model: Int8Model | undefined;
  /** It was trained at an earlier visit, and what it trained made room for others. */
  readonly weightsGone: boolean;
  /** QAT has ended with the choices as they are, whether its control has or not. */
  readonly qatEnded: boolean;
  state(step: StepId): StepState;
}

export type ProjectEvent =
  /** Of which run it tells. */
  | ({ readonly runId: string } & RunEvent)
  /** Whether the browser has promised not to delete what is saved; asked when the first state is. */
  | { readonly type: 'storage'; readonly persistent: boolean }
  | { readonly type: 'backend-replaced'; readonly backend: BackendInfo }
  /** A run was made, selected, renamed, deleted, or its choices or results have changed. */
  | { readonly type: 'runs-changed' };

/** What is going on inside a step that tells how far it is. */
export type StepPart =
  | 'checkpoint'
  | 'network'
  | 'last layer'
  | 'equivalence'
  | 'PTQ calibration'
  | 'PTQ, learning how to round'
  | 'FP32'
  | 'FP32 control'
  | 'QAT simulated'
  | 'QAT INT8'
  | 'PTQ INT8';

export type RunEvent =
  | { readonly type: 'step-started' | 'step-finished'; readonly step: StepId }
  /** QAT has ended and its control has not begun: the train step is not done, but can be converted. */
  | { readonly type: 'qat-finished'; readonly step: 'train' }
  | {
      readonly type: 'step-failed';
      readonly step: StepId;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
      /** The errors that caused it, with their stacks, for a report; undefined when there are none. */
      readonly details: string | undefined;
      /** Choices with which Retry is likely to succeed. */
      readonly remedy: Partial<Recipe> | undefined;
    }
  | { readonly type: 'progress'; readonly step: StepId; readonly part: StepPart; readonly progress: Progress }
  | { readonly type: 'train'; readonly run: RunKind; readonly event: TrainEvent };

export interface Project {
  /** Files that took the place of the page's network or images, for all of its runs. */
  readonly own: Own;
  /** Tells what was made of these files from what was made of others; empty for the page's own. */
  readonly files: string;
  /** What its networks take, and tell apart. */
  readonly images: ImageSpec;
  /** In the order they were made; never empty. */
  readonly runs: readonly Run[];
  /** The run in hand: what the rest of this interface is about. */
  readonly inHand: Run;
  /** Whose steps are running. */
  readonly computing: Run | undefined;
  on(listener: (event: ProjectEvent) => void): () => void;

  /** A new run, from then on in hand. @param recipe by default that of the run in hand */
  add(recipe?: Recipe): Run;
  select(id: string): void;
  rename(id: string, name: string): void;
  /** Forgets a run and what is saved of its training; ends what it computes. After the last one a new one stands there. */
  remove(id: string): Promise<void>;

  /** The choices of the run in hand. @throws PlaygroundError 'bad-argument' as choose */
  recipe: Recipe;
  /**
   * Changes choices: what works on them becomes stale, nothing before.
   * @throws PlaygroundError 'bad-argument' on what may not be chosen, or what is locked
   */
  choose(change: Partial<Recipe>): void;
  /** The very step that reads it is running; the learning rate stays open while QAT trains. */
  locked(choice: Choice): boolean;
  readonly results: Partial<StepResults>;
  readonly int8Model: Int8Model | undefined;

  /**
   * Runs one step; earlier steps that are not done with the choices as they are run first.
   * @throws PlaygroundError; 'bad-argument' while another run computes
   */
  run<S extends StepId>(step: S): Promise<StepResults[S]>;
  /** Runs a step again, and what comes before it if need be; what comes after it is to be run again too. */
  again<S extends StepId>(step: S): Promise<StepResults[S]>;
  /** Runs all steps that are left, in order, and returns the report. */
  runAll(): Promise<Report>;
  /** QAT and conversion with no more than they need: neither proofs nor a control, which the train step can add later. */
  heal(): Promise<StepResults['convert']>;

  /**
   * Figures of the converted run in hand beside its PTQ's and FP32's, as they come; they end where its networks give way to
   * another run's. @throws PlaygroundError 'bad-argument' where it is not converted
   */
  figures(): AsyncGenerator<Figures>;

  /**
   * FP32 and the converted run in hand at the same stream of images, burst after burst, until the signal ends it.
   * @throws PlaygroundError 'bad-argument' where it is not converted, or while a run computes
   */
  race(signal: AbortSignal): AsyncGenerator<Race>;

  /**
   * What each model that the run in hand has answers to one image by its bytes: FP32, the trained control, both integer
   * networks; and the one out of a visitor's file. @throws PlaygroundError 'bad-argument' where nothing is loaded, or while a run computes
   */
  answersTo(pixels: Uint8Array): Promise<OwnAnswers>;

  /**
   * The converted run in hand as a file for another program; its report only once it is compared.
   * @throws PlaygroundError 'bad-argument' where it is not converted, or while a run computes; 'unsupported' where the format
   * cannot hold it; 'storage' where what it trained is kept no longer
   */
  exported(id: ExportId): Promise<ExportedFile>;

  /** Steering of what trains; no-ops when nothing does. */
  pause(): void;
  resume(): void;
  /** @param closely the layer that the step is looked at in: an event 'looked' tells what it did */
  stepOnce(closely?: string): void;
  stop(): void;

  /** What is saved in this browser, but for the runs of this project. @throws PlaygroundError 'storage' */
  savedTrainings(): Promise<SavedTrainings>;
  /**
   * A saved training as a run, from then on in hand: its train step will go on with it.
   * @throws PlaygroundError 'storage' when it cannot be had: another tab trains it, it is gone or damaged
   */
  resumeSaved(id: string): Promise<void>;
  /** Forgets a saved training. @throws PlaygroundError 'storage' when another tab trains it */
  discard(id: string): Promise<void>;
  /** Runs of this and of earlier visits that this browser keeps. */
  readonly shelf: Shelf;
  /**
   * A run of an earlier visit as it was, as far as it was kept, from then on in hand; what was not is to be run again.
   * @throws PlaygroundError 'storage' where it is gone or damaged
   */
  openKept(record: RunRecord): Promise<void>;
  /** Test images, in the order they are asked for. */
  testImages(indices: readonly number[]): Promise<LabelledImages[]>;
  /** One image for validation, which a visitor may look into. */
  validationImage(index: number): Promise<LabelledImages>;
  /** Post-training quantization at any width, whatever step the run in hand has come to. */
  readonly stops: Pick<Stops, 'prepare' | 'answers'>;
  /** Every layer of a quantized network, or of what the run in hand has trained; and the search of widths for each. */
  readonly layers: LayerStudy;
  /** An integer network out of a visitor's file, beside those of the run in hand. */
  readonly ownIntegers: Pick<OwnIntegers, 'put' | 'remove' | 'figures'>;
  /** Ends the workers. */
  dispose(): void;
}
