/**
 * One client of the QMP server, as a pure protocol: what it sends goes in, and what it is told
 * comes out (QEMU monitor/qmp.c, `qmp_dispatcher_co`; qapi/qmp-dispatch.c).
 *
 * It is greeted, must negotiate before anything else, and may send the next command before the last
 * one was answered: answers come in the order of commands. Events go to whoever has negotiated.
 *
 * A client may enable commands out of band, as with QEMU; there is none that could be executed so.
 */
import { z } from "zod";
import type { JsonObject, JsonValue } from "../graph/graph.ts";
import { parseCommand } from "../graph/qmp-input.ts";
import { isRefusal, parseArguments } from "../graph/refuse.ts";
import { type Cut, JsonSplitter } from "./json-splitter.ts";
import { parseDocument } from "./parse-document.ts";

/** What a command came to: what it returns, or why not, in QEMU's words. */
export type QmpResult =
  | { readonly return: JsonValue }
  | { readonly error: { readonly class: string; readonly desc: string } };

export interface QmpConnectionOptions {
  readonly version: JsonObject;
  /** Executes what a client sent that has negotiated; it never rejects. */
  execute(command: JsonObject): Promise<QmpResult>;
  /** Sends one document to the client. */
  send(document: JsonObject): void;
}

export class QmpConnection {
  readonly #options: QmpConnectionOptions;
  readonly #splitter = new JsonSplitter();
  #negotiated = false;
  #outOfBand = false;
  #pending = 0;
  /** resolved when all that was received has been answered */
  #answered: Promise<void> = Promise.resolve();

  constructor(options: QmpConnectionOptions) {
    this.#options = options;
    options.send({ QMP: { version: options.version, capabilities: ["oob"] } });
  }

  /** Resolves when all that was received so far has been answered. */
  get answered(): Promise<void> {
    return this.#answered;
  }

  /** Documents that were received and not answered. */
  get pending(): number {
    return this.#pending;
  }

  /** Characters that were received of a document that has not ended. */
  get held(): number {
    return this.#splitter.held;
  }

  receive(bytes: Uint8Array): void {
    for (const cut of this.#splitter.push(bytes)) {
      this.#pending++;
      this.#answered = this.#answered.then(() => this.#answer(cut));
    }
  }

  /** Tells of something that happened. @param milliseconds since 1970 */
  event(name: string, data: JsonObject, milliseconds: number): void {
    if (!this.#negotiated) return;
    const seconds = Math.floor(milliseconds / 1000);
    const microseconds = Math.floor((milliseconds - seconds * 1000) * 1000);
    this.#options.send({ timestamp: { seconds, microseconds }, event: name, data });
  }

  async #answer(cut: Cut): Promise<void> {
    const input = "text" in cut ? parseDocument(cut.text) : cut.problem;
    const result = typeof input === "string" ? generic(input) : await this.#execute(input);
    this.#pending--;
    const hasId = typeof input !== "string" && "id" in input;
    this.#options.send(hasId ? { ...result, id: input.id ?? null } : { ...result });
  }

  #execute(input: JsonObject): Promise<QmpResult> | QmpResult {
    const negotiates = input.execute === "qmp_capabilities";
    const { "exec-oob": outOfBand } = input;
    if (this.#outOfBand && typeof outOfBand === "string") {
      return generic(`The command ${outOfBand} does not support OOB`);
    }
    if (this.#negotiated) {
      if (!negotiates) return this.#options.execute(input);
      return notFound("Capabilities negotiation is already complete, command ignored");
    }
    if (!negotiates && typeof input.execute === "string") {
      return notFound("Expecting capabilities negotiation with 'qmp_capabilities'");
    }
    return negotiates ? this.#negotiate(input) : this.#options.execute(input);
  }

  #negotiate(input: JsonObject): QmpResult {
    try {
      const { arguments: args } = parseCommand(input);
      this.#outOfBand = parseArguments(capabilities, args).enable.length > 0;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return generic(error.message);
    }
    this.#negotiated = true;
    return { return: {} };
  }
}

const capabilities = z.strictObject({ enable: z.array(z.enum(["oob"])).default([]) });

function notFound(desc: string): QmpResult {
  return { error: { class: "CommandNotFound", desc } };
}

function generic(desc: string): QmpResult {
  return { error: { class: "GenericError", desc } };
}
