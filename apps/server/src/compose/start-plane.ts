import { platformOrganizationId } from "@gatehouse/contracts"
import { GatehouseError, type RunningPart } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"
import type { ServerConfig } from "../config.ts"
import { startControlServer } from "../control-server.ts"
import { ensureDemo } from "../demo/ensure-demo.ts"
import type { PartName, PlaneSummary, RunningPlane, UpOptions } from "../options.ts"
import { loadSecrets } from "../state/secrets.ts"
import { removeFile, type StatePaths } from "../state/state-directory.ts"
import { addressesOf } from "./addresses.ts"
import { createPartRegistry, type PartRegistry } from "./part-registry.ts"
import type { PlaneContext } from "./plane-context.ts"
import { planeFile, writePlaneFile } from "./plane-file.ts"
import { refuseTakenPorts } from "./refuse-taken-ports.ts"
import { startDatabase } from "./start-database.ts"
import { startEngines } from "./start-engines.ts"
import { type RunningServices, startServices } from "./start-services.ts"

/** What a start works from, once options and configuration are read and agree. */
export interface StartPlaneInput {
  readonly options: UpOptions
  readonly config: ServerConfig
  readonly parts: readonly PartName[]
  readonly paths: StatePaths
}

/** Stopping in order takes at most this long; after it the process ends as it is, and the next start recovers. */
const stopMilliseconds = 4_500

/**
 * Starts the parts in the order in which they need each other: database, engines, services, gateway, demo. When one fails, those
 * that run are stopped and its error is thrown.
 */
export async function startPlane(input: StartPlaneInput): Promise<RunningPlane> {
  const registry = createPartRegistry(input.options.report)
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(new GatehouseError("server.start_aborted"))
  const { signal } = input.options
  signal?.addEventListener("abort", abort)
  try {
    if (signal?.aborted) abort()
    return await Promise.race([start(input, registry), aborted.promise])
  } catch (error) {
    await registry.close()
    throw error
  } finally {
    signal?.removeEventListener("abort", abort)
  }
}

async function start(
  { options, config, parts, paths }: StartPlaneInput,
  registry: PartRegistry,
): Promise<RunningPlane> {
  const secrets = await loadSecrets(paths)
  const addresses = addressesOf(config, options.port)
  const logger = createLogger({
    name: "gatehouse",
    level: config.logLevel,
    file: paths.log,
  })
  const context = { options, config, parts: new Set(parts), paths, secrets, addresses, logger, registry }
  await refuseTakenPorts(addresses, partsOfOurs(context))
  const database = await startDatabase(context)
  await startEngines(context, database)
  const services = await startServices(context, database)
  if (services) await registry.step("organizations", () => ensureOrganizations(context, services))
  const demo =
    options.demo && services ? await registry.step("demo", () => ensureDemo(context, services)) : undefined
  const control = await startControlServer({ parts: registry.parts, token: secrets.controlToken, logger })
  // A start that was given up says nowhere that it is ready.
  options.signal?.throwIfAborted()
  const file = planeFile(context, control.url)
  await writePlaneFile(paths, file)
  const { credentials, ...summary } = file
  options.report({ step: "ready", status: "done" })
  return { summary, demo, stop: () => stopPlane({ context, control, summary }) }
}

/** The parts that this process itself serves: those that a configured address does not replace. */
function partsOfOurs({ parts, config }: PlaneContext): Set<PartName> {
  const own = new Set(parts)
  if (config.identityUrl !== undefined) own.delete("identity")
  if (config.authorizationUrl !== undefined) own.delete("authorization")
  return own
}

/** Brings the platform's realm and every organization to this release and to the addresses of this start. */
async function ensureOrganizations(
  { logger }: PlaneContext,
  { governance, realms }: RunningServices,
): Promise<void> {
  await realms.ensureRealm(platformOrganizationId, { name: "Platform" })
  const failed = await governance.completeOrganizations()
  if (failed.length > 0)
    logger.error({ organizations: failed }, "organizations are not served until they can be completed")
}

async function stopPlane({
  context: { paths, registry, options },
  control,
}: {
  readonly context: PlaneContext
  readonly control: Pick<RunningPart, "close">
  readonly summary: PlaneSummary
}): Promise<void> {
  options.report({ step: "stop", status: "started" })
  await removeFile(paths.plane)
  const inOrder = control.close().then(() => registry.close())
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    inOrder,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopMilliseconds)
    }),
  ])
  clearTimeout(timer)
  options.report({ step: "stop", status: "done" })
}
