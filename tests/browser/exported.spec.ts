// Files that the workers write, in the page: every format is loaded when it is asked for, and its bytes come whole.
// What is in the files: src/export and tests/golden, in Node.
import { expect, test } from '@playwright/test';
import { noteComplaints } from '../complaints';

test('every format of parameters and of integers comes from its worker', async ({ page }) => {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  await page.goto('/tests/browser/blank.html');
  const files = await page.evaluate(async () => {
    const { exported } = await import('/tests/browser/exported.ts' as './exported');
    return exported();
  });
  /** Of the network's 11.2 million values, nearly all are weights. */
  const values = 11.18e6;
  expect(Object.keys(files)).toHaveLength(8);
  for (const id of ['safetensors', 'pytorch', 'onnx_float']) expect(files[id].bytes / values, id).toBeCloseTo(4, 1);
  for (const id of ['onnx_qlinear', 'tflite']) expect(files[id].bytes / values, id).toBeCloseTo(1, 1);
  for (const id of ['int8', 'onnx_qdq', 'tflite_int4']) expect(files[id].bytes / values, id).toBeCloseTo(0.5, 1);
  expect(files.int8.first).toMatch(/^QATINT8\n/);
  expect(files.tflite.first.slice(4, 8)).toBe('TFL3');
  expect(files.pytorch.first).toMatch(/^PK/);
  expect(complaints).toEqual([]);
});
