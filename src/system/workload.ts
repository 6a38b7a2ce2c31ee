/**
 * The requests of a model's phase: who may send one now, and who gets its result.
 *
 * Simulator and runs share it; they differ in when they send.
 */
import { rootNode } from "../graph/graph.ts";
import type { Actor, CommandPhase, Phase } from "./model.ts";
import { rankOf } from "./recommendation.ts";
import { RequestSource } from "./request-source.ts";
import type { Schedule } from "./schedule.ts";
import type { Session } from "./session.ts";
import { requireWorkers } from "./workers.ts";

/** bytes that a dump reads at once */
const DUMP_PIECE = 1024 * 1024;
/** pieces of a dump that are read at once */
const DUMP_DEPTH = 4;

/** Receives a piece of a dump. */
export type DumpReceiver = (filename: string, offset: number, piece: Uint8Array) => void;

interface Sent {
  readonly source: RequestSource;
  readonly slot: number;
  readonly offset: number;
}

export class Workload {
  #sources: readonly RequestSource[] = [];
  readonly #sent = new Map<number, Sent>();
  readonly #dumped: DumpReceiver;
  #dumpInto = "";

  constructor(dumped: DumpReceiver) {
    this.#dumped = dumped;
  }

  /** Takes up the actors of a phase; the ones before must be finished. */
  begin(phase: Exclude<Phase, CommandPhase>, session: Session): void {
    this.#dumpInto = phase.kind === "dump" ? phase.filename : "";
    const actors = phase.kind === "dump" ? [dumper(phase.through, session)] : phase.actors;
    this.#sources = actors.map((actor) => new RequestSource(actor));
  }

  /**
   * The actors that would send a request now, in the model's order. One whose device or export is
   * not there waits for it, and so does a client whose export is quiesced.
   */
  ready(session: Session): RequestSource[] {
    return this.#sources.filter(({ ready, actor: { through } }) => {
      const isThere = rootNode(session.graph, through) !== undefined;
      return ready && isThere && session.takesRequests(through);
    });
  }

  /** Sends the next request of an actor. It may be over when this returns. */
  send(source: RequestSource, session: Session, schedule: Schedule): void {
    const { actor } = source;
    requireWorkers(actor, session.graph, session.execution);
    const rank = ranking(actor, session);
    const { spec, slot } = source.next(schedule, entryLength(session, actor.through), rank);
    // Registered first, because the request may end before `request` returns.
    this.#sent.set(session.requests, { source, slot, offset: spec.offset });
    session.request(spec);
  }

  /** To be called when a request ended; `data` is what a successful read returned. */
  ended(request: number, data: Uint8Array | null): void {
    const sent = this.#sent.get(request);
    if (sent === undefined) return;
    this.#sent.delete(request);
    sent.source.end(sent.slot);
    if (this.#dumpInto !== "" && data !== null) this.#dumped(this.#dumpInto, sent.offset, data);
  }
}

/** When what begins at a byte is wanted of an actor; null: nobody says. */
function ranking({ requests }: Actor, session: Session): ((offset: number) => number) | null {
  const by = "count" in requests ? requests.recommendedBy : undefined;
  if (by === undefined) return null;
  const node = session.execution.node(by);
  return (offset) => rankOf(node, Math.floor(offset / node.description.clusterSize));
}

function dumper(through: string, session: Session): Actor {
  const end = entryLength(session, through);
  const requests = Array.from({ length: Math.ceil(end / DUMP_PIECE) }, (_, index) => ({
    operation: "read" as const,
    offset: index * DUMP_PIECE,
    length: Math.min(DUMP_PIECE, end - index * DUMP_PIECE),
  }));
  return { name: "dump", through, requests, depth: DUMP_DEPTH };
}

/** Bytes of the node that a device or export uses; 0 if there is none of that name. */
export function entryLength(session: Session, through: string): number {
  const node = rootNode(session.graph, through);
  return node === undefined ? 0 : session.execution.node(node).description.length;
}
