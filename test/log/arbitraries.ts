/** Arbitrary record bodies and logs, for the properties in this folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { BLOCK_STATUSES, ERRNOS, OPERATIONS } from "../../src/vocabulary.ts";

const natural = fc.maxSafeNat();
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const hash = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((n) => n.toString(16).padStart(16, "0"));
const errno = fc.constantFrom(...ERRNOS);
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const status = fc.record({
  status: fc.constantFrom(...BLOCK_STATUSES),
  bytes: fc.integer({ min: 1 }),
});

const fillArbitrary = fc.oneof(
  fc.record({ byte: fc.nat(255) }),
  fc.record({ seed: fc.nat(0xffff_ffff) }),
  fc.record({ deflate: fc.base64String() }),
);

const range = fc.record({ offset: natural, length: fc.integer({ min: 1 }) });
const format = fc.record({
  driver: fc.constant("qcow2" as const),
  "file-length": natural,
  "cluster-size": fc.integer({ min: 512 }),
  backing: fc.option(fc.record({ driver: fc.constantFrom("raw", "qcow2"), filename: name })),
  own: fc.array(range, { maxLength: 3 }),
});

const plainImage = {
  filename: name,
  length: natural,
  extents: fc.option(
    fc.array(fc.record({ offset: natural, length: fc.integer({ min: 1 }), fill: fillArbitrary }), {
      maxLength: 3,
    }),
  ),
  digest: hash,
};
const image = fc.oneof(fc.record(plainImage), fc.record({ ...plainImage, format }));

/** Any body that fits the schema, of any kind. */
export const bodyArbitrary: fc.Arbitrary<LogBody> = fc.oneof(
  fc.record({
    kind: fc.constant("start"),
    model: name,
    digest: hash,
    profile: name,
    mutant: fc.option(name),
    "cluster-size": fc.integer({ min: 512 }),
    images: fc.array(image, { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("qmp"),
    id: natural,
    execute: name,
    arguments: fc.dictionary(fc.string({ unit: "grapheme" }), json, { maxKeys: 4 }),
  }),
  fc.record({ kind: fc.constant("return"), id: natural, return: json }),
  fc.record({ kind: fc.constant("error"), id: natural, class: fc.string(), desc: fc.string() }),
  fc.record(
    {
      kind: fc.constant("io"),
      request: natural,
      through: name,
      operation: fc.constantFrom(...OPERATIONS),
      offset: natural,
      length: natural,
      data: fillArbitrary,
    },
    { requiredKeys: ["kind", "request", "through", "operation", "offset", "length"] },
  ),
  fc.record(
    { kind: fc.constant("done"), request: natural, errno: fc.option(errno), digest: hash, status },
    { requiredKeys: ["kind", "request", "errno"] },
  ),
  fc.record(
    {
      kind: fc.constant("step"),
      agent: natural,
      event: fc.constantFrom("DONE", "WAKE", "TIMEOUT"),
      status,
    },
    { requiredKeys: ["kind", "agent", "event"] },
  ),
  fc.record({ kind: fc.constant("fault"), agent: natural, errno }),
  fc.record({ kind: fc.constant("crash") }),
  fc.record({ kind: fc.constant("note"), text: fc.string({ unit: "binary" }) }),
);

export const bodiesArbitrary = fc.array(bodyArbitrary, { maxLength: 12 });

/** The log that holds these bodies, in memory. */
export function logOf(bodies: readonly LogBody[]): MemoryLog {
  const log = new MemoryLog();
  for (const body of bodies) log.append(body);
  return log;
}

/** Runs something with the path of a file that does not exist yet, in a folder of its own. */
export function withPath<Result>(use: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-log-"));
  try {
    return use(join(folder, "run.jsonl"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Five records of the usual kinds, one of them with text beyond ASCII. */
export const SMALL_LOG: readonly LogBody[] = [
  { kind: "note", text: "naïve ✓" },
  {
    kind: "io",
    request: 0,
    through: "guest",
    operation: "write",
    offset: 0,
    length: 512,
    data: { byte: 1 },
  },
  { kind: "step", agent: 0, event: "DONE" },
  { kind: "qmp", id: 1, execute: "query-block", arguments: { a: [1, null, "x"] } },
  { kind: "done", request: 0, errno: null },
];
