/**
 * What a fleecing cache recommends, and what it says when it is asked.
 */
import { expect, test } from "vitest";
import { images, startCaching } from "../../models/fleecing-cache/parts.ts";
import { profile } from "../../src/graph/profile.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";
import { enabledChoices } from "../../src/system/choice.ts";
import { qmp } from "../../src/system/model.ts";
import { modelContent } from "../../src/system/model-image.ts";
import { rankOf, recommendationOf } from "../../src/system/recommendation.ts";
import { Session } from "../../src/system/session.ts";

const CLUSTER = 65536;
const LENGTH = 2 * CLUSTER;
const query = qmp("x-query-fleecing-clusters", { "node-name": "cache" });

/** A cache in use, whose answers are kept; requests run to their ends at once. */
function begun(cache = {}) {
  const answers: unknown[] = [];
  const storages = new Map(
    images.map((image) => {
      const storage = new MemoryStorage(image.filename, image.length);
      storage.execute("write", 0, image.length, modelContent(image));
      return [image.filename, storage] as const;
    }),
  );
  const session = new Session({
    rules: {
      profile: profile("proposed"),
      clusterSize: CLUSTER,
      images: new Map(images.map(({ filename, length }) => [filename, length])),
      mutation: null,
    },
    properties: [],
    readImage: (name) => storages.get(name)?.copy() ?? new Uint8Array(0),
    called: () => {},
    sink: {
      append(record) {
        if (record.kind === "return") answers.push(record.return);
        return { seq: 0 };
      },
    },
  });
  for (const command of startCaching({ "memory-clusters": 2, ...cache })) {
    expect(session.command(command)).toBeNull();
  }
  const settle = () => {
    for (;;) {
      const [choice] = enabledChoices(session.execution);
      if (choice === undefined) return;
      const { agent, kind } = choice;
      if (kind === "wake") session.wake(agent);
      else if (agent.call !== null) {
        const { image, operation, offset, length, buffer } = agent.call;
        const storage = storages.get(image);
        if (storage === undefined) throw new Error(`there is no ${image}`);
        session.deliver(agent, storage.execute(operation, offset, length, buffer));
      }
    }
  };
  return { session, answers, settle };
}

test("all of a cache that has nothing is read in order", () => {
  const { session, answers } = begun();
  session.command(query);
  expect(answers.at(-1)).toEqual([
    { offset: 0, length: LENGTH, needed: true, where: "backing", recommendation: "in_order" },
  ]);
});

test("what is in memory comes first, and what was released never", () => {
  const { session, answers, settle } = begun();
  const data = { byte: 7 };
  const at = { offset: CLUSTER, length: CLUSTER };
  session.request({ through: "guest", operation: "write", ...at, data });
  settle();
  session.command(query);
  expect(answers.at(-1)).toEqual([
    { offset: 0, length: CLUSTER, needed: true, where: "backing", recommendation: "in_order" },
    { ...at, needed: true, where: "memory", recommendation: "first" },
  ]);
  const cache = session.execution.node("cache");
  expect(rankOf(cache, 1)).toBeLessThan(rankOf(cache, 0));
  session.request({ through: "reader", operation: "discard", ...at });
  settle();
  expect(recommendationOf(cache, 1)).toBe("NEVER");
  expect(recommendationOf(session.execution.node("hook"), 1)).toBeNull();
});

test("a node that is no cache is refused", () => {
  const { session } = begun();
  const other = qmp("x-query-fleecing-clusters", { "node-name": "disk" });
  expect(session.command(other)).toBe("Node 'disk' is not a fleecing cache");
});
