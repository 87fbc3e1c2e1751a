import Postgres

/// The tables of this service beside those of the queue, in the order in which they are made.
enum AudioMigrations {
  static let all = [Migration(name: "v001_create_tracks", sql: PackageResources.v001_create_tracks_sql)]
}
