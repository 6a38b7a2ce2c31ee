/**
 * Throw-away credentials for TLS, made with openssl: an authority, and certificates that it signed.
 */
import fs from "node:fs";
import { join } from "node:path";
import { runTool } from "../support/qemu-tools.ts";

/** Makes, in a folder, what QEMU and libnbd look for there: for a server and for a client. */
export function makeCertificates(folder: string): void {
  const path = (name: string) => join(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = ["-x509", "-keyout", path("ca-key.pem"), "-out", path("ca-cert.pem")];
  openssl("req", ...key, ...authority, "-subj", "/CN=authority", "-days", "2");
  for (const name of ["server", "client"]) {
    const request = path(`${name}.csr`);
    const extensions = path(`${name}.ext`);
    openssl("req", ...key, "-keyout", path(`${name}-key.pem`), "-out", request, ...subject(name));
    fs.writeFileSync(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    openssl(
      ...["x509", "-req", "-in", request, "-out", path(`${name}-cert.pem`), "-days", "2"],
      ...["-CA", path("ca-cert.pem"), "-CAkey", path("ca-key.pem"), "-CAcreateserial"],
      ...["-extfile", extensions],
    );
  }
}

const subject = (name: string) => ["-subj", `/CN=${name}`];

function openssl(...args: readonly string[]): void {
  runTool("openssl", ...args);
}
