/**
 * A block graph that is live: requests and commands come from outside, at any time, and the images
 * are real.
 *
 * It is a session (src/system) on a free executor (src/run), as every run; what is added is the
 * door. Commands are executed one at a time, in the order in which they came: each is given the
 * files that it names, and waits until what it changes is drained. Meanwhile exports take nothing:
 * what their clients ask for is kept here and enters afterwards, in order.
 */
import { deflateRawSync } from "node:zlib";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph } from "../graph/graph.ts";
import type { Profile } from "../graph/profile.ts";
import type { Fill } from "../log/record.ts";
import { FreeExecutor } from "../run/free-executor.ts";
import { answerSystem } from "../system/answer-system.ts";
import type { Outcome } from "../system/frame.ts";
import { type Answered, type RecordSink, Session } from "../system/session.ts";
import type { SystemRules } from "../system/system.ts";
import type { Errno, Operation } from "../vocabulary.ts";
import type { BackingChange } from "./backing-headers.ts";
import { definitionProblem } from "./definition-problem.ts";
import { InjectedErrors, uninjectable } from "./injected-errors.ts";
import { KeptBitmaps } from "./kept-bitmaps.ts";
import type { LiveImages } from "./live-images.ts";
import type { Surroundings } from "./node-info.ts";
import { type ResizedImage, resizedImages } from "./resized-images.ts";
import { makeSnapshots } from "./snapshot-files.ts";

export interface LiveGraphOptions {
  readonly images: LiveImages;
  /** null: nothing is recorded */
  readonly sink: RecordSink | null;
  /** bytes; the smallest cluster that block-copy uses */
  readonly clusterSize: number;
  readonly profile: Profile;
  /** a command is over, and this is the graph now */
  changed(graph: Graph): void;
  /** a request from outside has ended well; absent: nobody wants to know */
  completed?(request: LiveRequest): void;
  /** Persistent bitmaps could not be stored; absent: nobody wants to know. */
  lost?(text: string): void;
  /** Nothing goes on any more, for a reason that is a defect of blockgraph. */
  crashed(error: unknown): void;
}

/** What somebody outside asks of an export. */
export interface LiveRequest {
  /** id of the export */
  readonly through: string;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
  /** where a read puts its bytes and a write takes them from; null otherwise */
  readonly buffer: Uint8Array | null;
  /** Called exactly once, maybe from within `submit`. */
  done(outcome: Outcome): void;
}

/**
 * The end of a job that follows what is written: the rest it copies while its disk stands still,
 * after which the command takes effect.
 */
export interface LastCopies {
  /** id of the job */
  readonly job: string;
  /**
   * Nothing is under way. Has what is left copied, and says whether anything is.
   * @returns `failed`: the command is to come to nothing
   */
  left(): "nothing" | "some" | "failed";
}

interface Waiting {
  readonly command: QmpCommand;
  readonly last: LastCopies | null;
  /** images that will have another length when it takes effect */
  resized: readonly ResizedImage[];
  answer(answered: Answered): void;
}

interface Connecting {
  readonly waiting: Waiting;
  /** what became of it, once that is known: null, or why an image cannot be had */
  refusal?: string | null;
}

export class LiveGraph {
  readonly session: Session;
  readonly #options: LiveGraphOptions;
  readonly #rules: SystemRules;
  readonly #errors = new InjectedErrors();
  readonly #bitmaps: KeptBitmaps;
  readonly #executor: FreeExecutor;
  /** requests that have entered, by their numbers */
  readonly #entered = new Map<number, LiveRequest>();
  /** requests of exports that are quiesced */
  #held: LiveRequest[] = [];
  readonly #commands: Waiting[] = [];
  /** whose drained section has begun */
  #draining: Waiting | null = null;
  /** for whose images it is waited */
  #connecting: Connecting | null = null;
  #deciding = false;

  constructor(options: LiveGraphOptions) {
    this.#options = options;
    const { images } = options;
    this.#rules = {
      profile: options.profile,
      clusterSize: options.clusterSize,
      images: images.lengths,
      facts: images.facts,
      formats: images.formats,
      mutation: null,
      jobsArePlayed: true,
      backingMayBeShorter: true,
      injectsErrors: true,
      bitsOfAnySize: true,
    };
    this.#bitmaps = new KeptBitmaps({
      find: (filename) => images.bitmapsOf(filename),
      lost: (text) => options.lost?.(text),
    });
    this.#executor = new FreeExecutor({
      open: true,
      images: images.set,
      strike: ({ call }) => (call === null ? null : this.#errors.strike(call)),
      progressed: () => this.#decide(),
      crashed: (error) => options.crashed(error),
    });
    this.session = new Session({
      rules: this.#rules,
      properties: [],
      sink: options.sink,
      readImage: (name) => images.set.get(name)?.read() ?? new Uint8Array(),
      called: (agent) => this.#executor.called(agent),
      consent: (after) => uninjectable(after) ?? images.consent(after),
      completed: (request, outcome) => this.#completed(request, outcome),
    });
    this.#executor.attach(this.session);
  }

  /** Requests that have entered and not ended, or wait to enter. */
  get underWay(): number {
    return this.#entered.size + this.#held.length;
  }

  /** The graph as it is now, and what its images are. */
  get surroundings(): Surroundings {
    const { images, profile } = this.#options;
    return {
      ...{ graph: this.session.graph, profile },
      imageTold: (name) => images.told(name),
      behind: (name) => images.facts.get(name)?.header?.backing?.filename ?? null,
    };
  }

  /** Executes a command, when those before it have been. */
  execute(command: QmpCommand, last: LastCopies | null = null): Promise<Answered> {
    return new Promise((resolve) => {
      this.#commands.push({ command, last, resized: [], answer: resolve });
      this.#executor.goOn();
    });
  }

  /** Whose rules hold. */
  get profile(): Profile {
    return this.#options.profile;
  }

  /** Has an image say what is behind it. @returns why it cannot; null: it does */
  changeBacking(change: BackingChange): string | null {
    return this.#options.images.changeBacking(change);
  }

  /**
   * Writes to an image, past the graph, and has it stable.
   * @param offset in bytes
   * @returns null: it is done
   */
  writeImage(name: string, offset: number, bytes: Uint8Array): Promise<Errno | null> {
    const storage = this.#options.images.set.get(name)?.storage;
    return new Promise((resolve) => {
      if (storage === undefined || offset + bytes.length > storage.length) {
        resolve("ENOSPC");
        return;
      }
      const length = bytes.length;
      storage.submit({
        ...{ operation: "write", offset, length, buffer: bytes },
        done({ errno }) {
          if (errno !== null) resolve(errno);
        },
      });
      const done = (outcome: { readonly errno: Errno | null }) => resolve(outcome.errno);
      storage.submit({ operation: "flush", offset: 0, length: 0, buffer: null, done });
      storage.kick();
    });
  }

  /** Why a command would be refused now; null: it would not. Nothing is opened for it. */
  refusalOf(command: QmpCommand): string | null {
    return answerSystem(this.session.graph, command, this.#rules).refusal;
  }

  /** Lets a request in, or keeps it until its export takes any. */
  submit(request: LiveRequest): void {
    const { through } = request;
    const isBehind = this.#held.some((held) => held.through === through);
    if (isBehind || !this.session.takesRequests(through)) {
      this.#held.push(request);
      return;
    }
    this.#enter(request);
    this.#executor.goOn();
  }

  /** Resolves when nothing is under way, and no command waits. */
  async idle(): Promise<void> {
    while (this.underWay > 0 || this.#isChanging || this.#commands.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  get #isChanging(): boolean {
    return this.#draining !== null || this.#connecting !== null;
  }

  /** Stops timers, and stores persistent bitmaps. Legal only while nothing is under way. */
  stop(): void {
    this.#executor.stop();
    this.#bitmaps.close();
  }

  #enter(request: LiveRequest): void {
    const { through, operation, offset, length, buffer } = request;
    const number = this.session.requests;
    this.#entered.set(number, request);
    const data = this.#options.sink === null ? undefined : fillOf(operation, buffer);
    try {
      this.session.request({ through, operation, offset, length, data }, buffer);
    } catch (error) {
      this.#entered.delete(number);
      if (!(error instanceof BlockgraphError)) throw error;
      request.done({ errno: "EINVAL", status: null, bytes: 0 });
    }
  }

  #completed(number: number, outcome: Outcome): void {
    const request = this.#entered.get(number);
    this.#entered.delete(number);
    if (request === undefined) return;
    if (outcome.errno === null) this.#options.completed?.(request);
    request.done(outcome);
  }

  /** Ends a drained section that has become quiet, and begins with what waits. */
  #decide(): void {
    if (this.#deciding) return;
    this.#deciding = true;
    for (;;) {
      if (this.#draining !== null) {
        if (!this.session.quiet) break;
        const left = this.#draining.last?.left() ?? "nothing";
        if (left === "some") {
          setImmediate(() => this.#executor.goOn());
          break;
        }
        this.#answer(this.#draining, this.#end(this.#draining, left === "failed"));
      }
      this.#enterHeld();
      if (this.#connecting !== null) {
        const { waiting, refusal } = this.#connecting;
        if (refusal === undefined) break;
        this.#connecting = null;
        this.#begin(waiting, refusal);
        continue;
      }
      const next = this.#commands.shift();
      if (next === undefined) break;
      this.#connect(next);
    }
    this.#deciding = false;
  }

  /** Everything stands still for a command, which takes effect, unless it has failed. */
  #end({ resized }: Waiting, failed: boolean): Answered {
    const { images } = this.#options;
    const refusal = failed ? FAILED : images.resize(resized);
    if (refusal === null) return this.session.drained();
    images.recall(resized);
    return this.session.withdraw(refusal);
  }

  /** Servers take their time, during which requests go on, and commands wait. */
  #connect(waiting: Waiting): void {
    const problem = definitionProblem(waiting.command);
    const connected =
      problem === null ? this.#options.images.connect(waiting.command, this.session.graph) : null;
    if (connected === null) {
      this.#begin(waiting, problem);
      return;
    }
    const connecting: Connecting = { waiting };
    this.#connecting = connecting;
    connected.then(
      (refusal) => {
        connecting.refusal = refusal;
        this.#executor.goOn();
      },
      (error: unknown) => this.#options.crashed(error),
    );
  }

  /** @param unconnected why an image cannot be had; null: all are there */
  #begin(waiting: Waiting, unconnected: string | null): void {
    const { images, profile } = this.#options;
    const { command } = waiting;
    const { graph } = this.session;
    const refusal =
      unconnected ??
      makeSnapshots(command, graph, images.facts, profile) ??
      images.open(command.arguments, graph);
    if (refusal !== null) {
      this.#answer(waiting, { refusal, reply: {} });
      return;
    }
    const resized = resizedImages(command, graph);
    if (resized.length > 0 && this.refusalOf(command) === null) waiting.resized = resized;
    images.announce(waiting.resized);
    const answered = this.session.begin(waiting.command, waiting.last?.job);
    if (answered === null) {
      this.#draining = waiting;
      return;
    }
    images.recall(waiting.resized);
    this.#answer(waiting, answered);
  }

  #answer(waiting: Waiting, answered: Answered): void {
    this.#draining = null;
    const { graph } = this.session;
    this.#bitmaps.settle(graph, this.session.execution);
    this.#options.images.settle(graph);
    this.#errors.changed(graph);
    this.#executor.rewired();
    this.#options.changed(graph);
    waiting.answer(answered);
  }

  #enterHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const request of held) {
      if (this.session.takesRequests(request.through)) this.#enter(request);
      else this.#held.push(request);
    }
  }
}

/** What is said of a command whose job could not copy what was left. */
const FAILED = "Input/output error";

/** The payload as a log carries it. */
function fillOf(operation: Operation, buffer: Uint8Array | null): Fill | undefined {
  if (buffer === null || !operation.startsWith("write")) return undefined;
  return { deflate: deflateRawSync(buffer).toString("base64") };
}
