/**
 * What `blockgraph fleece` is to do, once its command line makes sense.
 */
import type { FleecingPlan } from "../../serve/fleecing-commands.ts";

export interface FleeceOptions {
  /** paths of unix sockets; null: in a temporary folder */
  readonly guest: string | null;
  readonly view: string | null;
  /** file of the cache; null: beside the disk */
  readonly cache: string | null;
  /** bytes of memory for the cache; null: it is a file */
  readonly memory: number | null;
  readonly whenFull: "break-guest-write" | "break-snapshot" | "wait";
  readonly onError: FleecingPlan["onError"];
  /** seconds; 0: no limit */
  readonly timeout: number;
  /** bytes */
  readonly clusterSize: number;
  readonly trim: boolean;
  readonly keepCache: boolean;
  readonly log: string | null;
  /** a shell command during which the disk is fleeced; null: until Ctrl-C */
  readonly run: string | null;
  readonly force: boolean;
  readonly json: boolean;
}
