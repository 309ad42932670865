import { createHash } from "node:crypto"
import type { ServerResponse } from "node:http"
import { sbomCreatedSchema } from "@gatehouse/contracts"
import { assertDefined, GatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { insertDocument } from "../database/insert-document.ts"
import { createDocumentReader } from "../document/create-document-reader.ts"
import { maximumDocumentBytes } from "../document/limits.ts"
import type { DocumentFormat } from "../document/parsed-document.ts"
import { type ServiceContext, sbomType } from "../service-context.ts"
import { createDocumentSlots, uploadBounds } from "./document-slots.ts"

/** The content types under which a document may come; what it is, it says itself. */
const acceptedTypes = ["application/json", "application/vnd.cyclonedx+json", "application/spdx+json"]

/** IANA's content types, under which a document is given back. */
const contentTypes = {
  cyclonedx: (version: string) => `application/vnd.cyclonedx+json; version=${version}`,
  spdx: () => "application/spdx+json",
} satisfies Record<DocumentFormat, (version: string) => string>

/** `POST /v1/sboms`: the body is the document. Row "create" of the dual pattern: organization and project are stamped. */
export function addCreateSbom({ app, gatehouse }: ServiceContext): void {
  takeDocumentsAsBytes(app.fastify)
  const slots = createDocumentSlots(uploadBounds)
  const responseOf = rememberResponses(app.fastify)
  const reader = createDocumentReader()
  app.route({
    method: "POST",
    url: "/v1/sboms",
    summary: "Upload a CycloneDX or SPDX document",
    projectSelection: "required",
    bodyLimitBytes: maximumDocumentBytes,
    takesDocument: acceptedTypes,
    responses: { 201: sbomCreatedSchema },
    authorize: async (auth, { request }) => {
      await auth.requirePermission("can_write", auth.requireProject())
      refuseEncodedBody(request)
      await slots.hold(auth.orgId, responseOf(request))
    },
    handler: async ({ auth, request, reply }) => {
      const content: unknown = request.body
      if (!Buffer.isBuffer(content)) throw new GatehouseError("request.invalid_json")
      const parsed = await reader.read(content)
      // A slow upload outlives the first grant, and the permission may have gone meanwhile: it is asked anew.
      const grant = await auth.requirePermission("can_write", auth.requireProject())
      const sha256 = createHash("sha256").update(content).digest("hex")
      const created = await gatehouse.withGrant(grant, async (tx) => {
        const sbom = await insertDocument(tx, {
          organization: auth.orgId,
          project: assertDefined(grant.project, "a grant on a project names it"),
          createdBy: auth.principal.id,
          createdAt: new Date(),
          contentType: contentTypes[parsed.format](parsed.formatVersion),
          content,
          sha256,
          parsed,
        })
        await tx.audit({
          action: "sbom.create",
          resource: { type: sbomType, id: sbom.id },
          details: { format: sbom.format, component_count: sbom.component_count, sha256 },
        })
        return sbom
      })
      reply.code(201).header("location", `/v1/sboms/${created.id}`)
      return { ...created, warning_count: parsed.warningCount, warnings: parsed.warnings }
    },
  })
}

/** Documents are judged by our own reader, so they come as bytes; JSON of other content types is not taken. */
function takeDocumentsAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser(acceptedTypes, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  )
}

/** A compressed body would be read as it is; one that inflates is not taken at all. */
function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"]
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new GatehouseError("request.unsupported_media_type")
}

/** Gives a request's response before its handler runs: the place is taken before the body is read. */
function rememberResponses(fastify: FastifyInstance): (request: FastifyRequest) => ServerResponse {
  const responses = new WeakMap<FastifyRequest, ServerResponse>()
  fastify.addHook("onRequest", (request, reply, done) => {
    responses.set(request, reply.raw)
    done()
  })
  return (request) => assertDefined(responses.get(request), "the hook runs before every route's own")
}
