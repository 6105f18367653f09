import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { endPair, probe, putPair, putSettings, readAgent, readOperation, switchPair } from "../../provider/agent/client.js";
import { type Connection, Connection as ConnectionSchema } from "../../provider/agent/connection.js";
import { watchForSecrets } from "../support/secrecy.js";
import { anOperation, aPair, aSnapshot } from "../support/snapshot.js";
import { connectionTo, forever, json, standIn, token } from "./standIn.js";

const watch = watchForSecrets(token, "from-the-file-0123456789");
const here = "127.0.20.1";
const folder = mkdtempSync(join(tmpdir(), "failover-request-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const fileWith = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const owner = "project/stack/a pair";
const requestId = "5f0c1d5e-6a52-4b5e-9f5b-0d1f6a3f8a11";

describe("a call", () => {
  test("names the member first and bypassProxy last, whatever stands between", async () => {
    const operation = json(202, anOperation());
    const probed = json(200, { addresses: [], names: [], reverse: [] });
    const snapshot = json(200, aSnapshot(here));
    const { connection, calls } = await standIn([snapshot, json(200, anOperation()), probed, snapshot, operation, operation, operation]);
    const time = { signal: forever() };
    await readAgent(connection, time);
    await readOperation(connection, "op 1&2", time);
    await probe(connection, { addresses: ["10.0.0.9"], names: [] }, time);
    await putSettings(connection, 111, { owner, previousOwner: null, settings: null }, time);
    await putPair(connection, 111, { requestId, revision: "7", owner, previousOwner: null, config: aPair(here, "10.0.0.2").config }, time);
    await endPair(
      connection,
      111,
      { requestId, revision: "7", owner, mode: "delete", keep: here, reset: "10.0.0.2", offlineUnavailable: false },
      time,
    );
    await switchPair(connection, 111, { requestId, online: "backup", reason: "test" }, time);
    expect(calls.map(({ method, url }) => `${method} ${url.pathname.replace("/api/custom/dma-failover/v1/", "")}${url.search}`)).toEqual([
      `GET agent?agent=${here}&bypassProxy=true`,
      `GET operation?agent=${here}&id=op+1%262&bypassProxy=true`,
      `POST probe?agent=${here}&bypassProxy=true`,
      `PUT agent/settings?agent=${here}&dataMinerId=111&bypassProxy=true`,
      `PUT pair?agent=${here}&dataMinerId=111&bypassProxy=true`,
      `DELETE pair?agent=${here}&dataMinerId=111&requestId=${requestId}&revision=7&owner=project%2Fstack%2Fa+pair&mode=delete` +
        `&keep=${here}&reset=10.0.0.2&offlineUnavailable=false&bypassProxy=true`,
      `POST pair/switch?agent=${here}&dataMinerId=111&bypassProxy=true`,
    ]);
    expect(calls[4]?.body).toMatchObject({ requestId, revision: "7", owner });
  });

  test("says what it brings only when it brings something, and asks for JSON", async () => {
    const { connection, calls } = await standIn([json(200, aSnapshot(here))]);
    await readAgent(connection, { signal: forever() });
    await putSettings(connection, 111, { owner, previousOwner: null, settings: null }, { signal: forever() });
    expect(calls.map(({ headers }) => [headers.accept, headers["content-type"]])).toEqual([
      ["application/json", undefined],
      ["application/json", "application/json"],
    ]);
  });

  test("goes to basePath, and to the host although the member is named by its address", async () => {
    const { connection, calls } = await standIn([json(200, aSnapshot("10.10.10.1"))]);
    await readAgent({ ...connection, address: "10.10.10.1", basePath: "/gateway/x" }, { signal: forever() });
    expect(calls[0]?.url.pathname).toBe("/gateway/x/agent");
    expect(calls[0]?.url.searchParams.get("agent")).toBe("10.10.10.1");
  });

  test("waits for one of four connections, for more calls may not run at once on an Agent", async () => {
    const { connection, calls, sockets } = await standIn([json(200, aSnapshot(here))]);
    await Promise.all(Array.from({ length: 12 }, () => readAgent(connection, { signal: forever() })));
    expect(calls).toHaveLength(12);
    expect(sockets).toHaveLength(4);
  });
});

describe("the token", () => {
  const authorizationOf = async (changes: Partial<Connection>) => {
    const { connection, calls } = await standIn([json(200, aSnapshot(here))]);
    const { token: _, ...rest } = connection;
    await readAgent({ ...rest, ...changes }, { signal: forever() });
    return calls[0]?.headers.authorization;
  };

  test("goes into the Authorization header, from wherever it is declared", async () => {
    vi.stubEnv("FAILOVER_TEST_TOKEN", `  ${token}\n`);
    expect(await authorizationOf({ token })).toBe(`Bearer ${token}`);
    expect(await authorizationOf({ tokenEnv: "FAILOVER_TEST_TOKEN" })).toBe(`Bearer ${token}`);
    expect(await authorizationOf({ tokenFile: fileWith("token", "\ufefffrom-the-file-0123456789\r\n") })).toBe(
      "Bearer from-the-file-0123456789",
    );
  });

  test("is read anew for each call, so that a rotated one is seen at once", async () => {
    const { connection, calls } = await standIn([json(200, aSnapshot(here))]);
    const { token: _, ...rest } = connection;
    for (const value of ["first-token-0123456789", "second-token-0123456789"]) {
      await readAgent({ ...rest, tokenFile: fileWith("rotated", value) }, { signal: forever() });
    }
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(["Bearer first-token-0123456789", "Bearer second-token-0123456789"]);
  });

  test.each([
    [
      "a variable that is not set",
      { tokenEnv: "FAILOVER_TEST_UNSET" },
      "TOKEN_MISSING",
      "environment variable FAILOVER_TEST_UNSET is not set",
    ],
    [
      "a variable that is blank",
      { tokenEnv: "FAILOVER_TEST_BLANK" },
      "TOKEN_MISSING",
      "environment variable FAILOVER_TEST_BLANK is not set",
    ],
    ["an empty file", { tokenFile: fileWith("empty", " \n") }, "TOKEN_MISSING", "empty is empty"],
    ["a file that is not there", { tokenFile: join(folder, "nowhere") }, "FILE_UNREADABLE", "token file cannot be read (ENOENT"],
    ["a folder", { tokenFile: folder }, "FILE_UNREADABLE", "token file cannot be read (EISDIR"],
    ["nothing", {}, "TOKEN_MISSING", "no token source is declared"],
  ])("that comes from %s is named with its source, and nobody is asked", async (_what, source, code, seen) => {
    vi.stubEnv("FAILOVER_TEST_BLANK", "  ");
    const { connection, sockets } = await standIn([json(200, aSnapshot(here))]);
    const { token: _, ...rest } = connection;
    const failure = await watch.failureOf(readAgent({ ...rest, ...source }, { signal: forever() }));
    expect(failure).toMatchObject({ name: "ConnectionError", code, nothingDone: true });
    expect(failure.message).toMatch(/^Reaching Agent 127\.0\.20\.1: .*\. .*\.$/);
    expect(failure.message).toContain(seen);
    expect(sockets).toHaveLength(0);
  });

  test.each([`${token}\n${token}`, `${token} ${token}`, `${token}\u00e9`, `${token}\u0000`])(
    "that no header can carry is refused before it is sent, however often it is tried",
    async (odd) => {
      const { connection, sockets } = await standIn([json(200, aSnapshot(here))]);
      for (let call = 0; call < 6; call += 1) {
        const failure = await watch.failureOf(readAgent({ ...connection, token: odd }, { signal: forever() }));
        expect(failure).toMatchObject({ code: "TOKEN_INVALID", nothingDone: true });
      }
      expect(sockets).toHaveLength(0);
    },
  );
});

describe("a declared connection", () => {
  const parse = (changes: object) => ConnectionSchema.safeParse({ host: "10.0.0.1", tokenEnv: "TOKEN", ...changes });
  const wrong = (changes: object) => parse(changes).error?.issues.map(({ path }) => path.join("."));

  test("gets its one spelling", () => {
    expect(parse({}).data).toEqual({
      host: "10.0.0.1",
      address: "10.0.0.1",
      protocol: "https",
      basePath: "/api/custom/dma-failover/v1",
      tokenEnv: "TOKEN",
    });
    expect(parse({ host: "Agent-1.Example.COM.", address: "FD00:0::1", basePath: "/x//" }).data).toMatchObject({
      host: "agent-1.example.com",
      address: "fd00::1",
      basePath: "/x",
    });
    expect(parse({ host: "FD00:0:0::0001" }).data).toMatchObject({ host: "fd00::1", address: "fd00::1" });
  });

  test("is refused where it could not be used", () => {
    expect(wrong({ host: "https://10.0.0.1" })).toEqual(["host"]);
    expect(wrong({ host: "10.0.0.1:443" })).toEqual(["host"]);
    expect(wrong({ host: "agent" })).toEqual(["address"]);
    expect(wrong({ address: "agent" })).toEqual(["address"]);
    expect(wrong({ port: 0 })).toEqual(["port"]);
    expect(wrong({ protocol: "ftp" })).toEqual(["protocol"]);
    expect(wrong({ tokenEnv: undefined })).toEqual(["tokenEnv"]);
    expect(wrong({ token })).toEqual(["token"]);
    expect(wrong({ tokenFile: "/t", token })).toEqual(["tokenFile"]);
    expect(wrong({ insecure: true })).toEqual([""]);
  });

  test.each(["api", "/a?b", "/a#b", "/a b", "/a\nb", "/\u015d", "/a\u0000"])(
    "is refused with the path %j, which cannot be asked for",
    (basePath) => {
      expect(wrong({ basePath })).toEqual(["basePath"]);
    },
  );

  test("may have a path with any other character", () => {
    const basePath = "/!$%20&'()*+,-.:;<=>@[]^_`{|}~\"";
    expect(parse({ basePath }).data).toMatchObject({ basePath });
  });

  test("to a port that is not told goes to the protocol's own", async () => {
    const failure = await watch.failureOf(
      readAgent({ ...connectionTo(0), port: undefined }, { signal: forever(), patienceMilliseconds: 0 }),
    );
    expect(failure).toMatchObject({ code: "AGENT_UNREACHABLE" });
  });
});
