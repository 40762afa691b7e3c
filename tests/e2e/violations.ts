// What a policy has ended in a page or a worker, as that hears of it. Functions to be evaluated there.

interface Noted {
  violations: string[];
}

/** From now on, by the directive. */
export function noteViolations(): void {
  const violations: string[] = ((globalThis as unknown as Noted).violations = []);
  addEventListener('securitypolicyviolation', (event) =>
    violations.push((event as SecurityPolicyViolationEvent).effectiveDirective),
  );
}

/** Those of them so far: they are told a moment after what they are of. */
export async function violationsSoFar(): Promise<string[]> {
  await new Promise((told) => setTimeout(told, 500));
  return [...new Set((globalThis as unknown as Noted).violations)].sort();
}
