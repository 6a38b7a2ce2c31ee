/**
 * A shell command that ends what it runs in, as nbdkit's `--run`.
 */
import { spawn } from "node:child_process";

/**
 * Runs a command, and ends it if it is to end early.
 * @param variables what it finds in its environment
 * @returns its exit status
 */
export function runShell(
  command: string,
  variables: Readonly<Record<string, string>>,
  ended: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", command], {
      stdio: "inherit",
      env: { ...process.env, ...variables },
    });
    const stop = () => child.kill("SIGTERM");
    ended.addEventListener("abort", stop);
    child.once("error", reject);
    child.once("close", (code) => {
      ended.removeEventListener("abort", stop);
      resolve(code ?? 1);
    });
  });
}
