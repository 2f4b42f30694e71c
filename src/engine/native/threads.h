/* Threads that share the work of one operation: as many as TensorFlow takes. They sleep between two operations. */
#ifndef SAMLAB_THREADS_H
#define SAMLAB_THREADS_H

/* One thread's share of some work: that of number `thread` among `threads`. */
typedef void (*Share)(void *work, int thread, int threads);

/* The most threads that a piece of work is shared by; the first call starts them. */
int thread_count(void);

/* How many threads share a piece of work: one for each `share` of it, and no more than there are. */
int threads_for_work(long amount, long share);

/* Runs the shares of `threads` threads, at most thread_count(), and returns when all are done. Callers wait for each other. */
void in_parallel(Share share, void *work, int threads);

#endif
