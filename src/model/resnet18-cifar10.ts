// The network and the images that this page offers: the article's ResNet18, pretrained on CIFAR-10.
// The only place in the product that names them; all else reads a ModelSpec and an ImageSource.
import { loadCheckpoint, type LoadedCheckpoint } from '../checkpoint/load';
import type { ImageSpec } from '../core/image-spec';
import type { DownloadOptions } from '../core/fetch-verified';
import { openCifar10 } from '../data/cifar10';
import { CIFAR10 } from '../data/cifar10-spec';
import type { ImageSource } from '../data/source';
import { resnet18 } from '../graph/resnet18';
import type { Graph } from '../graph/types';
import type { ModelSpec } from './model-spec';

/** What the page's images are. */
export const IMAGES: ImageSpec = CIFAR10;

/** Made when it is asked for: modules that only read images import this one too. */
export const network = (): Graph => resnet18();

/**
 * @param baseUrl where the page's checkpoint/ is, ending in '/'
 * @throws PlaygroundError 'network', 'checksum' or 'bad-file', naming the file or entry
 */
export async function loadModel(
  baseUrl: string,
  options?: DownloadOptions,
): Promise<{ readonly model: ModelSpec; readonly checkpoint: LoadedCheckpoint }> {
  const checkpoint = await loadCheckpoint(`${baseUrl}checkpoint/`, options);
  return { model: { graph: network(), params: checkpoint.params, images: CIFAR10 }, checkpoint };
}

/** @param baseUrl where the page's data/ is, ending in '/' @throws PlaygroundError 'network' or 'bad-file' */
export function openImages(baseUrl: string): Promise<ImageSource> {
  return openCifar10(`${baseUrl}data/`);
}
