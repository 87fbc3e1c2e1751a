import Postgres

/// The tables of this service beside those of the queue, in the order in which they are made.
enum ChunkMigrations {
  static let all = [Migration(name: "v001_create_takes", sql: PackageResources.v001_create_takes_sql)]
}
