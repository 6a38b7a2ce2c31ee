/**
 * One client of the QMP server, as a pure protocol: what it sends goes in, and what it is told
 * comes out (QEMU monitor/qmp.c, `qmp_dispatcher_co`; qapi/qmp-dispatch.c).
 *
 * It is greeted, must negotiate before anything else, and may send the next command before the last
 * one was answered: answers come in the order of commands. Events go to whoever has negotiated.
 *
 * Limit: commands out of band (`exec-oob`) are not offered.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";
import { JsonSplitter } from "./json-splitter.ts";

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
  /** resolved when all that was received has been answered */
  #answered: Promise<void> = Promise.resolve();

  constructor(options: QmpConnectionOptions) {
    this.#options = options;
    options.send({ QMP: { version: options.version, capabilities: [] } });
  }

  /** Resolves when all that was received so far has been answered. */
  get answered(): Promise<void> {
    return this.#answered;
  }

  /** @throws RangeError if the client sends something that has no end */
  receive(bytes: Uint8Array): void {
    for (const document of this.#splitter.push(bytes)) {
      this.#answered = this.#answered.then(() => this.#answer(document));
    }
  }

  /** Tells of something that happened. @param milliseconds since 1970 */
  event(name: string, data: JsonObject, milliseconds: number): void {
    if (!this.#negotiated) return;
    const seconds = Math.floor(milliseconds / 1000);
    const microseconds = Math.floor((milliseconds - seconds * 1000) * 1000);
    this.#options.send({ timestamp: { seconds, microseconds }, event: name, data });
  }

  async #answer(document: string): Promise<void> {
    const input = parse(document);
    const result = typeof input === "string" ? generic(input) : await this.#execute(input);
    const hasId = typeof input !== "string" && "id" in input;
    this.#options.send(hasId ? { ...result, id: input.id ?? null } : { ...result });
  }

  #execute(input: JsonObject): Promise<QmpResult> | QmpResult {
    const negotiates = input.execute === "qmp_capabilities";
    if (this.#negotiated) {
      if (!negotiates) return this.#options.execute(input);
      return notFound("Capabilities negotiation is already complete, command ignored");
    }
    if (!negotiates && typeof input.execute === "string") {
      return notFound("Expecting capabilities negotiation with 'qmp_capabilities'");
    }
    if (!negotiates) return this.#options.execute(input);
    this.#negotiated = true;
    return { return: {} };
  }
}

/** What a client sent; or QEMU's text of what is wrong with it. */
function parse(document: string): JsonObject | string {
  try {
    const input: JsonValue = JSON.parse(document);
    return isJsonObject(input) ? input : "QMP input must be a JSON object";
  } catch {
    return "JSON parse error, what was sent is no JSON";
  }
}

function notFound(desc: string): QmpResult {
  return { error: { class: "CommandNotFound", desc } };
}

function generic(desc: string): QmpResult {
  return { error: { class: "GenericError", desc } };
}
