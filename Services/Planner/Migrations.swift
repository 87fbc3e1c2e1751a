import Postgres

/// Planner's own tables, in order; it has none beyond the queue's.
enum Migrations {
  static let all = [Migration(name: "v001_describe_schema", sql: PackageResources.v001_describe_schema_sql)]
}
