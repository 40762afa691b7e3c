// Pieces of WGSL that kernels share. Not for whole kernels.

/** `count` texts, one for each index. */
export function repeat(count: number, text: (i: number) => string, separator = '\n'): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}

/** Component of a vec4: 0..3 -> x, y, z, w. */
export const laneName = (lane: number) => 'xyzw'[lane];

/** Splits an index into the named coordinates, the first varying fastest. */
export function splitIndex(index: string, extents: Readonly<Record<string, number>>): string {
  let below = 1;
  return Object.entries(extents)
    .map(([name, extent]) => {
      const line = `let ${name} = (${index} / ${below}u) % ${extent}u;`;
      below *= extent;
      return line;
    })
    .join('\n  ');
}

/** Wraps a store in the conditions that are not always true. */
export function guarded(conditions: readonly (string | false)[], statement: string): string {
  const needed = conditions.filter((c) => c !== false);
  return needed.length > 0 ? `if (${needed.join(' && ')}) { ${statement} }` : statement;
}

/**
 * A nest of three loops collapsed into one: `inner` counts 0, step, ... below its extent, then b from b0 to b1 - 1, then a from a0 to a1 - 1.
 * One, since a software adapter merges every accumulator at each turn of each loop of a nest.
 * The names a0, a1, b0, b1 must be i32 variables in scope.
 */
export function collapsedLoop(
  { a, b, inner, extent, step }: { a: string; b: string; inner: string; extent: number; step: number },
  statements: string,
): string {
  const turns = Math.ceil(extent / step);
  const last = (turns - 1) * step;
  const advance =
    turns === 1
      ? `let ${inner}Ends = true;`
      : `let ${inner}Ends = ${inner} == ${last}u;
    ${inner} = select(${inner} + ${step}u, 0u, ${inner}Ends);`;
  return `{
  var ${a} = ${a}0;
  var ${b} = ${b}0;
  var ${inner} = 0u;
  let turns = max(0, ${a}1 - ${a}0) * max(0, ${b}1 - ${b}0) * ${turns};
  for (var turn = 0; turn < turns; turn++) {
    ${statements}
    ${advance}
    let ${b}Ends = ${inner}Ends & (${b} + 1 == ${b}1);
    ${b} = select(select(${b}, ${b} + 1, ${inner}Ends), ${b}0, ${b}Ends);
    ${a} = select(${a}, ${a} + 1, ${b}Ends);
  }
  }`;
}

/** The largest of 1, 2, 4, ... up to `most` that divides `extent`: how often to unroll a loop of that many turns. */
export function unrolling(extent: number, most: number): number {
  return most > 1 && extent % most !== 0 ? unrolling(extent, most / 2) : most;
}
