/**
 * What `show --json` prints: the state at one record of a log, or after a model's set-up.
 */
import { z } from "zod";
import { PARENT_KINDS } from "../graph/graph.ts";

const count = z.int().min(0);

/** State of a session at one point. */
export const showDocumentSchema = z.strictObject({
  kind: z.literal("show"),
  model: z.string(),
  mutant: z.string().nullable(),
  /** number of the record after which the state is shown; null for a model */
  at: count.nullable(),
  /** number of the log's last record; null for a model */
  last: count.nullable(),
  graph: z.strictObject({
    devices: z.array(z.strictObject({ id: z.string(), driver: z.string() })),
    exports: z.array(
      z.strictObject({
        id: z.string(),
        type: z.string(),
        writable: z.boolean(),
        /** under which clients find it */
        name: z.string(),
      }),
    ),
    nodes: z.array(
      z.strictObject({
        name: z.string(),
        driver: z.string(),
        /** bytes */
        length: count,
        options: z.record(z.string(), z.json()),
      }),
    ),
    edges: z.array(
      z.strictObject({
        parent: z.strictObject({
          kind: z.enum(PARENT_KINDS),
          name: z.string(),
        }),
        child: z.string(),
        name: z.string(),
        perm: z.array(z.string()),
        "shared-perm": z.array(z.string()),
      }),
    ),
  }),
  clusters: z.array(
    z.strictObject({
      node: z.string(),
      /** bytes */
      clusterSize: count,
      runs: z.array(z.strictObject({ first: count, count, state: z.string() })),
    }),
  ),
  inFlight: z.array(
    z.strictObject({
      agent: count,
      request: count.nullable(),
      what: z.string(),
      charts: z.array(z.string()),
      waits: z.string(),
    }),
  ),
  /** the record at that point, whole; null for a model */
  record: z.record(z.string(), z.json()).nullable(),
});
export type ShowDocument = z.infer<typeof showDocumentSchema>;
