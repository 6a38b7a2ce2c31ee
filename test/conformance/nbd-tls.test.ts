/**
 * TLS before GnuTLS's clients, which libnbd and QEMU are: with certificates, and with shared keys.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { StartTls } from "../../src/nbd/connection.ts";
import { certificateTls, sharedKeyTls } from "../../src/nbd/tls-credentials.ts";
import { makeCertificates } from "../nbd/certificates.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf, runAside, serving } from "../nbd/serving.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("nbdinfo", "nbdcopy", "qemu-io", "openssl");

const MIB = 1024 * 1024;
const SIZE = 5 * MIB;
const KEY = "0123456789abcdef0123456789abcdef";

interface Secured {
  readonly folder: string;
  readonly port: number;
  readonly offered: MemoryExport;
}

/** Serves an image with credentials of a folder, on a port. */
function secured(
  credentials: (folder: string) => StartTls,
  prepare: (folder: string) => void,
  use: (secured: Secured) => Promise<void>,
): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    prepare(folder);
    const offered = new MemoryExport(SIZE);
    const run = async ({ server }: Parameters<Parameters<typeof serving>[1]>[0]) => {
      const bound = await server.listen({ host: "127.0.0.1", port: 0 });
      await use({ folder, offered, port: "port" in bound ? bound.port : 0 });
    };
    await serving([offered], run, { startTls: credentials(folder) });
  });
}

const writeKeys = (folder: string) =>
  fs.writeFileSync(join(folder, "keys.psk"), `# keys\nalice:${KEY}\n`);

const qemuIo = (object: string, port: number) =>
  runAside(
    ...(["qemu-io", "--object", object, "-c", "write -P 9 1M 1M"] as const),
    ...["-c", "read -P 9 1M 1M", "--image-opts"],
    "driver=nbd,server.type=inet,server.host=localhost,tls-creds=tls," +
      `server.ipv4=on,server.port=${port}`,
  );

/** Copies an image in and out, in more pieces than one, and requires that it stays as it was. */
async function carry(folder: string, uri: string): Promise<void> {
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  const bytes = Buffer.alloc(SIZE, "some text that is not so regular, ");
  fs.writeFileSync(from, bytes);
  await outputOf("nbdcopy", from, uri);
  await outputOf("nbdcopy", uri, to);
  expect(fs.readFileSync(to).equals(bytes)).toBe(true);
}

test("with certificates, a client that has one reads and writes", async () => {
  await secured(certificateTls, makeCertificates, async ({ folder, port, offered }) => {
    const uri = `nbds://localhost:${port}/?tls-certificates=${folder}`;
    const { TLS } = JSON.parse(await outputOf("nbdinfo", "--json", uri));
    expect(TLS).toBe(true);
    await carry(folder, uri);
    const object = `tls-creds-x509,id=tls,endpoint=client,dir=${folder}`;
    expect(await qemuIo(object, port)).toMatchObject({ status: 0 });
    expect(offered.image.content[MIB]).toBe(9);
  });
});

test("with certificates, one without is turned away, unless none is asked for", async () => {
  const withoutClient = (folder: string) => {
    makeCertificates(folder);
    fs.rmSync(join(folder, "client-cert.pem"));
    fs.rmSync(join(folder, "client-key.pem"));
  };
  const info = ({ folder, port }: Secured) =>
    runAside("nbdinfo", `nbds://localhost:${port}/?tls-certificates=${folder}`);
  await secured(certificateTls, withoutClient, async (begun) => {
    expect((await info(begun)).status).not.toBe(0);
  });
  const lax = (folder: string) => certificateTls(folder, false);
  await secured(lax, withoutClient, async (begun) => {
    expect(await info(begun)).toMatchObject({ status: 0 });
  });
});

test("with shared keys, a client that has the key reads and writes", async () => {
  await secured(sharedKeyTls, writeKeys, async ({ folder, port, offered }) => {
    const keys = join(folder, "keys.psk");
    await carry(folder, `nbds://alice@localhost:${port}/?tls-psk-file=${keys}`);
    const object = `tls-creds-psk,id=tls,endpoint=client,username=alice,dir=${folder}`;
    expect(await qemuIo(object, port)).toMatchObject({ status: 0 });
    expect(offered.image.content[MIB]).toBe(9);
  });
});

test("with shared keys, one who has another key, or another name, is turned away", async () => {
  await secured(sharedKeyTls, writeKeys, async ({ folder, port }) => {
    const wrong = join(folder, "wrong.psk");
    fs.writeFileSync(wrong, `alice:${"00".repeat(16)}\nbob:${KEY}\n`);
    for (const name of ["alice", "bob"]) {
      const uri = `nbds://${name}@localhost:${port}/?tls-psk-file=${wrong}`;
      expect((await runAside("nbdinfo", uri)).status).not.toBe(0);
    }
  });
});

test("nobody gets in without TLS", async () => {
  await secured(sharedKeyTls, writeKeys, async ({ port }) => {
    const { status, output } = await runAside("nbdinfo", `nbd://localhost:${port}/`);
    expect(status).not.toBe(0);
    expect(output).toMatch(/TLS/i);
  });
});

test("credentials that are none are refused with the folder's name", async () => {
  await inTemporaryFolder(async (folder) => {
    expect(() => certificateTls(folder)).toThrow(folder);
    expect(() => sharedKeyTls(folder)).toThrow(folder);
    fs.writeFileSync(join(folder, "keys.psk"), "alice\n");
    expect(() => sharedKeyTls(folder)).toThrow("a line of keys.psk");
    for (const name of ["ca-cert", "server-cert", "server-key"]) {
      fs.writeFileSync(join(folder, `${name}.pem`), "none\n");
    }
    expect(() => certificateTls(folder)).toThrow(folder);
  });
});
