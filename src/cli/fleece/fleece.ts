/**
 * A disk is fleeced, from its first file to the last: the cache is made, the graph is built,
 * clients come and go, and everything is taken away again, whatever happens.
 */
import { join } from "node:path";
import { profile } from "../../graph/profile.ts";
import { Fleecing } from "../../serve/fleecing.ts";
import type { FleecingPlan } from "../../serve/fleecing-commands.ts";
import { LiveGraph } from "../../serve/live-graph.ts";
import { NbdListener } from "../../serve/nbd-listener.ts";
import { interruptible } from "../check/interrupt.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { withTemporaryFolder } from "../leftovers.ts";
import { print } from "../terminal.ts";
import { openFiles } from "./files.ts";
import type { FleeceOptions } from "./fleece-options.ts";
import { runShell } from "./run-shell.ts";
import { finish, StatusLine } from "./status-line.ts";

/** @throws BlockgraphError `image-unusable`, `bad-argument` */
export function fleece(disk: string, options: FleeceOptions): Promise<ExitCode> {
  return withTemporaryFolder((folder) => {
    const guest = options.guest ?? join(folder, "guest.sock");
    const view = options.view ?? join(folder, "view.sock");
    return fleeceAt(disk, options, { guest, view });
  });
}

interface Sockets {
  readonly guest: string;
  readonly view: string;
}

async function fleeceAt(disk: string, options: FleeceOptions, sockets: Sockets): Promise<ExitCode> {
  const files = openFiles(disk, options);
  const servers: NbdListener[] = [];
  const listen = async (path: string) => {
    const server = await NbdListener.listen({ kind: "unix", path });
    servers.push(server);
    return server;
  };
  try {
    const listeners = { guest: await listen(sockets.guest), view: await listen(sockets.view) };
    const live = new LiveGraph({
      images: files.images,
      sink: files.log,
      clusterSize: options.clusterSize,
      profile: profile("proposed"),
      changed: () => {},
      // Nothing can be trusted any more, not even to be taken down in order.
      crashed(error) {
        throw error;
      },
    });
    const now = () => performance.now();
    const fleecing = await Fleecing.begin({
      live,
      plan: planOf(options, files.format),
      ...listeners,
      now,
    });
    for (const name of ["guest", "view"] as const) print(`${name}: ${uriOf(sockets[name])}`);
    const status = new StatusLine(fleecing);
    const code = await untilEnded(options.run, sockets).finally(() => status.stop());
    const summary = status.summary();
    await fleecing.end();
    files.close();
    finish(summary, options.json);
    return code;
  } finally {
    for (const server of servers) await server.close();
    files.close();
    files.removeCache();
  }
}

/** Until somebody ends it, or the command that was given does. */
function untilEnded(run: string | null, sockets: Sockets): Promise<ExitCode> {
  const aborted = new AbortController();
  return interruptible(
    () => aborted.abort(),
    async () => {
      if (run !== null) {
        const uris = { guest: uriOf(sockets.guest), view: uriOf(sockets.view) };
        return (await runShell(run, uris, aborted.signal)) === 0 ? EXIT.ok : EXIT.violated;
      }
      await new Promise<void>((resolve) => {
        aborted.signal.addEventListener("abort", () => resolve());
      });
      return EXIT.ok;
    },
  );
}

function uriOf(path: string): string {
  return `nbd+unix:///?socket=${encodeURI(path)}`;
}

function planOf(options: FleeceOptions, format: FleecingPlan["format"]): FleecingPlan {
  const { memory, clusterSize, whenFull, onError, timeout, trim } = options;
  const clusters = memory === null ? 0 : Math.floor(memory / clusterSize);
  const cache = memory === null ? ({ kind: "file" } as const) : null;
  return {
    cache: cache ?? { kind: "memory", clusters, whenFull },
    ...{ format, onError, timeout, trim },
  };
}
