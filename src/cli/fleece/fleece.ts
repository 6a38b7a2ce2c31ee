/**
 * A disk is fleeced, from its first file to the last: the cache is made, the graph is built,
 * clients come and go, and everything is taken away again, whatever happens.
 */
import { join } from "node:path";
import type { JsonObject } from "../../graph/graph.ts";
import { profile } from "../../graph/profile.ts";
import { Fleecing } from "../../serve/fleecing.ts";
import type { FleecingPlan } from "../../serve/fleecing-commands.ts";
import { LiveGraph, type LiveGraphOptions } from "../../serve/live-graph.ts";
import { type NbdAddress, USUAL_LIMITS } from "../../serve/nbd-address.ts";
import { NbdListener } from "../../serve/nbd-listener.ts";
import { isStaleSocket } from "../../serve/stale-socket.ts";
import { interruptible } from "../check/interrupt.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { withTemporaryFolder } from "../leftovers.ts";
import { print, warn } from "../terminal.ts";
import { untilAborted } from "../until-aborted.ts";
import { diskNode } from "./disk-node.ts";
import { type FleeceFiles, openFiles } from "./files.ts";
import { FleeceMonitor } from "./fleece-monitor.ts";
import type { FleeceOptions } from "./fleece-options.ts";
import { uriOf } from "./place.ts";
import { runShell } from "./run-shell.ts";
import { finish, StatusLine } from "./status-line.ts";
import { tlsObjectsOf } from "./tls.ts";

/** @throws BlockgraphError `image-unusable`, `bad-argument`, `graph-refused` */
export function fleece(disk: string, options: FleeceOptions): Promise<ExitCode> {
  return withTemporaryFolder((folder) => {
    const inFolder = (name: string) => ({ kind: "unix", path: join(folder, name) }) as const;
    const guest = options.guest ?? inFolder("guest.sock");
    const view = options.view ?? inFolder("view.sock");
    const ended = new AbortController();
    // From the first file on: whatever was made by then is taken away again.
    return interruptible(
      () => ended.abort(),
      () => fleeceAt(disk, options, { guest, view }, ended),
    );
  });
}

/** ms after which it is said what the end waits for */
const PATIENCE_MS = 2000;
/** Whoever does nothing is not to keep a guest or a backup out. */
const LIMITS = { ...USUAL_LIMITS, maxConnections: 4096 };

interface Places<Place> {
  readonly guest: Place;
  readonly view: Place;
}

async function fleeceAt(
  disk: string,
  options: FleeceOptions,
  places: Places<NbdAddress>,
  ended: AbortController,
): Promise<ExitCode> {
  const tls = tlsObjectsOf(options.objects);
  const startTls = options.tls === null ? null : tls.of({ "tls-creds": options.tls });
  const node = diskNode(disk, options.diskTls, options.locking);
  const credentials = (id: string, hostname: string | null) => tls.ofClient(id, hostname);
  const files = await openFiles(disk, node, credentials, options);
  const servers: { close(): Promise<void> }[] = [];
  let begun: LiveGraph | null = null;
  const listen = async (address: NbdAddress) => {
    const server = await NbdListener.listen(address, startTls, LIMITS);
    servers.push(server);
    return server;
  };
  try {
    await tellOfLostMemory(places.view, options);
    const listeners = { guest: await listen(places.guest), view: await listen(places.view) };
    let monitor: FleeceMonitor | null = null;
    const live = liveGraph(files, options, {
      changed: (graph) => monitor?.changed(graph),
      completed: (request) => monitor?.completed(request),
    });
    begun = live;
    const quit = () => ended.abort();
    monitor = new FleeceMonitor({ live, view: listeners.view, tls, quit });
    const fleecing = await Fleecing.begin({
      live,
      plan: planOf(options, node, files),
      ...listeners,
      now: () => performance.now(),
      probed: files.probed,
      refused: (format) =>
        warn(
          `the guest was not let write what makes ${disk} look like a ${format} image; if it is ` +
            "to hold such images at its very beginning, say --format raw from now on",
        ),
      full: (errno) =>
        warn(
          `${options.cache} takes no more (${errno}): what is saved stays in memory, and the ` +
            "guest waits when that is full; make room for it",
        ),
    });
    if (options.qmp !== null) {
      await monitor.listen(options.qmp);
      servers.push(monitor);
    }
    const uris = {
      guest: uriOf(listeners.guest.address, startTls !== null),
      view: uriOf(listeners.view.address, startTls !== null),
    };
    for (const name of ["guest", "view"] as const) print(`${name}: ${uris[name]}`);
    const status = new StatusLine(fleecing);
    const code = await untilEnded(options.run, uris, ended.signal).finally(() => status.stop());
    await monitor.close();
    const { movedTo } = fleecing;
    const saved = await patiently(live, fleecing.end());
    files.close();
    if (movedTo !== null) {
      warn(
        `what the guest has written since it was led there is in ${movedTo}, and not in ${disk}`,
      );
    }
    finish(status.summary(saved), options.json);
    return code;
  } finally {
    for (const server of servers) await server.close();
    // Also of a disk that was not fleeced after all the image keeps its bitmaps.
    await begun?.idle();
    begun?.stop();
    files.close();
    files.removeCache();
  }
}

function liveGraph(
  files: FleeceFiles,
  options: FleeceOptions,
  heard: Pick<LiveGraphOptions, "changed" | "completed">,
): LiveGraph {
  return new LiveGraph({
    images: files.images,
    sink: files.log,
    clusterSize: options.clusterSize,
    profile: profile("proposed"),
    ...heard,
    lost: warn,
    // Nothing can be trusted any more, not even to be taken down in order.
    crashed(error) {
      throw error;
    },
  });
}

/** Of a run that was killed and had all in memory its socket is left, and no more. */
async function tellOfLostMemory(view: NbdAddress, { cache, memory }: FleeceOptions): Promise<void> {
  if (memory === null || cache !== null || view.kind !== "unix") return;
  if (!(await isStaleSocket(view.path))) return;
  warn(
    `${view.path} is left over from a run that was killed. What that had in memory is lost, and ` +
      "with it its view; the disk has what its guest has written. A new view begins now.",
  );
}

/** Waits for the end, and says so if that takes its time: a server may never answer. */
async function patiently<Result>(live: LiveGraph, end: Promise<Result>): Promise<Result> {
  const notice = setTimeout(() => {
    warn(
      `waiting for ${live.underWay} requests that the disk or the cache has not answered; to be ` +
        "told to end once more (Ctrl-C) ends it at once, without them",
    );
  }, PATIENCE_MS);
  return end.finally(() => clearTimeout(notice));
}

/** Until somebody ends it, or the command that was given does. */
async function untilEnded(
  run: string | null,
  uris: Places<string>,
  ended: AbortSignal,
): Promise<ExitCode> {
  if (run !== null && !ended.aborted) {
    return (await runShell(run, { ...uris }, ended)) === 0 ? EXIT.ok : EXIT.violated;
  }
  await untilAborted(ended);
  return EXIT.ok;
}

function planOf(
  options: FleeceOptions,
  disk: JsonObject,
  { format, bitmap }: Pick<FleeceFiles, "format" | "bitmap">,
): FleecingPlan {
  const { memory, clusterSize, whenFull, onError, timeout, trim } = options;
  const clusters = memory === null ? 0 : Math.floor(memory / clusterSize);
  const cache = memory === null ? ({ kind: "file" } as const) : null;
  return {
    cache: cache ?? { kind: "memory", clusters, whenFull, spills: options.cache !== null },
    ...{ disk, format, onError, timeout, trim, bitmap },
  };
}
