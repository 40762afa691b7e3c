import { CIFAR10 } from '../data/cifar10-spec';
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { BackendInfo, FuseResult, LoadResult } from '../worker/api';
import { createProject } from './project';
import type { Project, ProjectEvent } from './types';
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
  counts: { train: 1, validation: 1, test: 1 },
  ...{ provenance: { epochs: 1, torch: '2' }, recordedAccuracy: 1, fromCache: false },
};
const FUSED: FuseResult = { nodesBefore: 2, nodesAfter: 1, fused: [] };

/** A project on workers that answer at once. @param fuse what the second step does */
function projectWith(fuse: () => Promise<FuseResult> = async () => FUSED) {
  const setLearningRate = vi.fn(async () => {});
  const train = { start: async () => BACKEND, load: async (): Promise<LoadResult> => LOADED, fuse, setLearningRate };
  const engine = { start: async () => {} };
  const workers = { train, engine, baseline: {}, over: false, end: () => {} } as unknown as Workers;
  const project = createProject({ baseUrl: 'https://page.test/', startWorkers: () => workers });
  const events: ProjectEvent[] = [];
  project.on((event) => event.type !== 'runs-changed' && events.push(event));
  return { project, events, setLearningRate };
}
const failureIn = (events: readonly ProjectEvent[]) => events.find((event) => event.type === 'step-failed');
const rejection = (project: Project) => project.run('fuse').catch((error: unknown) => error);

let log: Mock<typeof console.error>;
beforeEach(() => void (log = vi.spyOn(console, 'error').mockImplementation(() => {})));
afterEach(() => log.mockRestore());

describe('a step of a project', () => {
  it('gives its result and says that it began and ended', async () => {
    const { project, events } = projectWith();
    expect(await project.run('fuse')).toBe(FUSED);
    const runId = project.inHand.id;
    expect(events).toEqual([
      { runId, type: 'step-started', step: 'load' },
      { runId, type: 'step-finished', step: 'load' },
      { runId, type: 'step-started', step: 'fuse' },
      { runId, type: 'step-finished', step: 'fuse' },
    ]);
    expect(log).not.toHaveBeenCalled();
  });

  it('stands where a listener throws; the listener is logged and the others are told', async () => {
    const { project, events } = projectWith();
    project.on(({ type }) => {
      if (type !== 'runs-changed') throw new TypeError('a chart broke');
    });
    const later: string[] = [];
    project.on(({ type }) => type !== 'runs-changed' && later.push(type));
    expect(await project.run('load')).toMatchObject(LOADED);
    expect(failureIn(events)).toBeUndefined();
    expect(later).toEqual(['step-started', 'step-finished']);
    expect(log).toHaveBeenCalledTimes(2);
    expect(log.mock.calls[0]!.join()).toContain('TypeError: a chart broke');
  });

  it('fails by a mistake of the page in words that say so; what happened is in the details and logged once', async () => {
    const { project, events } = projectWith(() => Promise.reject(new TypeError('w is undefined')));
    const error = await rejection(project);
    expect(error).toBeInstanceOf(PlaygroundError);
    expect(error).toMatchObject({ code: 'bug', message: 'Something in the page itself went wrong.' });
    const { hint, details } = failureIn(events)!;
    expect(hint).toContain('Reload');
    expect(details).toMatch(/^TypeError: w is undefined\n\s+at .*project\.test\.ts/);
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]!.join()).toContain(details);
  });

  it('fails by what a visitor can mend with its own words; its causes are in the details', async () => {
    const cause = new TypeError('Failed to fetch', { cause: new Error('ECONNRESET') });
    const known = new PlaygroundError('network', 'a.bin could not be reached.', 'Try again.', { cause });
    const { project, events } = projectWith(() => Promise.reject(known));
    expect(await rejection(project)).toBe(known);
    const { message, details } = failureIn(events)!;
    expect(message).toBe('a.bin could not be reached.');
    expect(details).toMatch(/^TypeError: Failed to fetch\n[^]*\nCaused by: Error: ECONNRESET\n/);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('fails without details and without a log where there is no cause', async () => {
    const { project, events } = projectWith(() => Promise.reject(new PlaygroundError('stopped', 'Stopped.', 'Again.')));
    await rejection(project);
    expect(failureIn(events)!.details).toBeUndefined();
    expect(log).not.toHaveBeenCalled();
  });

  it('can be run again after it failed', async () => {
    const fuse = vi.fn<() => Promise<FuseResult>>().mockRejectedValueOnce(new Error('once')).mockResolvedValue(FUSED);
    const { project } = projectWith(fuse);
    await rejection(project);
    expect(await project.run('fuse')).toBe(FUSED);
  });

  it.each([
    ['qconfig', 'foo'],
    ['backend', 'bar'],
    ['fuseAddRelu', 'x'],
    ['colour', 1],
    ['learningRate', 0],
    ['learningRate', NaN],
    ['learningRate', 5],
  ])('is not begun with choices that say nonsense: they are refused, %s', (name, value) => {
    const { project } = projectWith();
    const before = project.recipe;
    const refused = expect.objectContaining({ code: 'bad-argument', message: expect.stringContaining(name) });
    expect(() => project.choose({ [name]: value })).toThrow(refused);
    expect(() => (project.recipe = { ...before, [name]: value })).toThrow(refused);
    expect(project.recipe).toBe(before);
  });
});
