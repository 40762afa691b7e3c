// The device that the train worker computes on: chosen, and replaced when it is lost, fails or has no memory left. Not for how a
// backend starts (src/device/start), nor for what is computed (src/lab).
import { PlaygroundError, type ErrorCode } from '../core/errors';
import type { AskedBackend, BackendInfo } from '../device/backend-info';
import { replaceBackend, selectBackend, type Surroundings } from '../device/start/backend';
import { onDevice } from '../device/start/health';

/** What makes another backend take over. */
const REPLACED: readonly ErrorCode[] = ['device-lost', 'device-failed', 'thread-lost', 'out-of-memory'];

export class TrainDevice {
  /** Why another backend has to take over, until one has. */
  private failure: PlaygroundError | undefined;

  private constructor(
    private readonly asked: AskedBackend,
    private readonly place: Surroundings,
    private readonly onBackend: (backend: BackendInfo) => void,
    private running: BackendInfo,
  ) {}

  /**
   * In the place of the one that runs, if one does.
   * @param onBackend told when another backend has taken over @throws PlaygroundError as selectBackend
   */
  static async start(
    asked: AskedBackend,
    place: Surroundings,
    onBackend: (backend: BackendInfo) => void,
  ): Promise<TrainDevice> {
    return new TrainDevice(asked, place, onBackend, await selectBackend(asked, place));
  }

  get backend(): BackendInfo {
    return this.running;
  }

  /**
   * Runs work on the device; where the device or a thread is lost or fails, again on what takes over. Where memory ran out
   * a new backend takes over as well, as the old one may be unusable, but the work is not repeated.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.replaceFailed();
      try {
        return await onDevice(work);
      } catch (error) {
        if (!(error instanceof PlaygroundError && REPLACED.includes(error.code))) throw error;
        this.failure = error;
        if (error.code !== 'out-of-memory') continue;
        await this.replaceFailed().catch(() => {});
        throw error;
      }
    }
  }

  /** Where nothing could take over, for want of a connection perhaps, the next call tries again. */
  private async replaceFailed(): Promise<void> {
    if (!this.failure) return;
    this.running = await replaceBackend(this.asked, this.place, this.running, this.failure);
    this.failure = undefined;
    this.onBackend(this.running);
  }
}
