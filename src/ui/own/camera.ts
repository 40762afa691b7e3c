// The device's camera. Not for showing it: Camera.svelte.
import { PlaygroundError } from '../../core/errors';
import { words } from '../words/words.svelte';

/** @throws PlaygroundError 'unsupported' where there is none, it was refused, or another program has it */
export async function openCamera(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (cause) {
    const { message, hint } = words().own.problems.camera[whyNot(cause)];
    throw new PlaygroundError('unsupported', message, hint, { cause });
  }
}

export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A page without a secure connection has no mediaDevices at all. */
function whyNot(cause: unknown): 'refused' | 'absent' | 'failed' {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError') return 'refused';
  return name === 'NotFoundError' || cause instanceof TypeError ? 'absent' : 'failed';
}
