/**
 * The contract of every storage, kept by qcow2 images of several cluster sizes, old and new: one of
 * them in a file, the others in memory, as it takes long to make a file stable.
 */
import fs from "node:fs";
import { describe } from "vitest";
import {
  type CreateQcow2Options,
  createQcow2,
  createQcow2On,
} from "../../../src/storage/qcow2/create.ts";
import { type HostFile, OpenedFile } from "../../../src/storage/qcow2/host-file.ts";
import { storageOf } from "../../../src/storage/qcow2/open.ts";
import { openQcow2Image } from "../../../src/storage/qcow2/open-image.ts";
import { storageContract } from "../contract.ts";
import { scratch } from "../scratch.ts";
import { contentIn, contentOf } from "./content-of.ts";
import { MemoryHost } from "./memory-host.ts";

const newPath = scratch();

function inMemory(length: number, options: Omit<CreateQcow2Options, "size">) {
  const host = new MemoryHost();
  createQcow2On(host, "image", { size: length, ...options });
  return subject(host, () => host);
}

function inFile(length: number) {
  const path = newPath();
  createQcow2(path, { size: length });
  return subject(openHost(path), () => openHost(path));
}

function openHost(path: string): HostFile {
  return new OpenedFile(fs.openSync(path, "r+"));
}

/** An image whose bytes are what its tables in memory say, and after the end those in the file. */
function subject(host: HostFile, again: () => HostFile) {
  const opened = openQcow2Image(host, "image", {});
  const storage = storageOf(opened);
  const stored = () => {
    const other = again();
    const content = contentIn(other);
    other.close();
    return content;
  };
  return { storage, bytes: () => (storage.isOpen ? contentOf(opened.image) : stored()) };
}

describe("qcow2 in a file", () => {
  storageContract(inFile, { holes: true, block: 65_536, runs: 30 });
});

describe.each([512, 4096, 2 * 1024 * 1024])("qcow2 with clusters of %d bytes", (size) => {
  const large = size > 1024 * 1024;
  const options = { holes: !large, block: size, runs: large ? 20 : 100 };
  storageContract((length) => inMemory(length, { clusterSize: size }), options);
});

describe("qcow2 of version 2", () => {
  storageContract((length) => inMemory(length, { version: 2 }), {
    holes: true,
    block: 65_536,
    runs: 60,
  });
});

describe.each([1, 8, 64])("qcow2 with refcounts of %d bits", (refcountBits) => {
  const options = { clusterSize: 512, refcountBits };
  storageContract((length) => inMemory(length, options), { holes: true, block: 512, runs: 60 });
});
