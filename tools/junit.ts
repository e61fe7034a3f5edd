/** Counts from the JUnit files that `deno test` writes. */

/** How many tests ended in which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Nothing counted yet. */
export const none: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Both together. */
export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** Counts the tests in a JUnit file. Steps are parts of their test and not counted again. */
export function countJunit(xml: string): Counts {
  let counts = none;
  for (const cases of suites(xml)) {
    const names = new Set(cases.map(({ name }) => name));
    for (const { name, body } of cases) {
      if (isStep(name, names)) continue;
      if (failure.test(body)) counts = add(counts, { ...none, failed: 1 });
      else if (/<skipped\b/.test(body)) counts = add(counts, { ...none, skipped: 1 });
      else counts = add(counts, { ...none, passed: 1 });
    }
  }
  return counts;
}

/**
 * Whether a run failed without a test that says so: modules that do not compile, tests that are not
 * found, or an end in a crash.
 */
export function unseenFailure(counts: Counts, succeeded: boolean): boolean {
  return (!succeeded && counts.failed === 0) || counts.passed + counts.failed === 0;
}

/** A test or step that failed, and why. */
export interface Failure {
  readonly name: string;
  readonly reason: string;
}

/** The tests and steps that failed according to a JUnit file. */
export function failuresIn(xml: string): Failure[] {
  return suites(xml).flat().flatMap(({ name, body }) => {
    const [, , attributes = "", text = ""] = failure.exec(body) ?? [];
    const [, message = ""] = /\bmessage="([^"]*)"/.exec(attributes) ?? [];
    return failure.test(body)
      ? [{ name: unescapeXml(name), reason: unescapeXml(text || message).trim() }]
      : [];
  });
}

const failure = /<(failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/;

interface Case {
  readonly name: string;
  readonly body: string;
}

/** The tests and steps of each suite. */
function suites(xml: string): Case[][] {
  return xml.split("<testsuite ").slice(1).map((suite) =>
    [...suite.matchAll(/<testcase\b[^>]*?\bname="([^"]*)"[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g)]
      .map(([, name = "", body = ""]) => ({ name, body }))
  );
}

function unescapeXml(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => characters[name]!);
}

/** The line that closes the tests, read by people and by programs. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** Deno names a step "test > step"; a test may have " &gt; " in its name all the same. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const parts = name.split(" &gt; ");
  return parts.some((_, count) => count > 0 && names.has(parts.slice(0, count).join(" &gt; ")));
}
