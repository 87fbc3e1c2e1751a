#include <errno.h>
#include <libpq-fe.h>
#include <sys/socket.h>

// Fields of an error or notice, which libpq-fe.h names by character macros.
static inline const char *cpostgres_sqlstate(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}
static inline const char *cpostgres_severity(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
}
static inline const char *cpostgres_primary_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}
static inline const char *cpostgres_constraint(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

// libpq prints notices to stderr unless it is told not to.
static inline void cpostgres_drop_notice(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}
static inline void cpostgres_silence(PGconn *connection) {
  PQsetNoticeReceiver(connection, cpostgres_drop_notice, 0);
  // A refused connection has no result to ask: only this puts the SQLSTATE into its message.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
}

// True while the peer has sent nothing and not hung up; an idle session has nothing to read.
static inline int cpostgres_is_quiet(const PGconn *connection) {
  char byte;
  return recv(PQsocket(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
      && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// Ends a connection at once without closing its descriptor, for which somebody may be waiting.
static inline void cpostgres_hang_up(const PGconn *connection) {
  shutdown(PQsocket(connection), SHUT_RDWR);
}
