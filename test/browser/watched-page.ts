import type { Browser, Page } from "playwright-core";

export const DESKTOP = { width: 1280, height: 800 };
/** A small phone in portrait. */
export const PHONE = { width: 360, height: 740 };

/** A page of a fresh profile, with everything noted that a page must not do. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings in the console, uncaught exceptions, and requests that failed. */
  readonly complaints: string[];
  /** URLs requested from anywhere but this machine. */
  readonly outside: string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, viewport: typeof DESKTOP): Promise<WatchedPage> {
  const isPhone = viewport.width < 600;
  const context = await browser.newContext({
    viewport,
    isMobile: isPhone,
    hasTouch: isPhone,
    locale: "en-US",
  });
  const complaints: string[] = [];
  const outside: string[] = [];
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") outside.push(request.url());
  });
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { page, complaints, outside, close: () => context.close() };
}

/** CSS pixels by which the page is wider than the window; 0 when nothing has to be scrolled sideways. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  // A string, because TypeScript knows no `document` here.
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
