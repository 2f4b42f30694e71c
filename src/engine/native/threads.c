#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* How often a thread looks for what it waits for before it sleeps: a few microseconds, about what waking it takes. */
enum { LOOKS = 2000 };

typedef struct {
  Share share;
  void *work;
  int threads;
} Task;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t one_caller = PTHREAD_MUTEX_INITIALIZER;

/* Guards the task and what counts its progress; both counters are also looked at without it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static Task task;
static atomic_ulong tasks_begun;
static atomic_int shares_left;

/* Threads beside the caller's own. */
static int helpers;

static void run_share(const Task *current, int thread) { current->share(current->work, thread, current->threads); }

static void *help(void *number) {
  const int thread = (int)(intptr_t)number;
  unsigned long seen = 0;
  for (;;) {
    for (int look = 0; look < LOOKS && atomic_load(&tasks_begun) == seen; look++) __builtin_ia32_pause();
    pthread_mutex_lock(&mutex);
    while (atomic_load(&tasks_begun) == seen) pthread_cond_wait(&begun, &mutex);
    seen = atomic_load(&tasks_begun);
    const Task current = task;
    pthread_mutex_unlock(&mutex);
    if (thread >= current.threads) continue;
    run_share(&current, thread);
    pthread_mutex_lock(&mutex);
    if (atomic_fetch_sub(&shares_left, 1) == 1) pthread_cond_signal(&finished);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

/* What TensorFlow takes: its own setting, or the processors that this process may run on. */
static int wanted_threads(void) {
  const char *setting = getenv("TF_NUM_INTRAOP_THREADS");
  const int number = setting == NULL ? 0 : atoi(setting);
  cpu_set_t allowed;
  if (number > 0) return number;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

static void start_helpers(void) {
  const int wanted = wanted_threads() - 1;
  sigset_t all, before;
  sigfillset(&all);
  /* Signals stay with the threads in which Node expects them. */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (helpers < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)(helpers + 1)) != 0) break;
    pthread_detach(thread);
    helpers++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int thread_count(void) {
  pthread_once(&once, start_helpers);
  return helpers + 1;
}

static void begin(Task next) {
  pthread_mutex_lock(&mutex);
  task = next;
  atomic_store(&shares_left, next.threads - 1);
  atomic_fetch_add(&tasks_begun, 1);
  pthread_cond_broadcast(&begun);
  pthread_mutex_unlock(&mutex);
}

static void wait_for_others(void) {
  for (int look = 0; look < LOOKS && atomic_load(&shares_left) > 0; look++) __builtin_ia32_pause();
  pthread_mutex_lock(&mutex);
  while (atomic_load(&shares_left) > 0) pthread_cond_wait(&finished, &mutex);
  pthread_mutex_unlock(&mutex);
}

int threads_for_work(long amount, long share) {
  const long worth = amount / share + 1;
  const int most = thread_count();
  return worth < most ? (int)worth : most;
}

void in_parallel(Share share, void *work, int threads) {
  const Task next = {share, work, threads};
  if (threads == 1) {
    run_share(&next, 0);
    return;
  }
  pthread_mutex_lock(&one_caller);
  begin(next);
  run_share(&next, 0);
  wait_for_others();
  pthread_mutex_unlock(&one_caller);
}
