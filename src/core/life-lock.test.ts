// That an end is noticed, and that refused locks break nothing. Of real workers: tests/browser/killed-workers.spec.ts and
// threads.spec.ts.
import { afterEach, expect, it, vi } from 'vitest';
import { macrotask } from './macrotask';
import { holdForLife, onFreed } from './life-lock';

afterEach(() => vi.unstubAllGlobals());

/** One lock; `free` is what a browser does when its holder is gone. */
class OneLock {
  private readonly waiting: (() => void)[] = [];
  private held = false;

  async request(_: string, { signal }: LockOptions, granted: () => unknown): Promise<unknown> {
    if (this.held)
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    this.held = true;
    return granted();
  }
  free(): void {
    this.held = false;
    this.waiting.shift()?.();
  }
}

it('is held for good; its end is told once it is free, and to nobody who no longer listens', async () => {
  const lock = new OneLock();
  vi.stubGlobal('navigator', { locks: lock });
  const [ended, deaf] = [vi.fn(), vi.fn()];
  await holdForLife('life');
  const listening = new AbortController();
  onFreed('life', deaf, listening.signal);
  onFreed('life', ended);
  await macrotask();
  listening.abort();
  await macrotask();
  expect(ended).not.toHaveBeenCalled();
  lock.free();
  lock.free();
  await macrotask();
  expect(ended).toHaveBeenCalledOnce();
  expect(deaf).not.toHaveBeenCalled();
});

it.each([
  ['there are none', {}],
  ['they are refused', { locks: { request: () => Promise.reject(new DOMException('storage', 'SecurityError')) } }],
])('where %s, the worker is told and nobody else: no rejection is left alone', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator);
  const ended = vi.fn();
  onFreed('life', ended);
  await expect(holdForLife('life')).rejects.toThrow();
  await macrotask();
  expect(ended).not.toHaveBeenCalled();
});
