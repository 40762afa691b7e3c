// Serialized models come to a bench page as text. Not for large data: a route serves that.

/** @param base64 standard base64 */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
