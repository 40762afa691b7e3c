// Which picture networks are looked into on, as runes: one of the validation split or, once there is one, the visitor's own.
// Not for asking networks about it: inspector.svelte.ts, threes.svelte.ts.
import type { OwnPicture } from './own-picture.svelte';
import type { Playground } from './playground.svelte';

/** A picture as networks take it. */
export interface Picture {
  readonly pixels: Uint8Array;
  /** Its place in the validation split, and what it shows; undefined of a visitor's own. */
  readonly index: number | undefined;
  readonly label: number | undefined;
}

export class LookedAt {
  /** Of the validation split. */
  index = $state(0);
  /** In its place, the visitor's own. */
  wantsOwn = $state(false);

  readonly hasOwn = $derived.by(() => this.own.pixels !== undefined);
  /** Of the visitor's own, where that is looked at. */
  readonly ownPixels = $derived.by(() => (this.wantsOwn ? this.own.pixels : undefined));
  /** Tells the picture from all others. */
  readonly key = $derived(String(this.ownPixels ?? [this.index]));

  constructor(
    private readonly playground: Playground,
    private readonly own: OwnPicture,
  ) {}

  /** The picture; one of the split once the network is loaded, which brings the images. @throws PlaygroundError as the load step does */
  async read(): Promise<Picture> {
    const { index, ownPixels } = this;
    if (ownPixels) return { pixels: ownPixels, index: undefined, label: undefined };
    const { project } = this.playground;
    await project.run('load');
    const { pixels, labels } = await project.validationImage(index);
    return { pixels, index, label: labels[0] };
  }
}
