/**
 * A backup program as virtnbdbackup is one: through libnbd it asks for one metadata context, in
 * requests as long as there can be, joins neighbours of a kind, and reads what is data, or dirty,
 * in pieces as long as the server takes them; several connections share the work.
 *
 * Written down here as a script for nbdsh, which is libnbd's own shell.
 */
import { outputOf } from "../nbd/serving.ts";

const SCRIPT = `
import json, threading
is_bitmap = context.startswith("qemu:dirty-bitmap:")

def connected():
    handle = nbd.NBD()
    handle.add_meta_context(context)
    handle.connect_uri(uri)
    return handle

first = connected()
assert first.can_meta_context(context), "no such context"
size = first.get_size()
found = []

def status(name, offset, entries, error):
    assert name == context
    found.extend(zip(entries[0::2], entries[1::2]))

at = 0
while at < size:
    known = len(found)
    first.block_status(min(size - at, 4294966784), at, status)
    at += sum(length for length, _ in found[known:])

extents = []
start = 0
for length, kind in found:
    wanted = kind == 1 if is_bitmap else kind in (0, 2)
    if extents and extents[-1][2] == wanted:
        extents[-1][1] += length
    else:
        extents.append([start, length, wanted])
    start += length

longest = min(first.get_block_size(nbd.SIZE_MAXIMUM) or 33554432, 1 << 20)
pieces = [
    (at, min(longest, start + length - at))
    for start, length, wanted in extents if wanted
    for at in range(start, start + length, longest)
]
lock = threading.Lock()

def read():
    handle = connected()
    with open(path, "r+b") as output:
        while True:
            with lock:
                if not pieces:
                    break
                offset, length = pieces.pop()
            output.seek(offset)
            output.write(handle.pread(length, offset))
    handle.shutdown()

threads = [threading.Thread(target=read) for _ in range(connections)]
for thread in threads: thread.start()
for thread in threads: thread.join()
first.shutdown()
print(json.dumps(extents))
`;

/** A part of a disk, in bytes, and whether it was read. */
export type ReadExtent = readonly [offset: number, length: number, wanted: boolean];

/**
 * Reads an export into a file, which is as long, and keeps what it has where nothing is read.
 * @param context whose data, or dirty, parts are read
 */
export async function readLikeBackups(
  uri: string,
  context: string,
  path: string,
  connections = 4,
): Promise<ReadExtent[]> {
  const [given, ...rest] = [uri, context, path].map((each) => JSON.stringify(each));
  const names = `uri, context, path, connections = ${[given, ...rest, connections].join(", ")}`;
  // Debian's Python has libnbd; another one that comes first may not.
  const shell = ["env", `PATH=/usr/bin:/bin:${process.env.PATH}`, "nbdsh"] as const;
  return JSON.parse(await outputOf(...shell, "-c", names, "-c", SCRIPT));
}
