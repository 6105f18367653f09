import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const types = {
  "page.css": "text/css",
  "pairs.css": "text/css",
  "window.css": "text/css",
  "status.js": "text/javascript",
  "green.svg": "image/svg+xml",
  "red.svg": "image/svg+xml",
};

export type AssetName = keyof typeof types;

interface Asset {
  type: string;
  text: string;
}

const read = (name: string): string => readFileSync(join(__dirname, "assets", name), "utf8");

/** Everything that pages load, read once. */
export const assets: ReadonlyMap<string, Asset> = new Map(
  Object.entries(types).map(([name, type]) => [name, { type: `${type}; charset=utf-8`, text: read(name) }]),
);

/** Of the files as they are: a page that stays open over an update of the server sees that it is old. */
export const version = createHash("sha256")
  .update([...assets.values()].map(({ text }) => text).join("\0"))
  .digest("hex")
  .slice(0, 12);

/** A path that never means anything else, so browsers may keep what they got. */
export const assetPath = (name: AssetName): string => `/assets/${version}/${name}`;
