import { describe, expect, test } from "vitest";
import { makeAuthority } from "../../simulator/host/certificates.js";
import { until, useChromium, view } from "./chromium.js";
import { startPage } from "./startPage.js";
import { aStatus } from "./statuses.js";

useChromium();

const token = "a-long-token-for-the-page-0123456789";

describe("the door of a page with a token", () => {
  test("is passed with the token, which stays where no script sees it", async () => {
    const { url } = await startPage({ a: aStatus("a") }, { token });
    const page = await view(url, { expected: /401/ });
    expect(new URL(page.url()).pathname).toBe("/login");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("This is not the token.").waitFor();
    await page.getByLabel("Token of this page").fill(token);
    await page.getByRole("button").click();
    expect(await page.locator("#verdict").innerText()).toBe("The pair is healthy");
    expect(await page.evaluate("document.cookie")).toBe("");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", secure: false });
    expect(page.url()).not.toContain(token);
  });

  test("is passed over https, with a cookie for nothing else", async () => {
    const { key, cert } = await (await makeAuthority()).issue(["127.0.0.1"]);
    const { url } = await startPage({ a: aStatus("a") }, { token, isSecure: true, tls: { key, cert } });
    expect(url).toMatch(/^https:/);
    const page = await view(url, { ignoreHTTPSErrors: true });
    expect(await page.getByText("not encrypted").count()).toBe(0);
    await page.getByLabel("Token of this page").fill(token);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "a" }).click();
    await page.getByRole("dialog", { name: "a" }).getByRole("table").first().waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: "__Host-dma-failover", httpOnly: true, sameSite: "Strict", secure: true });
  });

  test("is where an open page ends up when its session is over", async () => {
    const { url, clock } = await startPage({}, { token });
    const page = await view(url, { clock: true });
    await page.getByLabel("Token of this page").fill(token);
    await page.keyboard.press("Enter");
    await page.locator("#overview").waitFor();
    await clock.advance(31 * 24 * 3600);
    await until(page, () => new URL(page.url()).pathname === "/login");
  });
});
