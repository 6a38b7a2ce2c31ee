/**
 * A QEMU that ends while somebody talks to it has ended, however its channel came down, and also
 * if it was its keeper that was killed.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { QemuDaemon } from "../../src/qemu/daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

/** A program that greets, answers the first command, and ends before it has read the next one. */
const DYING = `#!/bin/sh
echo '{"QMP":{}}' >&3
read first <&3
echo '{"return":{}}' >&3
sleep 1
echo 'Assertion failed' >&2
exit 1
`;

test("a machine that ends with a command unread has aborted", () =>
  inTemporaryFolder(async (folder) => {
    const binary = join(folder, "dying");
    writeFileSync(binary, DYING);
    chmodSync(binary, 0o755);
    const query = { execute: "query-status", arguments: {} };
    const reply = await QemuDaemon.usingMachine(binary, folder, 0, (qemu) => qemu.command(query));
    expect(reply).toEqual({ silence: "aborted", said: "Assertion failed", signal: null });
  }));

/** Says why it ends in pieces, the last of which ends the line. */
const STAMMERING = `#!/bin/sh
echo '{"QMP":{}}'
read first
echo '{"return":{}}'
read second
printf 'Unexpected error\nAssertion ' >&2
sleep 0.2
printf 'failed' >&2
sleep 0.2
echo >&2
kill -ABRT $$
`;

test("the last line of a program that ends is known, however it came", async () => {
  const reply = await inTemporaryFolder((folder) => {
    const binary = join(folder, "stammering");
    writeFileSync(binary, STAMMERING);
    chmodSync(binary, 0o755);
    return QemuDaemon.using(binary, folder, (daemon) =>
      daemon.command({ execute: "query-block-jobs", arguments: {} }),
    );
  });
  expect(reply).toMatchObject({ silence: "aborted", said: "Assertion failed" });
});

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
