// The images that latency is measured on, each alone, the first again after the last. Not for measuring: src/report/statistics.ts.
import { bytesPerImage } from '../core/image-spec';
import { atMost, type ImageSource } from './source';

const MOST = 100;

/** @returns the bytes of one test image for each sample of a measurement */
export async function latencyImages(source: ImageSource): Promise<(sample: number) => Uint8Array> {
  const count = atMost(source, 'test', MOST);
  const { pixels } = await source.images('test', 0, count);
  const size = bytesPerImage(source.spec);
  return (sample) => {
    const i = sample % count;
    return pixels.subarray(i * size, (i + 1) * size);
  };
}
