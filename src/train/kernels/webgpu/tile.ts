// Pieces of WGSL that the register-tiled convolutions share. Not for whole kernels.
import { repeat } from './quads';

/** Invocations in a workgroup of a kernel without barriers: small, so that few workgroups still spread over cores. */
export const WORKGROUP = 16;

/** Component of a vec4: 0..3 -> x, y, z, w. */
export const laneName = (lane: number) => 'xyzw'[lane];

/** Splits `index` into the named coordinates, the first varying fastest. */
export function splitIndex(extents: Readonly<Record<string, number>>): string {
  let below = 1;
  return Object.entries(extents)
    .map(([name, extent]) => {
      const line = `let ${name} = (index / ${below}u) % ${extent}u;`;
      below *= extent;
      return line;
    })
    .join('\n  ');
}

/** First rows of the samples of `sampleGroup`; a sample past the last one stands in for it and is never stored. */
export function sampleRows(name: string, samples: number, total: number, rowsPerSample: number): string {
  return repeat(
    samples,
    (i) => `let ${name}${i} = min(sampleGroup * ${samples}u + ${i}u, ${total - 1}u) * ${rowsPerSample}u;`,
    '\n  ',
  );
}

/** Wraps a store in the conditions that are not always true. */
export function guarded(conditions: readonly (string | false)[], statement: string): string {
  const needed = conditions.filter((c) => c !== false);
  return needed.length > 0 ? `if (${needed.join(' && ')}) { ${statement} }` : statement;
}
