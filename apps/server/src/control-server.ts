import { createHttpApp, listenOnLoopback, loopbackHosts, problemAnswer } from "@gatehouse/http"
import {
  equalInConstantTime,
  GatehouseError,
  type PartHealth,
  type RunningPart,
  revealSecret,
  type Secret,
} from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"

/** Nothing is sent to this address. */
const bodyLimitBytes = 1024

/** A control address that runs, on a free loopback port. */
export interface ControlServer {
  readonly url: string
  close(): Promise<void>
}

/** Answers `gatehouse status` from inside the running process, on a free loopback port and to the state directory's token alone. */
export async function startControlServer(options: {
  readonly parts: ReadonlyMap<string, Pick<RunningPart, "health">>
  readonly token: Secret
  readonly logger: Logger
}): Promise<ControlServer> {
  const app = createHttpApp({
    logger: options.logger,
    bodyLimitBytes,
    mapError: problemAnswer,
    door: { hosts: loopbackHosts },
  })
  app.addHook("onRequest", async (request) => {
    const given = request.headers.authorization ?? ""
    if (!equalInConstantTime(`Bearer ${revealSecret(options.token)}`, given))
      throw new GatehouseError("tokens.missing")
  })
  app.get("/health", async () => {
    const entries = [...options.parts].map(
      async ([name, part]): Promise<[string, PartHealth]> => [name, await healthOf(part)],
    )
    return Object.fromEntries(await Promise.all(entries))
  })
  await app.ready()
  const listener = await listenOnLoopback(app.routing, 0)
  return {
    url: `http://127.0.0.1:${listener.port}`,
    close: async () => {
      await listener.close()
      await app.close()
    },
  }
}

/** A part that fails to say how it is has failed. */
function healthOf(part: Pick<RunningPart, "health">): Promise<PartHealth> {
  return part.health().catch((): PartHealth => ({ status: "failed", detail: "it did not answer" }))
}
