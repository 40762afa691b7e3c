// A loop that waits for data, and what is heard meanwhile.
import { describe, expect, test } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { failure, follow, setUp, steps } from './loop-testing';

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
        ? Promise.resolve({ accuracy: 0.75 })
        : new Promise<never>((_, reject) =>
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

describe('what is settled after the last step', () => {
  const options = { validateEvery: 8 };
  const validate = async () => ({ accuracy: 0.75 });

  test('comes before the validation and the result', async () => {
    const { loop, results } = setUp({ options }, validate, async () => {});
    expect(await follow(loop)).toEqual([...steps(1, 8), 'bn-reestimated 8', 'validation 8', 'saved 8']);
    expect(results).toEqual([8]);
  });

  test('is done again where a pause broke it off, and where the page was closed', async () => {
    let attempts = 0;
    const settle = (signal: AbortSignal) =>
      attempts++ > 0
        ? Promise.resolve()
        : new Promise<void>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          );
    const { loop, steering } = setUp({ options }, validate, settle);
    const told = await follow(loop, (event) => {
      if (event === 'step 8') setTimeout(() => steering.pause(), 20);
      if (event === 'saved 8' && attempts === 1) steering.resume();
    });
    const end = ['bn-reestimated 8', 'validation 8', 'saved 8'];
    expect(told.slice(8)).toEqual(['paused 8', 'saved 8', 'resumed 8', ...end]);
    expect(await follow(setUp({ options, from: 8 }, validate, async () => {}).loop)).toEqual(end);
  });

  test('is left out where a run is stopped, and in the control of that run', async () => {
    const { loop, steering } = setUp({ options }, validate, async () => {});
    const told = await follow(loop, (event) => event === 'step 5' && steering.stop());
    expect(told).toEqual([...steps(1, 5), 'saved 5']);
    const replay = { steps: 5, schedule: [{ step: 0, rate: 0.4 }] };
    const control = setUp({ options: { ...options, replay } }, validate, async () => {});
    expect(await follow(control.loop)).toEqual([...steps(1, 5), 'validation 5', 'saved 5']);
  });

  test('fails the run where the network is no network any more', async () => {
    const { loop, results } = setUp({ options }, validate, async () => {
      throw new PlaygroundError('diverged', 'A picture.', '');
    });
    expect(await failure(follow(loop))).toMatchObject({ code: 'diverged', cause: { message: 'A picture.' } });
    expect(results).toEqual([]);
  });
});
