// How fast a run goes: images per second over its last steps. Not for how long a step takes: bench/.

/** Steps over which the speed is averaged. */
const RECENT = 20;

/** Runs from its making on; pauses and validations are left out. */
export class Clock {
  /** Milliseconds of the last steps, the newest last. */
  private readonly durations: number[] = [];
  private last = performance.now();

  /** Does something that is no part of a step. */
  async without<T>(work: Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work;
    this.last += performance.now() - start;
    return result;
  }

  /** Ends a step of this many images. @returns images per second over the last steps, 20 at most */
  rate(images: number): number {
    const now = performance.now();
    this.durations.push(now - this.last);
    if (this.durations.length > RECENT) this.durations.shift();
    this.last = now;
    return (images * this.durations.length * 1000) / this.durations.reduce((sum, ms) => sum + ms, 0);
  }
}
