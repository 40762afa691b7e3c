// What webgpu-variants.spec.ts runs in the page: the choice of convolution variants, and what was kept of it.
import { openDB } from 'idb';
import { chooseVariants, networkConvolutions } from '../../src/train/kernels/webgpu/choose-variants';
import { startWebGpuBackend } from '../../src/train/kernels/webgpu/device';
import { proveSubgroups } from '../../src/train/kernels/webgpu/prove-subgroups';
import { DATABASE, STORE } from '../../src/train/kernels/webgpu/variant-store';
import { variantFor, variantsOf } from '../../src/train/kernels/webgpu/variants';

/** Where the choices came from, and the variant of each of the network's convolutions. */
export async function choose(): Promise<{ from: string; variants: string[]; tensors: number }> {
  const backend = (await startWebGpuBackend())!;
  const from = await chooseVariants(backend);
  const variants = networkConvolutions().map((shape) => variantFor(backend.device, shape));
  return { from, variants, tensors: backend.numDataIds() };
}

/** The variants of our device and of one without features; whether subgroups prove right, also if one value were wrong. */
export async function prove(): Promise<{ offered: string[]; plain: string[]; right: boolean; wrong: boolean }> {
  const backend = (await startWebGpuBackend())!;
  const plain = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const right = await proveSubgroups(backend);
  const read = backend.read.bind(backend);
  let reads = 0;
  backend.read = async (id) => {
    const values = (await read(id)) as Float32Array;
    if (++reads === 6) values[values.length - 1] += 0.001;
    return values;
  };
  const wrong = await proveSubgroups(backend);
  return { offered: [...variantsOf(backend.device)], plain: [...variantsOf(plain)], right, wrong };
}

/** Leaves an entry that lacks most shapes, as another version of the network would. */
export async function damage(): Promise<void> {
  const database = await openDB(DATABASE);
  const [adapter] = await database.getAllKeys(STORE);
  await database.put(STORE, { '8,8,64,64,3,3,1,1': 'registers' }, adapter);
  database.close();
}
