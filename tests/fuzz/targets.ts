// Every reader of what comes from outside, each with real files of its kind, small ones. Not for how they are changed
// (mutate.ts), nor for what a reader may do (judge.ts).
import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { checkManifest } from '../../src/checkpoint/manifest';
import { Rng } from '../../src/core/rng';
import { checkDataManifest } from '../../src/data/manifest';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { planModel } from '../../src/engine/plan';
import { ModelBuilder } from '../../src/engine/testing/models';
import { HEAD_BYTES, saidSize } from '../../src/data/said-size';
import { splitImages } from '../../src/data/split-images';
import { classFolders } from '../../src/import/class-folders';
import { kindOf, KIND_BYTES } from '../../src/import/kinds';
import { imagesOfCifarBinary, imagesOfNpz } from '../../src/import/labelled-images';
import { readPyTorch } from '../../src/import/pytorch';
import { readSafetensors } from '../../src/import/safetensors';
import { asStateDict, type ExpectedShapes } from '../../src/import/state-dict';
import type { FileTensor } from '../../src/import/tensor';
import { readZip } from '../../src/import/zip';
import { parseInt8Model, serializeInt8Model } from '../../src/int8/serialize';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { fromFile, fromQuery, toFile, toQuery } from '../../src/recipe/recipe-text';
import { readArchive, writeArchive } from '../../src/shelf/archive';
import { readPastRuns } from '../../src/shelf/carry-over';
import type { RunRecord } from '../../src/shelf/record';
import { wholeRun } from '../../src/shelf/testing';
import { asTraining } from '../../src/train/saved/record';
import { readClassFile } from '../../src/ui/classroom/class-file';
import { viewOf, viewQuery } from '../../src/ui/state/view-query';
import { bytes, inHeader, inZip, json } from './mutate';
import type { Target } from './target';

const ROOT = new URL('../../', import.meta.url);
const file = (path: string) => new Uint8Array(readFileSync(new URL(path, ROOT)));
const encoded = (text: string) => new TextEncoder().encode(text);
const decoded = (file: Uint8Array) => new TextDecoder().decode(file);
/** JSON as a reader of values has it. */
const valueOf = (file: Uint8Array): unknown => {
  try {
    return JSON.parse(decoded(file)) as unknown;
  } catch {
    return undefined;
  }
};

/** Files that PyTorch, safetensors and numpy wrote: the fixture of tests/golden/files.test.ts. */
type Group = Readonly<Record<string, string>>;
const { good, bad, arrays } = (
  JSON.parse(readFileSync(new URL('tests/golden/fixtures/files.json', ROOT), 'utf8')) as {
    values: Record<string, Group>;
  }
).values;
const filesOf = (group: Group, ending: string): Uint8Array[] =>
  Object.entries(group)
    .filter(([name]) => name.endsWith(ending))
    .map(([, text]) => new Uint8Array(Buffer.from(text, 'base64')));

const EXPECTED: ExpectedShapes = new Map([
  ['0.weight', [2, 3, 3, 3]],
  ['0.bias', ['classes']],
  ['1.weight', [2]],
  ['1.bias', [2]],
  ['1.running_mean', [2]],
  ['1.running_var', [2]],
]);
function readAll(tensors: ReadonlyMap<string, FileTensor>): void {
  for (const { values } of tensors.values()) values();
  asStateDict(tensors, EXPECTED, { min: 2, max: 100 });
}

function int8Models(): Uint8Array[] {
  const one = new ModelBuilder(new Rng(1));
  one.conv(one.tensor(6, 6, 3, 40), 4, 3, 1, 1);
  const two = new ModelBuilder(new Rng(2), 15, 4);
  const image = two.tensor(5, 5, 4, 3);
  two.linear(two.avgpool(two.add(image, two.conv(image, 4, 1, 1, 0, { relu: false }), true, 0)), 3);
  return [one.build('one'), two.build('two')].map((model) => serializeInt8Model(model));
}

const PAST: RunRecord = {
  ...{ id: 'a', name: 'seven', recipe: DEFAULT_RECIPE, pinned: false, made: 1 },
  figures: { fp32: 0.88, control: 0.88, ptq: 0.3, qat: 0.86, images: 10_000 },
  curve: { steps: [1, 2], loss: [2, 1], validationSteps: [2], validationAccuracy: [0.8] },
};
const REPORT = {
  ...{ fp32: { accuracy: 0.88 }, ptq: { accuracy: 0.7 }, qat: { int8: { accuracy: 0.86 } }, size: { int8_bytes: 4 } },
  ...{ images: 10, options: DEFAULT_RECIPE },
};
const LAB = { author: 'A', runs: [{ name: 'one', recipe: DEFAULT_RECIPE, report: REPORT }], exercises: [] };
const TRAINING = {
  ...{ id: 'a', options: DEFAULT_RECIPE, savedAt: 5 },
  runs: { qat: { step: 2, history: { losses: [1, 2], validations: [], schedule: [{ step: 0, rate: 0.1 }] } } },
};
/** Three pictures each of two classes, and what an archive puts beside them. */
const PETS = [
  ...['cat', 'dog'].flatMap((name) => [1, 2, 3].map((i) => `pets/${name}/${i}.png`)),
  ...['pets/cat/.hidden', 'pets/readme.png'],
];
const PICTURE = encode({ width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(9) });
/** Two of CIFAR-10's records, of every class one is asked for: two classes. */
const CIFAR = Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? i / 3073 : i & 255));

async function archive(): Promise<Uint8Array> {
  const runs = async function* () {
    yield wholeRun('a');
    yield { record: PAST };
  };
  return new Uint8Array(await (await writeArchive(runs())).arrayBuffer());
}
/** Has the manifest of an archive say how long its entries are. */
function relisted(entries: Record<string, Uint8Array>): void {
  const { 'manifest.json': manifest, ...others } = entries;
  const value = manifest && (valueOf(manifest) as { files?: Record<string, { bytes?: number }> } | undefined);
  if (!value?.files) return;
  for (const [path, { length }] of Object.entries(others))
    if (Object.hasOwn(value.files, path)) value.files[path] = { ...value.files[path], bytes: length };
  entries['manifest.json'] = encoded(JSON.stringify(value));
}

export const TARGETS: readonly Target[] = [
  {
    name: 'int8',
    seeds: int8Models(),
    mutations: [bytes, inHeader(8, 4, json), inHeader(8, 4, json)],
    read(file) {
      const model = parseInt8Model(file);
      planModel(model, { relaxed: true });
      serializeInt8Model(model);
    },
  },
  {
    name: 'safetensors',
    seeds: filesOf(good, '.safetensors'),
    mutations: [bytes, inHeader(0, 8, json), inHeader(0, 8, json)],
    read: (file) => readAll(readSafetensors(file)),
  },
  {
    name: 'pytorch',
    seeds: [...filesOf(good, '.pt'), ...filesOf(bad, '.pt')].filter(({ length }) => length < 20_000),
    mutations: [bytes, inZip(bytes), inZip(bytes), inZip(bytes)],
    read: (file) => readAll(readPyTorch(file)),
  },
  {
    name: 'npz',
    seeds: filesOf(arrays, '.npz'),
    mutations: [bytes, inZip(bytes), inZip(bytes)],
    read: (file) => void imagesOfNpz(file),
  },
  {
    name: 'zip',
    seeds: [
      ...filesOf(good, 'deflated.pt'),
      zipSync({ 'a/b.txt': encoded('as often as not, '.repeat(40)), '../up': Uint8Array.of(1) }, { comment: 'a note' }),
    ],
    mutations: [bytes],
    read(file) {
      for (const entry of readZip(file).values()) entry.read();
    },
  },
  {
    name: 'class-folders',
    seeds: [zipSync(Object.fromEntries(PETS.map((path) => [path, PICTURE])))],
    mutations: [bytes, bytes, inZip(bytes)],
    read(file) {
      kindOf(file.subarray(0, KIND_BYTES));
      const entries = readZip(file);
      const folders = classFolders([...entries.keys()]);
      if (typeof folders === 'string') return;
      for (const { path } of folders.pictures) {
        const picture = entries.get(path)!.read();
        if (kindOf(picture.subarray(0, KIND_BYTES)) === 'picture') saidSize(picture.subarray(0, HEAD_BYTES));
      }
      splitImages(Uint8Array.from(folders.pictures, ({ label }) => label));
    },
  },
  {
    name: 'cifar',
    seeds: [CIFAR],
    mutations: [bytes],
    read: (file) => void imagesOfCifarBinary(file, CIFAR10.classes),
  },
  {
    name: 'checkpoint',
    seeds: [file('public/checkpoint/manifest.json')],
    mutations: [json],
    read: (file) => void checkManifest(valueOf(file)),
  },
  {
    name: 'data',
    seeds: [file('public/data/manifest.json')],
    mutations: [json],
    read: (file) => void checkDataManifest(valueOf(file)),
  },
  {
    name: 'recipe',
    seeds: [encoded(toFile(DEFAULT_RECIPE)), encoded(toFile({ ...DEFAULT_RECIPE, layerBits: 'conv1=2/4,fc=8/8' }))],
    mutations: [bytes, json, json],
    read: (file) => void fromFile(decoded(file)),
  },
  {
    name: 'address',
    seeds: [
      encoded(toQuery({ ...DEFAULT_RECIPE, weightBits: 4, layerBits: 'conv1=2/4,fc=8/8', learningRate: 1e-4 })),
      encoded('lang=zh&theme=dark&text=150&hide=lesson,runs&utm_source=x'),
    ],
    mutations: [bytes],
    read(file) {
      const query = decoded(file);
      viewQuery(viewOf(query));
      toQuery(fromQuery(query));
    },
  },
  {
    name: 'report',
    seeds: [encoded(JSON.stringify(REPORT)), encoded(JSON.stringify(LAB))],
    mutations: [bytes, json, json],
    read: (file) => void readClassFile('a.json', decoded(file), (html) => html.slice(1)),
  },
  {
    name: 'past-runs',
    seeds: [encoded(JSON.stringify({ version: 1, runs: [PAST, { ...PAST, id: 'b', name: 2 }] }))],
    mutations: [bytes, json, json],
    read: (file) => void readPastRuns(decoded(file)),
  },
  {
    name: 'shelf',
    seeds: [await archive()],
    mutations: [bytes, inZip(json, relisted), inZip(json, relisted), inZip(bytes, relisted)],
    read: (file) => void readArchive(file),
  },
  {
    name: 'training',
    seeds: [encoded(JSON.stringify(TRAINING))],
    mutations: [json],
    read: (file) => void asTraining('a', valueOf(file)),
  },
];
