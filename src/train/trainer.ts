// One training run's device state and its single step: forward, gradient, SGD, observers. FP32 or QAT by its graph.
// Not for loops, pauses or data: loop.ts.
import * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../core/params';
import type { SgdAttrs } from '../device/contract';
import { tidy } from '../device/tidy';
import { classCount } from '../graph/graph';
import type { Graph } from '../graph/types';
import { SMALLEST_SCALE } from '../quant/learned';
import type { QatGraph } from '../quant/types';
import { ActivationScales, type OutputScale } from './activation-scales';
import { Averages } from './averages';
import { checkBatch } from './batch-size';
import { CloseLooking, type CloseLook } from './close-look';
import { CodeWatch, type CodeFlips } from './code-watch';
import { dampeningGradient } from './dampening';
import { imagesTensor } from './images-tensor';
import { trainingLoss } from './loss';
import type { Optimizer } from './optimizers/optimizer';
import { OPTIMIZERS } from './optimizers/table';
import { dampening, holdingThreshold } from './oscillation-schedule';
import { quantizedWeights, type QuantizedWeight } from './quantized-weights';
import { reestimateStatistics } from './reestimate';
import { score } from './score';
import { DeviceState, freshState, trainedBy, type Trained, type TrainState } from './state';
import { forwardTraining, type ForwardMode, type ForwardUpdates } from './train-forward';
import type { TrainOptions } from './types';

/** Images of one step: x normalised NHWC float32, y class indices. */
export interface Batch {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}

export interface StepResult extends Partial<CodeFlips> {
  /** Mean cross-entropy of the batch before the update. */
  readonly loss: number;
  /** Of this batch, 0..1. */
  readonly accuracy: number;
  /** Of activations that are fake-quantized, by which the next step quantizes them unless it observes others. */
  readonly activations?: readonly OutputScale[];
  /** Of the layer that was asked for. */
  readonly look?: CloseLook;
}

/** Another network of the same classes, and how much of the target is its own: see trainingLoss. */
export interface Teacher {
  /** Its logits [n, classes] for n images as those of a batch; valid until the next call. */
  answer(x: Float32Array): Float32Array;
  readonly share: number;
}

/** What a training is besides its network. */
interface TrainerOptions extends Partial<Pick<TrainOptions, 'averaging' | 'optimizer' | 'oscillations' | 'steps'>> {
  readonly teacher?: Teacher;
}

export class Trainer {
  step: number;
  private readonly device: DeviceState;
  private readonly teacher: Teacher | undefined;
  private readonly optimizer!: Optimizer;
  private readonly averages: Averages | undefined;
  private readonly weights: readonly QuantizedWeight[];
  private readonly watch: CodeWatch;
  private readonly scales: ActivationScales;
  private readonly oscillations: TrainOptions['oscillations'];
  private readonly steps: number;
  private observersFrozen: boolean;
  private statistics: ParamStore;
  /** Of the network's output. */
  readonly classes: number;
  /** Whether anything is fake-quantized; where nothing is, observers are never frozen. */
  readonly simulates: boolean;

  /**
   * @param start where to begin; fresh runs give params alone
   * @param teacher whose answers are learned besides the labels
   * @param averaging see TrainOptions, as of optimizer, oscillations and steps
   */
  constructor(
    readonly graph: Graph | QatGraph,
    start: Pick<TrainState, 'params'> & Partial<TrainState>,
    { teacher, averaging = 0, optimizer = 'sgd', oscillations = 'leave', steps = 1 }: TrainerOptions = {},
  ) {
    this.teacher = teacher;
    const state = { ...freshState(start.params), ...start };
    this.step = state.step;
    this.observersFrozen = state.observersFrozen;
    this.statistics = state.statistics;
    this.device = new DeviceState(graph, state);
    this.weights = quantizedWeights(graph, this.device);
    this.watch = new CodeWatch(this.weights, oscillations === 'freeze', state.oscillations);
    this.scales = new ActivationScales(graph, this.device);
    this.oscillations = oscillations;
    this.steps = steps;
    try {
      this.optimizer = OPTIMIZERS[optimizer](this.device.groups, state);
      this.averages = averaging > 0 ? new Averages(averaging, state.averages) : undefined;
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.classes = classCount(graph);
    const quant = 'quant' in graph ? graph.quant : {};
    this.simulates = Object.values(quant).some(({ activation, weight }) => activation?.simulate || weight?.simulate);
  }

  /**
   * One step of SGD on one batch. A loss that is no number means that the weights are lost too.
   * @throws PlaygroundError 'bad-argument' for a batch of which batch norm cannot learn, 'diverged' for one with a pixel
   * that is not finite; both before anything has changed
   * @param closely the node whose weights are looked at; nothing is told of one whose weights have no codes
   */
  async trainStep(batch: Batch, sgd: SgdAttrs, mode: ForwardMode, closely?: string): Promise<StepResult> {
    const possible = this.possible(mode);
    const seen = this.weights.find(({ id }) => id === closely);
    const looking: CloseLooking[] = [];
    const logits = tidy(() =>
      this.update(batch, sgd, possible, (grads, updates) => {
        if (seen) looking.push(new CloseLooking(seen, grads.get(seen.name)!, updates));
      }),
    );
    this.observersFrozen = possible.observersFrozen;
    try {
      const { logits: read, activations } = await this.scales.readWith(logits);
      const flips = await this.watch.look(holdingThreshold(this.step / this.steps));
      this.step++;
      return { ...score(read, batch.y), ...flips, activations, look: await looking[0]?.after() };
    } finally {
      looking[0]?.dispose();
      logits.dispose();
    }
  }

  /** What a step on this batch would begin with; changes nothing. */
  async peek(batch: Batch, mode: ForwardMode): Promise<StepResult> {
    const logits = tidy(() => {
      const images = imagesTensor(batch.x, this.graph);
      const out = forwardTraining(this.graph, this.device, images, this.possible(mode));
      tf.dispose(out.updates.variables.map(([, next]) => next));
      return out.logits;
    });
    try {
      return score((await logits.data()) as Float32Array, batch.y);
    } finally {
      logits.dispose();
    }
  }

  /** Loss and every gradient of one batch without changing anything, in tfjs's layouts; for tests against PyTorch. */
  gradients(batch: Batch, mode: ForwardMode): { loss: tf.Scalar; grads: Map<string, tf.Tensor> } {
    const { loss, grads } = tidy(() => {
      const { loss, logits, updates, grads } = this.differentiate(batch, mode);
      tf.dispose([logits, updates.variables.map(([, next]) => next)]);
      return { loss, grads: Object.fromEntries(grads) };
    });
    return { loss, grads: new Map(Object.entries(grads)) };
  }

  /** What was learned so far, on the host. */
  async read(): Promise<Trained> {
    const params = await this.device.params();
    const ranges = await this.device.observedRanges();
    const histograms = await this.device.observedHistograms();
    const averages = await this.readAverages();
    const { statistics, observersFrozen } = this;
    return trainedBy(this.graph, { params, averages, statistics, ranges, histograms, observersFrozen });
  }

  /** Everything a later Trainer needs to go on as if this one had never stopped. */
  async snapshot(): Promise<TrainState> {
    return {
      step: this.step,
      params: await this.device.params(),
      ...(await this.optimizer.read()),
      averages: await this.readAverages(),
      statistics: this.statistics,
      oscillations: this.watch.state,
      ranges: await this.device.observedRanges(),
      histograms: await this.device.observedHistograms(),
      observersFrozen: this.observersFrozen,
    };
  }

  /** After the last step: batch norms have statistics of the network as it is. @param batches see reestimateStatistics */
  async reestimate(batches: AsyncIterable<Float32Array>): Promise<void> {
    this.statistics = await reestimateStatistics(this.graph, await this.snapshot(), batches);
  }

  dispose(): void {
    this.device.dispose();
    this.optimizer?.dispose();
    this.averages?.dispose();
  }

  private readAverages(): Promise<ParamStore> {
    return this.averages?.read() ?? Promise.resolve(new Map());
  }

  /**
   * An observer that has seen nothing has no range to keep; one that only observes cannot be frozen in PyTorch either:
   * torch.ao.quantization.disable_observer reaches fake-quant modules alone.
   */
  private possible(mode: ForwardMode): ForwardMode {
    return { ...mode, observersFrozen: mode.observersFrozen && this.step > 0 && this.simulates };
  }

  /** To be called in a scope. @param look at the gradients, before anything changes @returns logits */
  private update(
    batch: Batch,
    sgd: SgdAttrs,
    mode: ForwardMode,
    look: (grads: ReadonlyMap<string, tf.Tensor>, updates: ForwardUpdates) => void,
  ): tf.Tensor2D {
    const { logits, updates, grads } = this.differentiate(batch, mode);
    look(grads, updates);
    if (this.oscillations === 'damp') this.dampen(grads, updates);
    this.optimizer.update(grads, sgd, this.step);
    keepPositive([...this.device.learned.values()]);
    this.averages?.update(this.device.groups.flatMap(({ variables }) => [...variables]));
    for (const [target, next] of updates.variables) target.assign(next);
    tf.dispose(updates.variables.map(([, next]) => next));
    return logits;
  }

  /** To be called in a scope: adds what pulls weights to their codes to the gradients. */
  private dampen(grads: Map<string, tf.Tensor>, updates: ForwardUpdates): void {
    const strength = dampening(this.step / this.steps);
    for (const weight of this.weights)
      grads.set(weight.name, tf.add(grads.get(weight.name)!, dampeningGradient(weight, updates, strength)));
  }

  /** To be called in a scope. Logits and updates are kept: the caller disposes of them. */
  private differentiate(batch: Batch, mode: ForwardMode) {
    checkBatch(this.graph, batch.y.length, mode.bnFrozen);
    const parameters = this.device.groups.flatMap((group) => [...group.variables]);
    const variables = parameters.map(([, variable]) => variable);
    let logits!: tf.Tensor2D;
    let updates!: ForwardUpdates;
    const images = imagesTensor(batch.x, this.graph);
    const teacher = this.teacher && {
      logits: tf.tensor2d(this.teacher.answer(batch.x), [batch.y.length, this.classes]),
      share: this.teacher.share,
    };
    const { value: loss, grads } = tf.variableGrads(() => {
      const out = forwardTraining(this.graph, this.device, images, mode);
      updates = out.updates;
      logits = tf.keep(tf.clone(out.logits));
      return trainingLoss(out.logits, batch.y, teacher);
    }, variables);
    return { loss, logits, updates, grads: new Map(parameters.map(([name, { name: own }]) => [name, grads[own]])) };
  }
}

/** To be called in a scope: scales that a step took to 0 or below come back, as PyTorch's forward pass takes them back. */
function keepPositive(learned: readonly tf.Variable<tf.Rank.R2>[]): void {
  if (learned.length === 0) return;
  const floor = tf.tensor2d([SMALLEST_SCALE, -Infinity], [2, 1]);
  for (const qparams of learned) qparams.assign(tf.maximum(qparams, floor));
}
