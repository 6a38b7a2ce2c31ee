/**
 * Turns a session that goes on into the steps of a player: fed each record once it has taken
 * effect, it says what that changed.
 *
 *     const witness = new Witness(properties);
 *     const simulation = new Simulation(start, { ...witness, mutants, sink });
 *     const observer = new Observer(simulation, witness, start["cluster-size"]);
 *     ... let something happen; for every record that it appended:
 *     const step = observer.observe(record);
 *
 * It costs what has changed, so it keeps up with ten thousand steps. One decision may append
 * several records: the state is told with the first of them, verdicts with their own.
 */
import { rootNode } from "../../graph/graph.ts";
import type { LogRecord } from "../../log/record.ts";
import type { Agent } from "../../system/frame.ts";
import type { Session } from "../../system/session.ts";
import type { Operation } from "../../vocabulary.ts";
import type { Tone } from "../site/picture.ts";
import type {
  ClusterMap,
  JudgedProperty,
  Lane,
  Message,
  PlayerStep,
  WrongBytes,
} from "../site/player-trace.ts";
import { type Followed, followed, type KnownRequest, rangeText } from "./agents.ts";
import { ChartMaps } from "./chart-maps.ts";
import { DataTags } from "./data-tags.ts";
import { ImageMaps, type ShownImage } from "./image-maps.ts";
import { Judgements, wrongBytes } from "./judgements.ts";
import { ADMINISTRATOR, Lanes } from "./lanes.ts";
import { MapSheets } from "./map-sheets.ts";
import { agentMessages } from "./messages.ts";
import { commandText, recordLine, recordText } from "./record-text.ts";
import { changesBetween, executionFacts, type Facts, graphFacts } from "./state-facts.ts";
import type { Witness } from "./witness.ts";

/** A session with its images in memory. */
export interface Observed {
  readonly session: Session;
  readonly images: ReadonlyMap<string, { readonly content: Uint8Array }>;
}

const VALUE_TONES: Readonly<Partial<Record<Lane["kind"], Tone>>> = {
  guest: "guest",
  reader: "reader",
  job: "job",
};

export class Observer {
  readonly #session: Session;
  readonly #witness: Witness;
  readonly #sheets = new MapSheets();
  readonly #tags = new DataTags();
  readonly #images: ImageMaps;
  readonly #charts: ChartMaps;
  readonly #lanes: Lanes;
  readonly #judgements: Judgements;
  readonly #requests = new Map<number, KnownRequest>();
  readonly #commands = new Map<number, string>();
  #agents: ReadonlyMap<number, Followed> = new Map();
  #graph: Session["graph"] | null = null;
  #graphFacts: Facts = new Map();
  #facts: Facts = new Map();

  /**
   * @param observed nothing has happened in it yet
   * @param witness whose properties it judges
   * @param clusterSize bytes of a square in the maps of images
   */
  constructor(observed: Observed, witness: Witness, clusterSize: number) {
    const images = [...observed.images].map(([filename, image]): ShownImage => {
      return { filename, content: image.content };
    });
    this.#session = observed.session;
    this.#witness = witness;
    this.#images = new ImageMaps(this.#sheets, this.#tags, clusterSize, images);
    this.#charts = new ChartMaps(this.#sheets);
    this.#lanes = new Lanes([...observed.images.keys()]);
    this.#judgements = new Judgements(witness);
  }

  /** Everybody so far, from left to right. */
  lanes(): Lane[] {
    return this.#lanes.all();
  }

  /** All maps so far; what their squares can say is complete for the steps that were observed. */
  maps(): ClusterMap[] {
    return this.#sheets.maps();
  }

  /** The properties as they were at first. */
  properties(): JudgedProperty[] {
    return this.#judgements.all();
  }

  /** What is known now: the fold of all changes so far. */
  facts(): { what: string; value: string }[] {
    return [...this.#facts].map(([what, value]) => ({ what, value }));
  }

  /** Which images and nodes have no map, because they are too large. */
  leftOut(): string[] {
    return [...this.#images.leftOut, ...this.#charts.leftOut];
  }

  /**
   * What a record changed.
   * @param record the one after the last that was observed; it has taken effect
   */
  observe(record: LogRecord): PlayerStep {
    const value = this.#know(record);
    const before = this.#agents;
    const call = this.#answeredCall(record);
    if (call !== null) this.#images.answered(call);
    const { execution, graph } = this.#session;
    if (graph !== this.#graph) {
      this.#graph = graph;
      this.#graphFacts = graphFacts(graph);
      this.#lanes.rewired(graph, execution);
    }
    this.#charts.look(execution);
    this.#agents = followed(execution, this.#requests, before, this.#lanes);
    const facts = new Map([
      ...this.#graphFacts,
      ...executionFacts(execution, this.#agents.values()),
    ]);
    const changes = changesBetween(this.#facts, facts);
    this.#facts = facts;
    const broken = this.#judgements.broken(this.#session, record.seq);
    return {
      record: record.seq,
      text: recordText(record, this.#context(record, before, value)),
      lane: this.#laneOf(record, before),
      messages: [
        ...this.#entering(record, before),
        ...agentMessages(before, this.#agents, this.#answered(record), this.#lanes),
        ...this.#leaving(record),
      ],
      line: recordLine(record),
      changes,
      cells: this.#sheets.take(),
      judged: this.#judgements.changed(this.#session, broken),
      wrong: record.kind === "done" ? this.#wrong(record.request, broken) : null,
    };
  }

  /** @returns what a write is called that the record lets in */
  #know(record: LogRecord): string | null {
    if (record.kind === "qmp") {
      this.#commands.set(record.id, commandText(record.execute, record.arguments));
    }
    if (record.kind !== "io") return null;
    const { request, through, operation, offset, length, data } = record;
    const lane = this.#lanes.client(through);
    const what = rangeText(operation, offset, length);
    const entry = this.#entryOf(through, operation);
    this.#requests.set(request, { lane, entry, what, through, operation, offset, length });
    if (data === undefined || length === 0) return null;
    const kind = this.#lanes.all().find(({ id }) => id === lane)?.kind ?? "reader";
    return this.#tags.addValue(through, VALUE_TONES[kind] ?? "plain", data, length).name;
  }

  /** The line that a request is handed to first: a node with a chart for it, or an image. */
  #entryOf(through: string, operation: Operation): string | null {
    const { graph, execution } = this.#session;
    const node = rootNode(graph, through);
    const route = node === undefined ? null : execution.node(node).route(operation);
    if (route?.kind === "chart") return this.#lanes.node(route.node.description.name);
    return route?.kind === "image" ? this.#lanes.image(route.image) : null;
  }

  /** The image call that the record ends with success; null: none. */
  #answeredCall(record: LogRecord): Agent["call"] {
    if (record.kind !== "step" || record.event !== "DONE") return null;
    return this.#agents.get(record.agent)?.call ?? null;
  }

  #answered(record: LogRecord) {
    if (record.kind === "fault") return { agent: record.agent, errno: record.errno };
    if (record.kind !== "step" || record.event !== "DONE") return null;
    return { agent: record.agent, errno: null };
  }

  #context(
    record: LogRecord,
    before: ReadonlyMap<number, Followed>,
    value: string | null,
  ): Parameters<typeof recordText>[1] {
    const number = "request" in record ? record.request : -1;
    const request = this.#requests.get(number);
    const agent = "agent" in record ? before.get(record.agent) : undefined;
    const whose = this.#requests.get(agent?.request ?? -1);
    const call = agent?.call ?? null;
    return {
      request: request === undefined ? null : `${request.through}: ${request.what}`,
      agent: whose === undefined ? (agent?.name ?? null) : `${whose.through}'s ${agent?.name}`,
      call:
        call === null
          ? null
          : `${call.image}: ${rangeText(call.operation, call.offset, call.length)}`,
      command: "id" in record ? (this.#commands.get(record.id) ?? null) : null,
      value,
    };
  }

  #laneOf(record: LogRecord, before: ReadonlyMap<number, Followed>): string {
    if (record.kind === "io" || record.kind === "done") {
      return this.#requests.get(record.request)?.lane ?? ADMINISTRATOR.id;
    }
    if (record.kind !== "step" && record.kind !== "fault") return ADMINISTRATOR.id;
    return before.get(record.agent)?.lane ?? ADMINISTRATOR.id;
  }

  /** What comes in from outside: a request, a command, a decision. */
  #entering(record: LogRecord, before: ReadonlyMap<number, Followed>): Message[] {
    const note = (at: string, text: string): Message[] => [
      { from: at, to: at, text, kind: "note" },
    ];
    switch (record.kind) {
      case "io":
        return this.#handed(record.request);
      case "qmp":
        return note(ADMINISTRATOR.id, commandText(record.execute, record.arguments));
      case "crash":
        return note(ADMINISTRATOR.id, "crash");
      case "step": {
        if (record.event === "DONE") return [];
        const agent = before.get(record.agent);
        const lane = agent?.lane ?? ADMINISTRATOR.id;
        if (record.event === "TIMEOUT") return note(lane, "stops waiting for its copies");
        if (agent?.blocked !== "queued") return note(lane, "goes on");
        const request = this.#requests.get(agent.request);
        if (request === undefined) return [];
        // The graph is another one than when it came.
        const entry = this.#entryOf(request.through, request.operation);
        this.#requests.set(agent.request, { ...request, entry });
        return this.#handed(agent.request);
      }
      default:
        return [];
    }
  }

  /** A request is handed to where it is served first. */
  #handed(number: number): Message[] {
    const request = this.#requests.get(number);
    if (request === undefined) return [];
    const { lane, entry, what } = request;
    const agent = [...this.#agents.values()].find((each) => each.request === number);
    // That it waits outside, or asks an image itself, is told with what agents did.
    if (agent?.blocked === "queued") return [];
    if (entry?.startsWith("image ") && agent !== undefined && agent.call !== null) return [];
    return entry === null
      ? note(lane, what)
      : [{ from: lane, to: entry, text: what, kind: "call" }];
  }

  /** What goes out again. */
  #leaving(record: LogRecord): Message[] {
    if (record.kind === "error") {
      const at = ADMINISTRATOR.id;
      return [{ from: at, to: at, text: record.desc, kind: "failure" }];
    }
    if (record.kind !== "done") return [];
    const request = this.#requests.get(record.request);
    if (request === undefined) return [];
    const { lane, entry, what } = request;
    const text = `${what}: ${record.errno ?? "done"}`;
    // What an image answered was told when it did.
    if (entry?.startsWith("node ") !== true) return note(lane, text);
    const kind = record.errno === null ? "answer" : "failure";
    return [{ from: entry, to: lane, text, kind }];
  }

  #wrong(number: number, broken: ReturnType<Judgements["broken"]>): WrongBytes | null {
    const returned = this.#witness.takeReturned(number);
    const request = this.#requests.get(number);
    if (returned === null || request === undefined) return null;
    const facts = { session: this.#session, request, returned };
    const given = { ...facts, tags: this.#tags, maps: this.#images };
    for (const each of broken) {
      const wrong = wrongBytes(each, given);
      if (wrong !== null) return wrong;
    }
    return null;
  }
}

function note(at: string, text: string): Message[] {
  return [{ from: at, to: at, text, kind: "note" }];
}
