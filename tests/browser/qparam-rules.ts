// Every row of the table of rules and ranges (../qparam-table.ts) as cases for the backend that runs in the page.
import { exactly, given, within, type KernelCase } from '../../src/device/cases/case';
import { runCases, type Outcome } from '../../src/device/cases/run';
import { OBSERVED, RANGES, RULES, tableCases, type TableCase } from '../qparam-table';

/** Equal to the bit. @param unseen whether a range never observed gives NaN */
export async function qparamTable(unseen: boolean): Promise<Outcome[]> {
  const rows = RULES.flatMap((rule) => tableCases(rule, unseen ? RANGES : OBSERVED, true));
  return runCases(rows.map(caseOf));
}

function caseOf({ name, kernel, inputs, attrs, ranges, wanted }: TableCase): KernelCase {
  const entries = Object.entries(inputs).map(([key, [values, shape]]) => [key, given(values, shape)]);
  // The gradient by the factor is not what the table is about.
  const dfactor = kernel === 'QatFakeQuantScaledGrad' ? [within(Infinity, new Float32Array(ranges.length))] : [];
  const all = [exactly(wanted), ...dfactor];
  return { name, kernel, inputs: Object.fromEntries(entries), attrs, wanted: all } as unknown as KernelCase;
}
