/**
 * What a session writes into its log about requests.
 */
import { hasher } from "../log/chain.ts";
import type { LogBody } from "../log/record.ts";
import type { Operation } from "../vocabulary.ts";
import type { Agent, Outcome } from "./frame.ts";
import type { RequestSpec } from "./request-spec.ts";

export function ioRecord(request: number, spec: RequestSpec): LogBody {
  const { through, operation, offset, length, data } = spec;
  const io = { kind: "io", request, through, operation, offset, length } as const;
  return data === undefined ? io : { ...io, data };
}

export function deliveryRecord({ id: agent }: Agent, outcome: Outcome): LogBody {
  const { errno, status, bytes } = outcome;
  if (errno !== null) return { kind: "fault", agent, errno };
  const step = { kind: "step", agent, event: "DONE" } as const;
  return status === null ? step : { ...step, status: { status, bytes } };
}

export function doneRecord(
  request: number,
  open: { readonly operation: Operation; readonly data: Uint8Array | null },
  outcome: Outcome,
): LogBody {
  const { errno, status, bytes } = outcome;
  const done = { kind: "done", request, errno } as const;
  if (errno !== null) return done;
  if (status !== null) return { ...done, status: { status, bytes } };
  if (open.operation !== "read" || open.data === null) return done;
  return { ...done, digest: hasher.digest(open.data) };
}
