/**
 * A rehearsal: would this model run on images of these lengths?
 *
 * The commands are executed on a graph without images, and every scripted request is held against
 * the node that it is for. So a request beyond the end, or a cache that is too short, is found
 * before the first byte is written.
 */
import { BlockgraphError } from "../error.ts";
import { rootNode } from "../graph/graph.ts";
import { profile } from "../graph/profile.ts";
import { administratorOf, sendCommands } from "./drive.ts";
import type { Actor, Model, Phase } from "./model.ts";
import { Session } from "./session.ts";
import { requireWorkers } from "./workers.ts";
import { entryLength } from "./workload.ts";

/**
 * @returns the bytes that each dump will have, by its file name
 * @throws BlockgraphError `graph-refused` or `request-invalid`: what would fail, and the remedy
 */
export function rehearse(model: Model): ReadonlyMap<string, number> {
  const images = new Map(model.images.map(({ filename, length }) => [filename, length]));
  const { clusterSize } = model;
  const session = new Session({
    rules: { profile: profile(model.profile), clusterSize, images, mutation: null },
    properties: [],
    sink: null,
    readImage: () => new Uint8Array(0),
    called: () => {},
  });
  const dumps = new Map<string, number>();
  for (const phase of model.phases) {
    if (phase.kind === "commands") sendCommands(phase, session);
    else if (phase.kind === "dump") dumps.set(phase.filename, entryLength(session, phase.through));
    else rehearseRequests(phase, session);
  }
  return dumps;
}

/** Every actor is held against the first graph of the phase that has what it uses. */
function rehearseRequests(phase: Phase & { kind: "concurrent" }, session: Session): void {
  const administrator = administratorOf(phase);
  let waiting = phase.actors;
  for (;;) {
    const isThere = ({ through }: Actor) => rootNode(session.graph, through) !== undefined;
    for (const actor of waiting.filter(isThere)) checkActor(actor, session);
    waiting = waiting.filter((actor) => !isThere(actor));
    if (!administrator.isReady(session)) break;
    administrator.act(session);
  }
  for (const { name, through } of waiting) {
    throw new BlockgraphError(
      "request-invalid",
      `actor '${name}' uses '${through}', but there is no such device or export then; ` +
        "add it with device_add or block-export-add in a phase before",
    );
  }
}

function checkActor(actor: Actor, session: Session): void {
  const { through, requests } = actor;
  requireWorkers(actor, session.graph, session.execution);
  const end = entryLength(session, through);
  for (const { operation, offset, length } of "count" in requests ? [] : requests) {
    if (offset + length <= end) continue;
    throw new BlockgraphError(
      "request-invalid",
      `${operation} of ${length} bytes at ${offset} through '${through}' ends beyond the node, ` +
        `which has ${end} bytes; use larger images, or a folder without images`,
    );
  }
}
