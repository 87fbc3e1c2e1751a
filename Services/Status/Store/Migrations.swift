import Postgres

/// The migrations of Status' schema, in their order.
enum StatusMigrations {
  static let all = [
    Migration(name: "v001_create_runs", sql: PackageResources.v001_create_runs_sql),
    Migration(name: "v002_create_steps", sql: PackageResources.v002_create_steps_sql),
    Migration(name: "v003_guard_states", sql: PackageResources.v003_guard_states_sql),
    Migration(name: "v004_create_feed", sql: PackageResources.v004_create_feed_sql),
    Migration(name: "v005_create_ledger", sql: PackageResources.v005_create_ledger_sql),
    Migration(name: "v006_create_messages", sql: PackageResources.v006_create_messages_sql),
    Migration(name: "v007_create_limits", sql: PackageResources.v007_create_limits_sql),
  ]
}
