// The loop on a trainer that only counts: its losses are given, its state is its step.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { TrainControl, trainLoop, type LoopContext } from './loop';
import { freshState } from './state';
import type { SgdAttrs } from './kernels/contract';
import type { ForwardMode } from './train-forward';
import type { TrainEvent, TrainOptions } from './types';

const OPTIONS: TrainOptions = {
  ...{ kind: 'qat', steps: 8, batch: 2, learningRate: 0.1, momentum: 0.9, weightDecay: 0, seed: 0 },
  ...{ validateEvery: 0, validationImages: 4, freezeBnAt: 1, freezeObserversAt: 1 },
};

class CountingTrainer {
  readonly rates: number[] = [];
  readonly modes: ForwardMode[] = [];
  constructor(
    public step: number,
    private readonly lossOf: (step: number) => number,
  ) {}
  async trainStep(_: unknown, { lr }: SgdAttrs, mode: ForwardMode) {
    this.rates.push(lr);
    this.modes.push(mode);
    return { loss: this.lossOf(this.step++), accuracy: 0.5 };
  }
  async snapshot() {
    return { ...freshState(new Map()), step: this.step };
  }
}

async function* batches() {
  for (;;) yield { x: new Float32Array(), y: new Uint8Array() };
}

interface Setting {
  readonly options?: Partial<TrainOptions>;
  readonly losses?: (step: number) => number;
  readonly from?: number;
  readonly firstCheckpoint?: number;
  readonly checkpointEvery?: number;
  readonly stored?: boolean;
}

function setUp(
  { options, losses = () => 1, from = 0, stored = true, ...due }: Setting = {},
  validate = async () => 0.75,
) {
  const trainer = new CountingTrainer(from, losses);
  const control = new TrainControl(OPTIONS.learningRate);
  const kept: number[] = [];
  const history = { losses: Array.from({ length: from }, (_, i) => losses(i)), validations: [], schedule: [] };
  const context: LoopContext = {
    ...{ trainer, batches: batches(), options: { ...OPTIONS, ...options }, control, history },
    ...{ firstCheckpoint: Infinity, checkpointEvery: Infinity, ...due },
    start: { ...freshState(new Map()), step: from },
    validate,
    keep: async ({ step }) => {
      kept.push(step);
      return stored ? { type: 'saved', step } : { type: 'not-saved', step, message: 'Full.', hint: 'Free some.' };
    },
  };
  return { trainer, control, kept, history, loop: trainLoop(context) };
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
    const { loop, control, kept } = setUp();
    const told = await follow(loop, (event) => {
      if (event === 'step 3') control.pause();
      if (event === 'saved 3') control.step();
      if (event === 'saved 4') control.resume();
    });
    expect(told).toEqual([
      ...[...steps(1, 3), 'paused 3', 'saved 3', 'step 4', 'paused 4', 'saved 4', 'resumed 4'],
      ...steps(5, 8),
    ]);
    expect(kept).toEqual([3, 4]);
  });

  test('nothing runs while paused', async () => {
    const { loop, control, trainer } = setUp();
    control.pause();
    const told: string[] = [];
    const end = follow(loop, (event) => told.push(event));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([told, trainer.step]).toEqual([['paused 0'], 0]);
    control.stop();
    await end;
    expect(trainer.step).toBe(0);
  });

  test('stop ends before the next step, paused or not', async () => {
    for (const pause of [false, true]) {
      const { loop, control, trainer } = setUp();
      await follow(loop, (event) => {
        if (event !== 'step 2') return;
        if (pause) control.pause();
        control.stop();
      });
      expect(trainer.step).toBe(2);
    }
  });

  test('a changed learning rate counts from the next step on', async () => {
    const { loop, control, trainer } = setUp();
    await follow(loop, (event) => {
      if (event === 'step 5') control.learningRate = 0.01;
    });
    expect(trainer.rates).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]);
  });

  test('a message reaches the loop between any two steps', async () => {
    const { loop, control, trainer } = setUp({ options: { steps: 1000 } });
    // Port messages are how a worker hears of a button.
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => control.stop();
    await follow(loop, (event) => event === 'step 10' && port1.postMessage('stop'));
    port1.close();
    expect(trainer.step).toBeLessThan(20);
  });
});

describe('states to come back to', () => {
  test('are kept when they are due and the next loss proves them good', async () => {
    const { loop, kept } = setUp({ firstCheckpoint: 0, checkpointEvery: 0 });
    await follow(loop);
    expect(kept).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a fresh run has its first one soon, one that goes on has it already', async () => {
    const [fresh, resumed] = [0, 2].map((from) => setUp({ from, firstCheckpoint: 0 }));
    await follow(fresh.loop);
    await follow(resumed.loop);
    expect([fresh.kept, resumed.kept]).toEqual([[1], []]);
  });

  test('are not kept where the loss jumps, before the jump or after', async () => {
    const { loop, kept } = setUp({ firstCheckpoint: 0, checkpointEvery: 0, losses: (step) => (step === 3 ? 2.5 : 1) });
    await follow(loop);
    expect(kept).toEqual([1, 2, 5, 6]);
  });

  test('training goes on when they cannot be stored', async () => {
    const { loop } = setUp({ firstCheckpoint: 0, checkpointEvery: 0, stored: false });
    const told = await follow(loop);
    expect(told).toContain('not-saved 6');
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
      ...[...steps(5, 8), 'validation 8'],
    ]);
    expect(later).toEqual(['bn-frozen 3', 'observers-frozen 4', ...steps(6, 8), 'validation 8']);
    expect(rest.trainer.modes).toEqual(whole.trainer.modes.slice(5));
    expect(rest.history.losses).toEqual(whole.history.losses);
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
    const { loop, history, control, kept } = setUp({ losses });
    const error = await failure(
      follow(loop, (event) => {
        if (event === 'step 2') control.pause();
        if (event === 'saved 2') control.resume();
      }),
    );
    expect(error).toMatchObject({ code: 'diverged' });
    expect(error.message).toContain('stopped being a number (step 6, learning rate 0.1)');
    expect(error.hint).toContain('goes on from step 2');
    expect([history.losses.length, kept]).toEqual([5, [2]]);
  });

  test('a state kept at a pause is no place to go on from when the next step fails', async () => {
    const { loop, control, kept } = setUp({ losses: (step) => (step === 6 ? NaN : 1) });
    const error = await failure(
      follow(loop, (event) => {
        if (event === 'step 2' || event === 'step 6') control.pause();
        if (event.startsWith('saved')) control.resume();
      }),
    );
    expect(kept).toEqual([2, 6, 2]);
    expect(error.hint).toContain('goes on from step 2');
  });

  test('weights of which no model can be made end the run as well', async () => {
    const { loop } = setUp({ options: { validateEvery: 3 } }, async () => {
      throw new PlaygroundError('diverged', 'No range.', '');
    });
    expect((await failure(follow(loop))).hint).toContain('goes on from step 0');
  });

  test('a loss that runs away ends the run; what ran away is not kept', async () => {
    const losses = (step: number) => (step < 10 ? 0.5 : 3 ** (step - 9));
    const { loop, kept, trainer } = setUp({ options: { steps: 100 }, losses, firstCheckpoint: 0, checkpointEvery: 0 });
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
  const { loop } = setUp({ firstCheckpoint: 0, checkpointEvery: 0, options: { validateEvery: 2 } });
  expect(await follow(loop)).toContain('step 8');
});
