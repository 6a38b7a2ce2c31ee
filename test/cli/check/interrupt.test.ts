/**
 * The first signal asks the work to end; the second one ends the program as ever.
 */
import { afterEach, describe, expect, test } from "vitest";
import { interruptible } from "../../../src/cli/check/interrupt.ts";

const calls: string[] = [];
const own = () => calls.push("own");

afterEach(() => {
  process.removeListener("SIGINT", own);
  calls.length = 0;
});

describe.each(["SIGINT", "SIGTERM"] as const)("%s", (signal) => {
  test("stops the work once, and then means what it meant before", async () => {
    process.on("SIGINT", own);
    const before = process.listeners("SIGINT");
    const done = await interruptible(
      () => calls.push("stop"),
      async () => {
        process.emit(signal, signal);
        expect(calls).toEqual(["stop"]);
        expect(process.listeners("SIGINT")).toEqual(before);
        process.emit("SIGINT", "SIGINT");
        return "done";
      },
    );
    expect(done).toBe("done");
    expect(calls).toEqual(["stop", "own"]);
  });

  test("is given back when the work ends or fails without one", async () => {
    process.on("SIGINT", own);
    const before = process.listeners(signal);
    await interruptible(own, async () => {
      expect(process.listeners(signal)).not.toEqual(before);
    });
    expect(process.listeners(signal)).toEqual(before);
    const failing = interruptible(own, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(process.listeners(signal)).toEqual(before);
    expect(calls).toEqual([]);
  });
});
