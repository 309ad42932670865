import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const bin = fileURLToPath(new URL("../../bin/gatehouse.mjs", import.meta.url))

/** `login` in browser mode, at an identity server that answers every discovery with a status. */
async function loginAt(status: number): Promise<{ code: number | null; said: string }> {
  const home = await mkdtemp(join(tmpdir(), "gatehouse-login-"))
  const server = createServer((_request, response) => response.writeHead(status).end("{}"))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const child = spawn(
    process.execPath,
    [bin, "login", "--organization", origin, "--issuer", `${origin}/realms/nope`],
    {
      env: { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: home },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 30_000,
    },
  )
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text
  })
  const [code] = (await once(child, "close")) as [number | null]
  server.close()
  await rm(home, { recursive: true, force: true })
  return { code, said }
}

test("a login that fails before the browser opens ends, and says what is unknown", {
  timeout: 70_000,
}, async () => {
  const missing = await loginAt(404)
  expect(missing.said).toContain("cli.unknown_organization")
  expect(missing.code).toBe(4)
  const broken = await loginAt(500)
  expect(broken.said).toContain("cli.unexpected_answer")
  expect(broken.code).not.toBe(null)
})
