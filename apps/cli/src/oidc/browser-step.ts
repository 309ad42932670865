import { spawn } from "node:child_process"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { GatehouseError } from "@gatehouse/sdk/client"
import type { AuthorizationStep } from "./obtain-login.ts"

/** How long a person has to finish in the browser. */
const patienceMilliseconds = 300_000

const page = (text: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gatehouse</title><p>${text}</p></html>`

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'",
  connection: "close",
}

/**
 * The browser's side of a login: the person's own browser, and a listener on a free port of 127.0.0.1 for the redirect (RFC 8252
 * section 7.3). It answers one path, one host name and one request, for five minutes; `close` ends it.
 */
export async function createBrowserStep(options: {
  readonly announce: (address: URL) => void
  readonly open: (address: URL) => void
}): Promise<AuthorizationStep> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    redirectUri: `http://${host}/callback`,
    authorize: async (request) => {
      const callback = receive(server, host)
      options.announce(request)
      options.open(request)
      return await callback
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function receive(server: Server, host: string): Promise<URL> {
  return new Promise((resolve, reject) => {
    // Only the listener keeps the process: once that is closed nobody waits for the person any more.
    const timer = setTimeout(
      () => reject(new GatehouseError("cli.login_cancelled")),
      patienceMilliseconds,
    ).unref()
    server.on("request", (request, response) => {
      const url = URL.parse(request.url ?? "", `http://${host}`)
      // A page that rebinds a name to this address sends that name as its host.
      if (request.method !== "GET" || request.headers.host !== host || url?.pathname !== "/callback") {
        response.writeHead(404, pageHeaders).end(page("There is nothing here."))
        return
      }
      clearTimeout(timer)
      // One redirect is taken; whoever comes after it finds nobody.
      server.close()
      response
        .writeHead(200, pageHeaders)
        .end(page("You can close this window and go back to the terminal."), () => resolve(url))
    })
  })
}

/** Opens the system's browser. Where there is none nothing happens: the address was printed too. */
export function openBrowser(address: URL): void {
  const command = process.platform === "darwin" ? "open" : "xdg-open"
  const child = spawn(command, [address.href], { stdio: "ignore", detached: true })
  child.on("error", () => {})
  child.unref()
}
