// A loop on a trainer that only counts: its losses are given, its state is its step. What the loop's tests share.
// Not for the product.
import { PlaygroundError } from '../core/errors';
import type { ParamStore } from '../core/params';
import { trainLoop, type LoopContext } from './loop';
import { freshState } from './state';
import type { SgdAttrs } from '../device/contract';
import { Steering } from './steering';
import type { ForwardMode } from './train-forward';
import type { TrainEvent, TrainOptions } from './types';

const OPTIONS: TrainOptions = {
  ...{
    kind: 'qat',
    steps: 8,
    batch: 2,
    learningRate: 0.1,
    momentum: 0.9,
    weightDecay: 0,
    seed: 0,
    distillation: 0,
    averaging: 0,
    oscillations: 'leave',
    augmentation: 'crops_and_flips',
    reestimateBatchNorm: 0,
    optimizer: 'sgd',
  },
  ...{ schedule: 'constant', validateEvery: 0, validationImages: 4, freezeBnAt: 1, freezeObserversAt: 1 },
};

class CountingTrainer {
  readonly classes = 10;
  readonly rates: number[] = [];
  readonly modes: ForwardMode[] = [];
  constructor(
    public step: number,
    private readonly lossOf: (step: number) => number,
    private readonly left: number | undefined,
    readonly simulates: boolean,
    private readonly params: ParamStore,
  ) {}
  async trainStep(_: unknown, { lr }: SgdAttrs, mode: ForwardMode) {
    this.rates.push(lr);
    this.modes.push(mode);
    return { loss: this.lossOf(this.step++), accuracy: 0.5 };
  }
  /** As a further step would begin, unless told otherwise. */
  async peek() {
    return { loss: this.left ?? this.lossOf(this.step), accuracy: 0.5 };
  }
  async snapshot() {
    return { ...freshState(this.params), step: this.step };
  }
}

/** @param hangs resolves when a batch may come */
async function* batches(hangs: (step: number) => Promise<void>) {
  for (let step = 0; ; step++) {
    await hangs(step);
    yield { x: new Float32Array(), y: new Uint8Array() };
  }
}

interface Setting {
  readonly options?: Partial<TrainOptions>;
  readonly losses?: (step: number) => number;
  readonly from?: number;
  readonly keepFirstAfter?: number;
  readonly keepEvery?: number;
  readonly stored?: boolean;
  /** The loss that the last step leaves. */
  readonly left?: number;
  readonly simulates?: boolean;
  readonly params?: ParamStore;
  readonly hangs?: (step: number) => Promise<void>;
}

export function setUp(
  setting: Setting = {},
  validate: LoopContext['validate'] = async () => ({ accuracy: 0.75 }),
  settle?: LoopContext['settle'],
) {
  const { options, losses = () => 1, from = 0, stored = true, left, simulates = true, ...rest } = setting;
  const { params = new Map(), hangs = async () => {}, ...due } = rest;
  const trainer = new CountingTrainer(from, losses, left, simulates, params);
  const steering = new Steering(OPTIONS.learningRate);
  const kept: number[] = [];
  const results: number[] = [];
  const history = { losses: Array.from({ length: from }, (_, i) => losses(i)), validations: [], schedule: [] };
  const context: LoopContext = {
    ...{ trainer, batches: batches(hangs), options: { ...OPTIONS, ...options }, steering, history },
    ...{ keepFirstAfter: Infinity, keepEvery: Infinity, ...due },
    start: { ...freshState(new Map()), step: from },
    ...{ validate, settle },
    keep: async ({ step }, ended) => {
      (ended ? results : kept).push(step);
      return stored ? { type: 'saved', step } : { type: 'not-saved', step, message: 'Full.', hint: 'Free some.' };
    },
  };
  return { trainer, steering, kept, results, history, loop: trainLoop(context) };
}

/** What every event says, e.g. 'step 1'; `act` may answer an event. */
export async function follow(
  loop: AsyncGenerator<TrainEvent>,
  act: (told: string) => void = () => {},
): Promise<string[]> {
  const all: string[] = [];
  for await (const event of loop) {
    all.push(`${event.type} ${event.step}`);
    act(all[all.length - 1]);
  }
  return all;
}

export const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `step ${from + i}`);
export const failure = (work: Promise<unknown>): Promise<PlaygroundError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: PlaygroundError) => error,
  );
