import Testing

/// The scenarios on containers; one stack for all of them, so one after the other.
@Suite(.enabled(if: Containers.isAsked), .serialized, .timeLimit(.minutes(10)))
enum ContainerTests {}
