import Postgres

/// The gateway's schema, in order.
enum Migrations {
  static let all = [
    Migration(name: "v001_create_idempotency", sql: PackageResources.v001_create_idempotency_sql)
  ]
}
