// tfjs's MaxPool on WebGPU, and where each maximum stands: the first of equal ones in row-major order, as in PyTorch.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Kernel } from './kernel';
import { poolKey, poolShape, type PoolAttrs, type PoolShape } from './pool-shape';
import { quadsOf } from './quads';
import { run, type Shader } from './run';

const WORKGROUP = 64;

/** x [n,h,w,c] -> [n,oh,ow,c]. */
export const maxPool: Kernel<{ x: TensorInfo }, PoolAttrs> = {
  name: 'MaxPool',
  run(backend, { x }, attrs) {
    const s = poolShape(x.shape, attrs);
    return run(backend, maxPoolShader(s, 'maximum'), [x], [[s.n, s.oh, s.ow, s.c]])[0];
  },
};

/** The window's maximum, or its place ky * kw + kx in the window as a float. */
export function maxPoolShader(s: PoolShape, result: 'maximum' | 'place'): Shader {
  const x = quadsOf('x', s.n * s.h * s.w, s.c);
  const y = quadsOf('y', s.n * s.oh * s.ow, s.c);
  const threads = s.n * s.oh * s.ow * y.quads;
  return {
    name: result === 'maximum' ? 'MaxPool' : 'MaxPoolGrad',
    key: `${result},${poolKey(s)}`,
    inputs: [x.binding],
    outputs: [y.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => [x.load, y.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  let quad = index % ${y.quads}u;
  let pixel = i32(index / ${y.quads}u);
  let top = (pixel / ${s.ow}) % ${s.oh} * ${s.sh} - ${s.padTop};
  let left = pixel % ${s.ow} * ${s.sw} - ${s.padLeft};
  let image = pixel / ${s.oh * s.ow} * ${s.h * s.w};
  var maximum = vec4<f32>(-3.4028234e38f);
  var place = vec4<f32>();
  for (var ky = max(0, -top); ky < min(${s.kh}, ${s.h} - top); ky++) {
    for (var kx = max(0, -left); kx < min(${s.kw}, ${s.w} - left); kx++) {
      let v = x_at(u32(image + (top + ky) * ${s.w} + left + kx) * ${x.quads}u + quad);
      place = select(place, vec4<f32>(f32(ky * ${s.kw} + kx)), v > maximum);
      maximum = max(maximum, v);
    }
  }
  y_put(index, ${result});`,
  };
}
