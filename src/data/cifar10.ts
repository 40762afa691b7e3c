// CIFAR-10 images by split and position, fetched shard by shard as they are needed.
// Not for augmentation, normalisation or batches: the files beside this one.
import { PlaygroundError } from '../core/errors';
import { Downloader, type DownloadOptions } from '../core/fetch-verified';
import type { ListedFile } from '../core/manifest';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from './cifar10-spec';
import { checkDataManifest, type DataManifest } from './manifest';
import type { ImageSource, LabelledImages, Split } from './source';

/**
 * Reads the manifest; no images yet.
 * @param baseUrl folder of the prepared data, ending in '/'
 * @throws PlaygroundError 'network' or 'bad-file'
 */
export async function openCifar10(baseUrl: string, options?: DownloadOptions): Promise<Cifar10> {
  const downloader = new Downloader(baseUrl, options);
  return new Cifar10(checkDataManifest(await downloader.manifest()), downloader);
}

/** The three splits; shards that were fetched stay in memory, unpacked. */
export class Cifar10 implements ImageSource {
  readonly spec = CIFAR10;
  readonly block = SHARD_IMAGES;
  private readonly shards = new Map<string, Promise<LabelledImages>>();

  constructor(
    readonly manifest: DataManifest,
    private readonly downloader: Downloader,
  ) {}

  /** Number of images: 45,000, 5,000 and 10,000. */
  size(split: Split): number {
    return this.manifest.splits[split].images;
  }

  /**
   * A copy of images start..start+count-1 of a split, in its fixed order.
   * @throws PlaygroundError 'bad-argument' outside the split; 'network', 'checksum', 'bad-file' from downloading
   */
  async images(split: Split, start: number, count: number): Promise<LabelledImages> {
    const end = start + count;
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || count < 0 || end > this.size(split))
      throw new PlaygroundError(
        'bad-argument',
        `Images ${start} to ${end - 1} were asked for; ${split} has ${this.size(split)}.`,
        'Ask for fewer images.',
      );
    const pixels = new Uint8Array(count * IMAGE_BYTES);
    const labels = new Uint8Array(count);
    const copy = async (shard: number) => {
      const first = shard * SHARD_IMAGES;
      const [from, to] = [Math.max(start, first), Math.min(end, first + SHARD_IMAGES)];
      const stored = await this.shard(this.manifest.splits[split].shards[shard]);
      labels.set(stored.labels.subarray(from - first, to - first), from - start);
      const bytes = stored.pixels.subarray((from - first) * IMAGE_BYTES, (to - first) * IMAGE_BYTES);
      pixels.set(bytes, (from - start) * IMAGE_BYTES);
    };
    const copies: Promise<void>[] = [];
    for (let shard = Math.floor(start / SHARD_IMAGES); shard * SHARD_IMAGES < end; shard++) copies.push(copy(shard));
    await Promise.all(copies);
    return { pixels, labels };
  }

  /** One download for all who ask; a failed one is forgotten, so that the next call tries again. */
  private shard(listed: ListedFile): Promise<LabelledImages> {
    let shard = this.shards.get(listed.file);
    if (!shard) {
      shard = this.downloader.file(listed).then(({ data }) => unpack(data, listed.file));
      shard.catch(() => this.shards.delete(listed.file));
      this.shards.set(listed.file, shard);
    }
    return shard;
  }
}

async function unpack(packed: Uint8Array<ArrayBuffer>, file: string): Promise<LabelledImages> {
  const bad = (what: string, cause?: unknown) =>
    new PlaygroundError('bad-file', `${file} ${what}.`, 'Prepare the data on the server again.', { cause });
  let bytes: Uint8Array;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw bad('is not gzip', cause);
  }
  if (bytes.length !== SHARD_IMAGES * (1 + IMAGE_BYTES)) throw bad(`holds ${bytes.length} bytes`);
  const labels = bytes.subarray(0, SHARD_IMAGES);
  if (labels.some((label) => label >= CIFAR10.classes.length)) throw bad('has a label that is no class');
  return { labels, pixels: bytes.subarray(SHARD_IMAGES) };
}
