/**
 * What a page can do: open a model or a log, go through its states, look for one, check all, and
 * have a path promoted or replayed.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  JobStarted,
  Opened,
  Promoted,
  Replayed,
  Taken,
  Trailed,
  Tree,
  Understood,
} from "../../../src/explorer/server/documents.ts";
import { parseLog } from "../../../src/log/reader.ts";
import type { PlayerTrace } from "../../../src/report/site/player-trace.ts";
import { Served } from "./served.ts";

let served: Served;
let out: string;
beforeAll(async () => {
  mkdirSync("test/regressions", { recursive: true });
  out = mkdtempSync("test/regressions/explored-");
  served = await Served.start(out);
});
afterAll(async () => {
  await served.stop();
  rmSync(out, { recursive: true, force: true });
});

function open(model: string, more: Record<string, unknown> = {}): Promise<Opened> {
  return served.get("open", { model, ...more });
}

async function path(exploration: number, state: number): Promise<string> {
  return (await served.ask(`api/path?exploration=${exploration}&state=${state}`)).text;
}

async function find(exploration: number, text: string, from = 0) {
  const { job } = await served.get<JobStarted>("find", { exploration, text, from });
  return served.outcome(job);
}

describe("a model", () => {
  it("is gone through, step by step and back", async () => {
    const { exploration, bounds, vocabulary } = await open("fleece");
    expect(bounds).toBe("2 clusters, 2 guests, 2 readers, 2 values");
    expect(vocabulary.map(({ name }) => name)).toContain("cluster");
    const taken = await served.get<Taken>("take", { exploration, state: 0, step: 0 });
    expect(taken.view).toMatchObject({ parent: 0, depth: 1 });
    const again = await served.get<Taken>("view", { exploration, state: 0 });
    expect(again.view.steps[0]).toMatchObject({ who: "guest 0", visited: taken.view.id });
    const { states } = await served.get<Tree>("tree", { exploration });
    expect(states.map(({ parent }) => parent)).toEqual([null, 0]);
  });

  it("shows the state that somebody describes, by a shortest way", async () => {
    const { exploration } = await open("fleece");
    const text = "cluster 1 copied and reader 0 frozen";
    const news = await find(exploration, text);
    if (news.kind !== "found") throw new Error(JSON.stringify(news));
    const { view } = await served.get<Taken>("view", { exploration, state: news.state });
    expect(view.depth).toBe(4);
    const understood = await served.get<Understood>("condition", {
      ...{ exploration, text, cursor: text.length },
    });
    expect(understood).toMatchObject({ kind: "condition", holds: [news.state] });
    const trace = await served.get<PlayerTrace>("player", { exploration, state: news.state });
    expect(trace.steps).toHaveLength(4);
    expect(trace.properties).toEqual([]);
  });

  it("is searched from where somebody is, and the way goes on from there", async () => {
    const { exploration } = await open("fleece");
    const begun = await served.get<Taken>("take", { exploration, state: 0, step: 3 });
    const from = begun.view.id;
    const text = "every guest choosing and at least 1 cluster copied and cluster 0 fresh";
    const news = await find(exploration, text, from);
    if (news.kind !== "found") throw new Error(JSON.stringify(news));
    expect(news.message).toMatch(/^\d+ steps from state 1, after step 1 \(guest 1/);
    const { states } = await served.get<Tree>("tree", { exploration });
    const parents = new Map(states.map(({ id, parent }) => [id, parent]));
    const path: number[] = [];
    for (let at: number | null = news.state; at !== null; at = parents.get(at) ?? null)
      path.push(at);
    expect(path).toContain(from);
    expect(await find(exploration, text, news.state)).toMatchObject({
      ...{
        kind: "found",
        state: news.state,
        message: expect.stringMatching(/^it holds already in state \d+, after/),
      },
    });
    const gone = await find(
      exploration,
      "every guest choosing and every cluster fresh",
      news.state,
    );
    expect(gone).toMatchObject({ kind: "nowhere", message: expect.stringMatching(/from state/) });
  });

  it("has branches with names, which go when they are deleted, and trails", async () => {
    const { exploration } = await open("fleece");
    const one = await served.get<Taken>("take", { exploration, state: 0, step: 0 });
    const two = await served.get<Taken>("take", { exploration, state: one.view.id, step: 0 });
    await served.get("rename", { exploration, state: two.view.id, name: " granted " });
    const { states } = await served.get<Tree>("tree", { exploration });
    expect(states.map(({ name }) => name)).toEqual([null, null, "granted"]);
    const trail = states.slice(1).map(({ code }) => code);
    const smaller = await open("fleece", { parameters: { guests: 1 } });
    const kept = { exploration: smaller.exploration, trail: [...trail, "00000000"] };
    expect(await served.get<Trailed>("follow", kept)).toMatchObject({
      taken: 2,
      view: { depth: 2 },
    });
    expect(await served.get("remove", { exploration, state: one.view.id })).toEqual({ parent: 0 });
    const gone = await served.post("view", { exploration, state: two.view.id });
    expect(gone).toMatchObject({ status: 422, text: expect.stringMatching(/it was deleted/) });
    expect((await served.post("remove", { exploration, state: 0 })).status).toBe(422);
  });

  it("says where a condition is not understood, and that no state satisfies one", async () => {
    const { exploration } = await open("fleece");
    const text = "cluster 1 copyed";
    const asked = { exploration, text, cursor: 13 };
    expect(await served.get("condition", asked)).toMatchObject({
      ...{ kind: "problem", from: 10, to: 16 },
      could: expect.arrayContaining(["cluster[1] copied"]),
      completions: { from: 0, to: 13, options: expect.arrayContaining(["cluster[1] copied"]) },
      message: expect.stringMatching(/never 'copyed'/),
    });
    expect(await served.post("find", { exploration, text, from: 0 })).toMatchObject({
      ...{ status: 422, text: expect.stringMatching(/character 11: cluster is never 'copyed'/) },
    });
    const never = "every guest = writing and every cluster = fresh frozen=0";
    expect(await find(exploration, never)).toMatchObject({
      kind: "nowhere",
      message: expect.stringMatching(/that: all [\d,]+ states \(alike clusters, guests and rea/),
    });
  });

  it("is checked, and what is found is opened as a branch and promoted", async () => {
    const { exploration } = await open("fleece", { mutant: "guest-does-not-drain" });
    const { job } = await served.get<JobStarted>("check", { exploration });
    const news = await served.outcome(job);
    if (news.kind !== "checked") throw new Error(JSON.stringify(news));
    expect(news).toMatchObject({ verdict: "violated" });
    const [{ state = -1, property = "" } = {}] = news.findings;
    const { view } = await served.get<Taken>("view", { exploration, state });
    expect(view.depth).toBe(7);
    const said = view.properties.find(({ name }) => name === property);
    expect(said?.status).toBe("violated");
    expect(said?.why).toMatch(/^it is broken by step 7 \(reader 0 reading disk cluster 0/);
    const made = await served.get<Promoted>("promote", { exploration, state, name: "explored" });
    expect(readFileSync(made.test, "utf8")).toContain("guest-does-not-drain");
    const again = await served.post("promote", { exploration, state, name: "explored" });
    expect(again).toMatchObject({ status: 422, text: expect.stringMatching(/exists/) });
    const replayed = await served.get<Replayed>("replay", { exploration, state, on: "files" });
    expect(replayed).toMatchObject({ identical: true, difference: null });
    const nothing = await served.post("promote", { exploration, state: 0, name: "nothing" });
    expect(nothing).toMatchObject({ status: 422, text: expect.stringMatching(/no violation/) });
    expect(existsSync(join(out, "nothing.test.ts"))).toBe(false);
  });

  it("holds within its bounds, as the command says", async () => {
    const { exploration } = await open("fleece", { parameters: { clusters: 1 } });
    const { job } = await served.get<JobStarted>("check", { exploration });
    expect(await served.outcome(job)).toMatchObject({ kind: "checked", verdict: "holds" });
  });

  it("can have other rules and another workload; what it never had is refused", async () => {
    const edited = await open("break-snapshot-race", {
      profile: "proposed",
      workload: [{ actor: "guest", requests: [{ operation: "flush", offset: 0, length: 0 }] }],
    });
    expect(edited.notices).toHaveLength(1);
    const { view } = await served.get<Taken>("take", {
      ...{ exploration: edited.exploration, state: 0, step: 0 },
    });
    expect(view.steps.filter(({ who }) => who === "guest").map(({ what }) => what)).toEqual([
      expect.stringMatching(/flush/),
    ]);
    const place = { exploration: edited.exploration, state: view.id };
    expect(await served.get<Replayed>("replay", { ...place, on: "sim" })).toMatchObject({
      identical: true,
    });
    expect(await served.post("promote", place)).toMatchObject({
      ...{ status: 422, text: expect.stringMatching(/"its rules, faults or workload are not the/) },
    });
    for (const [body, message] of [
      [{ model: "nothing" }, /no model 'nothing'/],
      [{ model: "fleece", parameters: { clusters: 99 } }, /clusters/],
      [{ model: "fleece", mutant: "x" }, /no mutant 'x'/],
      [{ model: "fleece", profile: "proposed" }, /no rules or workload of its own/],
      [{ model: "break-snapshot-race", faults: [1, 1] }, /has 1 fault, and 2 numbers are given/],
      [
        { model: "break-snapshot-race", workload: [{ actor: "x", requests: [] }] },
        /workload\.0\.requests/,
      ],
    ] as const) {
      const answer = await served.post("open", body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).toMatch(message);
    }
  });
});

describe("a log", () => {
  async function recorded(): Promise<string> {
    const { exploration } = await open("break-snapshot-race");
    const news = await find(exploration, "hook node broken and reader reading source");
    if (news.kind !== "found") throw new Error(JSON.stringify(news));
    return path(exploration, news.state);
  }

  async function put(text: string | Buffer, name = "run.jsonl"): Promise<Opened> {
    const answer = await served.ask(`api/log?name=${name}`, { method: "PUT", body: text });
    if (answer.status !== 200) throw new Error(answer.text);
    const opened: Opened = JSON.parse(answer.text);
    return opened;
  }

  it("of a path replays, and can be opened, branched and gone on from", async () => {
    const text = await recorded();
    const { records } = parseLog(text);
    const whole = await put(text);
    expect(whole).toMatchObject({ kind: "log", records: records.length, notices: [] });
    const at = records.findLastIndex(({ kind }) => kind === "io");
    const branched = await served.get<Opened>("branch", {
      ...{ exploration: whole.exploration, record: at },
    });
    const { exploration } = branched;
    const { view } = await served.get<Taken>("view", { exploration, state: 0 });
    const fails = view.steps.find(({ what }) => what.endsWith("fails with EIO"));
    const taken = await served.get<Taken>("take", {
      ...{ exploration, state: 0, step: fails?.index ?? -1 },
    });
    const other = await path(exploration, taken.view.id);
    expect(parseLog(other).records.some(({ kind }) => kind === "fault")).toBe(true);
    const replayed = await served.get<Replayed>("replay", {
      ...{ exploration, state: taken.view.id, on: "sim" },
    });
    expect(replayed).toMatchObject({ identical: true });
    const trace = await served.get<PlayerTrace>("player", { exploration, state: taken.view.id });
    expect(trace.steps.length).toBeGreaterThan(at);
  });

  it("that is torn, damaged or of another version is shown as far as it goes", async () => {
    const text = await recorded();
    const lines = text.trimEnd().split("\n");
    const torn = await put(text.slice(0, -20));
    expect(torn.records).toBe(lines.length - 1);
    expect(torn.notices.join()).toMatch(/last line is torn/);
    const damaged = await put([...lines.slice(0, 3), "{}", ...lines.slice(4), ""].join("\n"));
    expect(damaged.records).toBe(3);
    expect(damaged.notices.join()).toMatch(/From record 3 on/);
    const other = await put(text.replaceAll('"v":1', '"v":9'));
    expect(other.records).toBe(0);
    expect(other.notices.join()).toMatch(/cannot be|version/);
    for (const { exploration } of [torn, damaged, other]) {
      const trace = await served.get<PlayerTrace>("player", { exploration, state: 0 });
      expect(trace.steps.length).toBeGreaterThan(0);
    }
    const nothing = await served.post("view", { exploration: other.exploration, state: 0 });
    expect(nothing.status).toBe(422);
  });

  it("of nothing, or of a model that there is no more, is no reason to stop", async () => {
    for (const text of ["", "no log at all", "\u0000\u0001", "{}"]) {
      expect((await put(Buffer.from(text))).notices.length).toBeGreaterThan(0);
    }
    const renamed = join(served.folder, "renamed.jsonl");
    writeFileSync(renamed, (await recorded()).replace('"break-snapshot-race"', '"renamed"'));
    expect(served.server.openLog(renamed).notices.length).toBeGreaterThan(0);
  });

  it("cannot be searched, and says so", async () => {
    const { exploration } = await put(await recorded());
    const answer = await served.post("find", { exploration, text: "guest idle", from: 0 });
    expect(answer).toMatchObject({ status: 422, text: expect.stringMatching(/a log is no model/) });
  });
});

it("only the last dozen stay open, and logs that were sent go with the others", async () => {
  const first = await served.ask("api/log?name=first", { method: "PUT", body: "{}" });
  const { exploration }: Opened = JSON.parse(first.text);
  const kept = () => readdirSync(served.folder, { recursive: true }).map(String);
  const logs = () => kept().filter((name) => name.endsWith("log.jsonl")).length;
  for (let count = 0; count < 12; count++) {
    await served.ask("api/log?name=next", { method: "PUT", body: "{}" });
  }
  expect(logs()).toBe(12);
  const gone = await served.post("view", { exploration, state: 0 });
  expect(gone).toMatchObject({ status: 422, text: expect.stringMatching(/not open any more/) });
});

it("a search can be stopped, and one that is over cannot", async () => {
  const { exploration } = await open("fleecing");
  const { job } = await served.get<JobStarted>("check", { exploration });
  expect((await served.post("stop", { job })).status).toBe(200);
  const news = await served.outcome(job);
  expect(news.kind).toBe("stopped");
  expect((await served.post("stop", { job })).status).toBe(404);
});
