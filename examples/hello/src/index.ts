export { createHelloService } from "./hello-service.ts"
export { helloMigrations } from "./migrations.ts"
