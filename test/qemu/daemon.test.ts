/**
 * A daemon whose keeper is killed ends with it, and is not waited for for ever.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { QemuDaemon } from "../../src/qemu/daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

/** Greets, kills the `timeout` that started it, and would go on for a minute. */
const ORPHAN = `#!/bin/sh
echo '{"QMP":{}}'
kill -9 $PPID
exec sleep 60
`;

test("a daemon that has lost its keeper counts as ended", async () => {
  const reply = await inTemporaryFolder((folder) => {
    const binary = join(folder, "orphan");
    writeFileSync(binary, ORPHAN);
    chmodSync(binary, 0o755);
    return QemuDaemon.using(binary, folder, (daemon) =>
      daemon.command({ execute: "query-block-jobs", arguments: {} }),
    );
  });
  expect(reply).toMatchObject({ silence: "aborted" });
}, 15_000);
