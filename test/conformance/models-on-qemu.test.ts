/**
 * `blockgraph conform --models`: simulations of models on a real machine, and a receipt of what was
 * compared.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { qemuReceiptSchema } from "../../src/report/conform/model-receipt.ts";
import { blockgraph, expectRefusal, scratchFolder } from "../cli/blockgraph.ts";
import { machines } from "../support/machines.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { describe, test } = needsTool("qemu-img", "qemu-system-x86_64");

/** Models in which a job must have come to some point before it is told the next thing. */
const MODELS = { "7.2": "db-reopen-wedge", "10.0": "active-commit" } as const;

for (const { version, binary } of machines()) {
  describe(`models beside QEMU ${version}`, () => {
    const compare = async (...names: readonly string[]) => {
      const reports = scratchFolder();
      const words = ["conform", "--models", ...names, "--logs", "2", "--reports", reports];
      const result = await blockgraph([...words, "--qemu", version, "--binary", binary]);
      const receiptOf = (name: string) =>
        qemuReceiptSchema.parse(JSON.parse(readFileSync(join(reports, name, "qemu.json"), "utf8")));
      return { ...result, receiptOf };
    };

    test("a job that QEMU has not come as far with is waited for", async () => {
      const name = MODELS[version];
      const { code, stdout, receiptOf } = await compare(name);
      expect(stdout).toContain("no difference");
      expect(code).toBe(0);
      const { sequences, commands, requests, differences } = receiptOf(name);
      expect(differences).toEqual([]);
      expect(sequences).toBe(2);
      expect(Math.min(commands, requests)).toBeGreaterThan(0);
    });

    test("a model of other rules is not sent, and it is said why", async () => {
      const { code, stdout } = await compare("inserted-by-transaction");
      expect(stdout).toBe("inserted-by-transaction: no QEMU has the rules 'proposed'\n");
      expect(code).toBe(0);
    });
  });
}

describe("conform --models", () => {
  test("is refused in one line with a machine that is none, and beside others", async () => {
    const words = ["conform", "--models", "insert-by-qom-set"];
    expectRefusal(await blockgraph([...words, "--binary", "nowhere"]), /cannot be run/);
    expectRefusal(await blockgraph([...words, "--random", "1"]), /--models stands alone/);
    expectRefusal(await blockgraph(["conform", "--models", "nobody"]), /no model 'nobody'/);
  });
});
