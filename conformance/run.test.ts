import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

const command = join(import.meta.dirname, "run.ts")
const store = (expected: boolean) => `model: |
  model
    schema 1.1
  type user
  type document
    relations
      define viewer: [user]
tuples: [{ user: user:anne, relation: viewer, object: document:1 }]
tests:
  - name: anne
    check: [{ user: user:anne, object: document:1, assertions: { viewer: ${expected} } }]
`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function start(...parameters: string[]) {
  const child = spawn(process.execPath, [command, ...parameters], { stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk
    })
  const ended = once(child, "close").then(([code]) => ({ code: code as number, output }))
  return { child, ended }
}
const run = (...parameters: string[]) => start(...parameters).ended
const write = (name: string, content: string) => writeFile(join(directory, name), content)

describe("the conformance command ends with", () => {
  test("0 where every case passed, and 1 where one of them did not", async () => {
    await write("good.fga.yaml", store(true))
    expect(await run("openfga", directory, "--subject", "evaluator")).toEqual({
      code: 0,
      output: expect.stringContaining("\n1 passed, 0 failed\n"),
    })
    await write("wrong.fga.yaml", store(false))
    expect(await run("openfga", directory, "--subject", "evaluator")).toEqual({
      code: 1,
      output: expect.stringMatching(
        /document:1#viewer@user:anne: check: expected false, got true.*\n1 passed, 1 failed\n/s,
      ),
    })
  })

  test("1 where there is no case, and where the server is not there, which is said", async () => {
    expect(await run("openfga", directory)).toEqual({
      code: 1,
      output: expect.stringContaining("There is no OpenFGA test file in"),
    })
    await write("good.fga.yaml", store(true))
    const { port, server } = await listen()
    await new Promise((resolve) => server.close(resolve))
    expect(await run("openfga", directory, "--url", `http://127.0.0.1:${port}`)).toEqual({
      code: 1,
      output: expect.stringMatching(/ECONNREFUSED.*\n0 passed, 2 failed\n/s),
    })
  })

  test.each([
    [["other", "."], "The suite is openfga."],
    [["openfga"], "One directory is expected."],
    [["openfga", "/nowhere"], "There is no /nowhere."],
    [["openfga", ".", "--subject", "some"], "There is no subject some."],
    [["openfga", ".", "--url", "here"], "--url is no URL."],
    [["openfga", ".", "--some"], "Unknown option '--some'"],
  ])("2 where it was called wrongly: %j", async (parameters, message) => {
    expect(await run(...parameters)).toEqual({ code: 2, output: expect.stringContaining(message) })
  })

  test("130 at once where it is interrupted while a server keeps it waiting", async () => {
    await write("good.fga.yaml", store(true))
    const { port, server } = await listen()
    const { child, ended } = start("openfga", directory, "--url", `http://127.0.0.1:${port}`)
    await once(server, "connection")
    child.kill("SIGINT")
    expect((await ended).code).toBe(130)
    server.close()
  })
})

/** A server that takes connections and never answers. */
async function listen() {
  const server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  return { port: (server.address() as AddressInfo).port, server }
}
