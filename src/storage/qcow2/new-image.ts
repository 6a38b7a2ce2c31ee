/**
 * The bytes of a new qcow2 image, for whoever puts them somewhere himself.
 */
import { type CreateQcow2Options, createQcow2On } from "./create.ts";
import type { HostFile, HostStep } from "./host-file.ts";

/**
 * @param name for messages
 * @throws BlockgraphError `bad-argument`: options that no image can have
 */
export function newQcow2(name: string, options: CreateQcow2Options): Buffer {
  const host = new BytesHost();
  createQcow2On(host, name, options);
  return host.bytes;
}

/** A host file that is memory, and grows as a whole: an image without data is small. */
class BytesHost implements HostFile {
  bytes = Buffer.alloc(0);

  get size(): number {
    return this.bytes.length;
  }

  readNow(offset: number, length: number): Buffer {
    const part = Buffer.alloc(length);
    this.bytes.copy(part, 0, offset, offset + length);
    return part;
  }

  stepNow(step: HostStep): void {
    if (step.kind === "sync") return;
    const { offset, bytes } = step;
    const end = offset + bytes.length;
    if (end > this.size) this.bytes = Buffer.concat([this.bytes], end);
    this.bytes.set(bytes, offset);
  }

  async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    let at = offset;
    for (const buffer of buffers) {
      buffer.set(this.readNow(at, buffer.length));
      at += buffer.length;
    }
  }

  async write(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    this.stepNow({ kind: "write", offset, bytes: Buffer.concat(buffers) });
  }

  async sync(): Promise<void> {}

  punchNow(offset: number, length: number): void {
    this.bytes.fill(0, offset, offset + length);
  }

  close(): void {}
}
