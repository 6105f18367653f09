import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { putPair, readAgent } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import { proxyFor } from "../../provider/agent/proxy.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { type Authority, makeAuthority } from "../../simulator/host/certificates.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aPair, aSnapshot } from "../support/snapshot.js";
import { connectionTo, forever, freePort, json, listen, standIn, token } from "./standIn.js";

const password = "pass+word/of=the~proxy";
const watch = watchForSecrets(token, password, Buffer.from(`alice:${password}`).toString("base64"));
const here = "127.0.20.1";
/** A name that only the proxy knows: this machine itself is never reached through a proxy. */
const name = "agent.example.com";
const folder = mkdtempSync(join(tmpdir(), "failover-proxy-"));

let authority: Authority;
let caFile: string;
beforeAll(async () => {
  authority = await makeAuthority();
  caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.caPem);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  vi.unstubAllEnvs();
  await closeConnections();
});

interface Asked {
  path: string;
  authorization: string | undefined;
}

/** A proxy that connects wherever it is asked to, always to this machine; or refuses with a status. */
async function aProxy({ status = 200, tls = false } = {}) {
  const asked: Asked[] = [];
  const bytes: string[] = [];
  const refuse = (socket: Socket) => socket.end(`HTTP/1.1 ${status} No \u001b[2J Way\r\nContent-Length: 0\r\n\r\n`);
  const server: Server = tls ? createSecureServer(await authority.issue(["127.0.0.1"])) : createServer();
  server.on("connect", (request: IncomingMessage, socket: Socket, ahead: Buffer) => {
    asked.push({ path: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    if (status !== 200) return refuse(socket);
    const behind = connect(Number(request.url?.split(":").at(-1)), here, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      behind.write(ahead);
      socket.on("data", (part) => bytes.push(part.toString("latin1")));
      socket.pipe(behind).pipe(socket);
    });
    behind.on("error", () => socket.destroy());
    socket.on("error", () => behind.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(async () => {
    await closeConnections();
    await new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: (user = "") => `${tls ? "https" : "http"}://${user}127.0.0.1:${port}`, port, asked, bytes };
}

/** An Agent that is reached by a name which nobody here resolves. */
async function anAgent(protocol: "https" | "http" = "https", names = [name], changes: Partial<Connection> = {}) {
  const agent = await standIn([json(200, aSnapshot(here))], protocol === "https" ? { tls: await authority.issue(names) } : {});
  const connection: Connection = {
    ...agent.connection,
    host: name,
    address: here,
    ...(protocol === "https" ? { caFile } : {}),
    ...changes,
  };
  return { ...agent, connection, read: () => readAgent(connection, { signal: forever(), patienceMilliseconds: 0 }) };
}

describe("an Agent behind a proxy", () => {
  test.each(["HTTPS_PROXY", "https_proxy"])("is reached through what %s names, and the proxy sees nothing of it", async (variable) => {
    const [proxy, agent] = [await aProxy(), await anAgent()];
    vi.stubEnv(variable, proxy.url());
    expect(await agent.read()).toMatchObject({ agent: { address: here } });
    await agent.read();
    expect(proxy.asked[0]).toEqual({ path: `${name}:${agent.connection.port}`, authorization: undefined });
    expect(agent.calls).toHaveLength(2);
    expect(proxy.bytes.join("")).not.toContain(token);
  });

  test("is reached over http by HTTP_PROXY, and not by HTTPS_PROXY", async () => {
    const [proxy, agent] = [await aProxy(), await anAgent("http")];
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await freePort("127.0.0.1")}`);
    vi.stubEnv("HTTP_PROXY", proxy.url());
    expect(await agent.read()).toMatchObject({ agent: { address: here } });
    expect(proxy.asked).toHaveLength(1);
  });

  test("is reached with user and password, through https, and where no scheme is given", async () => {
    const agent = await anAgent();
    const proxy = await aProxy();
    vi.stubEnv("HTTPS_PROXY", proxy.url(`alice:${encodeURIComponent(password)}@`));
    await agent.read();
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from(`alice:${password}`).toString("base64")}`);
    const plain = await aProxy();
    vi.stubEnv("HTTPS_PROXY", `127.0.0.1:${plain.port}`);
    await agent.read();
    expect(plain.asked).toHaveLength(1);
  });

  test("is verified through it: by its own certificate and name, whatever the environment says", async () => {
    const proxy = await aProxy();
    vi.stubEnv("HTTPS_PROXY", proxy.url());
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    for (const agent of [await anAgent("https", [name], { caFile: undefined } as never), await anAgent("https", ["other.example.com"])]) {
      expect(await watch.failureOf(agent.read())).toMatchObject({ code: "TLS_NOT_TRUSTED" });
      expect(agent.calls).toHaveLength(0);
    }
    expect(await (await anAgent("https", ["other.example.com"], { tlsServerName: "other.example.com" })).read()).toBeDefined();
  });

  test("is not reached through a proxy whose own certificate nobody trusts", async () => {
    const [proxy, agent] = [await aProxy({ tls: true }), await anAgent()];
    vi.stubEnv("HTTPS_PROXY", proxy.url());
    const failure = await watch.failureOf(agent.read());
    expect(failure.message).toContain(`the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) cannot be used (`);
    expect(proxy.asked).toEqual([]);
  });

  // What goes directly is only decided here, and not tried: a test asks nobody beyond this machine.
  test.each([name, "*", "example.com", ".example.com", "*.example.com", "10.0.0.0/8, AGENT.example.com", `${name}:443`])(
    "is reached directly when NO_PROXY is %s",
    (list) => {
      expect(
        proxyFor({ protocol: "https", host: name, port: 443 }, { HTTPS_PROXY: "http://127.0.0.1:3128", NO_PROXY: list }),
      ).toBeUndefined();
    },
  );

  test.each(["other.example.com", "ample.com", `${name}:1`, "", "10.0.0.0/8"])("is not excepted by NO_PROXY %s", async (list) => {
    const [proxy, agent] = [await aProxy(), await anAgent()];
    vi.stubEnv("HTTPS_PROXY", proxy.url());
    vi.stubEnv("NO_PROXY", list);
    await agent.read();
    expect(proxy.asked).toHaveLength(1);
  });

  test.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "11.0.0.0/8,10.1.2.4", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["fd00::1", "[fd00:0::1]", true],
    ["fd00::1", "fd00::/8", true],
    ["fd00::1", "10.0.0.0/8", false],
  ])("at %s is excepted by a network or an address of NO_PROXY (%s): %s", (host, list, isExcepted) => {
    const proxy = proxyFor({ protocol: "https", host, port: 443 }, { HTTPS_PROXY: "http://127.0.0.1:3128", NO_PROXY: list });
    expect(proxy === undefined).toBe(isExcepted);
  });

  test("at an IPv6 address is asked of the proxy with brackets", async () => {
    const proxy = await aProxy({ status: 403 });
    vi.stubEnv("HTTPS_PROXY", proxy.url());
    const connection = connectionTo(443, { host: "fd00::1", protocol: "https", caFile });
    await watch.failureOf(readAgent(connection, { signal: AbortSignal.timeout(5_000), patienceMilliseconds: 0 }));
    expect(proxy.asked[0]?.path).toBe("[fd00::1]:443");
  });

  test("that is this machine itself is never looked for through another one", async () => {
    const proxy = await aProxy();
    vi.stubEnv("HTTP_PROXY", proxy.url());
    const { connection } = await standIn([json(200, aSnapshot(here))]);
    expect(await readAgent(connection, { signal: forever() })).toBeDefined();
    expect(proxy.asked).toEqual([]);
  });
});

describe("a proxy that lets nothing through", () => {
  test.each([
    [403, "PROXY_REFUSED", "Let the proxy pass this address and port, or name the Agent in NO_PROXY."],
    [407, "PROXY_REFUSED", "Give its user and password in that variable, or name the Agent in NO_PROXY."],
    [502, "AGENT_UNREACHABLE", "Check that the proxy reaches the Agent, or name the Agent in NO_PROXY."],
  ])("with %i is told as such, without its credentials, and nothing was done", async (status, code, cure) => {
    const [proxy, agent] = [await aProxy({ status }), await anAgent()];
    vi.stubEnv("HTTPS_PROXY", proxy.url(`alice:${encodeURIComponent(password)}@`));
    const failure = await watch.failureOf(agent.read());
    expect(failure).toMatchObject({ code, nothingDone: true });
    expect(failure.message).toBe(
      `Reading Agent ${here} (${name}): the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) answers ${status} No [2J Way. ${cure}`,
    );
  });

  test("because nothing listens there is named, not the Agent", async () => {
    const agent = await anAgent();
    vi.stubEnv("HTTPS_PROXY", `http://alice:${encodeURIComponent(password)}@127.0.0.1:${await freePort("127.0.0.1")}`);
    const failure = await watch.failureOf(agent.read());
    expect(failure).toMatchObject({ code: "AGENT_UNREACHABLE", nothingDone: true });
    expect(failure.message).toMatch(
      /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) cannot be used \(.*ECONNREFUSED.*\)\. Check that variable and the proxy/,
    );
  });

  test("because it never answers is named in the time-out", async () => {
    const server = await listen(
      createServer().on("connect", () => {}),
      { host: "127.0.0.1" },
    );
    const agent = await anAgent();
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${server.connection.port}`);
    const failure = await watch.failureOf(readAgent(agent.connection, { signal: AbortSignal.timeout(500), patienceMilliseconds: 0 }));
    expect(failure).toMatchObject({ code: "NO_ANSWER_IN_TIME" });
    expect(failure.message).toContain(`no answer in time through the proxy 127.0.0.1:${server.connection.port} (HTTPS_PROXY).`);
  });

  test.each(["socks5://127.0.0.1:1080", `ftp://alice:${password}@127.0.0.1`, "http://"])(
    "because it is none (%s) is refused without showing it",
    async (value) => {
      const agent = await anAgent();
      vi.stubEnv("HTTPS_PROXY", value);
      const failure = await watch.failureOf(agent.read());
      expect(failure).toMatchObject({ code: "PROXY_REFUSED", nothingDone: true });
      expect(failure.message).toContain("HTTPS_PROXY holds no address of an HTTP proxy. Give it as http://host:port");
      expect(failure.message).not.toContain("127.0.0.1:1080");
    },
  );

  test("keeps a write from nothing that was not done", async () => {
    const [proxy, agent] = [await aProxy({ status: 403 }), await anAgent()];
    vi.stubEnv("HTTPS_PROXY", proxy.url());
    const body = {
      requestId: "5f0c1d5e-6a52-4b5e-9f5b-0d1f6a3f8a11",
      revision: "7",
      owner: "o",
      previousOwner: null,
      config: aPair(here, "10.0.0.2").config,
    };
    expect(await watch.failureOf(putPair(agent.connection, 111, body, { signal: forever() }))).toMatchObject({ nothingDone: true });
  });
});
