/**
 * What `blockgraph fleece` is to do, once its command line makes sense.
 */
import type { FleecingPlan } from "../../serve/fleecing-commands.ts";
import type { NbdAddress } from "../../serve/nbd-address.ts";
import type { DiskCredentials } from "./disk-node.ts";

export interface FleeceOptions {
  /** null: a unix socket in a temporary folder */
  readonly guest: NbdAddress | null;
  readonly view: NbdAddress | null;
  /** definitions of objects: TLS credentials */
  readonly objects: readonly string[];
  /** id of those that clients need; null: they speak in the clear */
  readonly tls: string | null;
  /** those for the server that the disk is on */
  readonly diskTls: DiskCredentials;
  /** of the disk's file */
  readonly locking: "auto" | "on" | "off";
  /** of the disk's file; null: as its first bytes say */
  readonly format: FleecingPlan["format"] | null;
  /** name of a bitmap of the disk's image: the view shows what that has recorded; null: all */
  readonly bitmap: string | null;
  /** path of a unix socket; null: nobody is listened to */
  readonly qmp: string | null;
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
