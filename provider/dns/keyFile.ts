import { basename, dirname, resolve } from "node:path";
import { DnsError } from "./errors.js";
import { findCanonicalName } from "./names.js";
import { canonicalAlgorithm, secretBytes } from "./signer.js";

/** A key as its file tells it. */
export interface KeyFile {
  /** Name of the key, as the file has it. */
  name: string;
  /** Without trailing dot. */
  algorithm: string;
  /** In base64. */
  secret: string;
}

/**
 * Reads a TSIG key as `nsupdate -k` does: a `key` statement as tsig-keygen and named.conf write it, or either file of the pair
 * `K<name>+<algorithm>+<id>.private` and `.key` that dnssec-keygen made. `file` is its path, for errors and because a private file has its
 * name only there. `read` gives the text of files that it includes. Throws DnsError DNS_KEY_FILE, which never shows what is in the file.
 */
export function parseKeyFile(text: string, file: string, read?: ReadIncluded): KeyFile {
  const found = parsePrivateFile(text, file) ?? parseKeyRecord(text, file) ?? parseStatement(text, file, read);
  const name = findCanonicalName(found.name);
  if (name === undefined)
    throw badKeyFile(file, "its key has a name that is no domain name", "Make a key with letters, digits and hyphens.");
  const algorithm = canonicalAlgorithm(found.algorithm, `key file ${file}`);
  secretBytes(found.secret, `key file ${file}`);
  return { name, algorithm: algorithm.slice(0, -1), secret: found.secret };
}

function parseStatement(text: string, file: string, read: ReadIncluded | undefined): KeyFile {
  const tokens = tokensOf(text, file, read);
  if (tokens.length === 0) throw badKeyFile(file, "it is empty", statementCure);
  let at = 0;
  const wrong = () => {
    const token = tokens[at] ?? tokens.at(-1);
    return badKeyFile(token?.file ?? file, `line ${token?.line} is not as it should be`, statementCure);
  };
  const take = (expected?: string): string => {
    const token = tokens[at];
    const isMarkExpected = expected !== undefined && /^[{};]$/.test(expected);
    if (token === undefined || token.isMark !== isMarkExpected) throw wrong();
    if (expected !== undefined && token.text.toLowerCase() !== expected) throw wrong();
    at++;
    return token.text;
  };
  take("key");
  const name = take();
  take("{");
  const fields = new Map<string, string>();
  while (tokens[at]?.isMark === false) {
    const field = take().toLowerCase();
    if ((field !== "algorithm" && field !== "secret") || fields.has(field)) {
      at--;
      throw wrong();
    }
    fields.set(field, take());
    take(";");
  }
  take("}");
  take(";");
  const rest = tokens[at];
  if (rest !== undefined) throw badKeyFile(rest.file, `line ${rest.line} begins something after its key`, "Keep one key in a file.");
  const [algorithm, secret] = [fields.get("algorithm"), fields.get("secret")];
  if (algorithm === undefined || secret === undefined) {
    throw badKeyFile(file, `its key has no ${algorithm === undefined ? "algorithm" : "secret"}`, statementCure);
  }
  // Space inside a secret is nothing to the server either.
  return { name, algorithm, secret: secret.replace(/\s/g, "") };
}

/** How dnssec-keygen numbers the algorithms of TSIG keys. */
const algorithmNumbers = new Map([
  ["157", "hmac-md5"],
  ["161", "hmac-sha1"],
  ["162", "hmac-sha224"],
  ["163", "hmac-sha256"],
  ["164", "hmac-sha384"],
  ["165", "hmac-sha512"],
]);

function algorithmOf(number: string, file: string): string {
  const algorithm = algorithmNumbers.get(number);
  if (algorithm !== undefined) return algorithm;
  throw badKeyFile(file, "its algorithm is none of TSIG", "Give the key that the server has for updates, not a key of DNSSEC.");
}

function parsePrivateFile(text: string, file: string): KeyFile | undefined {
  if (!/^Private-key-format:/.test(text)) return undefined;
  const name = /^K(.+)\+\d{3}\+\d{5}\.private$/.exec(basename(file))?.[1];
  if (name === undefined) {
    throw badKeyFile(file, "its own name does not tell the key's", "Give it back its name K<key name>+<algorithm>+<id>.private.");
  }
  const field = (title: string) => new RegExp(`^${title}:[ \\t]*(\\S*)`, "m").exec(text)?.[1] ?? "";
  return { name, algorithm: algorithmOf(field("Algorithm"), file), secret: field("Key") };
}

/** The other half of the pair holds the same secret as a record (RFC 2535 3.1): `dma-key. IN KEY 512 3 163 c2Vj...`. */
const keyRecord = /^(\S+)[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?KEY[ \t]+\d+[ \t]+3[ \t]+(\d+)[ \t]+([^;]+)/im;

function parseKeyRecord(text: string, file: string): KeyFile | undefined {
  if (!basename(file).endsWith(".key")) return undefined;
  const [, name, number, secret] = keyRecord.exec(text.replace(/^;.*$/gm, "")) ?? [];
  if (name === undefined || number === undefined || secret === undefined) return undefined;
  return { name, algorithm: algorithmOf(number, file), secret: secret.replace(/[\s()]/g, "") };
}

export interface Token {
  /** A word with or without quotes, or one of `{`, `}` and `;`. */
  text: string;
  isMark: boolean;
  file: string;
  line: number;
}

/** Gives the text of a file that a key file includes. */
export type ReadIncluded = (file: string) => string;
const statementCure = 'It should read: key "name" { algorithm hmac-sha256; secret "..."; };';

/** Files that include each other go round for ever. */
const deepest = 8;

/** The lexer of named.conf: space, three styles of comment, text in quotes, marks, and words, which any of these ends. */
const lexer = /\s+|\/\/.*|#.*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\[\s\S])*)"|([{};])|((?:[^\s{};"#/]|\/(?![/*]))+)/gy;

/** The words of a key file, with those of the files that it includes in their place: `include "dma.key";`, beside the file itself. */
function tokensOf(text: string, file: string, read?: ReadIncluded, depth = 0): Token[] {
  const tokens = wordsOf(text, file);
  const included: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [statement, path, end] = tokens.slice(at, at + 3) as [Token, Token?, Token?];
    const begins = at === 0 || (tokens[at - 1]?.isMark && tokens[at - 1]?.text === ";");
    if (!begins || statement.isMark || statement.text.toLowerCase() !== "include" || path?.isMark !== false || end?.text !== ";") {
      included.push(statement);
      continue;
    }
    if (!read) throw badKeyFile(file, `line ${statement.line} includes another file`, "Give that file itself.");
    if (depth >= deepest) throw badKeyFile(file, "its includes go round in a circle", "Give the file with the key itself.");
    const target = resolve(dirname(file), path.text);
    included.push(...tokensOf(read(target), target, read, depth + 1));
    at += 2;
  }
  return included;
}

function wordsOf(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let end = 0;
  for (const [all, inQuotes, mark, word] of text.matchAll(lexer)) {
    end += all.length;
    const found = inQuotes?.replace(/\\([\s\S])/g, "$1") ?? mark ?? word;
    if (found !== undefined) tokens.push({ text: found, isMark: mark !== undefined, file, line });
    line += all.split("\n").length - 1;
  }
  if (end < text.length) throw badKeyFile(file, `line ${line} begins a text or comment that has no end`, statementCure);
  return tokens;
}

function badKeyFile(file: string, seen: string, cure: string): DnsError {
  return new DnsError("DNS_KEY_FILE", `Reading key file ${file}: ${seen}. ${cure}`);
}
