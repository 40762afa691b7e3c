// The pretrained weights: downloaded, verified, decoded from float16 to float32.
// Not for putting them on a device (src/train) nor for training states.
import { Downloader, type DownloadOptions } from '../core/fetch-verified';
import type { Param, ParamStore } from '../core/params';
import { decodeFloat16 } from './float16';
import { checkManifest, shardStarts, type CheckpointManifest } from './manifest';

export interface LoadedCheckpoint {
  readonly params: ParamStore;
  readonly manifest: CheckpointManifest;
  /** Size of all shards. */
  readonly bytes: number;
  /** Nothing but the manifest came over the network. */
  readonly fromCache: boolean;
}

/**
 * @param baseUrl folder of the checkpoint, ending in '/'
 * @throws PlaygroundError 'network', 'checksum' or 'bad-file', naming the file or entry
 */
export async function loadCheckpoint(baseUrl: string, options?: DownloadOptions): Promise<LoadedCheckpoint> {
  const downloader = new Downloader(baseUrl, options);
  const manifest = checkManifest(await downloader.manifest());
  const files = await Promise.all(manifest.shards.map((shard) => downloader.file(shard))).catch((error: unknown) => {
    downloader.stop();
    throw error;
  });

  const starts = shardStarts(manifest.shards);
  const stream = new Uint8Array(starts[files.length]);
  files.forEach(({ data }, i) => stream.set(data, starts[i]));
  const params = new Map<string, Param>();
  for (const { name, shape, shard, offset, length } of manifest.tensors) {
    const start = starts[shard] + offset;
    params.set(name, { shape, data: decodeFloat16(stream.subarray(start, start + 2 * length)) });
  }
  return { params, manifest, bytes: stream.length, fromCache: files.every(({ fromCache }) => fromCache) };
}
