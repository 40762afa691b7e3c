// Headers of version 1, which had eight bits for every weight and did not say so, as version 2 has them; their arrays are
// the same. Not for checking a header: header.ts, after this.

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param header as JSON has it, whatever is in it; another than of version 1 is given back */
export function upgraded(header: unknown): unknown {
  if (!isFields(header) || header.version !== 1 || !Array.isArray(header.ops)) return header;
  const ops = header.ops.map((op: unknown) => (isFields(op) && 'weights' in op ? { ...op, weightBits: 8 } : op));
  return { ...header, version: 2, ops };
}
