import { CIFAR10 } from '../data/cifar10-spec';
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { BackendInfo, FuseResult, LoadResult } from '../worker/api';
import { createSession } from './session';
import type { Session, SessionEvent } from './types';
import type { Workers } from './workers';

const BACKEND: BackendInfo = {
  backend: 'wasm',
  webgpu: 'no-api',
  reason: 'WASM.',
  adapter: '',
  threads: 1,
  sharedMemory: false,
};
const LOADED = {
  ...{ images: CIFAR10, parameters: 1, bytes: 1, shards: 1 },
  ...{ provenance: '', recordedAccuracy: 1, fromCache: false },
};
const FUSED: FuseResult = { nodesBefore: 2, nodesAfter: 1, fused: [] };

/** A session on workers that answer at once. @param fuse what the second step does */
function sessionWith(fuse: () => Promise<FuseResult> = async () => FUSED) {
  const setLearningRate = vi.fn();
  const train = { start: async () => BACKEND, load: async (): Promise<LoadResult> => LOADED, fuse, setLearningRate };
  const engine = { start: async () => {} };
  const never = new Promise<never>(() => {});
  const workers = { train, engine, baseline: {}, broken: never, end: () => {} } as unknown as Workers;
  const session = createSession('https://page.test/', workers);
  const events: SessionEvent[] = [];
  session.on((event) => events.push(event));
  return { session, events, setLearningRate };
}
const failureIn = (events: readonly SessionEvent[]) => events.find((event) => event.type === 'step-failed');
const rejection = (session: Session) => session.run('fuse').catch((error: unknown) => error);

let log: Mock<typeof console.error>;
beforeEach(() => void (log = vi.spyOn(console, 'error').mockImplementation(() => {})));
afterEach(() => log.mockRestore());

describe('a step of a session', () => {
  it('gives its result and says that it began and ended', async () => {
    const { session, events } = sessionWith();
    expect(await session.run('fuse')).toBe(FUSED);
    expect(events).toEqual([
      { type: 'step-started', step: 'load' },
      { type: 'step-finished', step: 'load' },
      { type: 'step-started', step: 'fuse' },
      { type: 'step-finished', step: 'fuse' },
    ]);
    expect(log).not.toHaveBeenCalled();
  });

  it('stands where a listener throws; the listener is logged and the others are told', async () => {
    const { session, events } = sessionWith();
    session.on(() => {
      throw new TypeError('a chart broke');
    });
    const later: string[] = [];
    session.on(({ type }) => void later.push(type));
    expect(await session.run('load')).toMatchObject(LOADED);
    expect(failureIn(events)).toBeUndefined();
    expect(later).toEqual(['step-started', 'step-finished']);
    expect(log).toHaveBeenCalledTimes(2);
    expect(log.mock.calls[0]!.join()).toContain('TypeError: a chart broke');
  });

  it('fails by a mistake of the page in words that say so; what happened is in the details and logged once', async () => {
    const { session, events } = sessionWith(() => Promise.reject(new TypeError('w is undefined')));
    const error = await rejection(session);
    expect(error).toBeInstanceOf(PlaygroundError);
    expect(error).toMatchObject({ code: 'bug', message: 'Something in the page itself went wrong.' });
    const { hint, details } = failureIn(events)!;
    expect(hint).toContain('Reload');
    expect(details).toMatch(/^TypeError: w is undefined\n\s+at .*session\.test\.ts/);
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]!.join()).toContain(details);
  });

  it('fails by what a visitor can mend with its own words; its causes are in the details', async () => {
    const cause = new TypeError('Failed to fetch', { cause: new Error('ECONNRESET') });
    const known = new PlaygroundError('network', 'a.bin could not be reached.', 'Try again.', { cause });
    const { session, events } = sessionWith(() => Promise.reject(known));
    expect(await rejection(session)).toBe(known);
    const { message, details } = failureIn(events)!;
    expect(message).toBe('a.bin could not be reached.');
    expect(details).toMatch(/^TypeError: Failed to fetch\n[^]*\nCaused by: Error: ECONNRESET\n/);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('fails without details and without a log where there is no cause', async () => {
    const { session, events } = sessionWith(() => Promise.reject(new PlaygroundError('stopped', 'Stopped.', 'Again.')));
    await rejection(session);
    expect(failureIn(events)!.details).toBeUndefined();
    expect(log).not.toHaveBeenCalled();
  });

  it('can be run again after it failed', async () => {
    const fuse = vi.fn<() => Promise<FuseResult>>().mockRejectedValueOnce(new Error('once')).mockResolvedValue(FUSED);
    const { session } = sessionWith(fuse);
    await rejection(session);
    expect(await session.run('fuse')).toBe(FUSED);
  });

  it.each([
    ['qconfig', 'foo'],
    ['backend', 'bar'],
    ['fuseAddRelu', 'x'],
    ['colour', 1],
  ])('is not begun with options that say nonsense: %s', async (name, value) => {
    const fuse = vi.fn(async () => FUSED);
    const { session } = sessionWith(fuse);
    session.options = { ...session.options, [name]: value };
    expect(await rejection(session)).toMatchObject({ code: 'bad-argument', message: expect.stringContaining(name) });
    expect(fuse).not.toHaveBeenCalled();
  });
});

describe('the learning rate of a running training', () => {
  it('is set where it may be, and refused where not', () => {
    const { session, setLearningRate } = sessionWith();
    session.setLearningRate(1e-4);
    for (const rate of [0, NaN, 5]) expect(() => session.setLearningRate(rate)).toThrow('learningRate is');
    expect(session.options.learningRate).toBe(1e-4);
    expect(setLearningRate.mock.calls).toEqual([[1e-4]]);
  });
});
