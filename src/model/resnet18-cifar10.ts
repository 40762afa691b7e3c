// The network and the images that this page offers: the article's ResNet18, pretrained on CIFAR-10; or what a visitor has given
// in their place. The only place in the product that names them; all else reads a ModelSpec and an ImageSource.
import { loadCheckpoint, type LoadedCheckpoint } from '../checkpoint/load';
import type { ImageSpec } from '../core/image-spec';
import type { ParamStore } from '../core/params';
import type { DownloadOptions } from '../core/fetch-verified';
import { openCifar10 } from '../data/cifar10';
import { CIFAR10 } from '../data/cifar10-spec';
import { openOwnImages } from '../data/own-images';
import type { ImageSource } from '../data/source';
import { operationOf } from '../graph/ops/table';
import { resnet18 } from '../graph/resnet18';
import type { Graph } from '../graph/types';
import { CLASSES } from '../import/refuse';
import type { ExpectedShapes } from '../import/state-dict';
import type { ModelSpec } from './model-spec';
import type { LastLayer, Own, OwnNetwork, Place } from './own';

/** Made when it is asked for: modules that only read images import this one too. @param classes that it tells apart */
export const network = (classes = CIFAR10.classes.length): Graph => resnet18(classes);

/** What the network takes, and what it is to tell apart. */
export const imagesOf = ({ images }: Own): ImageSpec => images?.spec ?? CIFAR10;

/** The parameters of the network by their names; the number of classes is the file's to say. */
export function expectedShapes(): ExpectedShapes {
  const { nodes } = network();
  const last = nodes[nodes.length - 1].id;
  return new Map(
    nodes.flatMap((node) =>
      (operationOf(node).params?.(node) ?? []).map(({ name, shape }) => [
        name,
        node.id === last ? (['classes', ...shape.slice(1)] as const) : shape,
      ]),
    ),
  );
}

/** Its last layer tells apart what the images show: only then is it used as it is. */
export function fits({ network, images }: Own): boolean {
  const { classes } = imagesOf({ images });
  // A file has no names of classes.
  if (network) return network.classes === classes.length;
  return classes.length === CIFAR10.classes.length && classes.every((name, i) => name === CIFAR10.classes[i]);
}

export interface Loaded {
  readonly model: ModelSpec;
  /** Of the page's own network. */
  readonly checkpoint: LoadedCheckpoint | undefined;
}

/**
 * The network as its weights are: its last layer may be one for other classes, see `fits`; where the place has another, with that.
 * @throws PlaygroundError 'network', 'checksum' or 'bad-file', naming the file or entry
 */
export async function loadModel({ baseUrl, own, lastLayer }: Place, options?: DownloadOptions): Promise<Loaded> {
  const images = imagesOf(own);
  const checkpoint = own.network ? undefined : await loadCheckpoint(`${baseUrl}checkpoint/`, options);
  const params = checkpoint ? checkpoint.params : await ownParams(own.network!);
  const model = { graph: network(own.network?.classes), params, images };
  return { model: lastLayer ? withLastLayer(model, lastLayer) : model, checkpoint };
}

/** The same network with another last layer. */
export function withLastLayer({ params, images }: ModelSpec, { weight, bias }: LastLayer): ModelSpec {
  const replaced = new Map(params);
  replaced.set('fc.weight', { shape: [bias.length, weight.length / bias.length], data: weight });
  replaced.set('fc.bias', { shape: [bias.length], data: bias });
  return { graph: network(bias.length), params: replaced, images };
}

/** @throws PlaygroundError as openCifar10 or openOwnImages */
export function openImages({ baseUrl, own }: Pick<Place, 'baseUrl' | 'own'>): Promise<ImageSource> {
  return own.images ? openOwnImages(own.images) : openCifar10(`${baseUrl}data/`);
}

async function ownParams({ blob }: OwnNetwork): Promise<ParamStore> {
  const { readSafetensors } = await import('../import/safetensors');
  const { asStateDict } = await import('../import/state-dict');
  return asStateDict(readSafetensors(new Uint8Array(await blob.arrayBuffer())), expectedShapes(), CLASSES).params;
}
