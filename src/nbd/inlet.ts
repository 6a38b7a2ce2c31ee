/**
 * Where a connection's bytes are read to.
 *
 * The rest of a payload whose beginning is there goes to where it belongs. What else comes is read
 * to a place where it is looked at, and which is used again unless some of it is left there.
 * Before a payload that is long, as the last one was, that place is small: so little of it has to
 * be moved.
 */
import type { Receiver } from "./direct-socket.ts";
import type { Session } from "./session.ts";

/** bytes that are read at once as long as a client has said nothing */
const AT_FIRST = 512;
/** the same while nobody knows what they are */
const USUAL = 64 * 1024;
/** the same where a long payload is expected */
const BEFORE_LONG = 512;
/** bytes of a payload that is better read to where it belongs than moved there */
const LONG = 16 * 1024;

export class Inlet implements Receiver {
  #session: Session | null = null;
  #place = Buffer.allocUnsafeSlow(AT_FIRST);
  #payload = false;

  /** From now on the bytes are a session's. */
  lead(session: Session): void {
    this.#session = session;
  }

  room(): Buffer {
    const rest = this.#session?.payloadRoom ?? null;
    this.#payload = rest !== null;
    return rest ?? this.#place;
  }

  received(bytes: number): void {
    const session = this.#session;
    if (session === null) return;
    if (this.#payload) {
      session.receivedPayload(bytes);
      return;
    }
    const kept = session.receive(this.#place.subarray(0, bytes));
    const wanted = session.lastPayload < LONG ? USUAL : BEFORE_LONG;
    if (kept || this.#place.length !== wanted) this.#place = Buffer.allocUnsafeSlow(wanted);
  }
}
