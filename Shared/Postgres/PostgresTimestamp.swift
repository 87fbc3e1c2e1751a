public import FoundationEssentials

extension Date: PostgresValue {
  /// `timestamptz` in UTC, rounded to its microseconds.
  public var boundValue: BoundValue {
    let microseconds = (timeIntervalSince1970 * 1_000_000).rounded()
    guard microseconds.magnitude < 9.0e18 else {
      return .text(microseconds.isNaN ? "NaN" : microseconds < 0 ? "-infinity" : "infinity")
    }
    return .text(PostgresTimestamp(microseconds: Int64(microseconds)).text)
  }

  /// Reads what a session with the time zone UTC and the date style ISO sends; nil for infinity and BC.
  public static func decoded(from cell: String?) -> Date? {
    guard let cell, let timestamp = PostgresTimestamp(cell) else { return nil }
    return Date(timeIntervalSince1970: Double(timestamp.microseconds) / 1_000_000)
  }
}

/// A time in whole microseconds since 1970, and its text form in UTC.
struct PostgresTimestamp: Equatable {
  let microseconds: Int64

  init(microseconds: Int64) { self.microseconds = microseconds }

  /// Nil unless `text` is `YYYY-MM-DD hh:mm:ss[.ffffff]+00`.
  init?(_ text: String) {
    guard text.hasSuffix("+00") else { return nil }
    let parts = text.dropLast(3).split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    let time = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard date.count == 3, time.count == 3, let year = date[0], let month = date[1], let day = date[2],
      let hour = Int64(time[0]), let minute = Int64(time[1])
    else { return nil }
    let second = time[2].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = second.count == 2 ? second[1] : "0"
    guard second.count <= 2, fraction.count <= 6, let whole = Int64(second[0]),
      let micro = Int64(fraction + String(repeating: "0", count: 6 - fraction.count))
    else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    microseconds = (((days * 24 + hour) * 60 + minute) * 60 + whole) * 1_000_000 + micro
  }

  var text: String {
    let seconds = (microseconds - (microseconds % 1_000_000 + 1_000_000) % 1_000_000) / 1_000_000
    let micro = microseconds - seconds * 1_000_000
    let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
    let second = seconds - days * 86_400
    let (year, month, day) = Self.date(days: days)
    let date = "\(Self.padded(year > 0 ? year : 1 - year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    let time =
      "\(Self.padded(second / 3600, 2)):\(Self.padded(second / 60 % 60, 2)):\(Self.padded(second % 60, 2))"
    return "\(date) \(time).\(Self.padded(micro, 6))+00\(year > 0 ? "" : " BC")"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in eras of 400 years that
  /// begin on 1 March (Howard Hinnant, "chrono-compatible low-level date algorithms").
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The inverse of `days`.
  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let day = shifted - era * 146_097
    let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    return (year, civilMonth, dayOfYear - (153 * month + 2) / 5 + 1)
  }
}
