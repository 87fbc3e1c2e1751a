import Contracts

/// A row that the ledger is to get.
struct Booking: Sendable, Equatable {
  let key: StepKey
  let generation: Int
  let kind: LedgerEntry.Kind
  let amount: MicroDollars
}

extension Turn {
  /// A reservation for each new step; a settlement, and a release of the rest, for each that has ended.
  var bookings: [Booking] {
    run.steps.enumerated().flatMap { index, step in
      let old = index < before.steps.count ? before.steps[index] : nil
      var bookings: [Booking] = []
      if old == nil { bookings.append(step.booking(.reserve, step.grant)) }
      if old?.isOpen ?? true, !step.isOpen {
        bookings.append(step.booking(.settle, step.report?.costUSD ?? .zero))
        if step.committed < step.grant {
          bookings.append(step.booking(.release, step.grant - step.committed))
        }
      }
      return bookings
    }
  }
}

extension Step {
  fileprivate func booking(_ kind: LedgerEntry.Kind, _ amount: MicroDollars) -> Booking {
    Booking(key: key, generation: generation, kind: kind, amount: amount)
  }
}
