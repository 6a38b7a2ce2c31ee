/**
 * A disk that `blockgraph fleece` serves, for one test.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROGRAM } from "../cli/blockgraph.ts";

export class Fleeced {
  /** URIs of the two exports */
  readonly guest: string;
  readonly view: string;
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #stdout: string[] = [];
  #stderr = "";

  private constructor(disk: string, folder: string, options: readonly string[]) {
    const [guest, view] = ["guest.sock", "view.sock"].map((name) => join(folder, name));
    this.guest = `nbd+unix:///?socket=${guest}`;
    this.view = `nbd+unix:///?socket=${view}`;
    const sockets = ["--guest", String(guest), "--view", String(view)];
    this.child = spawn(process.execPath, [PROGRAM, "fleece", disk, ...sockets, ...options]);
    this.#ended = once(this.child, "close");
    this.child.stderr?.on("data", (text) => {
      this.#stderr += text;
    });
    const { stdout } = this.child;
    if (stdout !== null)
      createInterface({ input: stdout }).on("line", (line) => this.#stdout.push(line));
  }

  /** Serves a disk while `use` works with it, and ends as Ctrl-C would. @returns what it printed */
  static async using(
    disk: string,
    folder: string,
    options: readonly string[],
    use: (fleeced: Fleeced) => Promise<void>,
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const fleeced = new Fleeced(disk, folder, options);
    try {
      await fleeced.ready();
      await use(fleeced);
    } finally {
      fleeced.child.kill("SIGTERM");
      await fleeced.#ended;
    }
    const stdout = fleeced.#stdout.join("\n");
    return { code: fleeced.child.exitCode, stdout, stderr: fleeced.#stderr };
  }

  /** Resolves when clients can come. */
  private async ready(): Promise<void> {
    while (!this.#stdout.some((line) => line.startsWith("view: "))) {
      if (this.child.exitCode !== null) throw new Error(`fleece has ended: ${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
