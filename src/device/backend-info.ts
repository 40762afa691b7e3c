// Which backend runs and why: plain data that crosses the worker boundary. Not for choosing it: start/backend.ts.

/** What a visitor may ask for; 'auto' leaves the choice to what the browser has. */
export type AskedBackend = 'auto' | BackendInfo['backend'];

/** Why WebGPU can or cannot be used here. */
export type WebGpuStatus = 'ok' | 'software' | 'no-api' | 'no-adapter' | 'device-lost' | 'failed';

export interface BackendInfo {
  readonly backend: 'webgpu' | 'wasm';
  readonly webgpu: WebGpuStatus;
  /** One sentence for the page: which backend runs and why. */
  readonly reason: string;
  /** Vendor, architecture and description as the browser gives them; empty without an adapter. */
  readonly adapter: string;
  readonly threads: number;
  /** Whether threads could share memory with it. */
  readonly sharedMemory: boolean;
}
