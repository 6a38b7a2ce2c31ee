/**
 * The options of `replay`, and which of them go together.
 */
import { BlockgraphError } from "../../error.ts";
import type { QemuVersion } from "../../vocabulary.ts";
import type { GivenImages } from "../log-images.ts";

export type Where = "sim" | "files" | "qemu";

export interface Options {
  readonly on?: Where;
  readonly dir?: string;
  readonly qemu?: QemuVersion;
  readonly binary?: string;
  readonly at?: number;
  readonly image: GivenImages;
  readonly json?: true;
}

/** @throws BlockgraphError `bad-argument` for options that are missing, or do not go together */
export function requireFitting({ on, dir, qemu, binary }: Options): Where {
  const problem = problemOf();
  if (on === undefined || problem !== null) {
    throw new BlockgraphError(
      "bad-argument",
      problem ?? "replay needs --on sim, --on qemu, or --on files --dir FOLDER",
    );
  }
  return on;

  function problemOf(): string | null {
    if (on === "files" && dir === undefined) return "--on files needs --dir FOLDER for the images";
    if (on !== undefined && on !== "files" && dir !== undefined) {
      return `--dir is for --on files; use --image for --on ${on}`;
    }
    if (on === "qemu" || on === undefined) return null;
    return (qemu ?? binary) ? "--qemu and --binary are for --on qemu; leave them out" : null;
  }
}
