// Little-endian numbers, text and pieces out of bytes that may end early. Not for what they mean.

/** A place in bytes that moves on with each thing read. Every function throws what `ended` throws where there are too few. */
export class ByteReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly ended: () => never,
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  /** As a number; what is beyond 2^53 ends the reading. */
  u64(): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.ended();
    return Number(value);
  }
  /** Big-endian, as pickles have it. */
  f64(): number {
    return this.view.getFloat64(this.take(8), false);
  }

  /** A view, not a copy. */
  piece(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** UTF-8; what is not is replaced by U+FFFD. */
  text(length: number): string {
    return new TextDecoder().decode(this.piece(length));
  }

  private take(length: number): number {
    const start = this.at;
    if (!(length >= 0 && start >= 0 && start + length <= this.bytes.length)) this.ended();
    this.at = start + length;
    return start;
  }
}
