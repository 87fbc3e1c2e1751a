import Contracts

/// State machines as text for Mermaid, https://mermaid.js.org/syntax/stateDiagram.html.
enum Diagram {
  static func mermaid(_ machines: [MachineDescription]) -> String {
    var lines = ["stateDiagram-v2"]
    for machine in machines {
      lines.append("  state \(machine.name) {")
      if let first = machine.states.min(by: { $0.order < $1.order }) {
        lines.append("    [*] --> \(machine.name)_\(first.name)")
      }
      for state in machine.states {
        lines.append("    state \"\(state.name)\" as \(machine.name)_\(state.name)")
        if state.terminal { lines.append("    \(machine.name)_\(state.name) --> [*]") }
      }
      for edge in machine.edges {
        lines.append("    \(machine.name)_\(edge.from) --> \(machine.name)_\(edge.to): \(edge.by)")
      }
      lines.append("  }")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
