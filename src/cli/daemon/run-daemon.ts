/**
 * A storage daemon from its first option to its end: `quit`, or a signal.
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import type { JsonObject } from "../../graph/graph.ts";
import { type ProfileName, profile } from "../../graph/profile.ts";
import { JobRunner } from "../../serve/job-runner.ts";
import { LiveGraph } from "../../serve/live-graph.ts";
import { LiveImages } from "../../serve/live-images.ts";
import { NbdListener } from "../../serve/nbd-listener.ts";
import { QmpConnection, type QmpResult } from "../../serve/qmp-connection.ts";
import { QmpServer } from "../../serve/qmp-server.ts";
import { qmpVersion } from "../../serve/qmp-version.ts";
import { StorageDaemon } from "../../serve/storage-daemon.ts";
import { TlsObjects } from "../../serve/tls-objects.ts";
import { interruptible } from "../check/interrupt.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { atExit } from "../leftovers.ts";
import { warn } from "../terminal.ts";
import { untilAborted } from "../until-aborted.ts";
import { type Chardev, chardevOf, commandOf, type DaemonStep, monitorOf } from "./daemon-step.ts";

export interface DaemonOptions {
  /** where the process id is written; null: nowhere */
  readonly pidfile: string | null;
  readonly profile: ProfileName;
}

/** bytes; what block-copy of QEMU copies at least */
const CLUSTER = 65_536;

/** @throws BlockgraphError `bad-argument`, `graph-refused` naming the option that was refused */
export async function runDaemon(
  steps: readonly DaemonStep[],
  options: DaemonOptions,
): Promise<ExitCode> {
  const ended = new AbortController();
  const daemon = new RunningDaemon(options.profile, () => ended.abort());
  return interruptible(
    () => ended.abort(),
    async () => {
      try {
        await daemon.begin(steps);
        if (options.pidfile !== null) writePidfile(options.pidfile);
        await untilAborted(ended.signal);
        return EXIT.ok;
      } finally {
        await daemon.close();
      }
    },
  );
}

class RunningDaemon {
  readonly #tls = new TlsObjects();
  readonly #images = new LiveImages(new Map(), (id, host) => this.#tls.ofClient(id, host));
  readonly #live: LiveGraph;
  readonly #jobs: JobRunner;
  readonly #daemon: StorageDaemon;
  readonly #version: JsonObject;
  readonly #chardevs = new Map<string, Chardev>();
  /** ids of those that a monitor has */
  readonly #monitored = new Set<string>();
  readonly #servers: QmpServer[] = [];
  #stdio: QmpConnection | null = null;
  readonly #quit: () => void;

  constructor(name: ProfileName, quit: () => void) {
    this.#quit = quit;
    this.#version = qmpVersion(name);
    this.#live = new LiveGraph({
      images: this.#images,
      sink: null,
      clusterSize: CLUSTER,
      profile: profile(name),
      changed: (graph) => this.#jobs.changed(graph),
      completed: (request) => this.#jobs.completed(request),
      lost: warn,
      crashed(error) {
        throw error;
      },
    });
    const event = (name: string, data: JsonObject) => this.#tell(name, data);
    this.#jobs = new JobRunner({ live: this.#live, event });
    this.#daemon = new StorageDaemon({
      ...{ live: this.#live, jobs: this.#jobs, event },
      version: this.#version,
      tls: this.#tls,
      listen: (address, tls, limits) => NbdListener.listen(address, tls, limits),
      quit,
    });
  }

  async begin(steps: readonly DaemonStep[]): Promise<void> {
    // A graph of a model has a server from the beginning; a daemon is told where to listen.
    await this.#daemon.execute({ execute: "nbd-server-stop" });
    for (const step of steps) {
      if (step.option === "chardev") {
        const { id, device } = chardevOf(step.value);
        if (this.#chardevs.has(id)) throw unusable(step, `Duplicate ID '${id}' for chardev`);
        this.#chardevs.set(id, device);
      } else if (step.option === "monitor") await this.#monitor(step);
      else requireDone(step, await this.#daemon.execute(commandOf(step)));
    }
  }

  async close(): Promise<void> {
    await this.#daemon.close();
    for (const server of this.#servers) await server.close();
    process.stdin.pause();
    this.#jobs.stop();
    await this.#live.idle();
    this.#live.stop();
    this.#images.close();
  }

  async #monitor(step: DaemonStep): Promise<void> {
    const id = monitorOf(step.value);
    const device = this.#chardevs.get(id);
    if (device === undefined) {
      throw unusable(step, `there is no chardev '${id}' before it; add --chardev`);
    }
    if (this.#monitored.has(id)) throw unusable(step, `Device '${id}' is in use`);
    this.#monitored.add(id);
    const execute = (command: JsonObject) => this.#daemon.execute(command);
    const protocol = { version: this.#version, execute };
    if (device.kind === "stdio") this.#monitorStdio(protocol);
    else this.#servers.push(await QmpServer.listen({ ...protocol, path: device.path }));
  }

  #monitorStdio(protocol: {
    readonly version: JsonObject;
    execute(command: JsonObject): Promise<QmpResult>;
  }): void {
    const connection = new QmpConnection({
      ...protocol,
      send: (document) => void process.stdout.write(`${JSON.stringify(document)}\r\n`),
    });
    this.#stdio = connection;
    process.stdin.on("data", (bytes) => connection.receive(bytes));
    // Whoever has closed it can say nothing more; all that was said is done first.
    process.stdin.on("end", () => void connection.answered.then(() => this.#quit()));
  }

  #tell(event: string, data: JsonObject): void {
    const now = performance.timeOrigin + performance.now();
    for (const server of this.#servers) server.event(event, data, now);
    this.#stdio?.event(event, data, now);
  }
}

function unusable({ option, value }: DaemonStep, problem: string): BlockgraphError {
  return new BlockgraphError("bad-argument", `--${option} ${value}: ${problem}`);
}

function requireDone({ option, value }: DaemonStep, result: QmpResult): void {
  if ("return" in result) return;
  // As it was written: the command line has no `data`.
  const text = result.error.desc.replace("'addr.data.", "'addr.");
  throw new BlockgraphError("graph-refused", `--${option} ${value}: ${text}`);
}

function writePidfile(path: string): void {
  fs.writeFileSync(path, `${process.pid}\n`);
  atExit(() => fs.rmSync(path, { force: true }));
}
