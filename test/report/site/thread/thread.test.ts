/**
 * The thread, annotated: all its ideas, with models that there are, and no model left out.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../../../models/index.ts";
import { overviewOf } from "../../../../src/report/model-overview.ts";
import type { Inline } from "../../../../src/report/site/page-document.ts";
import { BEYOND } from "../../../../src/report/site/thread/beyond.ts";
import { IDEAS } from "../../../../src/report/site/thread/ideas/all.ts";
import { threadPage } from "../../../../src/report/site/thread/thread-page.ts";

/** Rows of the reference's table of the thread, "The seed thread, idea by idea". */
const IDEAS_OF_THE_THREAD = 35;

const overviews = [...MODELS.values()].map((model) => overviewOf(model, null, null));

describe("ideas", () => {
  test("are all of the thread's, each once", () => {
    expect(IDEAS).toHaveLength(IDEAS_OF_THE_THREAD);
    expect(new Set(IDEAS.map(({ anchor }) => anchor)).size).toBe(IDEAS_OF_THE_THREAD);
    expect(new Set(IDEAS.map(({ title }) => title)).size).toBe(IDEAS_OF_THE_THREAD);
  });

  test.each(IDEAS)("$anchor is told, with what came of it", ({ told, later, here, models }) => {
    expect(told.length).toBeGreaterThan(40);
    expect(here.length).toBeGreaterThan(40);
    expect(later).not.toEqual([]);
    expect(models).not.toEqual([]);
    for (const { version, commit } of later) {
      if (version !== null) expect(version).toMatch(/^\d+\.\d+$/);
      if (commit !== undefined) expect(commit).toMatch(/^[0-9a-f]{8,12}$/);
    }
  });

  test("name models that there are", () => {
    const named = [...IDEAS, ...BEYOND].flatMap(({ models }) => models);
    expect(named.filter((name) => !MODELS.has(name))).toEqual([]);
  });

  test("and what is beyond the thread, reach every model", () => {
    const named = new Set([...IDEAS, ...BEYOND].flatMap(({ models }) => models));
    expect([...MODELS.keys()].filter((name) => !named.has(name))).toEqual([]);
    const ofIdeas = new Set(IDEAS.flatMap(({ models }) => models));
    const beyond = BEYOND.flatMap(({ models }) => models);
    expect(beyond.filter((name) => ofIdeas.has(name))).toEqual([]);
  });
});

describe("the page", () => {
  const holding = overviews.map((overview) => ({
    ...overview,
    verified: overview.expected,
    checked:
      overview.name === "fleecing"
        ? { verdict: "violated" as const, bounds: "2 requests", states: 31_719, seconds: 1 }
        : null,
  }));

  /** The marks in a page: what is said of models. */
  function marks(models: Parameters<typeof threadPage>[0]): Inline[] {
    return threadPage(models).blocks.flatMap((block) =>
      block.kind !== "terms"
        ? []
        : block.rows.flatMap(({ text }) =>
            text.filter((piece) => typeof piece !== "string" && piece.kind === "mark"),
          ),
    );
  }

  test("says of each model what was found, or what the model says where nothing was", () => {
    expect(marks(overviews)).toContainEqual({
      ...{ kind: "mark", text: "expected: holds", tone: "quiet" },
    });
    expect(marks(holding)).toContainEqual({ kind: "mark", text: "violated", tone: "bad" });
    expect(marks(holding)).toContainEqual({ kind: "mark", text: "holds", tone: "good" });
  });

  test("says so where a verdict is not what the model says", () => {
    const unexpected = { kind: "mark", text: "violated, unexpectedly", tone: "bad" };
    expect(marks(holding).filter((each) => typeof each !== "string")).toContainEqual(unexpected);
    expect(JSON.stringify(threadPage(holding))).toContain("in 31,719 states (2 requests)");
  });

  test("says so where a model is gone", () => {
    const text = JSON.stringify(threadPage(overviews.filter(({ name }) => name !== "fleecing")));
    expect(text).toContain("there is no such model any more");
    expect(text).not.toContain('"models/fleecing"');
  });
});
