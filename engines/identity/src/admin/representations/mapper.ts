import { z } from "zod"
import type { ProtocolMapper } from "../../store/types.ts"
import { onlyValue, readOnly, textField, textMap } from "../body.ts"

/** ProtocolMapperRepresentation. */
export const mapperSchema = z.strictObject({
  id: textField.optional(),
  name: textField.min(1).max(255),
  protocol: onlyValue("openid-connect"),
  protocolMapper: textField.min(1),
  consentRequired: onlyValue(false),
  consentText: readOnly,
  config: textMap.default({}),
})

/** A protocol mapper as the admin API takes it, after the schema's checks. */
export type MapperRepresentation = z.infer<typeof mapperSchema>

/** ProtocolMapperRepresentation of a mapper. */
export function toMapperRepresentation(mapper: ProtocolMapper): Record<string, unknown> {
  return { ...mapper, consentRequired: false }
}
