/**
 * The commands by name. Each is one file, loaded only when it is the one that was asked for: the
 * interpreters behind it take longer to load than `--help` takes to print.
 */
import type { CommandEntry } from "./command-module.ts";

/** In the order in which a newcomer meets them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "verify",
    summary: "simulate, run and replay models; catch their mutants",
    load: () => import("./verify.ts"),
  },
  {
    name: "models",
    summary: "list models, and what is known of each",
    load: () => import("./models.ts"),
  },
  {
    name: "show",
    summary: "show a model, or the state at any record of a log",
    load: () => import("./show.ts"),
  },
  {
    name: "run",
    summary: "run a model on real image files",
    load: () => import("./run.ts"),
  },
  {
    name: "fleece",
    summary: "serve a disk over NBD, and beside it the disk as it was",
    load: () => import("./fleece.ts"),
  },
  {
    name: "daemon",
    summary: "be a storage daemon: QMP and NBD on a live graph",
    load: () => import("./daemon.ts"),
  },
  {
    name: "replay",
    summary: "replay a log, and compare everything that follows",
    load: () => import("./replay.ts"),
  },
  {
    name: "simulate",
    summary: "simulate a script of commands and requests",
    load: () => import("./simulate.ts"),
  },
  {
    name: "explain",
    summary: "say which graph commands are refused, and why",
    load: () => import("./explain.ts"),
  },
  {
    name: "check",
    summary: "check every interleaving of a model",
    load: () => import("./check.ts"),
  },
  {
    name: "find",
    summary: "find the shortest way to a state of a model",
    load: () => import("./find-state.ts"),
  },
  {
    name: "mutants",
    summary: "check that every mutant of a model is noticed",
    load: () => import("./mutants.ts"),
  },
  {
    name: "promote",
    summary: "make a regression test of a counterexample",
    load: () => import("./promote.ts"),
  },
  {
    name: "explore",
    summary: "explore a model or a log in a page",
    load: () => import("./explore.ts"),
  },
  {
    name: "export",
    summary: "print a model for another checker",
    load: () => import("./export.ts"),
  },
  {
    name: "report",
    summary: "make the site: pages of all models to look at and step through",
    load: () => import("./report.ts"),
  },
  {
    name: "conform",
    summary: "compare verdicts on graph commands with a real QEMU",
    load: () => import("./conform.ts"),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of receipts, traces or logs",
    load: () => import("./schema.ts"),
  },
  {
    name: "doctor",
    summary: "check that everything is deterministic here",
    load: () => import("./doctor.ts"),
  },
];
