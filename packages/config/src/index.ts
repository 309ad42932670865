export { type ConfigField, type ConfigOf, type ConfigSchema, field, loadConfig } from "./load-config.ts"
