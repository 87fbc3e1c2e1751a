import Postgres

/// The tables of this service beside those of the queue, in the order in which they are made.
enum ReferenceMigrations {
  static let all = [
    Migration(name: "v001_create_reference_images", sql: PackageResources.v001_create_reference_images_sql)
  ]
}
