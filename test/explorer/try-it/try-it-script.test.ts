/**
 * Models searched by their scripts, as a page would: in a context that has no eval, and nothing of
 * Node. They count what the checker counts, and say what it says.
 */
import { createContext, runInContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { startCheck } from "../../../src/check/check.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { tryItScript } from "../../../src/explorer/try-it/try-it-script.ts";
import { checkVerdict } from "../../../src/report/check/verdict.ts";
import type { TryIt, TryItProgress } from "../../../src/report/site/try-it.ts";

const timers = new Set<NodeJS.Timeout>();
afterEach(() => {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
});

/** What a page has, as far as a script may need it. */
function page() {
  const window = {
    blockgraphTryIt: {} as Record<string, TryIt>,
    setTimeout(work: () => void, ms: number) {
      timers.add(setTimeout(work, ms));
    },
  };
  return createContext(window, { codeGeneration: { strings: false, wasm: false } });
}

interface Subject {
  readonly name: string;
  readonly mutant?: string;
  readonly bounds?: Readonly<Record<string, number>>;
}

function lowered({ name, mutant, bounds = {} }: Subject) {
  return findChecked(name).lower(new Map(Object.entries(bounds)), mutant ?? null);
}

function tried(subject: Subject): TryIt {
  const { program, bounds } = lowered(subject);
  const context = page();
  runInContext(tryItScript({ model: subject.name, bounds, program }), context);
  const found = context.blockgraphTryIt?.[subject.name];
  if (found === undefined) throw new Error("the script registered nothing");
  return found;
}

async function checked(subject: Subject) {
  const check = startCheck(lowered(subject).program, {
    ...{ symmetry: false, liveness: "off", coverage: false, threads: 1 },
    ...{ maxStates: null, maxDepth: null, memory: 2 ** 30, walk: null },
    ...{ checkpoint: null, resume: null },
  });
  while (await check.advance());
  const result = check.result();
  await check.close();
  return result;
}

const HOLDING: readonly Subject[] = [
  { name: "fleece", bounds: { clusters: 2, guests: 2, readers: 2, values: 2 } },
  { name: "fleece", bounds: { clusters: 3, guests: 1, readers: 1, values: 3 } },
  { name: "break-snapshot-race", bounds: { requests: 1 } },
  { name: "discard-kept" },
  { name: "insert-by-reopen" },
];

const VIOLATED: readonly Subject[] = [
  { name: "fleece", mutant: "guest-does-not-drain" },
  { name: "fleece", mutant: "guest-does-not-save" },
  { name: "break-snapshot-race" },
  { name: "discard-lost" },
  { name: "rfc-second-picture-race" },
];

function title({ name, mutant = "", bounds = {} }: Subject): string {
  return `${name} ${mutant} ${Object.values(bounds)}`;
}

it("fleece at 2,2,2,2 has 2,482 states", async () => {
  const result = await tried({ name: "fleece" }).start(() => {});
  expect(result.text).toBe("holds: 2,482 states, 11,640 transitions");
  expect(result.notChecked).toEqual(["guest-requests-end"]);
});

describe("a script counts what the checker counts", () => {
  it.each(HOLDING.map((subject) => [title(subject), subject] as const))(
    "%s",
    async (_, subject) => {
      const [result, expected] = [await tried(subject).start(() => {}), await checked(subject)];
      expect(result.verdict).toBe(checkVerdict(expected).verdict);
      const { states, transitions, depth } = expected;
      expect(result).toMatchObject({ states, transitions, depth, property: null, steps: null });
    },
  );
});

describe("a script finds what the checker finds", () => {
  it.each(VIOLATED.map((subject) => [title(subject), subject] as const))(
    "%s",
    async (_, subject) => {
      const [result, expected] = [await tried(subject).start(() => {}), await checked(subject)];
      const [finding] = expected.findings;
      expect(result).toMatchObject({
        ...{ verdict: "violated", property: finding?.property },
        steps: finding?.trace.steps.length,
      });
    },
  );
});

describe("a search in a page", () => {
  const large = { name: "fleece", bounds: { clusters: 3, guests: 2, readers: 2, values: 2 } };

  it("says how far it is, and lets the page work meanwhile", async () => {
    const reports: TryItProgress[] = [];
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    const { states } = await tried(large).start((progress) => reports.push(progress));
    clearInterval(turning);
    expect(states).toBeGreaterThan(10_000);
    expect(reports.length).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(0);
    const counts = reports.map((report) => report.states);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  });

  it("ends undecided when it is stopped, and can be begun again", async () => {
    const model = tried(large);
    const first = model.start(() => {});
    model.stop();
    expect(await first).toMatchObject({
      verdict: "undecided",
      text: expect.stringMatching(/stopped/),
    });
    expect(await model.start(() => {})).toMatchObject({ verdict: "holds" });
  });

  it("needs no eval, which the context of these tests does not have", () => {
    expect(() => runInContext("new Function('return 1')", page())).toThrow(/disallowed/);
  });
});

it("a script says nothing of the machine it was made on", () => {
  const { program, bounds } = lowered({ name: "fleece" });
  const script = tryItScript({ model: "fleece", bounds, program });
  expect(script).not.toMatch(/\/(home|tmp|work)\b|\beval\b|new Function|import\(/);
});
