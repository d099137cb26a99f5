// Persistent threads that share out the numbered blocks of one piece of work with the thread that calls.
#ifndef RYZANSTEIN_BASE_THREAD_POOL_H_
#define RYZANSTEIN_BASE_THREAD_POOL_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ryzanstein {

// Used by one calling thread at a time. A call allocates nothing and takes no lock unless a thread has to be
// woken. Every thread owns an equal share of the blocks and takes three quarters of it at once, the last
// quarter block by block. Who has none left helps in the shares of others, an eighth of a share at once. A
// share whose owner has not come (asleep, or its core taken away) is worked off so, and nobody waits for a
// thread that has not begun. A thread whose
// core is taken away in the midst of its blocks has to be waited for: for a while one thread less takes part
// then.
class ThreadPool {
 public:
  // `threads` >= 1 with the caller; threads - 1 are started. Where `cpus` are given, one for each thread,
  // each is pinned to its own; the caller pins itself. Throws std::runtime_error if one cannot be started.
  explicit ThreadPool(int threads, std::vector<int> cpus = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(shares_.size()); }
  // How many of them take part.
  int in_use() const { return in_use_.load(std::memory_order_relaxed); }

  // From the next run on at most `threads` take part, from 1 to threads(); the others sleep. Called by the
  // thread that calls run, between two runs.
  void use(int threads);

  // Pins the calling thread to the caller's CPU, if there is one.
  void pin_caller() const;

  // Calls body(first, count, thread) until all blocks 0 .. blocks - 1 are done, each once; thread is 0 (the
  // caller) to threads() - 1 and may index scratch memory. body must not throw and must not call run. One
  // block runs at once on the caller.
  template <class Body>
  void run(int blocks, const Body& body) {
    if (in_use_.load(std::memory_order_relaxed) < wanted_) end_rest();
    if (blocks <= 1 || in_use_.load(std::memory_order_relaxed) == 1) {
      if (blocks > 0) body(0, blocks, 0);
      return;
    }
    run_shared(
        blocks,
        [](const void* b, int first, int count, int thread) {
          (*static_cast<const Body*>(b))(first, count, thread);
        },
        &body);
  }

 private:
  using Call = void (*)(const void* body, int first, int count, int thread);
  struct alignas(64) Share {
    std::atomic<int> next{0};
    int end = 0;
    int owner_step = 0;  // what the owner takes at once: three quarters
    int guest_step = 0;  // what another thread takes at once
  };

  using Clock = std::chrono::steady_clock;

  void run_shared(int blocks, Call call, const void* body);
  // Waits for the threads at work in the round that `state` has closed, which the caller began at `begun`.
  void await_workers(uint64_t state, Clock::time_point begun);
  // Lets those that were left out for a while take part again, when it is over.
  void end_rest();
  void set_in_use(int threads);
  void take_blocks(int thread);
  void serve(int thread);
  // Lets the threads that were started end, and waits for them.
  void end();
  // Waits until round_ differs from `seen`; returns it.
  uint64_t await_change(uint64_t seen);
  void await_use(int thread);
  void wake_sleepers();

  // Number of the round << 16 | kOpen while work may be begun | threads at work (not counting the caller).
  alignas(64) std::atomic<uint64_t> round_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<int> in_use_;
  int wanted_;  // what use() said; more than in_use_ during a rest
  Clock::time_point rest_end_;
  Clock::duration rest_{};
  std::atomic<bool> quit_{false};
  std::mutex sleep_;
  std::condition_variable wake_;
  std::condition_variable use_;
  Call call_ = nullptr;
  const void* body_ = nullptr;
  std::vector<Share> shares_;
  std::vector<int> cpus_;
  std::vector<std::thread> workers_;
};

}  // namespace ryzanstein

#endif
