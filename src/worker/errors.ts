// Lets an error cross Comlink with its code, its hint and what caused it; Comlink alone keeps message and stack.
// Import it on both sides of a worker. Not for deciding what a visitor reads.
import { transferHandlers, type TransferHandler } from 'comlink';
import { toError, toPlain, type PlainError } from '../core/causes';

const standard = transferHandlers.get('throw') as TransferHandler<{ value: unknown }, unknown>;

const handler: TransferHandler<{ value: unknown }, PlainError> = {
  canHandle: standard.canHandle,
  serialize: ({ value }) => [toPlain(value), []],
  deserialize(sent) {
    throw toError(sent);
  },
};
transferHandlers.set('throw', handler);
