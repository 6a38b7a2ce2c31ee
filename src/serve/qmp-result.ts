/**
 * What a command came to, as a client of QMP is told. Errors have classes, by which old clients
 * know what has gone wrong; QEMU has kept those that it once had (QAPI `QapiErrorClass`).
 */
import type { Answered } from "../system/session.ts";
import type { QmpResult } from "./qmp-connection.ts";

export function resultOf({ refusal, reply }: Answered): QmpResult {
  return refusal === null ? { return: reply } : refused(refusal);
}

/** @param desc in QEMU's words */
export function refused(desc: string): QmpResult {
  const known = CLASSES.find(([pattern]) => pattern.test(desc));
  return { error: { class: known?.[1] ?? "GenericError", desc } };
}

const CLASSES = [
  [/^The command .* has not been found(:|$)/, "CommandNotFound"],
  [/^Block job '.*' not found$/, "DeviceNotActive"],
  [/^Device '.*' not found$/, "DeviceNotFound"],
] as const;
