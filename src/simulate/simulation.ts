/**
 * The simulator: a session whose images are in memory.
 *
 * An image call is executed at the very moment at which it is delivered, so the schedule decides
 * the order of effects, and every order that a disk could produce can be produced here. There is no
 * other source of order: the same start record, commands, requests and steps give the same log,
 * byte for byte.
 */
import { BlockgraphError } from "../error.ts";
import { expandImage } from "../log/image.ts";
import type { LogSink } from "../log/sink.ts";
import { MemoryStorage } from "../storage/memory.ts";
import type { Drive } from "../system/drive.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import type { Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import { Session } from "../system/session.ts";
import { rulesOf, type StartBody } from "../system/start.ts";

export interface SimulationOptions {
  readonly properties: readonly Property[];
  /** the model's mutants, in case the log was made with one */
  readonly mutants: readonly Mutant[];
  readonly sink: LogSink;
  /** content of images that were too large to be carried in the log, by file name */
  readonly images?: ReadonlyMap<string, Uint8Array>;
  /** a request ended; `data` of a successful read holds what it returned */
  completed?(request: number, outcome: Outcome, data: Uint8Array | null): void;
}

export class Simulation {
  readonly session: Session;
  readonly images: ReadonlyMap<string, MemoryStorage>;

  /**
   * @param start the first record of the log; it is appended to the sink
   * @throws BlockgraphError `log-version` if the log's profile or mutant are unknown;
   * `log-mismatch` if an image is not carried in it
   */
  constructor(start: StartBody, options: SimulationOptions) {
    const { properties, mutants, sink } = options;
    const rules = rulesOf(start, mutants);
    const given = options.images;
    this.images = new Map(start.images.map((image) => [image.filename, loadImage(image, given)]));
    sink.append(start);
    this.session = new Session({
      rules,
      properties,
      sink,
      readImage: (filename) => this.image(filename).copy(),
      called: () => {},
      completed: (request, outcome, data) => options.completed?.(request, outcome, data),
    });
  }

  /** The image of that file name. */
  image(filename: string): MemoryStorage {
    const image = this.images.get(filename);
    if (image !== undefined) return image;
    throw new BlockgraphError("image-unusable", `there is no image '${filename}' in the log`);
  }

  /** Executes the image call that an agent waits for, now. */
  execute(agent: Agent): Outcome {
    const { call } = agent;
    if (call === null) throw new RangeError(`agent ${agent.id} waits for no image`);
    const { image, operation, offset, length, buffer } = call;
    return this.image(image).execute(operation, offset, length, buffer);
  }

  /** Runs a drive (a model, or a replay) to its end. */
  run(drive: Drive): void {
    let step = drive.next();
    while (!step.done) step = drive.next(this.execute(step.value));
  }
}

function loadImage(
  image: StartBody["images"][number],
  given: ReadonlyMap<string, Uint8Array> | undefined,
): MemoryStorage {
  const storage = new MemoryStorage(image.filename, image.length);
  const write = (offset: number, bytes: Uint8Array) => {
    storage.execute("write", offset, bytes.length, bytes);
  };
  const content = given?.get(image.filename);
  if (content === undefined) expandImage(image, write);
  else write(0, content);
  return storage;
}
