// What webgpu-variants.spec.ts runs in the page: the choice of convolution variants, and what was kept of it.
import { openDB } from 'idb';
import { chooseVariants } from '../../src/device/webgpu/choose-variants';
import { provenVariants } from '../../src/device/webgpu/prove-variants';
import { startWebGpuBackend } from '../../src/device/webgpu/start';
import { DATABASE, STORE } from '../../src/device/webgpu/variant-store';
import { variantFor, variantKey, variantsOf } from '../../src/device/webgpu/variants';
import { resnet18 } from '../../src/graph/resnet18';
import { convolutionsOf } from '../../src/train/convolutions';

/** Where the choices came from, and the variant of each of the network's convolutions, of those alike one. */
export async function choose(): Promise<{ from: string; variants: string[]; tensors: number }> {
  const backend = (await startWebGpuBackend())!;
  const convolutions = convolutionsOf(resnet18());
  const from = await chooseVariants(backend, convolutions);
  const variants = new Map(
    convolutions.map((c) => [variantKey(c), variantFor(backend.device, { ...c, n: 32, xChannels: c.ci })]),
  );
  return { from, variants: [...variants.values()], tensors: backend.numDataIds() };
}

/** The variants of our device and of one without features, and which are proven: as they are, and with one wrong value. */
export async function prove() {
  const backend = (await startWebGpuBackend())!;
  const plain = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const offered = variantsOf(backend.device);
  const right = await provenVariants(backend, offered);
  const read = backend.read.bind(backend);
  const withWrong = async (number: number) => {
    let reads = 0;
    backend.read = async (id) => {
      const values = (await read(id)) as Float32Array;
      if (++reads === number) values[values.length - 1] += 0.001;
      return values;
    };
    return provenVariants(backend, offered);
  };
  return {
    ...{ offered, plain: variantsOf(plain), right },
    ...{ wrongSubgroups: await withWrong(3), wrongWorkgroup: await withWrong(6) },
  };
}

/** From now on the browser rejects the shaders of a variant. */
export function spoil(variant: string): void {
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    const spoiled = descriptor.label?.split('|')[1] === variant;
    return createShaderModule.call(this, spoiled ? { ...descriptor, code: 'spoiled' } : descriptor);
  };
}

/** Changes what is stored for the one adapter. */
async function change(make: (stored: { fingerprint: string; choices: Record<string, string> }) => unknown) {
  const database = await openDB(DATABASE);
  const [adapter] = await database.getAllKeys(STORE);
  await database.put(STORE, make(await database.get(STORE, adapter)), adapter);
  database.close();
}

/** Leaves an entry that lacks most shapes, as another version of the network would. */
export const lackShapes = () => change((stored) => ({ ...stored, choices: { '8,8,64,64,3,3,1,1': 'registers' } }));
/** As if this variant had been the fastest everywhere. */
export const allOf = (variant: string) =>
  change(({ fingerprint, choices }) => ({
    fingerprint,
    choices: Object.fromEntries(Object.keys(choices).map((key) => [key, variant])),
  }));
export const otherBrowser = () => {
  Object.defineProperty(navigator, 'userAgent', { value: `${navigator.userAgent} later` });
};
/** A page of a later version has raised the database's. */
export async function laterVersion(): Promise<void> {
  (await openDB(DATABASE, 99)).close();
}
/** From now on no database answers. */
export function silentStorage(): void {
  IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
}
