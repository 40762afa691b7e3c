// Ids of runs and trainings. Not for secrets.

/** 128 random bits; crypto.randomUUID needs a secure context, this does not. */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
