import CPostgres

/// Owns a connection of libpq and finishes it when it goes away.
struct ConnectionHandle: ~Copyable {
  let raw: OpaquePointer

  /// Begins to connect without waiting; nil if there is no memory, all other failures are told by `isBad`.
  init?(_ keywords: [(String, String)]) {
    let started = withCStrings(keywords.map(\.0)) { names in
      withCStrings(keywords.map(\.1)) { values in PQconnectStartParams(names, values, 0) }
    }
    guard let started else { return nil }
    raw = started
    cpostgres_silence(raw)
  }

  deinit { PQfinish(raw) }

  var isBad: Bool { PQstatus(raw) == CONNECTION_BAD }

  var socket: Int32 { PQsocket(raw) }

  /// What libpq says about the last failure.
  var message: String {
    String(cString: PQerrorMessage(raw)).split(separator: "\n").joined(separator: "; ")
  }

  /// Sends one statement with its values; the server refuses to be sent two this way.
  func send(_ text: String, _ values: [String?]) -> Bool {
    withCStrings(values) { pointers in
      PQsendQueryParams(raw, text, Int32(values.count), nil, pointers, nil, nil, 0) == 1
    }
  }

  /// Sends any number of statements without values.
  func send(script: String) -> Bool { PQsendQuery(raw, script) == 1 }
}

/// Owns a result of libpq and clears it when it goes away.
struct ResultHandle: ~Copyable {
  private let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { PQclear(raw) }

  var status: ExecStatusType { PQresultStatus(raw) }

  /// The command tag's word, such as `COMMIT`.
  var command: String { String(cString: PQcmdStatus(raw)) }

  /// How many rows the statement touched, or returned if it only reads.
  var affectedRows: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }

  /// Copies the rows.
  func rows() -> [Row] {
    let width = PQnfields(raw)
    let columns = Columns((0..<width).map { String(cString: PQfname(raw, $0)) })
    return (0..<PQntuples(raw)).map { row in
      Row(columns: columns, cells: (0..<width).map { cell(row, $0) })
    }
  }

  private func cell(_ row: Int32, _ column: Int32) -> String? {
    guard PQgetisnull(raw, row, column) == 0, let value = PQgetvalue(raw, row, column) else { return nil }
    let length = Int(PQgetlength(raw, row, column))
    return value.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
  }

  /// The server's error, or libpq's own if there is no SQLSTATE: then the connection is gone.
  var error: PostgresError {
    let message = cpostgres_primary_message(raw) ?? UnsafePointer(PQresultErrorMessage(raw))
    let text = message.map { String(cString: $0) } ?? ""
    guard let state = cpostgres_sqlstate(raw) else { return PostgresError(.connection, text) }
    return PostgresError(
      .server(sqlState: String(cString: state)), text,
      constraint: cpostgres_constraint(raw).map { String(cString: $0) })
  }

  /// Whether the server closes the connection after this error.
  var isFatal: Bool {
    guard let severity = cpostgres_severity(raw) else { return true }
    return ["FATAL", "PANIC"].contains(String(cString: severity))
  }
}

/// Lends `strings` to C as an array of pointers, which end with `body`; nil becomes a null pointer.
private func withCStrings<Answer>(
  _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Answer
) -> Answer {
  var bytes: [CChar] = []
  let offsets = strings.map { string -> Int? in
    guard let string else { return nil }
    defer {
      bytes.append(contentsOf: string.utf8.lazy.map(CChar.init(bitPattern:)))
      bytes.append(0)
    }
    return bytes.count
  }
  return bytes.withUnsafeBufferPointer { bytes in
    let pointers = offsets.map { offset in offset.flatMap { offset in bytes.baseAddress.map { $0 + offset } }
    }
    return (pointers + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
