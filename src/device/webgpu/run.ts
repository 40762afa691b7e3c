// Records one compute dispatch into tfjs's WebGPU command stream: bindings, pipeline cache, several outputs per shader,
// which tfjs's own runWebGPUProgram cannot do. Uses fields tfjs declares private: the version is pinned in package.json.
// Not for what a shader computes.
import type { TensorInfo } from '@tensorflow/tfjs';
import { env } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelName } from '../contract';
import { labelOf } from './scopes';
import type { Variant } from './variants';

/** One storage buffer as the shader sees it: `array<type, length>`; the length is baked, so indices are checked cheaply. */
export interface Binding {
  readonly name: string;
  readonly type: 'f32' | 'vec4<f32>' | 'u32';
  /** Elements of `type`. */
  readonly length: number;
}

/**
 * One specialised shader. `body` is the inside of an entry point that knows `index` (global invocation, u32),
 * `group` (workgroup, u32) and `local` (invocation in its workgroup, u32); `uniforms` are f32 fields of
 * `params`: their values are not part of the source, so they may change from call to call.
 */
export interface Shader {
  /** The kernel's name: label of the pipeline and line of a profile. */
  readonly name: KernelName | 'Patches';
  /** Which of the kernel's variants this is, where it has several. */
  readonly variant?: Variant;
  /** All else that shapes the source: two shaders with the same name, variant and key must have the same text. */
  readonly key: string;
  readonly inputs: readonly Binding[];
  /** Tensors that are read and written in place; they stand between inputs and outputs. */
  readonly changed?: readonly Binding[];
  readonly outputs: readonly Binding[];
  readonly uniforms?: Readonly<Record<string, number>>;
  readonly workgroupSize: number;
  readonly workgroups: number;
  /**
   * Whether the body has operations within quads of invocations, for devices with 'subgroups'; it then knows `lane`
   * (invocation in its subgroup, u32). The compiler is not asked to prove their flow uniform: the kernel must take care
   * that the four invocations of a quad take the same path to each.
   */
  readonly subgroups?: boolean;
  /** Declarations at module scope: functions, workgroup variables. */
  readonly declarations?: () => string;
  readonly body: () => string;
}

/** The private part of tfjs's backend that a dispatch needs. */
interface CommandStream {
  computePassEncoder: GPUComputePassEncoder | null;
  readonly commandEncoder: GPUCommandEncoder;
  readonly commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  readonly activeTimers: { name: string; query: Promise<number> }[] | null | undefined;
  querySet: GPUQuerySet | null;
  readonly querySetCount: number;
  readonly supportTimestampQuery: boolean;
  makeUniforms(fields: { type: string; data: number[] }[]): GPUBufferBinding;
}

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const cache = new WeakMap<GPUDevice, Map<string, Compiled>>();

/** The whole WGSL module of a shader. */
export function shaderSource(shader: Shader): string {
  const uniforms = Object.keys(shader.uniforms ?? {});
  const bindings = [
    ...shader.inputs.map((b, i) => `@group(0) @binding(${i}) var<storage, read> ${declared(b)};`),
    ...written(shader).map(
      (b, i) => `@group(0) @binding(${shader.inputs.length + i}) var<storage, read_write> ${declared(b)};`,
    ),
  ];
  if (uniforms.length > 0) {
    bindings.push(
      `struct Params { ${uniforms.map((u) => `${u} : f32`).join(', ')} }`,
      `@group(0) @binding(${bindings.length}) var<uniform> params : Params;`,
    );
  }
  return `${shader.subgroups ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n' : ''}${bindings.join('\n')}
${shader.declarations?.() ?? ''}
@compute @workgroup_size(${shader.workgroupSize})
fn main(@builtin(workgroup_id) id : vec3<u32>, @builtin(num_workgroups) count : vec3<u32>,
        @builtin(local_invocation_index) local : u32${shader.subgroups ? ', @builtin(subgroup_invocation_id) lane : u32' : ''}) {
  let group = id.y * count.x + id.x;
  let index = group * ${shader.workgroupSize}u + local;
${shader.body()}
}
`;
}

const written = ({ changed = [], outputs }: Shader) => [...changed, ...outputs];
const declared = (b: Binding) => `${b.name} : array<${b.type}, ${b.length}>`;

/**
 * Runs a shader over tensors that stand in the order of its bindings. Outputs are new tensors of the given shapes.
 * @param changed tensors changed in place: no other tensor that matters may share their memory
 */
export function run<const Shapes extends readonly (readonly number[])[]>(
  backend: WebGPUBackend,
  shader: Shader,
  inputs: readonly TensorInfo[],
  outputShapes: Shapes,
  changed: readonly TensorInfo[] = [],
): { -readonly [I in keyof Shapes]: TensorInfo } {
  const stream = backend as unknown as CommandStream;
  const outputs = outputShapes.map((shape) => backend.makeTensorInfo([...shape], 'float32'));
  const tensors = [...inputs, ...changed, ...outputs];
  tensors.forEach(({ dataId }) => backend.uploadToGPU(dataId));
  // What tfjs keeps of an earlier read is no longer true.
  for (const { dataId } of changed) (backend.tensorMap.get(dataId) as { values?: unknown }).values = undefined;
  const { pipeline, layout } = compiled(backend.device, shader);
  const resources: GPUBufferBinding[] = tensors.map(({ dataId }) => ({
    buffer: backend.tensorMap.get(dataId).resource as GPUBuffer,
  }));
  if (shader.uniforms) {
    const fields = Object.values(shader.uniforms).map((value) => ({ type: 'float32', data: [value] }));
    resources.push(stream.makeUniforms(fields));
  }
  tensors.forEach(({ dataId }) => stream.commandQueueOwnedIds.add(dataId));

  const bindGroup = backend.device.createBindGroup({
    layout,
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  const pass = openPass(backend, stream);
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  const most = backend.device.limits.maxComputeWorkgroupsPerDimension;
  const rows = Math.ceil(shader.workgroups / most);
  pass.dispatchWorkgroups(Math.ceil(shader.workgroups / rows), rows);
  stream.dispatchCountInPass++;
  closePass(backend, stream, shader.name);
  return outputs as { -readonly [I in keyof Shapes]: TensorInfo };
}

/** Submits all that was recorded, as tfjs would by itself some time later. */
export function submit(backend: WebGPUBackend): void {
  backend.endComputePassEncoder();
  backend.ensureCommandEncoderReady();
  backend.submitQueue();
}

/** Another tensor with the same memory, which is freed after both. */
export function share(backend: WebGPUBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

function compiled(device: GPUDevice, shader: Shader): Compiled {
  let shaders = cache.get(device);
  if (!shaders) cache.set(device, (shaders = new Map()));
  const label = labelOf(shader.name, shader.variant, shader.key);
  let found = shaders.get(label);
  if (!found) shaders.set(label, (found = compile(device, shader, label)));
  return found;
}

function compile(device: GPUDevice, shader: Shader, label: string): Compiled {
  const types: GPUBufferBindingType[] = [
    ...shader.inputs.map(() => 'read-only-storage' as const),
    ...written(shader).map(() => 'storage' as const),
    ...(shader.uniforms ? ['uniform' as const] : []),
  ];
  // Stated, not derived: a derived layout leaves out what a variant of a shader does not read.
  const layout = device.createBindGroupLayout({
    entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
  const module = device.createShaderModule({ code: shaderSource(shader), label });
  const pipeline = device.createComputePipeline({
    compute: { module, entryPoint: 'main' },
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
  });
  return { pipeline, layout };
}

/** The pass tfjs has open, or a new one; a pass of its own with timestamps while tfjs is timing. */
function openPass(backend: WebGPUBackend, stream: CommandStream): GPUComputePassEncoder {
  backend.ensureCommandEncoderReady();
  if (stream.activeTimers && stream.supportTimestampQuery) {
    backend.endComputePassEncoder();
    stream.querySet ??= backend.device.createQuerySet({ type: 'timestamp', count: stream.querySetCount });
    const timestampWrites = {
      querySet: stream.querySet,
      beginningOfPassWriteIndex: 0,
      endOfPassWriteIndex: 1,
    };
    stream.computePassEncoder = stream.commandEncoder.beginComputePass({ timestampWrites });
  }
  return (stream.computePassEncoder ??= stream.commandEncoder.beginComputePass());
}

/** Submits what tfjs would submit: every dispatch while timing, else full batches. */
function closePass(backend: WebGPUBackend, stream: CommandStream, name: string): void {
  if (stream.activeTimers) {
    backend.endComputePassEncoder();
    stream.activeTimers.push({ name, query: backend.getQueryTime() });
  } else if (stream.dispatchCountInPass >= env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}
