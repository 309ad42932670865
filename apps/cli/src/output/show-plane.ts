import type { RunningPlane } from "../commands/server.ts"
import type { Terminal } from "../terminal.ts"
import { shellWord } from "./shell-word.ts"
import { formatTable } from "./table.ts"

/** What a person sees when the plane is ready: addresses, the demo's users, and what to try. */
export function showPlane(terminal: Terminal, plane: Pick<RunningPlane, "summary" | "demo">): string[] {
  const { summary, demo } = plane
  const addresses = Object.entries(summary.urls).filter(([name]) => name !== "control")
  const lines = [
    terminal.style("bold", `Gatehouse ${summary.version} is ready.`),
    "",
    ...formatTable(terminal, ["part", "address"], addresses),
  ]
  if (demo === undefined) return [...lines, "", "Ctrl-C stops it."]
  const users = Object.values(demo.organizations).flatMap(({ url, users }) =>
    Object.entries(users).map(([role, user]) => [url, role, user.username, user.password]),
  )
  const { url, administrator } = demo.platform
  users.push([url, "administrator", administrator.username, administrator.password])
  const [[organization, { project }] = ["acme", { project: { name: "demo" } }]] = Object.entries(
    demo.organizations,
  )
  return [
    ...lines,
    "",
    ...formatTable(terminal, ["organization", "demo user", "user name", "password"], users),
    "",
    "Try, in another terminal of this folder:",
    ...commandsToTry(organization, project.name).map((command) => `  ${command}`),
    "",
    "Ctrl-C stops it.",
  ]
}

/** Five commands that work right after a start with the demo, one after the other. */
function commandsToTry(organization: string, project: string): string[] {
  return [
    `npx gatehouse login --organization ${organization} --demo developer`,
    "npx gatehouse whoami",
    "npm sbom --sbom-format cyclonedx | npx gatehouse sbom upload -",
    "npx gatehouse sbom search pkg:npm/fastify",
    `npx gatehouse explain can_delete ${shellWord(`project:${project}`)}`,
  ]
}
