import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates, type SecureContextOptions, type TlsOptions } from "node:tls";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readAgent } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import { type Authority, makeAuthority } from "../../simulator/host/certificates.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aSnapshot } from "../support/snapshot.js";
import { forever, json, listen, standIn, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const folder = mkdtempSync(join(tmpdir(), "failover-tls-"));
const good = json(200, aSnapshot(here));

let authority: Authority;
let other: Authority;
let caFile: string;
beforeAll(async () => {
  [authority, other] = await Promise.all([makeAuthority(), makeAuthority()]);
  caFile = fileWith("ca.pem", authority.caPem);
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileWith = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A call over https to a server whose certificate carries these names. */
async function asking(names: readonly string[], changes: Partial<Connection>, issuer = authority) {
  const agent = await standIn([good], { tls: await issuer.issue(names) });
  const call = () => readAgent({ ...agent.connection, ...changes }, { signal: forever(), patienceMilliseconds: 5_000 });
  return { ...agent, call };
}

/** What was refused for lack of trust: told once, by its cure, and never sent a byte of ours. */
async function refused({ call, calls, sockets }: Awaited<ReturnType<typeof asking>>) {
  const failure = await watch.failureOf(call());
  expect(failure).toMatchObject({ name: "ConnectionError", code: "TLS_NOT_TRUSTED", nothingDone: true });
  expect(calls).toHaveLength(0);
  expect(sockets).toHaveLength(1);
  return failure.message;
}

describe("an Agent over https", () => {
  test("is trusted by the authority in caFile, also when host is an address", async () => {
    const { call } = await asking([here], { caFile });
    expect(await call()).toMatchObject({ agent: { address: here } });
  });

  test("is trusted by one of several authorities in caFile", async () => {
    const { call } = await asking([here], { caFile: fileWith("both.pem", `${rootCertificates[0]}\n${authority.caPem}`) });
    expect(await call()).toMatchObject({ agent: { address: here } });
  });

  test("is expected under tlsServerName when that is given", async () => {
    const { call } = await asking(["agent.example.com"], { caFile, tlsServerName: "agent.example.com" });
    expect(await call()).toMatchObject({ agent: { address: here } });
  });

  test("is not trusted without caFile, and the error names caFile and does not try again", async () => {
    expect(await refused(await asking([here], {}))).toMatch(
      /^Reading Agent 127\.0\.20\.1: its certificate is not trusted \(.+\)\. Set caFile to the authority that signed it, or tlsServerName to the name it carries\.$/,
    );
  });

  test("is not trusted by another authority", async () => {
    await refused(await asking([here], { caFile }, other));
  });

  test("is not trusted under another name, and the error names tlsServerName", async () => {
    expect(await refused(await asking(["agent.example.com"], { caFile }))).toContain("tlsServerName");
    await refused(await asking([here], { caFile, tlsServerName: "agent.example.com" }));
  });

  test("lends its trust to no call with another authority or name, though it goes to the same place", async () => {
    const { connection, call } = await asking([here], { caFile });
    await call();
    const asked = (changes: Partial<Connection>) => watch.failureOf(readAgent({ ...connection, ...changes }, { signal: forever() }));
    expect(await asked({})).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    expect(await asked({ caFile: fileWith("other.pem", other.caPem) })).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    expect(await asked({ caFile, tlsServerName: "agent.example.com" })).toMatchObject({ code: "TLS_NOT_TRUSTED" });
  });

  test("is trusted by what caFile holds now, not by what it held before", async () => {
    const rotating = fileWith("rotating.pem", other.caPem);
    const { connection } = await asking([here], {});
    const read = () => readAgent({ ...connection, caFile: rotating }, { signal: forever() });
    expect(await watch.failureOf(read())).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    writeFileSync(rotating, authority.caPem);
    expect(await read()).toMatchObject({ agent: { address: here } });
  });

  test.each([
    ["is not there", () => join(folder, "nowhere.pem"), "FILE_UNREADABLE", "certificate authority file cannot be read (ENOENT"],
    ["is empty", () => fileWith("empty.pem", ""), "CA_INVALID", "holds no certificate"],
    ["is no certificate", () => fileWith("text.pem", "Dear reader"), "CA_INVALID", "holds no certificate"],
    [
      "is a broken one",
      () => fileWith("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      "CA_INVALID",
      "holds no certificate",
    ],
  ])("is not asked when caFile %s", async (_what, file, code, seen) => {
    const { call, sockets } = await asking([here], { caFile: file() });
    const failure = await watch.failureOf(call());
    expect(failure).toMatchObject({ name: "ConnectionError", code, nothingDone: true });
    expect(failure.message).toContain(seen);
    expect(sockets).toHaveLength(0);
  });
});

describe("an Agent whose TLS nobody can use", () => {
  /** A call to a server of this kind, and why it failed. */
  async function faultOf(options: SecureContextOptions & TlsOptions, changes: Partial<Connection> = {}) {
    const agent = await standIn([good], { tls: { ...(await authority.issue([here])), ...options } });
    const failure = await watch.failureOf<Error & { code: string }>(
      readAgent({ ...agent.connection, caFile, ...changes }, { signal: forever(), patienceMilliseconds: 5_000 }),
    );
    expect(agent.calls).toHaveLength(0);
    expect(agent.sockets, "trying again cannot help").toHaveLength(1);
    return failure;
  }

  test("because NODE_TLS_REJECT_UNAUTHORIZED=0 is set for something else is verified all the same", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await faultOf(await other.issue([here]))).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    expect(await faultOf(await authority.issue(["agent.example.com"]))).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    vi.unstubAllEnvs();
  });

  test("because its certificate has expired is told to renew it, and not to set caFile", async () => {
    const failure = await faultOf(await selfSigned({ from: -20, until: -10 }), { caFile: fileWith("old.pem", lastMade) });
    expect(failure).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    expect(failure.message).toBe(
      "Reading Agent 127.0.20.1: its certificate, or that of the authority that signed it, has expired. Renew it there; no setting here can help.",
    );
  });

  test("because its certificate is of tomorrow is told to look at the clocks", async () => {
    const failure = await faultOf(await selfSigned({ from: 10, until: 20 }), { caFile: fileWith("new.pem", lastMade) });
    expect(failure).toMatchObject({ code: "TLS_NOT_TRUSTED" });
    expect(failure.message).toContain("is not valid yet. Compare the clock of that server with this machine's.");
  });

  test("because it is older than 1.2 is told to enable that", async () => {
    const failure = await faultOf({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect(failure).toMatchObject({ code: "PROTOCOL_MISMATCH" });
    expect(failure.message).toContain("it offers no TLS of version 1.2 or later. Enable TLS 1.2 on that server");
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("because it demands a client certificate (%s) is told that there is none", async (version) => {
    const failure = await faultOf({ requestCert: true, rejectUnauthorized: true, ca: authority.caPem, maxVersion: version });
    expect(failure).toMatchObject({ code: "PROTOCOL_MISMATCH" });
    expect(failure.message).toMatch(/it demands a client certificate.* This package has none to give: let the web server demand none/);
  });

  test("because its certificate has names without end is told so in one short line", async () => {
    const names = Array.from({ length: 300 }, (_, at) => `host-${at}.example.com`);
    const { message } = await faultOf(await authority.issue(names));
    expect(message).toContain("tlsServerName");
    expect(message.length).toBeLessThan(450);
  });
});

let lastMade = "";
/** For some days before or after today, as its own authority. */
async function selfSigned({ from, until }: { from: number; until: number }) {
  const day = 24 * 3600 * 1000;
  const made = await generate([{ name: "commonName", value: here }], {
    notBeforeDate: new Date(Date.now() + from * day),
    notAfterDate: new Date(Date.now() + until * day),
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: here }] }],
  });
  lastMade = made.cert;
  return { key: made.private, cert: made.cert };
}

describe("a protocol that is not spoken there", () => {
  test("https on a port of http is named at the first try", async () => {
    const { connection, sockets } = await standIn([good]);
    const failure = await watch.failureOf(readAgent({ ...connection, protocol: "https", caFile }, { signal: forever() }));
    expect(failure).toMatchObject({ name: "ConnectionError", code: "PROTOCOL_MISMATCH", nothingDone: true });
    expect(failure.message).toBe("Reading Agent 127.0.20.1: what listens there does not speak https. Check protocol and port.");
    expect(sockets).toHaveLength(1);
  });

  test("http on a port of https is an error in words, and the token is nowhere in it", async () => {
    const { connection } = await asking([here], { caFile });
    const failure = await watch.failureOf(readAgent({ ...connection, protocol: "http" }, { signal: forever(), patienceMilliseconds: 0 }));
    expect(failure.name).toMatch(/^(AgentUnreachableError|WrongAnswerError)$/);
    expect(failure.message).toMatch(
      /^Reading Agent 127\.0\.20\.1: .+ (If that port speaks https, set protocol: "https"|It may be a port of https)\.$/,
    );
  });

  test("a connection that is cut in the middle of the TLS handshake is tried again", async () => {
    const { connection, sockets } = await listen(createTcpServer((socket) => void socket.once("data", () => socket.resetAndDestroy())));
    const failure = await watch.failureOf(
      readAgent({ ...connection, protocol: "https", caFile }, { signal: forever(), patienceMilliseconds: 1_000 }),
    );
    expect(failure).toMatchObject({ name: "AgentUnreachableError", code: "AGENT_UNREACHABLE" });
    expect(sockets.length).toBeGreaterThan(1);
  });
});
