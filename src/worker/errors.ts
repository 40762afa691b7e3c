// Lets a PlaygroundError cross Comlink with its code and hint; Comlink alone keeps only the message.
// Import it on both sides of a worker. Not for deciding what a visitor reads.
import { transferHandlers, type TransferHandler } from 'comlink';
import { PlaygroundError, type ErrorCode } from '../core/errors';

interface Sent {
  readonly playground: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

const standard = transferHandlers.get('throw') as TransferHandler<{ value: unknown }, unknown>;

const handler: TransferHandler<{ value: unknown }, unknown> = {
  canHandle: standard.canHandle,
  serialize(thrown) {
    const { value } = thrown;
    if (!(value instanceof PlaygroundError)) return standard.serialize(thrown);
    const { code, message, hint } = value;
    return [{ playground: { code, message, hint } } satisfies Sent, []];
  },
  deserialize(sent) {
    if (!Object.hasOwn(sent as object, 'playground')) return standard.deserialize(sent);
    const { code, message, hint } = (sent as Sent).playground;
    throw new PlaygroundError(code, message, hint);
  },
};
transferHandlers.set('throw', handler);
