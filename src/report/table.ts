// The article's table as text, for the command line. Not for the page: src/ui renders a Report itself.
import { formatTable } from './text-table';
import type { Report } from './types';

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const ms = (value: number) => `${value.toFixed(3)} ms`;
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** Rows of the comparison, the first one the heading. */
function reportRows(report: Report): string[][] {
  const { latency, size } = report;
  const timed = (name: string, accuracy: number, time: Report['latency']['int8'], bytes: number) => [
    name,
    percent(accuracy),
    ms(time.median_ms),
    ms(time.p95_ms),
    mib(bytes),
  ];
  return [
    ['model', 'accuracy', 'median', 'p95', 'size'],
    timed('FP32', report.fp32.accuracy, latency.fp32_wasm, size.fp32_bytes),
    ['FP32 fine-tuned (control)', percent(report.control.accuracy), '', '', ''],
    ['PTQ INT8', percent(report.ptq.accuracy), '', '', ''],
    ['QAT simulated', percent(report.qat.simulated.accuracy), '', '', ''],
    timed('QAT INT8', report.qat.int8.accuracy, latency.int8, size.int8_bytes),
  ];
}

/** e.g. '0.001, from step 41 0.0001' for a change after 40 steps. */
const rates = (schedule: Report['training']['schedule']) =>
  schedule.map(({ step, rate }) => (step === 0 ? `${rate}` : `from step ${step + 1} ${rate}`)).join(', ');

const FALL: Readonly<Record<Report['options']['schedule'], string>> = {
  constant: '',
  step: ', in steps to a hundredth',
  cosine: ', along a cosine to zero',
  one_cycle: ' at most, in one cycle',
};

/** The whole report as printed text. */
export function formatReport(report: Report): string {
  const { latency, size, training, options } = report;
  return [
    formatTable(reportRows(report)),
    '',
    `images            ${report.images} test images; agreement FP32/INT8 ${percent(report.agreement)}`,
    `latency           batch 1, ${latency.int8.samples} samples, ${latency.int8.threads} thread(s) on both sides: ` +
      `INT8 is ${latency.ratio.toFixed(1)} times faster`,
    `  FP32            ${latency.fp32_wasm.what}`,
    `  FP32 (training) ${ms(latency.fp32_backend.median_ms)}, ${latency.fp32_backend.what}`,
    `  INT8            ${latency.int8.what}`,
    `size              ${size.ratio.toFixed(2)} times smaller`,
    `training          ${options.qconfig}, ${training.steps} steps of ${options.batch}, loss ` +
      `${training.first_loss.toFixed(3)} -> ${training.last_loss.toFixed(3)}, ${training.images_per_s.toFixed(1)} images/s`,
    `control           ${training.control_steps} steps at the same learning rates: ${rates(training.schedule)}${FALL[options.schedule]}`,
    `backend           ${report.backend}${report.adapter ? ` (${report.adapter})` : ''}`,
    `engine            ${report.engine}`,
  ].join('\n');
}
