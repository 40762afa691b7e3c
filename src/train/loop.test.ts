// The loop on a trainer that only counts: its losses are given, its state is its step.
import { afterEach, describe, expect, test, vi } from 'vitest';
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

function setUp(setting: Setting = {}, validate: LoopContext['validate'] = async () => 0.75) {
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
    validate,
    keep: async ({ step }, ended) => {
      (ended ? results : kept).push(step);
      return stored ? { type: 'saved', step } : { type: 'not-saved', step, message: 'Full.', hint: 'Free some.' };
    },
  };
  return { trainer, steering, kept, results, history, loop: trainLoop(context) };
}

/** What every event says, e.g. 'step 1'; `act` may answer an event. */
async function follow(loop: AsyncGenerator<TrainEvent>, act: (told: string) => void = () => {}): Promise<string[]> {
  const all: string[] = [];
  for await (const event of loop) {
    all.push(`${event.type} ${event.step}`);
    act(all[all.length - 1]);
  }
  return all;
}

const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `step ${from + i}`);
const failure = (work: Promise<unknown>): Promise<PlaygroundError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: PlaygroundError) => error,
  );

afterEach(() => vi.unstubAllGlobals());

describe('the buttons', () => {
  test('pause keeps the state and waits; a single step takes one and waits again; resume goes on', async () => {
    const { loop, steering, kept } = setUp();
    const told = await follow(loop, (event) => {
      if (event === 'step 3') steering.pause();
      if (event === 'saved 3') steering.step();
      if (event === 'saved 4') steering.resume();
    });
    expect(told).toEqual([
      ...[...steps(1, 3), 'paused 3', 'saved 3', 'step 4', 'paused 4', 'saved 4', 'resumed 4'],
      ...[...steps(5, 8), 'saved 8'],
    ]);
    expect(kept).toEqual([3, 4]);
  });

  test('nothing runs while paused', async () => {
    const { loop, steering, trainer } = setUp();
    steering.pause();
    const told: string[] = [];
    const end = follow(loop, (event) => told.push(event));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([told, trainer.step]).toEqual([['paused 0'], 0]);
    steering.stop();
    await end;
    expect(trainer.step).toBe(0);
  });

  test('stop ends before the next step, paused or not', async () => {
    for (const pause of [false, true]) {
      const { loop, steering, trainer } = setUp();
      await follow(loop, (event) => {
        if (event !== 'step 2') return;
        if (pause) steering.pause();
        steering.stop();
      });
      expect(trainer.step).toBe(2);
    }
  });

  test('a changed learning rate counts from the next step on', async () => {
    const { loop, steering, trainer } = setUp();
    await follow(loop, (event) => {
      if (event === 'step 5') steering.learningRate = 0.01;
    });
    expect(trainer.rates).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]);
  });

  test('a message reaches the loop between any two steps', async () => {
    const { loop, steering, trainer } = setUp({ options: { steps: 1000 } });
    // Port messages are how a worker hears of a button.
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => steering.stop();
    await follow(loop, (event) => event === 'step 10' && port1.postMessage('stop'));
    port1.close();
    expect(trainer.step).toBeLessThan(20);
  });
});

describe('data that do not come', () => {
  const never = new Promise<void>(() => {});

  test('stop ends a run that waits for a batch; what was learned is its result', async () => {
    const { loop, steering, trainer, results } = setUp({ hangs: (step) => (step === 3 ? never : Promise.resolve()) });
    const told = await follow(loop, (event) => {
      if (event === 'step 3') setTimeout(() => steering.stop(), 20);
    });
    expect(told).toEqual([...steps(1, 3), 'saved 3']);
    expect([trainer.step, results]).toEqual([3, [3]]);
  });

  test('pause is heard while a batch is awaited, and the run goes on with that batch', async () => {
    const asked: number[] = [];
    let come!: () => void;
    const hangs = (step: number) => {
      asked.push(step);
      return step === 3 ? new Promise<void>((resolve) => (come = resolve)) : Promise.resolve();
    };
    const { loop, steering } = setUp({ hangs });
    const told = await follow(loop, (event) => {
      if (event === 'step 3') setTimeout(() => steering.pause(), 20);
      if (event !== 'saved 3') return;
      steering.resume();
      setTimeout(() => come(), 20);
    });
    expect(told).toEqual([...steps(1, 3), 'paused 3', 'saved 3', 'resumed 3', ...steps(4, 8), 'saved 8']);
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('data that fail while the run is paused fail it when it goes on', async () => {
    let fail!: (error: Error) => void;
    const hangs = (step: number) =>
      step === 3 ? new Promise<void>((_, reject) => (fail = reject)) : Promise.resolve();
    const { loop, steering } = setUp({ hangs });
    const error = await failure(
      follow(loop, (event) => {
        if (event === 'step 3') setTimeout(() => steering.pause(), 20);
        if (event !== 'saved 3') return;
        fail(new PlaygroundError('network', 'No more data.', ''));
        setTimeout(() => steering.resume(), 20);
      }),
    );
    expect(error).toMatchObject({ code: 'network' });
  });

  /** Rejects once the signal is aborted, the first time; then gives the accuracy. */
  const hangingOnce = () => {
    let attempts = 0;
    return (signal: AbortSignal) =>
      attempts++ > 0
        ? Promise.resolve(0.75)
        : new Promise<number>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          );
  };

  test.each([4, 8])('stop ends a run that validates after step %i without its accuracy', async (at) => {
    const { loop, steering, history, results } = setUp({ options: { validateEvery: at } }, hangingOnce());
    const told = await follow(loop, (event) => {
      if (event === `step ${at}`) setTimeout(() => steering.stop(), 20);
    });
    expect(told).toEqual([...steps(1, at), `saved ${at}`]);
    expect([history.validations, results]).toEqual([[], [at]]);
  });

  test.each([4, 8])('a validation after step %i that a pause breaks off is done when the run goes on', async (at) => {
    const { loop, steering, history } = setUp({ options: { validateEvery: at } }, hangingOnce());
    const told = await follow(loop, (event) => {
      if (event === `step ${at}`) setTimeout(() => steering.pause(), 20);
      if (event === `saved ${at}` && history.validations.length === 0) steering.resume();
    });
    expect(told.slice(at, at + 4)).toEqual([`paused ${at}`, `saved ${at}`, `resumed ${at}`, `validation ${at}`]);
    expect(history.validations.map(({ step }) => step)).toEqual(at === 4 ? [4, 8] : [8]);
  });
});

describe('the learning rates', () => {
  test('of a run are recorded with it', async () => {
    const { loop, steering, history } = setUp();
    await follow(loop, (event) => {
      if (event === 'step 5') steering.learningRate = 0.01;
    });
    expect(history.schedule).toEqual([
      { step: 0, rate: 0.1 },
      { step: 5, rate: 0.01 },
    ]);
  });

  test('run along the schedule; a changed one is a new peak, and the peaks are what is recorded', async () => {
    const { loop, steering, trainer, history } = setUp({ options: { steps: 4, schedule: 'cosine' } });
    await follow(loop, (event) => {
      if (event === 'step 2') steering.learningRate = 0.01;
    });
    const shares = [1, (1 + Math.SQRT1_2) / 2, 1 / 2, (1 - Math.SQRT1_2) / 2];
    [0.1, 0.1, 0.01, 0.01].forEach((peak, i) => expect(trainer.rates[i]).toBeCloseTo(peak * shares[i], 15));
    expect(history.schedule).toEqual([
      { step: 0, rate: 0.1 },
      { step: 2, rate: 0.01 },
    ]);
    const replay = { steps: 3, schedule: history.schedule };
    const replayed = setUp({ options: { steps: 4, schedule: 'cosine', replay } });
    await follow(replayed.loop);
    expect(replayed.trainer.rates).toEqual(trainer.rates.slice(0, 3));
    expect(replayed.history.schedule).toEqual(history.schedule);
  });

  test.each([0, 3])('of another run are replayed, for as many steps, from step %i on', async (from) => {
    const schedule = [
      { step: 0, rate: 0.4 },
      { step: 2, rate: 0.2 },
      { step: 4, rate: 0.3 },
    ];
    const { loop, steering, trainer, results } = setUp({ from, options: { replay: { steps: 6, schedule } } });
    await follow(loop, () => (steering.learningRate = 1));
    expect(trainer.rates).toEqual([0.4, 0.4, 0.2, 0.2, 0.3, 0.3].slice(from));
    expect(results).toEqual([6]);
  });

  test('a run that replays a shorter one freezes at the same steps as that one did', async () => {
    const options = { freezeBnAt: 3 / 8, freezeObserversAt: 4 / 8 };
    const schedule = [{ step: 0, rate: 0.4 }];
    const { loop, trainer } = setUp({ options: { ...options, replay: { steps: 4, schedule } } });
    expect(await follow(loop)).toEqual([...steps(1, 3), 'bn-frozen 3', 'step 4', 'saved 4']);
    expect(trainer.modes.map(({ observersFrozen }) => observersFrozen)).toEqual([false, false, false, false]);
  });
});

describe('states to come back to', () => {
  test('are kept when they are due and the next loss proves them good', async () => {
    const { loop, kept } = setUp({ keepFirstAfter: 0, keepEvery: 0 });
    await follow(loop);
    expect(kept).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a fresh run has its first one soon, one that goes on has it already', async () => {
    const [fresh, resumed] = [0, 2].map((from) => setUp({ from, keepFirstAfter: 0 }));
    await follow(fresh.loop);
    await follow(resumed.loop);
    expect([fresh.kept, resumed.kept]).toEqual([[1], []]);
  });

  test('are not kept where the loss jumps, before the jump or after', async () => {
    const { loop, kept } = setUp({ keepFirstAfter: 0, keepEvery: 0, losses: (step) => (step === 3 ? 2.5 : 1) });
    await follow(loop);
    expect(kept).toEqual([1, 2, 5, 6]);
  });

  test('training goes on when they cannot be stored', async () => {
    const { loop } = setUp({ keepFirstAfter: 0, keepEvery: 0, stored: false });
    const told = await follow(loop);
    expect(told).toContain('not-saved 6');
    expect(told).toContain('not-saved 8');
    expect(told).toContain('step 8');
  });
});

describe('a run that goes on', () => {
  const options = { freezeBnAt: 3 / 8, freezeObserversAt: 4 / 8, validateEvery: 4 };

  test('freezes and validates at the same steps as one that was never interrupted', async () => {
    const [whole, rest] = [setUp({ options }), setUp({ options, from: 5 })];
    const [all, later] = [await follow(whole.loop), await follow(rest.loop)];
    expect(all).toEqual([
      ...[...steps(1, 3), 'bn-frozen 3', 'step 4', 'validation 4', 'observers-frozen 4'],
      ...[...steps(5, 8), 'validation 8', 'saved 8'],
    ]);
    expect(later).toEqual(['bn-frozen 3', 'observers-frozen 4', ...steps(6, 8), 'validation 8', 'saved 8']);
    expect(rest.trainer.modes).toEqual(whole.trainer.modes.slice(5));
    expect(rest.history.losses).toEqual(whole.history.losses);
  });

  test('tells of no frozen observers where they only observe: those are never frozen', async () => {
    const { loop, trainer } = setUp({ options, simulates: false });
    const told = await follow(loop);
    expect(told).toContain('bn-frozen 3');
    expect(told).not.toContain('observers-frozen 4');
    expect(trainer.modes.map(({ bnFrozen }) => bnFrozen)).toEqual([0, 0, 0, 1, 1, 1, 1, 1].map(Boolean));
  });

  test('freezes nothing where nothing is to be frozen', async () => {
    const { loop, trainer } = setUp();
    await follow(loop);
    expect(trainer.modes.some(({ bnFrozen, observersFrozen }) => bnFrozen || observersFrozen)).toBe(false);
  });
});

describe('divergence', () => {
  test.each([NaN, Infinity])('a loss of %s ends the run and names the step to go on from', async (bad) => {
    const losses = (step: number) => (step === 5 ? bad : 1);
    const { loop, history, steering, kept } = setUp({ losses });
    const error = await failure(
      follow(loop, (event) => {
        if (event === 'step 2') steering.pause();
        if (event === 'saved 2') steering.resume();
      }),
    );
    expect(error).toMatchObject({ code: 'diverged' });
    expect(error.message).toContain('grew beyond all bounds (step 6, learning rate 0.1, batch 2)');
    expect(error.hint).toContain('lower learning rate or, where the batch is small, with a larger one');
    expect(error.hint).toContain('goes on from step 2');
    expect([history.losses.length, kept]).toEqual([5, [2]]);
  });

  test('a state kept at a pause is no place to go on from when the next step fails', async () => {
    const { loop, steering, kept } = setUp({ losses: (step) => (step === 6 ? NaN : 1) });
    const error = await failure(
      follow(loop, (event) => {
        if (event === 'step 2' || event === 'step 6') steering.pause();
        if (event.startsWith('saved')) steering.resume();
      }),
    );
    expect(kept).toEqual([2, 6, 2]);
    expect(error.hint).toContain('goes on from step 2');
  });

  test('weights of which no model can be made end the run as well', async () => {
    const { loop } = setUp({ options: { validateEvery: 3 } }, async () => {
      throw new PlaygroundError('diverged', 'No range.', '');
    });
    const error = await failure(follow(loop));
    expect(error.hint).toContain('goes on from step 0');
    expect(error).toMatchObject({ code: 'diverged', cause: { message: 'No range.' } });
  });

  test.each([NaN, Infinity, 9.062410888082136e21, 18])(
    'a last step that leaves a loss of %s has no result',
    async (left) => {
      const { loop, results, history } = setUp({ left });
      const error = await failure(follow(loop));
      expect(error).toMatchObject({ code: 'diverged' });
      expect(error.hint).toContain('goes on from step 0');
      expect([results, history.losses.length]).toEqual([[], 8]);
      expect(error.message).toContain(`left a loss of ${left.toPrecision(3)} (step 8, learning rate 0.1, batch 2)`);
    },
  );

  test('nor has a run stopped there', async () => {
    const { loop, results, steering } = setUp({ left: 1e9 });
    const error = await failure(follow(loop, (event) => event === 'step 3' && steering.stop()));
    expect([error.code, results]).toEqual(['diverged', []]);
  });

  test('the last state is proved before it is validated', async () => {
    const told: string[] = [];
    const { loop } = setUp({ left: 1e9, options: { validateEvery: 8 } });
    await failure(follow(loop, (event) => told.push(event)));
    expect(told).toEqual(steps(1, 8));
  });

  test.each(['at a pause', 'at the end'])(
    'weights that are no numbers are not kept %s, whatever the loss',
    async (when) => {
      const params = new Map([['w', { shape: [3], data: Float32Array.of(1, NaN, 1) }]]);
      const { loop, steering, kept, results } = setUp({ params });
      const error = await failure(
        follow(loop, (event) => when === 'at a pause' && event === 'step 2' && steering.pause()),
      );
      expect(error).toMatchObject({ code: 'diverged' });
      expect([kept, results]).toEqual([[], []]);
    },
  );

  test('a run of few steps that runs away is not let finish', async () => {
    const { loop, trainer } = setUp({ losses: (step) => [0.5, 2, 60, 9e21][step] ?? 1 });
    expect((await failure(follow(loop))).message).toContain('The loss ran away to 60.0 (step 3');
    expect(trainer.step).toBe(3);
  });

  test('a loss that runs away ends the run; what ran away is not kept', async () => {
    const losses = (step: number) => (step < 10 ? 0.5 : 3 ** (step - 9));
    const { loop, kept, trainer } = setUp({ options: { steps: 100 }, losses, keepFirstAfter: 0, keepEvery: 0 });
    const error = await failure(follow(loop));
    expect(error).toMatchObject({ code: 'diverged' });
    expect(kept.at(-1)).toBe(9);
    expect(error.hint).toContain('goes on from step 9');
    expect(trainer.step).toBeLessThan(20);
  });
});

test('no timer is needed, so that a hidden tab trains as fast', async () => {
  for (const timer of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback'])
    vi.stubGlobal(timer, () => 0);
  const { loop } = setUp({ keepFirstAfter: 0, keepEvery: 0, options: { validateEvery: 2 } });
  expect(await follow(loop)).toContain('step 8');
});
