// The worker that reads files of a visitor's own, and ends when they are read. No tfjs, no network; nothing of a file is run.
// Not for what becomes of them: the project's and the page's.
import { PlaygroundError } from '../core/errors';
import { CIFAR10 } from '../data/cifar10-spec';
import { toSafetensors } from '../export/safetensors';
import { crc32 } from '../import/crc32';
import { kindOf, KIND_BYTES } from '../import/kinds';
import { CIFAR_RECORD, imagesOfCifarBinary, imagesOfNpz } from '../import/labelled-images';
import { readPyTorch } from '../import/pytorch';
import { CLASSES, MOST_BYTES } from '../import/refuse';
import { readSafetensors } from '../import/safetensors';
import { asStateDict } from '../import/state-dict';
import type { FileTensor } from '../import/tensor';
import { readZip } from '../import/zip';
import { parseInt8Model } from '../int8/serialize';
import { expectedShapes } from '../model/resnet18-cifar10';
import { exposeAlive } from './alive';
import './errors';
import type { GivenFile, ImportApi, OnPictures, Opened } from './import-api';
import { fromFolders, resized } from './import-images';

/** Larger than a report of many long runs. */
const MOST_TEXT = 16 * 2 ** 20;

const refused = (message: string, hint: string, cause?: unknown) =>
  new PlaygroundError('bad-file', message, hint, { cause });

const WHAT_TO_TAKE =
  'Give a recipe, a report or an integer network as this page saves them; weights of torchvision’s ResNet18 as safetensors or .pt; ' +
  'or labelled images: a folder or zip of class folders, .npz, or CIFAR-10’s binary.';

class ImportWorker implements ImportApi {
  async open(files: readonly GivenFile[], onPictures: OnPictures): Promise<Opened> {
    if (files.reduce((sum, { file }) => sum + file.size, 0) > MOST_BYTES)
      throw refused('Together the files are larger than 512 MiB.', 'Give fewer or smaller files.');
    if (files.every(({ path, file }) => path.endsWith('.bin') && file.size > 0 && file.size % CIFAR_RECORD === 0))
      return this.cifar(files);
    if (files.length > 1 || files[0].path.includes('/')) return this.folder(files, onPictures);
    const [{ path: name, file }] = files as [GivenFile];
    const kind = kindOf(await bytesOf(file.slice(0, KIND_BYTES)));
    if (kind === 'text') {
      if (file.size > MOST_TEXT) throw refused('It is too large for a recipe or a report.', WHAT_TO_TAKE);
      return { kind, name, text: await file.text() };
    }
    if (kind === 'picture')
      throw refused('It is one picture.', 'Show it to the networks in step 8, or give a folder of class folders here.');
    if (kind === 'unknown' || kind === 'npy')
      throw refused('It is none of the files that this page reads.', WHAT_TO_TAKE);
    const bytes = await bytesOf(file);
    if (kind === 'integers') return { kind, name, bytes: file.size, model: parseInt8Model(bytes) };
    if (kind === 'safetensors') return network(name, readSafetensors(bytes));
    if (kind === 'pickle') return network(name, readPyTorch(bytes));
    const entries = readZip(bytes);
    const names = [...entries.keys()];
    if (names.some((entry) => /^[^/]*\/data\.pkl$/.test(entry))) return network(name, readPyTorch(bytes));
    if (names.some((entry) => entry.endsWith('.npy'))) return resized(name, imagesOfNpz(bytes));
    const read = async (path: string) => new Blob([entries.get(path)!.read() as Uint8Array<ArrayBuffer>]);
    return fromFolders(name, names, read, onPictures);
  }

  private async cifar(files: readonly GivenFile[]): Promise<Opened> {
    const whole = new Uint8Array(files.reduce((sum, { file }) => sum + file.size, 0));
    let at = 0;
    for (const { file } of files) {
      whole.set(await bytesOf(file), at);
      at += file.size;
    }
    return resized(files[0].path.split('/')[0], imagesOfCifarBinary(whole, CIFAR10.classes));
  }

  private folder(files: readonly GivenFile[], onPictures: OnPictures): Promise<Opened> {
    const byPath = new Map(files.map(({ path, file }) => [path, file]));
    const name = files[0].path.split('/')[0];
    return fromFolders(name, [...byPath.keys()], async (path) => byPath.get(path)!, onPictures);
  }
}

/** @throws PlaygroundError 'bad-file' naming the tensor */
function network(name: string, tensors: ReadonlyMap<string, FileTensor>): Opened {
  const { params, classes } = asStateDict(tensors, expectedShapes(), CLASSES);
  const file = toSafetensors(params);
  const sum = crc32(file).toString(16).padStart(8, '0');
  return { kind: 'network', network: { name, sum, classes, blob: new Blob([file]) } };
}

/** @throws PlaygroundError 'bad-file' where it cannot be read, as a folder cannot */
async function bytesOf(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw refused('It could not be read.', 'It may have been moved or changed since: give it again.', cause);
  }
}

exposeAlive(new ImportWorker());
