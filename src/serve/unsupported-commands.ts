/**
 * Commands of qemu-storage-daemon that this one does not have, and what to do instead. To programs
 * they are commands that there are not, as in a QEMU that was built without them; people are told
 * more.
 */

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["x-blockdev-amend", "amend the image with `qemu-img amend` while nobody has it open"],
  ["blockdev-snapshot-internal-sync", "use `qemu-img snapshot -c` while nobody has it open"],
  ["blockdev-snapshot-delete-internal-sync", "use `qemu-img snapshot -d` while it is not open"],
  ["drive-backup", "add the target with blockdev-add, and use blockdev-backup"],
  ["drive-mirror", "add the target with blockdev-add, and use blockdev-mirror"],
  ["query-blockstats", "nothing is counted here"],
  ["block-set-write-threshold", "nothing is counted here"],
  ["x-blockdev-set-iothread", "there is one thread"],
  ["x-debug-block-dirty-bitmap-sha256", "an export with that bitmap shows what it says"],
  ...["add", "change", "remove", "send-break"].map(
    (verb) => [`chardev-${verb}`, "give --chardev when it is started"] as const,
  ),
  ...["query-chardev", "query-chardev-backends", "ringbuf-read", "ringbuf-write"].map(
    (name) => [name, "give --chardev when it is started"] as const,
  ),
  ...["qom-get", "qom-list", "qom-list-properties", "qom-list-types", "query-qmp-schema"].map(
    (name) => [name, "query-commands says what there is"] as const,
  ),
]);

/** What a client is told of a command that is not supported; null: it may be one that is. */
export function unsupported(name: string): string | null {
  const instead = INSTEAD.get(name);
  if (instead === undefined) return null;
  return `The command ${name} has not been found: it is not supported; ${instead}`;
}
