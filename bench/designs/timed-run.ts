/**
 * A session whose images take simulated time: every call ends when its medium has served it, and
 * whoever waits for a chart goes on as soon as it can.
 *
 * A call takes effect on its image when it ends. Nothing takes time but media: charts are free.
 */
import { profile } from "../../src/graph/profile.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";
import type { Agent, Outcome } from "../../src/system/frame.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import { Session } from "../../src/system/session.ts";
import { COSTS, type Cost, serviceTime } from "./costs.ts";
import { EventQueue } from "./event-queue.ts";
import { Occupancy } from "./occupancy.ts";

export interface TimedImage {
  readonly filename: string;
  /** bytes */
  readonly length: number;
}

interface Medium {
  readonly cost: Cost;
  readonly storage: MemoryStorage;
  /** when each channel is free again */
  readonly free: number[];
  readonly occupancy: Occupancy;
}

export class TimedRun {
  readonly session: Session;
  /** microseconds since the beginning */
  now = 0;
  readonly #events = new EventQueue();
  readonly #media = new Map<string, Medium>();
  readonly #ended = new Map<number, (outcome: Outcome) => void>();

  /** @param clusterSize bytes */
  constructor(images: readonly TimedImage[], clusterSize: number) {
    for (const { filename, length } of images) {
      const cost = COSTS[filename.replace(/\..*$/, "")];
      if (cost === undefined) throw new Error(`nothing is known of the cost of ${filename}`);
      const storage = new MemoryStorage(filename, length);
      const free = new Array<number>(cost.channels).fill(0);
      this.#media.set(filename, { cost, storage, free, occupancy: new Occupancy(clusterSize) });
    }
    this.session = new Session({
      rules: {
        profile: profile("proposed"),
        clusterSize,
        images: new Map(images.map(({ filename, length }) => [filename, length])),
        mutation: null,
      },
      properties: [],
      sink: null,
      readImage: (name) => this.storage(name).copy(),
      called: (agent) => this.#called(agent),
      completed: (request, outcome) => this.#completed(request, outcome),
    });
  }

  storage(filename: string): MemoryStorage {
    return this.#medium(filename).storage;
  }

  /** What was written to an image, and how much of it was in use at once. */
  occupancy(filename: string): Occupancy {
    return this.#medium(filename).occupancy;
  }

  has(filename: string): boolean {
    return this.#media.has(filename);
  }

  /** Something happens in so many microseconds. */
  after(delay: number, action: () => void): void {
    this.#events.at(this.now + delay, action);
  }

  /** Lets a request in. @param ended is told when it is over */
  request(spec: RequestSpec, buffer: Uint8Array | null, ended: (outcome: Outcome) => void): void {
    this.#ended.set(this.session.requests, ended);
    this.session.request(spec, buffer);
  }

  /** Somebody outside of the graph uses an image. */
  use(filename: string, operation: "read" | "write", bytes: number, ended: () => void): void {
    this.#events.at(this.#serve(this.#medium(filename), operation, bytes), ended);
  }

  /** Goes on until nothing more is to happen, or `isOver`. */
  run(isOver: () => boolean): void {
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      this.now = event.time;
      event.action();
      const { execution } = this.session;
      for (
        let waiting = execution.longestWaiting();
        waiting !== null;
        waiting = execution.longestWaiting()
      ) {
        this.session.wake(waiting);
      }
      if (isOver()) return;
    }
  }

  #called(agent: Agent): void {
    const { call } = agent;
    if (call === null) return;
    const { image, operation, offset, length, buffer } = call;
    const medium = this.#medium(image);
    this.#events.at(this.#serve(medium, operation, length), () => {
      const outcome = medium.storage.execute(operation, offset, length, buffer);
      medium.occupancy.changed(operation, offset, length);
      this.session.deliver(agent, outcome);
    });
  }

  /** @returns when it ends */
  #serve({ cost, free }: Medium, operation: string, bytes: number): number {
    const earliest = Math.min(...free);
    const channel = free.indexOf(earliest);
    const end = Math.max(this.now, earliest) + serviceTime(cost, operation, bytes);
    free[channel] = end;
    return end;
  }

  #completed(request: number, outcome: Outcome): void {
    const ended = this.#ended.get(request);
    this.#ended.delete(request);
    ended?.(outcome);
  }

  #medium(filename: string): Medium {
    const medium = this.#media.get(filename);
    if (medium === undefined) throw new Error(`there is no image ${filename}`);
    return medium;
  }
}
