public import CoreMetrics
internal import Synchronization

/// Collects what swift-metrics records and shows it in Prometheus' text format.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
public final class PrometheusRegistry: MetricsFactory {
  /// In seconds: from a wake-up to a long render.
  static let buckets: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
  ]

  private struct Key: Hashable {
    let name: String
    /// Already in the form `{a="b"}`, without the braces.
    let labels: String
  }

  private struct Families {
    var counters: [Key: PrometheusCounter] = [:]
    var gauges: [Key: PrometheusGauge] = [:]
    var histograms: [Key: PrometheusHistogram] = [:]
  }

  private let families = Mutex(Families())

  public init() {}

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label + "_seconds", dimensions)
  }

  /// A handler stays registered, so that a metric that is made anew goes on where it was.
  public func destroyCounter(_: any CounterHandler) {}
  public func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
  public func destroyMeter(_: any MeterHandler) {}
  public func destroyRecorder(_: any RecorderHandler) {}
  public func destroyTimer(_: any TimerHandler) {}

  /// All of it, sorted by name.
  public func render() -> String {
    let (counters, gauges, histograms) = families.withLock { ($0.counters, $0.gauges, $0.histograms) }
    var blocks: [String: [(labels: String, text: String)]] = [:]
    for (key, counter) in counters where counter.total > 0 {
      let text = Self.sample(key.name + "_total", key.labels, counter.total)
      blocks["\(key.name)_total counter", default: []].append((key.labels, text))
    }
    for (key, gauge) in gauges {
      blocks["\(key.name) gauge", default: []].append(
        (key.labels, Self.sample(key.name, key.labels, gauge.level)))
    }
    for (key, histogram) in histograms {
      let text = histogram.render(name: key.name, labels: key.labels)
      blocks["\(key.name) histogram", default: []].append((key.labels, text))
    }
    return blocks.sorted { $0.key < $1.key }.map { head, samples in
      "# TYPE \(head)\n" + samples.sorted { $0.labels < $1.labels }.map(\.text).joined()
    }.joined()
  }

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter {
    let key = Self.key(label, dimensions)
    return families.withLock { families in
      let counter = families.counters[key] ?? PrometheusCounter()
      families.counters[key] = counter
      return counter
    }
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge {
    let key = Self.key(label, dimensions)
    return families.withLock { families in
      let gauge = families.gauges[key] ?? PrometheusGauge()
      families.gauges[key] = gauge
      return gauge
    }
  }

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> PrometheusHistogram {
    let key = Self.key(label, dimensions)
    return families.withLock { families in
      let histogram = families.histograms[key] ?? PrometheusHistogram()
      families.histograms[key] = histogram
      return histogram
    }
  }

  private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
    let labels = dimensions.sorted { $0.0 < $1.0 }.map { name, value in
      "\(sanitized(name))=\"\(escaped(value))\""
    }
    return Key(name: sanitized(label), labels: labels.joined(separator: ","))
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, with everything else as `_`.
  static func sanitized(_ name: String) -> String {
    let clean = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return clean.first?.isNumber == true ? "_" + String(clean) : String(clean)
  }

  private static func escaped(_ value: String) -> String {
    value.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : $0 == "\n" ? "\\n" : String($0) }.joined()
  }

  static func sample(_ name: String, _ labels: String, _ value: Double) -> String {
    let number = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    return labels.isEmpty ? "\(name) \(number)\n" : "\(name){\(labels)} \(number)\n"
  }
}

/// Only ever grows.
final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler {
  private let sum = Mutex(0.0)

  var total: Double { sum.withLock { $0 } }

  func increment(by amount: Int64) { sum.withLock { $0 += Double(amount) } }
  func increment(by amount: Double) { sum.withLock { $0 += max(0, amount) } }
  func reset() { sum.withLock { $0 = 0 } }
}

/// The last value.
final class PrometheusGauge: MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)

  var level: Double { value.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
}

/// Counts values by size; a timer's are seconds.
final class PrometheusHistogram: TimerHandler, RecorderHandler {
  private struct Counts {
    var inBucket = Array(repeating: 0, count: PrometheusRegistry.buckets.count)
    var count = 0
    var sum = 0.0
  }

  private let counts = Mutex(Counts())

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = PrometheusRegistry.buckets.firstIndex { value <= $0 }
    counts.withLock { counts in
      if let bucket { counts.inBucket[bucket] += 1 }
      counts.count += 1
      counts.sum += value
    }
  }

  func render(name: String, labels: String) -> String {
    let counts = counts.withLock { $0 }
    let prefix = labels.isEmpty ? "" : labels + ","
    var text = ""
    var total = 0
    for (index, bound) in PrometheusRegistry.buckets.enumerated() {
      total += counts.inBucket[index]
      text += PrometheusRegistry.sample("\(name)_bucket", "\(prefix)le=\"\(bound)\"", Double(total))
    }
    text += PrometheusRegistry.sample("\(name)_bucket", "\(prefix)le=\"+Inf\"", Double(counts.count))
    text += PrometheusRegistry.sample("\(name)_sum", labels, counts.sum)
    return text + PrometheusRegistry.sample("\(name)_count", labels, Double(counts.count))
  }
}
