// States that the loop keeps, and what it does when a run leaves the road.
import { describe, expect, test } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { failure, follow, setUp, steps } from './loop-testing';

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
