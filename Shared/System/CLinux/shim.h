#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// epoll_event is packed on x86-64; Swift builds and reads it only through these.
static inline int clinux_epoll_set(int epoll, int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.fd = fd}};
  return epoll_ctl(epoll, operation, fd, &event);
}

static inline int clinux_epoll_add(void) { return EPOLL_CTL_ADD; }
static inline int clinux_epoll_modify(void) { return EPOLL_CTL_MOD; }
static inline int clinux_epoll_cloexec(void) { return EPOLL_CLOEXEC; }
static inline int clinux_eventfd_flags(void) { return EFD_CLOEXEC | EFD_NONBLOCK; }
static inline uint32_t clinux_epoll_in(void) { return EPOLLIN | EPOLLRDHUP; }
static inline uint32_t clinux_epoll_out(void) { return EPOLLOUT; }
static inline uint32_t clinux_epoll_failure(void) { return EPOLLERR | EPOLLHUP; }
static inline uint32_t clinux_epoll_oneshot(void) { return EPOLLONESHOT; }

static inline int clinux_event_fd(const struct epoll_event *event) { return event->data.fd; }
static inline uint32_t clinux_event_mask(const struct epoll_event *event) { return event->events; }

// The identity of a thread as a number, whatever type pthread_t has.
static inline uintptr_t clinux_this_thread(void) { return (uintptr_t)pthread_self(); }

// Names the calling thread; the kernel keeps 15 bytes.
static inline void clinux_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Starts a detached thread with all signals blocked, so that handlers run elsewhere; 0 or an errno.
static inline int clinux_start_thread(void *(*body)(void *), void *argument) {
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, before;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  code = pthread_create(&thread, &attributes, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return code;
}
