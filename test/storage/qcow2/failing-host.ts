/**
 * A host file in memory that fails when it is told to.
 */
import type { HostStep } from "../../../src/storage/qcow2/host-file.ts";
import { MemoryHost } from "./memory-host.ts";

export class FailingHost extends MemoryHost {
  /** error code of the next writes, syncs or reads; null: they succeed */
  failing: { readonly kind: "write" | "sync" | "read"; readonly code: string } | null = null;

  override stepNow(step: HostStep): void {
    this.#failIf(step.kind);
    super.stepNow(step);
  }

  override async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    this.#failIf("read");
    await super.read(offset, buffers);
  }

  #failIf(kind: string): void {
    if (this.failing?.kind !== kind) return;
    const { code } = this.failing;
    throw Object.assign(new Error(`injected ${code}`), { code });
  }
}
