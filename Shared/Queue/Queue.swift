public import Postgres

/// The tables that every worker has in its own schema, in the order in which they are made.
///
/// They have a history of their own beside that of the service's migrations; Status takes `inbox` alone.
public enum QueueMigrations {
  public static let all = tasks + outbox + inbox

  public static let tasks = [
    Migration(name: "v001_create_tasks", sql: PackageResources.v001_create_tasks_sql),
    Migration(name: "v002_guard_task_states", sql: PackageResources.v002_guard_task_states_sql),
  ]
  public static let outbox = [
    Migration(name: "v003_create_outbox", sql: PackageResources.v003_create_outbox_sql)
  ]
  public static let inbox = [
    Migration(name: "v004_create_inbox", sql: PackageResources.v004_create_inbox_sql)
  ]
}
