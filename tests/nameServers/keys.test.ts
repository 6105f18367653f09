import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseKeyFile } from "../../provider/dns/keyFile.js";
import { hmacSigner, type Signer, secretBytes } from "../../provider/dns/signer.js";
import { dig } from "../support/nameServers/dig.js";
import type { Keys, TestKey } from "../support/nameServers/keys.js";
import { runTool } from "../support/nameServers/runTool.js";
import { host, onEachServer, signerOf, zone } from "./place.js";

/** Spellings of a key file that nsupdate takes as well. */
const spellings: [string, (key: TestKey) => string][] = [
  ["as tsig-keygen writes it", ({ name, algorithm, secret }) => `key "${name}" {\n\talgorithm ${algorithm};\n\tsecret "${secret}";\n};\n`],
  [
    "with comments of three styles",
    ({ name, algorithm, secret }) =>
      `// one\n# two\n/* three,\n   longer */\nkey ${name} { # here\nalgorithm ${algorithm}; // and here\nsecret "${secret}"; };`,
  ],
  [
    "in one line, other order, no quotes around the name",
    ({ name, algorithm, secret }) => `key ${name.slice(0, -1)} {secret "${secret}";algorithm "${algorithm}";};`,
  ],
  [
    "in capital letters",
    ({ name, algorithm, secret }) => `key "${name.toUpperCase()}" { algorithm ${algorithm.toUpperCase()}; secret "${secret}"; };\n`,
  ],
];

async function signerFrom(file: string): Promise<Signer> {
  const { name, algorithm, secret } = parseKeyFile(await readFile(file, "utf8"), file);
  return hmacSigner({ name, algorithm, secret: secretBytes(secret, `key file ${file}`) });
}

onEachServer({ address: "127.53.9.1" }, (place) => {
  test.each(["writer", "second", "md5", "sha1", "sha224", "sha384", "sha512"] satisfies (keyof Keys)[])(
    "takes the key %s, with its algorithm",
    async (use) => {
      const name = host(`key-${use}`);
      const key = place.server.keys[use];
      const client = place.client({ signer: signerOf(key) });
      await client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: { ttl: 60, data: ["10.10.10.1"] } }]);
      expect(await dig(place.server, name, "A", key)).toEqual({ ttl: 60, data: ["10.10.10.1"] });
      expect((await client.readRRset(name, "A"))?.data).toEqual(["10.10.10.1"]);
    },
  );

  test.each(spellings)("a key file %s serves nsupdate and this package", async (what, spell) => {
    const name = host(`file ${what.replaceAll(",", "")}`);
    const file = join(place.server.folder, "spelt.key");
    await writeFile(file, spell(place.server.keys.writer), { mode: 0o600 });
    const { address, port } = place.server;
    await runTool("nsupdate", ["-k", file], `server ${address} ${port}\nupdate add ${name} 60 A 10.10.10.1\nsend\n`);
    const client = place.client({ signer: await signerFrom(file) });
    await client.compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.1"], desired: { ttl: 60, data: ["10.10.10.2"] } }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.2"] });
  });

  test("a pair of K files serves nsupdate and this package", async () => {
    const name = host("k-files");
    const { secret } = place.server.keys.writer;
    const file = join(place.server.folder, "Kdma-key.+163+12345");
    await writeFile(`${file}.key`, `dma-key. IN KEY 512 3 163 ${secret}\n`, { mode: 0o600 });
    await writeFile(`${file}.private`, `Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: ${secret}\nBits: AAA=\n`, {
      mode: 0o600,
    });
    const { address, port } = place.server;
    await runTool("nsupdate", ["-k", `${file}.private`], `server ${address} ${port}\nupdate add ${name} 60 A 10.10.10.1\nsend\n`);
    const client = place.client({ signer: await signerFrom(`${file}.private`) });
    await client.compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.1"], desired: null }]);
    expect(await dig(place.server, name, "A")).toBeUndefined();
  });
});
