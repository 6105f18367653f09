import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface TestKey {
  /** Absolute, lower case. */
  name: string;
  algorithm: string;
  /** Base64, new for every test file. */
  secret: string;
  /** A key statement of named.conf, as tsig-keygen writes it and nsupdate -k reads it. */
  file: string;
}

/** Bytes of the digest of each algorithm; a secret has as many (RFC 8945 6). */
const algorithms = { "hmac-md5": 16, "hmac-sha1": 20, "hmac-sha224": 28, "hmac-sha256": 32, "hmac-sha384": 48, "hmac-sha512": 64 } as const;
type Algorithm = keyof typeof algorithms;

const aKey = (name: string, algorithm: Algorithm): Omit<TestKey, "file"> => ({
  name,
  algorithm,
  secret: randomBytes(algorithms[algorithm]).toString("base64"),
});

/** `writer` is what most tests use; `stranger` is known to the server but may not change or transfer a zone. */
const keys = {
  writer: aKey("dma-key.", "hmac-sha256"),
  second: aKey("other.keys.skyline.", "hmac-sha256"),
  sha224: aKey("sha224-key.", "hmac-sha224"),
  sha384: aKey("sha384-key.", "hmac-sha384"),
  sha512: aKey("sha512-key.", "hmac-sha512"),
  md5: aKey("md5-key.", "hmac-md5"),
  sha1: aKey("sha1-key.", "hmac-sha1"),
  stranger: aKey("stranger-key.", "hmac-sha256"),
};

export type Keys = Record<keyof typeof keys, TestKey>;

/** The secrets of all keys, in each spelling that could slip out. */
export const secrets: string[] = Object.values(keys).flatMap(({ secret }) => [secret, Buffer.from(secret, "base64").toString("hex")]);

export async function writeKeys(folder: string): Promise<Keys> {
  await mkdir(folder);
  const written = Object.entries(keys).map(async ([use, key]) => [use, await writeKey(join(folder, `${use}.key`), key)]);
  return Object.fromEntries(await Promise.all(written)) as Keys;
}

async function writeKey(file: string, key: Omit<TestKey, "file">): Promise<TestKey> {
  const { name, algorithm, secret } = key;
  await writeFile(file, `key "${name}" {\n\talgorithm ${algorithm};\n\tsecret "${secret}";\n};\n`, { mode: 0o600 });
  return { ...key, file };
}

/** The keys that may change and transfer every zone. */
export const writersOf = ({ stranger: _, ...writers }: Keys): TestKey[] => Object.values(writers);
