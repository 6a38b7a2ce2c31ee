/**
 * The clusters of a filter that puts discards off: each discard is handed on once, whoever asks for
 * it and however often, and again after an error; unless something was written meanwhile.
 */
import { expect, test } from "vitest";
import { tabulate } from "../../src/chart/tabulate.ts";
import { clusterChart } from "../../src/drivers/lazy-discards/cluster-chart.ts";
import { replyTo, stateAfter } from "../support/walk.ts";

const cluster = tabulate(clusterChart());

test.each([
  ["nothing was put off", [], "NEEDLESS"],
  ["a discard was put off", ["DEFER"], "GRANTED"],
  ["two were, which is one", ["DEFER", "DEFER"], "GRANTED"],
  ["it was handed on", ["DEFER", "CLAIM", "APPLIED"], "NEEDLESS"],
  ["another came while it was", ["DEFER", "CLAIM", "DEFER", "APPLIED"], "NEEDLESS"],
  ["it could not be handed on", ["DEFER", "CLAIM", "FAILED"], "GRANTED"],
  ["the cluster was written since", ["DEFER", "DROP"], "NEEDLESS"],
  ["and discarded again", ["DEFER", "DROP", "DEFER"], "GRANTED"],
])("who asks for it where %s", (_, before, reply) => {
  expect(replyTo(cluster, stateAfter(cluster, ...before), "CLAIM")).toBe(reply);
});

test.each(["DROP", "CLAIM"])("%s waits for a discard that is on its way", (event) => {
  expect(replyTo(cluster, stateAfter(cluster, "DEFER", "CLAIM"), event)).toBeNull();
});
