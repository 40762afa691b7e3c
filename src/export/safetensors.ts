// Named parameters -> safetensors: a JSON header and float32 arrays behind it. Not for reading such files.
import type { ParamStore } from '../core/params';

const ALIGNMENT = 8;

/**
 * Every parameter as F32 in its own shape and by its own name, in the order given; nothing is rounded.
 * Layout, little-endian: the header's length (uint64), the header (JSON, filled up with spaces to a multiple of 8), the arrays.
 */
export function toSafetensors(params: ParamStore): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let bytes = 0;
  for (const [name, { shape, data }] of params) {
    header[name] = { dtype: 'F32', shape, data_offsets: [bytes, bytes + data.byteLength] };
    bytes += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = ALIGNMENT + Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(start + bytes).fill(0x20, ALIGNMENT, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - ALIGNMENT), true);
  file.set(json, ALIGNMENT);
  let at = start;
  for (const { data } of params.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
