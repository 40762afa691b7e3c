// A limit on how long is waited for something that may never come. Not for ending the work itself: `late` may do that.

/**
 * A limit is waited for in so many parts. A thread that was busy for long hears its timers before what else has come
 * meanwhile; so busy time counts as one part at most, and the news has its turn before the next.
 */
const PARTS = 4;

/** What work resolves or rejects with; rejects with late() when it has done neither for so many milliseconds. */
export async function within<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    const wait = (parts: number) => {
      timer = setTimeout(() => (parts > 1 ? wait(parts - 1) : reject(late())), milliseconds / PARTS);
    };
    wait(PARTS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
