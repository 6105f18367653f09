import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { Resource } from "./resource.js";
import { key, openSharedHostnamePlace, type SharedHostnamePlace, secretEnv, zone } from "./sharedHostnames.js";

let provider: DynamicProvider;

beforeAll(async () => {
  provider = await DynamicProvider.start("sharedHostnameRecord", { [secretEnv]: key.secret, OTHER_SECRET: "b3RoZXIgc2VjcmV0" });
});
afterAll(() => provider.stop());

/** What the first preview finds wrong, and what it writes (nothing). */
async function previewed({ args, dns, server }: SharedHostnamePlace, more: object = {}) {
  const before = server.zones.map(({ serial }) => serial);
  const { failures } = await provider.check({}, args({ dns: dns(more) }));
  expect(server.zones.map(({ serial }) => serial)).toEqual(before);
  return failures;
}

describe("the first preview", () => {
  test("asks the name server whether the zones may be written, and writes nothing", async () => {
    const place = await openSharedHostnamePlace();
    expect(await previewed(place)).toEqual([]);
    const updates = place.server.log.all({ opcode: "UPDATE" });
    expect(updates.map(({ name, changes }) => [name, changes])).toEqual(
      expect.arrayContaining([
        [zone, []],
        ["10.10.10.in-addr.arpa.", []],
      ]),
    );
  });

  test.each<[string, object, string, RegExp]>([
    ["a key file that is not there", { key: null, keyFile: "/nowhere/dns.key" }, "dns.keyFile", /\/nowhere\/dns\.key cannot be read/],
    ["a secret that is not set", { key: { name: key.name, secretEnv: "NOT_SET" } }, "dns.key", /environment variable NOT_SET is not set/],
    [
      "another secret",
      { key: { name: key.name, secretEnv: "OTHER_SECRET" } },
      "dns.key",
      /BADSIG.*The secret of key "dma-key\." is not the one/,
    ],
    ["a zone that the server does not have", { zone: "elsewhere.test" }, "dns", /elsewhere\.test\./],
    ["a reverse zone that holds no address", { reverseZone: "9.9.10.in-addr.arpa" }, "dns", /reverseZone is 9\.9\.10\.in-addr\.arpa/],
  ])("finds %s", async (_what, more, property, said) => {
    const place = await openSharedHostnamePlace();
    const failures = await previewed(place, more);
    expect(failures).toEqual([{ property, reason: expect.stringMatching(said) }]);
  });

  test("finds a key file that is none, and shows nothing of it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "key-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const keyFile = join(folder, "dns.key");
    writeFileSync(keyFile, "key dma-key { algorithm hmac-sha256; sekret TWFueVNlY3JldHM=; };");
    const failures = await previewed(await openSharedHostnamePlace(), { key: null, keyFile });
    expect(failures).toEqual([{ property: "dns.keyFile", reason: expect.stringContaining(`${keyFile}: line 1 is not as it should be`) }]);
    expect(JSON.stringify(failures)).not.toContain("TWFueV");
  });

  test("is satisfied with a server that does not answer, or has no address yet, and says so", async () => {
    const place = await openSharedHostnamePlace();
    await place.server.stop();
    expect(await previewed(place)).toEqual([]);
    await provider.line(/the connection is refused\..* The records are not checked yet\./);
    expect(await previewed(place, { server: "ns.not-there.invalid" })).toEqual([]);
    await provider.line(/its name (does not resolve|cannot be resolved right now)\..* The records are not checked yet\./);
  });

  test("asks a server that is silent nothing twice", async () => {
    const place = await openSharedHostnamePlace();
    place.server.fail({ kind: "loseRequest", connection: "open" }, { times: Number.POSITIVE_INFINITY });
    expect(await previewed(place)).toEqual([]);
    const asked = place.server.log.all().map(({ opcode, name, type }) => `${opcode} ${name} ${type}`);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("asks no more once there is something: an update judges itself", async () => {
    const place = await openSharedHostnamePlace();
    const { inputs } = await provider.check({}, place.args());
    place.server.log.clear();
    await provider.check(inputs, place.args());
    expect(place.server.log.all()).toEqual([]);
  });
});

test("create warns of a key that is weak, and of a key file that everybody can read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keyFile = join(folder, "dns.key");
  writeFileSync(keyFile, `key dma-key { algorithm hmac-sha1; secret "${key.secret}"; };`, { mode: 0o644 });
  const place = await openSharedHostnamePlace([], { ...key, algorithm: "hmac-sha1" });
  const resource = await new Resource(provider).up(place.args({ dns: place.dns({ key: null, keyFile }) }));
  expect(resource.outs.warnings).toEqual([
    expect.stringContaining(`everybody on this machine can read the secret in ${keyFile};`),
    expect.stringContaining('key "dma-key." signs with hmac-sha1, which is weak (RFC 8945 6)'),
  ]);
});
