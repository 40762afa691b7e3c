// The loop as it is steered: buttons, learning rates, going on with a kept run.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { follow, setUp, steps } from './loop-testing';

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

test('no timer is needed, so that a hidden tab trains as fast', async () => {
  for (const timer of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback'])
    vi.stubGlobal(timer, () => 0);
  const { loop } = setUp({ keepFirstAfter: 0, keepEvery: 0, options: { validateEvery: 2 } });
  expect(await follow(loop)).toContain('step 8');
});
