import { defineErrors } from "../define-errors.ts"

/** Errors of the SBOM service: what a document must be, and what its routes take. */
export const sbomErrors = defineErrors({
  "sbom.not_an_sbom": {
    status: 422,
    message: "The document is neither a CycloneDX nor an SPDX one.",
    action: "Send a CycloneDX JSON document (1.4 to 1.7) or an SPDX JSON document (2.2 or 2.3).",
  },
  "sbom.unsupported_version": {
    status: 422,
    message: "The document is of a version of its format that is not taken.",
    action: "Let your tool write CycloneDX JSON 1.4 to 1.7, or SPDX JSON 2.2 or 2.3.",
  },
  "sbom.invalid_document": {
    status: 422,
    message: "The document does not keep to its own format.",
    action: "`errors` names each member at fault; correct the tool that wrote it, or its version.",
  },
  "sbom.too_many_components": {
    status: 422,
    message: "The document has more components than one document may have.",
    action: "Split it, one document for each deliverable; the limit is in `detail`.",
  },
  "sbom.too_deep": {
    status: 422,
    message: "The document is nested deeper than a document may be.",
    action: "Flatten nested components; the limit is in `detail`.",
  },
  "sbom.too_complex": {
    status: 422,
    message: "The document has more JSON values than a document may have.",
    action: "Split it, one document for each deliverable; the limit is in `detail`.",
  },
  "sbom.duplicate_key": {
    status: 422,
    message: "An object in the document has the same key twice, so two readers could read two documents.",
    action: "Correct the tool that wrote it: each key once in an object.",
  },
  "sbom.invalid_purl": {
    status: 422,
    message: "That is not a package URL.",
    action: "Write it like pkg:npm/%40scope/name or pkg:npm/name@1.2.3; the version may be left out.",
  },
  "sbom.busy": {
    status: 503,
    message: "Too many documents are being taken in or given out at this moment.",
    action: "Send the request again in a few seconds.",
  },
})
