import Postgres

/// The gateway's schema, in order.
enum Migrations {
  static let all = [
    Migration(name: "v001_create_idempotency", sql: PackageResources.v001_create_idempotency_sql),
    Migration(name: "v002_create_api_key", sql: PackageResources.v002_create_api_key_sql),
  ]
}
