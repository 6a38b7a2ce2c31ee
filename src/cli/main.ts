#!/usr/bin/env node
/**
 * Where the program begins: Ctrl-C means something before anything else does.
 *
 * To load the rest takes longer than a user may wait before thinking better of it. Interrupted,
 * the program says so, leaves nothing behind (leftovers.ts), and ends as a shell expects.
 */
import { warn } from "./terminal.ts";

/** What a shell reports for a program that SIGINT ended. */
const STATUS_INTERRUPTED = 130;

process.on("SIGINT", () => {
  warn("blockgraph: interrupted");
  process.exit(STATUS_INTERRUPTED);
});

await import("./program.ts");
