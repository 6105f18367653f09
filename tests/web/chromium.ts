import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page, type Response } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { patient } from "../support/patienceFactor.mjs";

function findChromium(): string {
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  const candidates = folders.flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)));
  const found = [process.env.CHROMIUM, ...candidates].find((file) => file && isExecutable(file));
  if (found) return found;
  throw new Error("This test needs Chromium: apt-get install chromium (Debian), or set CHROMIUM to where it is.");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let browser: Browser | undefined;

/** For a test file: one browser for all its tests. */
export function useChromium(): void {
  beforeAll(async () => {
    // Chromium's own sandbox does not work for root, who runs tests in a container.
    browser = await chromium.launch({ executablePath: findChromium(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  });
  afterAll(() => browser?.close());
}

export interface Viewer {
  page: Page;
  /** Ends the visit: the browser has had nothing to complain of, and has asked nobody but the page's server. */
  leave: () => Promise<void>;
}

export interface ViewOptions extends BrowserContextOptions {
  /** The browser's time stands still until the test lets it go on. */
  clock?: true;
  /** Complaints that belong to the test. */
  expected?: RegExp;
}

/** Somebody who opens a page, until the test is over. */
export async function view(url: string, options?: ViewOptions): Promise<Page> {
  const { page, leave } = await visit(url, options);
  onTestFinished(leave);
  return page;
}

export async function visit(url: string, { clock, expected, ...options }: ViewOptions = {}): Promise<Viewer> {
  if (!browser) throw new Error("useChromium() comes first.");
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patient(30_000));
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "log") complaints.push(message.text());
  });
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(reportViolations);
  if (clock) {
    await page.clock.install({ time: "2025-12-31T23:00:00Z" });
    await page.clock.pauseAt("2026-01-01T00:00:00Z");
  }
  await page.goto(url);
  const leave = async () => {
    await context.close();
    expect(complaints.filter((text) => !expected?.test(text))).toEqual([]);
    expect(requests.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
  };
  return { page, leave };
}

/** Lets the browser's time go on, second by second, until something holds. */
export async function until(page: Page, holds: () => Promise<boolean> | boolean): Promise<void> {
  const tick = async () => {
    await page.clock.runFor(1_000);
    return holds();
  };
  await expect.poll(tick).toBe(true);
}

/** Lets the browser's time go on until the page has asked its server for what is new, and has shown it. */
export async function turn(page: Page): Promise<void> {
  let answers = 0;
  const count = (response: Response) => {
    if (response.request().resourceType() === "xhr") answers++;
  };
  page.on("response", count);
  await until(page, () => answers > 0);
  page.off("response", count);
}

/** Runs in the page: whatever its policy refuses is a complaint, also where the browser says nothing. */
function reportViolations(): void {
  const page = globalThis as unknown as {
    addEventListener: (type: "securitypolicyviolation", listen: (event: { violatedDirective: string; blockedURI: string }) => void) => void;
  };
  page.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error(`${violatedDirective} ${blockedURI}`),
  );
}
