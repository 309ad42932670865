import { Secret } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"
import { startEmbeddedCluster } from "../cluster/start-embedded-cluster.ts"

/** For tests of recovery: a process that starts a cluster, says so in one JSON line, and waits to be killed. */
const [, , directory = "", port = "", password = ""] = process.argv
const cluster = await startEmbeddedCluster({
  directory,
  port: Number(port),
  password: new Secret(password),
  logger: createLogger({ name: "child", level: "silent" }),
})
process.stdout.write(`${JSON.stringify({ postmaster: cluster.processId })}\n`)
setInterval(() => {}, 1_000)
