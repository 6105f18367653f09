import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { keyWarnings, signerOf } from "../../provider/records/key.js";

const secret = Buffer.from("a secret of thirty-two bytes....").toString("base64");
const statement = (algorithm = "hmac-sha256") => `key "dma-key" { algorithm ${algorithm}; secret "${secret}"; };`;

/** A folder of files with these rights. */
function folderOf(files: Record<string, [text: string, mode: number]>): string {
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, [text, mode]] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  return folder;
}

describe("a key file", () => {
  test.each(["Kdma-key.+163+01234", "Kdma-key.+163+01234.", "Kdma-key.+163+01234.private", "Kdma-key.+163+01234.key"])(
    "of a pair of K files may be given as %s",
    (name) => {
      const folder = folderOf({
        "Kdma-key.+163+01234.private": [`Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: ${secret}\n`, 0o600],
        "Kdma-key.+163+01234.key": [`dma-key. IN KEY 512 3 163 ${secret}\n`, 0o600],
      });
      const keyFile = join(folder, name);
      expect(signerOf({ keyFile })).toMatchObject({ keyName: "dma-key.", algorithm: "hmac-sha256." });
      expect(keyWarnings({ keyFile })).toEqual([]);
    },
  );

  test("that everybody can read is warned of, also where another one includes it", () => {
    const folder = folderOf({
      "open.key": [statement(), 0o644],
      "closed.conf": ['include "open.key";', 0o600],
      "group.key": [statement(), 0o640],
    });
    const line = `everybody on this machine can read the secret in ${join(folder, "open.key")}; take that right away (chmod 600), and change the secret.`;
    expect(keyWarnings({ keyFile: join(folder, "open.key") })).toEqual([line]);
    expect(keyWarnings({ keyFile: join(folder, "closed.conf") })).toEqual([line]);
    expect(keyWarnings({ keyFile: join(folder, "group.key") })).toEqual([]);
  });

  test.each([
    ["hmac-md5", "hmac-md5"],
    ["HMAC-SHA1", "hmac-sha1"],
  ])("with %s signs, and is warned of", (algorithm, shown) => {
    const keyFile = join(folderOf({ "dma.key": [statement(algorithm), 0o600] }), "dma.key");
    const line = `key "dma-key." signs with ${shown}, which is weak (RFC 8945 6); make one with hmac-sha256 for the server and here.`;
    expect(keyWarnings({ keyFile })).toEqual([line]);
    expect(keyWarnings({ key: { name: "dma-key", secret, algorithm: algorithm.toLowerCase() } })).toEqual([line]);
  });
});

describe("a key in the program", () => {
  test("with a file for its secret that everybody can read is warned of", () => {
    const folder = folderOf({ open: [`${secret}\n`, 0o604], closed: [`${secret}\n`, 0o600] });
    expect(keyWarnings({ key: { name: "dma-key", secretFile: join(folder, "open") } })).toEqual([
      expect.stringContaining(join(folder, "open")),
    ]);
    expect(keyWarnings({ key: { name: "dma-key", secretFile: join(folder, "closed") } })).toEqual([]);
    expect(keyWarnings({ key: { name: "dma-key", secret } })).toEqual([]);
    expect(keyWarnings({})).toEqual([]);
  });
});
