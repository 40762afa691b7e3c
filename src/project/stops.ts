// The slider of bits: post-training quantization at any width, answered by the integer network on validation images,
// as soon as the network is loaded. Not for training, nor for test images; nothing here changes a run.
import { proxy } from 'comlink';
import { agreement } from '../report/accuracy';
import type { Classified } from '../report/classified';
import type { PtqChoices, Quantized } from '../worker/api';
import type { Workers } from './workers';

/** Where the slider stands. */
export interface BitWidths {
  readonly weightBits: number;
  readonly activationBits: number;
}

/** What the integer network of one stop has shown so far. */
export interface Answer extends BitWidths {
  /** Share of these validation images it got right, and what it took each for. */
  readonly accuracy: number;
  readonly classified: Classified;
  readonly quantized: Quantized;
  /** Median of one image alone, on all threads; unknown until the first images are done. */
  readonly milliseconds: number | undefined;
}

/** Validation images of a first answer, and at most; a piece of them is one call, between two of which it may be left. */
export const FIRST_IMAGES = 1000;
const MOST_IMAGES = 5000;
const PIECE = 250;
const LATENCY_SAMPLES = 60;

export class Stops {
  private ready: Promise<void> | undefined;
  /** Which workers that is of, and which network. */
  private prepared: Pick<Workers, 'train' | 'engine'> | undefined;
  private equalized = false;
  /** Ends when the stop before has let go of the engine. */
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param workers those there are now @param load loads the network and its images; called when first needed, and again after it failed
   * @param threads of the engine
   */
  constructor(
    private readonly workers: () => Pick<Workers, 'train' | 'engine'>,
    private readonly load: () => Promise<unknown>,
    private readonly threads = () => navigator.hardwareConcurrency,
  ) {}

  /** Loads and calibrates, once, and again for a network of other weights. @throws PlaygroundError as the load step does */
  prepare({ equalize }: Pick<PtqChoices, 'equalize'>): Promise<void> {
    const workers = this.workers();
    if (this.prepared !== workers || this.equalized !== equalize) this.ready = undefined;
    this.prepared = workers;
    this.equalized = equalize;
    this.ready ??= (async () => {
      await this.load();
      const { train, engine } = workers;
      const calibrated = await train.calibrate(
        { fuseAddRelu: true, equalize },
        proxy(() => {}),
      );
      await engine.calibrated(calibrated);
    })().catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  /**
   * Answers on more and more images, up to FIRST_IMAGES and then, while the slider rests, to MOST_IMAGES, until the signal
   * ends it; the stop asked for next waits for the piece that is being run.
   */
  async *answers(choices: PtqChoices, signal: AbortSignal): AsyncGenerator<Answer> {
    const before = this.turn;
    let done!: () => void;
    this.turn = new Promise<void>((resolve) => (done = resolve));
    try {
      await before;
      if (signal.aborted) return;
      await this.prepare(choices);
      if (signal.aborted) return;
      const { engine } = this.workers();
      const quantized = await engine.quantize('slider', choices, this.threads());
      const { weightBits, activationBits } = choices;
      const classified = { labels: new Uint8Array(0), predictions: new Uint8Array(0) };
      let answer: Answer = {
        weightBits,
        activationBits,
        accuracy: NaN,
        classified,
        quantized,
        milliseconds: undefined,
      };
      for (let start = 0; start < MOST_IMAGES && !signal.aborted; start += PIECE) {
        const more = await engine.classify('slider', 'validation', start, PIECE);
        const last = more.labels.length < PIECE;
        answer = withMore(answer, more);
        yield answer;
        if (signal.aborted) break;
        if ((last && start < FIRST_IMAGES) || start + PIECE === FIRST_IMAGES) {
          answer = { ...answer, milliseconds: (await engine.latency('slider', LATENCY_SAMPLES)).median_ms };
          yield answer;
        }
        if (last) break;
      }
    } finally {
      done();
    }
  }
}

function withMore(answer: Answer, more: Classified): Answer {
  const join = (of: keyof Classified) => Uint8Array.of(...answer.classified[of], ...more[of]);
  const classified = { labels: join('labels'), predictions: join('predictions') };
  return { ...answer, classified, accuracy: agreement(classified.labels, classified.predictions) };
}
