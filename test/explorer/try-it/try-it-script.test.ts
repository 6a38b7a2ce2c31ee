/**
 * Models searched by their scripts, as a page would: in a context that has no eval, and nothing of
 * Node. They count what the checker counts, and say what it says.
 */
import { createContext, runInContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { programFacts } from "../../../src/explorer/session/facts.ts";
import { tryItScript } from "../../../src/explorer/try-it/try-it-script.ts";
import { checkVerdict } from "../../../src/report/check/verdict.ts";
import type { TryIt, TryItProgress } from "../../../src/report/site/try-it.ts";
import { wholeCheck } from "../../check/support/whole-check.ts";

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

function tried(subject: Subject, most?: number): TryIt {
  const context = page();
  runInContext(tryItScript({ model: subject.name, ...lowered(subject) }, most), context);
  const found = context.blockgraphTryIt?.[subject.name];
  if (found === undefined) throw new Error("the script registered nothing");
  return found;
}

const checked = (subject: Subject) => wholeCheck(lowered(subject).program, { liveness: "off" });

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
  expect(result).toMatchObject({ verdict: "holds", tone: "good", trace: null });
  expect(result.progress).toEqual({ states: 2482, transitions: 11640, depth: 18 });
  expect(result.notices).toEqual(["Not looked at in a page: guest-requests-end."]);
});

describe("a script counts what the checker counts", () => {
  it.each(HOLDING.map((subject) => [title(subject), subject] as const))(
    "%s",
    async (_, subject) => {
      const [result, expected] = [await tried(subject).start(() => {}), await checked(subject)];
      expect(result.verdict).toBe(checkVerdict(expected).verdict);
      const { states, transitions, depth } = expected;
      expect(result).toMatchObject({ progress: { states, transitions, depth }, trace: null });
    },
  );
});

describe("a script finds what the checker finds", () => {
  it.each(VIOLATED.map((subject) => [title(subject), subject] as const))(
    "%s",
    async (_, subject) => {
      const [result, expected] = [await tried(subject).start(() => {}), await checked(subject)];
      const [finding] = expected.findings;
      const { property = "", trace } = finding ?? {};
      expect(result).toMatchObject({ verdict: "violated", tone: "bad" });
      expect(result.notices[0]).toBe(`${property} is violated after ${trace?.steps.length} steps.`);
      expect(result.trace?.properties.map(({ name }) => name)).toEqual([property]);
      expect(result.trace?.steps).toHaveLength(trace?.steps.length ?? -1);
      expect(result.trace?.steps.at(-1)?.judged).toMatchObject([{ status: "violated" }]);
    },
  );
});

it("a trace is one that the model can take, and ends where the property breaks", async () => {
  const subject = { name: "fleece", mutant: "guest-does-not-drain" };
  const { program } = lowered(subject);
  const { trace } = await tried(subject).start(() => {});
  const facts = new Map(trace?.facts.map(({ what, value }) => [what, value]));
  let state = initialState(program);
  expect([...facts]).toEqual(printed(program, state));
  let broken: readonly string[] = [];
  for (const { changes } of trace?.steps ?? []) {
    for (const { what, after } of changes) facts.set(what, after ?? "");
    const wanted = JSON.stringify([...facts]);
    const taken = successorsOf(program, state).filter(
      (successor) => JSON.stringify(printed(program, successor.state)) === wanted,
    );
    if (taken[0] === undefined) throw new Error("nobody can take that step");
    state = taken[0].state;
    broken = taken.flatMap(({ judgements }) =>
      judgements.flatMap(({ property, violated }) => (violated ? [property] : [])),
    );
  }
  expect(broken).toContain("view-equals-point-in-time");
});

function printed(program: Program, state: ProgramState): [string, string][] {
  return programFacts(program, state).map(({ what, value }) => [what, value]);
}

describe("a search in a page", () => {
  const large = { name: "fleece", bounds: { clusters: 3, guests: 2, readers: 2, values: 2 } };

  it("says how far it is, and lets the page work meanwhile", async () => {
    const reports: TryItProgress[] = [];
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    const { progress } = await tried(large).start((each) => reports.push(each));
    clearInterval(turning);
    expect(progress.states).toBeGreaterThan(10_000);
    expect(reports.length).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(0);
    const counts = reports.map((report) => report.states);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  });

  it("ends when it is stopped, and can be begun again", async () => {
    const model = tried(large);
    const first = model.start(() => {});
    model.stop();
    expect(await first).toMatchObject({ verdict: "stopped", tone: "open" });
    expect(await model.start(() => {})).toMatchObject({ verdict: "holds" });
  });

  it("says of a model that is too large how large it is, and what to run instead", async () => {
    const { verdict, notices } = await tried({ name: "fleece" }, 1000).start(() => {});
    expect(verdict).toBe("undecided");
    expect(notices[0]).toBe(
      "It has more than 1,000 states, too many for a page. " +
        "To see all of them, run: blockgraph check fleece",
    );
    const stopped = tried(large);
    const end = stopped.start(() => {});
    stopped.stop();
    expect((await end).notices[0]).toMatch(/nothing was found yet.*run: blockgraph check fleece$/);
  });

  it("ends with what went wrong, if something does", async () => {
    const full = () => {
      throw new RangeError("Array buffer allocation failed");
    };
    await expect(tried(large).start(full)).rejects.toThrow("Array buffer allocation failed");
  });

  it("needs no eval, which the context of these tests does not have", () => {
    expect(() => runInContext("new Function('return 1')", page())).toThrow(/disallowed/);
  });
});

it("a script says nothing of the machine it was made on", () => {
  const script = tryItScript({ model: "fleece", ...lowered({ name: "fleece" }) });
  expect(script).not.toMatch(/\/(home|tmp|work)\b|\beval\b|new Function|import\(/);
});
