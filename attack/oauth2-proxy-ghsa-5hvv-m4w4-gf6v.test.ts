import { expect, test } from "vitest"
import { send } from "../services/gateway/src/testing/send.ts"
import { governanceAddress } from "./support/admin.ts"
import { acme, addressOf, port } from "./support/plane.ts"

const agents = [
  "GoogleHC/1.0",
  "kube-probe/1.30",
  "ELB-HealthChecker/2.0",
  "Amazon-Route53-Health-Check-Service",
  "Consul Health Check",
  "Go-http-client/1.1",
  "curl/8.0 healthz",
]
const headers = [
  { "x-health-check": "1" },
  { "x-probe": "liveness" },
  { "x-forwarded-uri": "/healthz" },
  { accept: "health" },
]
const host = new URL(acme.url).host

test("the one health check answers, and says no more than whether the gateway serves: the twin", async () => {
  for (const agent of ["kube-probe/1.30", "anybody"])
    expect(await send(port, "/healthz", { headers: { "user-agent": agent } })).toMatchObject({
      status: 200,
      text: '{"status":"ok"}',
    })
})

test("no user agent, header or method turns a protected path into a health check", async () => {
  const requests = [...agents.map((agent) => ({ "user-agent": agent })), ...headers]
  for (const named of [host, "localhost", "127.0.0.1"])
    for (const path of ["/v1/me", `/v1/projects/${acme.project.id}`, "/v1/members"])
      for (const fields of requests)
        expect((await send(port, path, { host: named, headers: fields })).status).toBe(401)
  for (const method of ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "PING", "SEARCH"])
    expect((await send(port, "/v1/me", { method })).status).toBeGreaterThanOrEqual(400)
})

test("nor does a path that only begins or ends like one", async () => {
  for (const path of [
    "/healthz/",
    "/healthz/x",
    "/v1/me/healthz",
    "/v1/healthz",
    "/HEALTHZ",
    "/healthz?x=1",
    "/livez",
    "/ready",
  ])
    expect([path, (await send(port, path)).status]).toEqual([path, 404])
})

test("the parts behind the gateway know no such door either", async () => {
  const guarded: [string, string][] = [
    [await governanceAddress(), "/v1/me"],
    [addressOf("authorization"), "/stores"],
    [addressOf("identity"), "/admin/realms/acme/users"],
  ]
  for (const [url, path] of guarded)
    for (const agent of agents) {
      const answer = await send(Number(new URL(url).port), path, { headers: { "user-agent": agent } })
      expect([path, answer.status]).toEqual([path, 401])
    }
})
