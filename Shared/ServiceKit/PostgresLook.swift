internal import Contracts
internal import EventLoop
internal import FoundationEssentials
internal import Postgres

/// A look at a service's Postgres: whether it lets us in, is new enough, keeps our time and has our schema.
struct PostgresLook: Sendable {
  /// `pg_current_snapshot()`, by which facts are served in order, came with 13.
  static let oldestVersion = 13
  /// Leases, tokens and signed links are safe with clocks that differ by less.
  static let clockTolerance = 30.0

  /// What a server says of itself and of us.
  struct Facts: Sendable, Equatable {
    var version: Int
    var time: Date
    var role: String
    var hasSchema: Bool
    var mayUseSchema: Bool
  }

  let configuration: PostgresConfiguration
  let schema: String
  var now: @Sendable () -> Date = { Date() }

  func finding() async -> Finding {
    do {
      let loop = try EventLoop(name: "start")
      defer { loop.shutdown() }
      let connection = try await PostgresConnection.connect(configuration, loop: loop)
      do {
        let before = now()
        let facts = try await facts(connection)
        let faults = faults(of: facts, between: before, and: now())
        await connection.close()
        return faults.isEmpty ? .fine : .faults(faults)
      } catch {
        await connection.close()
        throw error
      }
    } catch let error as PostgresError {
      return error.finding(configuration)
    } catch {
      return .waiting("\(error)")
    }
  }

  /// What is wrong, in sentences; the server's time was read between two readings of ours.
  func faults(of facts: Facts, between before: Date, and after: Date) -> [String] {
    var faults: [String] = []
    let database = configuration.database
    if facts.version < Self.oldestVersion {
      faults.append(
        "Postgres is version \(facts.version), which is too old: give one of version \(Self.oldestVersion) or later."
      )
    }
    let distance = max(before.timeIntervalSince(facts.time), facts.time.timeIntervalSince(after))
    if distance > Self.clockTolerance {
      faults.append(
        """
        The clock here says \(JSON.text(after)) and that of Postgres \(JSON.text(facts.time)), \
        \(Int(distance)) s apart: set the wrong one right, best by NTP on both machines.
        """)
    }
    let create = "CREATE SCHEMA \"\(schema)\" AUTHORIZATION \"\(facts.role)\""
    if !facts.hasSchema {
      faults.append("There is no schema \(schema) in the database \(database): make it by \(create).")
    } else if !facts.mayUseSchema {
      faults.append(
        "Role \(facts.role) may not make tables in the schema \(schema): ALTER SCHEMA \"\(schema)\" OWNER TO \"\(facts.role)\"."
      )
    }
    return faults
  }

  private func facts(_ connection: PostgresConnection) async throws -> Facts {
    let rows = try await connection.query(
      """
      SELECT current_setting('server_version_num')::int / 10000 AS version, clock_timestamp() AS time,
          current_user::text AS role, n.oid IS NOT NULL AS has,
          coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'), false) AS may
        FROM (VALUES (1)) AS one LEFT JOIN pg_namespace n ON n.nspname = \(schema)
      """)
    guard let row = rows.first else { throw PostgresError(.decoding, "Postgres said nothing of itself") }
    return Facts(
      version: try row.decode("version"), time: try row.decode("time"), role: try row.decode("role"),
      hasSchema: try row.decode("has"), mayUseSchema: try row.decode("may"))
  }
}

extension PostgresError {
  /// Whether a person must act before Postgres serves us, and what is to be done.
  func finding(_ target: PostgresConfiguration) -> Finding {
    let place = "Postgres at \(target.host)"
    switch refusal ?? sqlState {
    case "28P01":
      return .faults([
        "\(place) refuses the password of role \(target.user): correct LONGTAKE_POSTGRES_URL or LONGTAKE_POSTGRES_PASSWORD."
      ])
    case "28000":
      return .faults([
        "\(place) does not let role \(target.user) in from here: check that the role exists, and pg_hba.conf, which may ask for TLS (?sslmode=require)."
      ])
    case "3D000":
      return .faults([
        "\(place) has no database \(target.database): make it, or correct LONGTAKE_POSTGRES_URL."
      ])
    case "42501":
      return .faults([
        "Role \(target.user) has no right to the database \(target.database): GRANT CONNECT ON DATABASE to it."
      ])
    case "57P03": return .waiting("\(place) is starting up.")
    case "53300":
      return .waiting("\(place) has no connection left: raise max_connections or run fewer copies.")
    case let state?: return .waiting("\(place) answered \(state).")
    case nil: break
    }
    if message.contains("no password supplied") {
      return .faults([
        "\(place) asks role \(target.user) for a password and none is set: set LONGTAKE_POSTGRES_PASSWORD."
      ])
    }
    // Of libpq itself, hence in English: it was asked for TLS that the server has not, or distrusts it.
    if message.contains("SSL was required") || message.contains("certificate") {
      return .faults([
        "\(place) cannot be reached by TLS as LONGTAKE_POSTGRES_URL asks: correct sslmode and sslrootcert, or the server's certificate."
      ])
    }
    return .waiting("\(place) cannot be reached: check that it runs, and LONGTAKE_POSTGRES_URL.")
  }
}
