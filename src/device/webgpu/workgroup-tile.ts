// Skeleton of the convolutions for real GPUs, tiled twice: a workgroup of 64 threads multiplies blocks held in workgroup
// memory into a tile of 32 x 64 sums, 4 x 8 in registers of each thread. Software adapters pay dearly for the barriers:
// they take the other kernels.
import type { Shader } from './run';
import type { Vec4Tensor } from './vec4';
import { guarded, repeat } from './wgsl';

const THREADS = 64;
/** Sums of a workgroup: rows, and vec4s of columns. */
export const ROWS = 32;
export const COLUMN_VEC4S = 16;
/** Terms in a block: vec4s of the summed axis, and single ones. */
export const DEPTH_VEC4S = 4;
export const DEPTH = 4 * DEPTH_VEC4S;

/** What one convolution puts into the skeleton; all WGSL. */
export interface WorkgroupTile {
  readonly name: Shader['name'];
  readonly key: string;
  readonly inputs: readonly Vec4Tensor[];
  readonly output: Vec4Tensor;
  readonly workgroups: number;
  /** Uniform values of the workgroup, from `group`. */
  readonly place: string;
  /** Heads of the loops over blocks, outermost first, e.g. `for (...)`; they must be uniform. */
  readonly loops: readonly string[];
  /** Uniform values of a block. */
  readonly block: string;
  /** vec4 slots of both operands in workgroup memory and what fills slot `i`. */
  readonly left: { readonly slots: number; readonly fill: string };
  readonly right: { readonly slots: number; readonly fill: string };
  /** Products of the block in `lefts` and `rights`, into sums a{row}_{c4}; `down` and `across` are the thread's. */
  readonly products: string;
  /** Whether the row `row` (WGSL u32) exists; which vec4 of the output it and the vec4 `column` of a row are. */
  readonly rowExists: string;
  readonly columnExists: string | false;
  readonly at: string;
  /** What `finish` calls. */
  readonly functions?: string;
  /** Value stored for the sum `sum` at the vec4 `column`. */
  readonly finish?: (sum: string) => string;
}

export function workgroupTileShader(t: WorkgroupTile): Shader {
  return {
    name: t.name,
    variant: 'workgroup',
    key: t.key,
    inputs: t.inputs.map((q) => q.binding),
    outputs: [t.output.binding],
    workgroupSize: THREADS,
    workgroups: t.workgroups,
    declarations: () => `${t.inputs.map((q) => q.load).join('\n')}
${t.output.store}
${t.functions ?? ''}
var<workgroup> lefts : array<vec4<f32>, ${t.left.slots}>;
var<workgroup> rights : array<vec4<f32>, ${t.right.slots}>;`,
    body: () => `
  if (group >= ${t.workgroups}u) { return; }
  let down = local / 8u;
  let across = local % 8u;
  ${t.place}
  ${repeat(4, (r) => repeat(2, (j) => `var a${r}_${j} = vec4<f32>();`, ' '))}
  ${t.loops.map((head) => `${head} {`).join('\n  ')}
    ${t.block}
    for (var i = local; i < ${t.left.slots}u; i += ${THREADS}u) { ${t.left.fill} }
    for (var i = local; i < ${t.right.slots}u; i += ${THREADS}u) { ${t.right.fill} }
    workgroupBarrier();
    ${t.products}
    workgroupBarrier();
  ${t.loops.map(() => '}').join(' ')}
  ${repeat(4, (r) =>
    repeat(2, (j) => {
      const sum = t.finish ? t.finish(`a${r}_${j}`) : `a${r}_${j}`;
      return `{ let row = firstRow + down * 4u + ${r}u; let column = firstColumn + across * 2u + ${j}u;
    ${guarded([t.rowExists, t.columnExists], `${t.output.binding.name}_put(${t.at}, ${sum});`)} }`;
    }),
  )}`,
  };
}
