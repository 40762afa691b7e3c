// Calls to workers that may break or be ended in the middle of one: none of them waits for ever. Not for starting or ending
// workers: workers.ts.

/** How long a set of workers lives. What is asked of them meanwhile is answered, or rejects when the life is over. */
export class Life {
  private readonly waiting = new Set<(error: Error) => void>();
  private cause: Error | undefined;

  /** It is over: whatever is asked rejects. */
  get over(): boolean {
    return this.cause !== undefined;
  }

  /** All that waits rejects with this error, and all that is asked later; the first error stays. */
  end(error: Error): void {
    this.cause ??= error;
    for (const reject of this.waiting) reject(this.cause);
    this.waiting.clear();
  }

  /** @param remote of methods alone @returns the same, each call of which ends with this life at the latest */
  bound<T extends object>(remote: T): T {
    return new Proxy(remote, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        // An object with `then` would be taken for a promise.
        if (name === 'then') return undefined;
        return (...args: readonly unknown[]) => this.answer(() => Reflect.apply(method, target, args) as unknown);
      },
    });
  }

  /** Nothing of an answer is held once it is given: Promise.race with a promise that is always there would hold them all. */
  private answer(ask: () => unknown): Promise<unknown> {
    if (this.cause) return Promise.reject(this.cause);
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      const settled = () => this.waiting.delete(reject);
      Promise.resolve(ask()).finally(settled).then(resolve, reject);
    });
  }
}

/** Leaves a call that nobody waits for to itself: those that are over need not be told anything. */
export function unawaited(of: { readonly over: boolean }, call: Promise<unknown>): void {
  void call.catch((error: unknown) => {
    if (!of.over) throw error;
  });
}
