// One contestant in a worker of its own: started once, then timed block by block while all others wait.
// Not for statistics: the page and bench/int8.ts have them.
import { expose } from 'comlink';
import { openCifar10 } from '../../src/data/cifar10';
import { argmax } from '../../src/report/accuracy';
import type { Contestant, ContestantSpec, Setup } from './contestants/contestant';

/** Test images that latency samples cycle through. */
const IMAGES = 100;

export interface Block {
  /** Images per call. */
  readonly batch: number;
  readonly untimed: number;
  readonly timed: number;
}

export class ContestantWorker {
  private contestant!: Contestant;
  /** The images of each call by its batch size, in turn. */
  private readonly calls = new Map<number, Uint8Array[]>();
  private next = 0;

  async start(spec: ContestantSpec, setup: Setup): Promise<Pick<Contestant, 'what' | 'threads'>> {
    this.contestant = await create(spec, setup);
    const cifar = await openCifar10(`${setup.baseUrl}data/`);
    const { pixels } = await cifar.images('test', 0, IMAGES);
    const size = pixels.length / IMAGES;
    this.calls.set(
      1,
      Array.from({ length: IMAGES }, (_, i) => pixels.slice(i * size, (i + 1) * size)),
    );
    this.calls.set(setup.batch, [(await cifar.images('test', 0, setup.batch)).pixels]);
    const { what, threads } = this.contestant;
    return { what, threads };
  }

  /** Predicted class of each of the test images. */
  async predictions(): Promise<number[]> {
    const classes: number[] = [];
    for (const pixels of this.calls.get(1)!) classes.push(argmax(await this.contestant.logits(pixels, 1)));
    return classes;
  }

  /** Milliseconds of each timed call. */
  async run({ batch, untimed, timed }: Block): Promise<number[]> {
    const images = this.calls.get(batch)!;
    const times: number[] = [];
    for (let i = 0; i < untimed + timed; i++) {
      const pixels = images[this.next++ % images.length];
      const start = performance.now();
      const logits = this.contestant.logits(pixels, batch);
      if (logits instanceof Promise) await logits;
      if (i >= untimed) times.push(performance.now() - start);
    }
    return times;
  }
}

async function create(spec: ContestantSpec, setup: Setup): Promise<Contestant> {
  switch (spec.kind) {
    case 'ours':
      return (await import('./contestants/ours')).start(spec, setup);
    case 'tfjs':
      return (await import('./contestants/tfjs')).start(spec, setup);
    case 'litert':
      return (await import('./contestants/litert')).start(spec, setup);
    case 'ort':
      return (await import('./contestants/ort')).start(spec, setup);
  }
}

expose(new ContestantWorker());
