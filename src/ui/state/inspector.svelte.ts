// The node that is looked into, as runes: its tensors over their grids, the range that a hand sets and what the integer
// network then gets right, and its maps of one image. Not for computing: the project does that.
import { activationError } from '../../analysis/activation-error';
import type { ObservedRange, QParams } from '../../core/qparams';
import { FIRST_IMAGES, type Answer } from '../../project/stops';
import type { Clip, LayerChange, LayerMaps, Position, PtqChoices, TensorDetail, Walk } from '../../worker/api';
import { tensorQParams } from '../../quant/qparams';
import type { Lesson } from './lesson.svelte';
import type { Picture } from './looked-at.svelte';
import type { NetworkView } from './network.svelte';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

/** Milliseconds that a hand rests, on a range or on a picture of its own, before the networks are asked. */
const REST = 150;

export class Inspector {
  detail = $state.raw<TensorDetail>();
  problem = $state.raw<Problem>();
  /** The range that was set; undefined: the one that PTQ chooses. */
  clip = $state.raw<Clip>();
  /** The integer network's answer with that range, and whether a newer one is on its way. */
  answer = $state.raw<Answer>();
  waiting = $state(false);
  /** Whose maps are shown. */
  picture = $state.raw<Picture>();
  maps = $state.raw<readonly LayerMaps[]>();
  /** The output that is walked through. */
  walked = $state.raw<Walk>();
  at = $state.raw<Position>();
  /** Before and after training, and of which run. */
  private compared = $state.raw<{ readonly of: string; readonly change: LayerChange | undefined }>();
  /** What the network gets right with PTQ's own ranges, and by which choices. */
  private base = $state.raw<{ readonly of: string; readonly answer: Answer }>();
  private asked: AbortController | undefined;
  /** The choices whose tensors it shows. */
  private of = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly spec = $derived.by(() => this.network.quant[this.id]);
  /** The quantizer of its activations: by the range that was set, or PTQ's. */
  readonly q: QParams | undefined = $derived.by(() => {
    const activation = this.detail?.activation;
    const spec = this.spec?.activation;
    return activation && (this.clip && spec ? tensorQParams(rangeOf(this.clip), spec) : activation.q);
  });
  readonly error = $derived.by(() => {
    const histogram = this.detail?.activation?.histogram;
    return histogram && this.q && activationError(histogram, this.q);
  });
  /** What this node makes of the image. */
  readonly map = $derived(this.maps?.find(({ name }) => name === this.id));
  /** Right before and after the range was set, of the same images; once both are known. */
  readonly effect = $derived.by(() => {
    const [before, after] = [this.base?.answer.classified, this.answer?.classified];
    if (!before || !after || !this.clip) return undefined;
    const images = Math.min(before.labels.length, after.labels.length);
    const right = ({ labels, predictions }: typeof before): number =>
      labels.subarray(0, images).reduce((sum, label, i) => sum + Number(label === predictions[i]), 0) / images;
    return { before: right(before), after: right(after), images };
  });

  /** The run in hand has trained something. */
  readonly hasTrained = $derived.by(() => this.playground.current.qatEnded);
  /** Undefined until it is known. */
  readonly comparison = $derived.by(() => (this.compared?.of === this.run ? this.compared : undefined));

  constructor(
    readonly id: string,
    private readonly playground: Playground,
    private readonly lesson: Lesson,
    private readonly network: NetworkView,
  ) {}

  /** All that decides on what was trained. */
  private get run(): string {
    const { id, recipe } = this.playground.current;
    return JSON.stringify([id, recipe]);
  }
  private get choices() {
    return { ...this.playground.options, ...this.lesson.widths };
  }

  /**
   * Its tensors; to be called in an effect, which a change of the network starts again. A range that was set is the other
   * network's, and goes.
   */
  openTensors(): Promise<void> {
    const { choices, id } = this;
    const of = JSON.stringify(choices);
    if (of !== this.of) this.set(undefined);
    this.of = of;
    return this.attempt(async () => {
      const detail = await this.playground.project.layers.detail(choices, id);
      if (of === JSON.stringify(this.choices)) this.detail = detail;
    });
  }

  /** Its maps of the picture, once the hand rests on it; likewise, and of another picture. */
  openMaps(): () => void {
    const { choices, playground } = this;
    const { looked } = this.network;
    const of = JSON.stringify([choices, looked.key]);
    const open = async () => {
      const picture = await looked.read();
      const maps = await playground.project.layers.maps(choices, picture.pixels);
      if (of !== JSON.stringify([this.choices, looked.key])) return;
      this.picture = picture;
      this.maps = maps;
      this.walked = this.at = undefined;
    };
    const timer = setTimeout(() => void this.attempt(open), looked.ownPixels ? REST : 0);
    return () => clearTimeout(timer);
  }

  /** Its tensors before and after training, of the run in hand; likewise. */
  openChange(): Promise<void> {
    const { hasTrained, id, run } = this;
    if (!hasTrained) return Promise.resolve();
    return this.attempt(async () => {
      this.compared = { of: run, change: await this.playground.project.layers.change(id) };
    });
  }

  /** Sets the range; the network is asked once the hand rests. */
  set(clip: Clip | undefined): void {
    this.clip = clip;
    this.asked?.abort();
    clearTimeout(this.timer);
    this.waiting = clip !== undefined;
    if (clip) this.timer = setTimeout(() => void this.ask(clip), REST);
    else this.answer = undefined;
  }

  /** One output of this node, product by product. */
  walk(at: Position): Promise<void> {
    const { choices, id, picture } = this;
    this.at = at;
    return this.attempt(async () => {
      const walked = await this.playground.project.layers.walk(choices, picture!.pixels, id, at);
      if (this.at === at) this.walked = walked;
    });
  }

  close(): void {
    this.asked?.abort();
    clearTimeout(this.timer);
  }

  private async ask(clip: Clip): Promise<void> {
    const { signal } = (this.asked = new AbortController());
    const { choices } = this;
    // What rests on the slider makes way.
    this.lesson.giveWay();
    await this.attempt(async () => {
      const of = JSON.stringify(choices);
      if (this.base?.of !== of) {
        const answer = await this.answered(choices, signal);
        if (answer) this.base = { of, answer };
      }
      const answer = await this.answered({ ...choices, clips: { [this.id]: clip } }, signal);
      if (!answer) return;
      this.answer = answer;
      this.waiting = false;
    });
  }

  /** On the first images; undefined where it was left. */
  private async answered(choices: PtqChoices, signal: AbortSignal): Promise<Answer | undefined> {
    let last: Answer | undefined;
    for await (const answer of this.playground.project.stops.answers(choices, signal)) {
      last = answer;
      if (answer.classified.labels.length >= FIRST_IMAGES) break;
    }
    return signal.aborted ? undefined : last;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.waiting = false;
      this.problem = problemOf(error);
    }
  }
}

const rangeOf = ([min, max]: Clip): ObservedRange => ({ min: Float32Array.of(min), max: Float32Array.of(max) });
