import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from "playwright-core"

/** Starting unpacks 60 MB at the first use of a machine. In milliseconds. */
const launchMilliseconds = 60_000

/**
 * A real, headless Chromium with nothing to install: the one in the npm package, or the one that `CHROMIUM_PATH` names. Names
 * under `localhost` go to loopback, as in every browser. As root it runs without its sandbox, which that refuses.
 */
export async function launchChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  return playwright.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await unpack()),
    headless: true,
    timeout: launchMilliseconds,
    args: [
      ...(isRoot ? ["--no-sandbox"] : []),
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
    ],
  })
}

/** Runs the work in a fresh profile, with its page, and closes both. */
export async function withPage<Result>(
  browser: Browser,
  work: (page: Page) => Promise<Result>,
  options: BrowserContextOptions = {},
): Promise<Result> {
  const context = await browser.newContext(options)
  try {
    return await work(await context.newPage())
  } finally {
    await context.close()
  }
}

async function unpack(): Promise<string> {
  const { default: packaged } = await import("@sparticuz/chromium")
  return packaged.executablePath()
}
