// In-page checks of the WASM engine: what it computes with each build and thread count. Used by engine.spec.ts.
export * from '../../src/engine/wasm-engine';
export * from '../../src/engine/testing/models';
