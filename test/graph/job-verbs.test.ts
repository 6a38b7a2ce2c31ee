/**
 * What the life of a job makes of the graph, where no daemon need be asked: a paused job has no
 * client's place, one that stops on errors can be resumed, and one that has ended holds its id.
 */
import { expect, test } from "vitest";
import { clientsOf } from "../../src/graph/graph.ts";
import { jobsOf } from "../../src/graph/job-state.ts";
import { apply, built, type Command, refused } from "../support/graph.ts";

const raw = (name: string): Command => [
  "blockdev-add",
  { driver: "raw", "node-name": name, file: { driver: "file", filename: `${name}.raw` } },
];

const backup = (more: Readonly<Record<string, string | boolean>>): Command => [
  "blockdev-backup",
  { "job-id": "job", device: "disk", target: "target", sync: "none", ...more },
];

const begun = (more: Readonly<Record<string, string | boolean>> = {}) =>
  built(raw("disk"), raw("target"), backup(more));

test("a job that is paused asks for nothing until it is resumed", () => {
  const paused = apply(begun(), "block-job-pause", { device: "job" });
  expect(clientsOf(paused)).toEqual([]);
  const resumed = apply(paused, "job-resume", { id: "job" });
  expect(clientsOf(resumed).map(({ name }) => name)).toEqual(["job"]);
});

test("a job that stops on errors can be resumed although no command has paused it", () => {
  const reports = begun({ "on-source-error": "report", "on-target-error": "report" });
  expect(refused(reports, "job-resume", { id: "job" })).toBe(
    "Can't resume a job that was not paused",
  );
  const stops = begun({ "on-source-error": "stop", "on-target-error": "stop" });
  const resumed = apply(stops, "job-resume", { id: "job" });
  expect(resumed.notices).toEqual([{ node: "job job", event: "RESUME", only: null }]);
});

test("a job that has ended holds its id until it is dismissed, and nothing else", () => {
  const ended = apply(begun({ "auto-dismiss": false }), "job-cancel", { id: "job" });
  const job = { id: "job", type: "backup", status: "concluded", error: "Operation canceled" };
  expect(jobsOf(ended)).toEqual([job]);
  expect(ended.edges.filter(({ parent: { kind } }) => kind === "job")).toEqual([]);
  const [execute, args] = backup({});
  expect(refused(ended, execute, args)).toBe("Job ID 'job' already in use");
  expect(apply(ended, "block-job-dismiss", { id: "job" }).jobs.size).toBe(0);
});
