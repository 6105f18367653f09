import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useChromium, view } from "./chromium.js";
import { startPage } from "./startPage.js";
import { aMember, aStatus, kinds } from "./statuses.js";

useChromium();

/** What axe finds wrong, all its rules and best practices together. */
async function complaintsOf(page: Page, part = "html"): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const { violations, passes } = (await page.evaluate(`axe.run('${part}')`)) as AxeResults;
  expect(passes.length).toBeGreaterThan(4);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}

const everything = () => ({
  ...Object.fromEntries(Object.entries(kinds).map(([kind, changes]) => [kind, aStatus(kind, changes)])),
  "a notice": aStatus("a notice", {
    main: aMember("main", "Online", { pcap: "No Pcap libraries have been found on this DataMiner Agent", pcapAdvice: "Install Npcap" }),
  }),
  "never read": undefined,
  "not readable": new Error("Reaching Agent 10.10.10.1: environment variable DMA_TOKEN is not set. Set it."),
});

const looks = (["light", "dark"] as const).flatMap((colorScheme) => [
  { colorScheme, name: "desktop", viewport: { width: 1600, height: 900 } },
  { colorScheme, name: "phone", viewport: { width: 360, height: 740 } },
]);

describe.each(looks)("axe has no complaint in $colorScheme on a $name", (look) => {
  test("of the overview with everything in it, nor of a dialog over it, nor of a silent server", async () => {
    const { url, close } = await startPage(everything());
    const page = await view(url, { ...look, expected: /Failed to load resource/ });
    expect(await complaintsOf(page)).toEqual([]);
    for (const name of ["split brain", "red", "a notice"]) {
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("dialog", { name, exact: true }).locator(".facts").waitFor();
      expect(await complaintsOf(page, "#window"), name).toEqual([]);
      await page.keyboard.press("Escape");
    }
    await close();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").waitFor();
    expect(await complaintsOf(page, "#silence")).toEqual([]);
  });

  test("of a pair's own page, nor of the door", async () => {
    const token = "a-long-token-for-the-page-0123456789";
    const { url } = await startPage(everything(), { token });
    const page = await view(url, { ...look, expected: /401/ });
    expect(await complaintsOf(page)).toEqual([]);
    await page.getByLabel("Token of this page").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await complaintsOf(page)).toEqual([]);
    await page.getByLabel("Token of this page").fill(token);
    await page.keyboard.press("Enter");
    await page.locator("#overview").waitFor();
    await page.goto(`${url}pairs/1`);
    expect(await complaintsOf(page)).toEqual([]);
  });
});
