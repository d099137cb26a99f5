// ThreadPool: one atomic word holds the round, whether it is open, and how many threads are at work in it.
#include "thread_pool.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "check.h"
#include "physical_cores.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace ryzanstein {
namespace {

constexpr uint64_t kOpen = 1 << 15;
constexpr uint64_t kWorkers = kOpen - 1;
constexpr uint64_t kRound = 1 << 16;
// An idle thread spins for longer than the serial work between two rounds of a token takes, and for less time
// than a user's battery would notice.
constexpr auto kSpin = std::chrono::microseconds(60);
// A thread that is at work for this much longer than the caller has lost its core to another process, which
// keeps it for some milliseconds.
constexpr auto kLost = std::chrono::milliseconds(1);
// The pool then leaves a thread out for several times what was lost, and for twice as long each time that one
// is lost again within the shortest rest.
constexpr auto kShortestRest = std::chrono::milliseconds(48);
constexpr auto kLongestRest = std::chrono::milliseconds(192);

void pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Spins until done() holds or kSpin is over; returns done().
template <class Done>
bool spin(const Done& done) {
  for (int i = 0; i < 64; i++) {
    if (done()) return true;
    pause();
  }
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; i++) {
      if (done()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

}  // namespace

ThreadPool::ThreadPool(int threads, std::vector<int> cpus)
    : in_use_(threads), wanted_(threads), shares_(static_cast<size_t>(threads)), cpus_(std::move(cpus)) {
  RYZANSTEIN_CHECK(threads >= 1 && threads < static_cast<int>(kWorkers),
                   "a pool has at least the calling thread");
  RYZANSTEIN_CHECK(cpus_.empty() || cpus_.size() == shares_.size(), "each thread has a CPU, or none has");
  workers_.reserve(static_cast<size_t>(threads - 1));
  try {
    for (int thread = 1; thread < threads; thread++) {
      workers_.emplace_back([this, thread] { serve(thread); });
    }
  } catch (const std::system_error&) {
    end();
    throw std::runtime_error("The system does not let " + std::to_string(threads) +
                             " threads compute; set fewer, or raise its limit of processes and threads.");
  } catch (const std::bad_alloc&) {
    end();
    throw;
  }
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() {
  quit_.store(true);
  round_.fetch_add(kRound);
  wake_sleepers();
  use_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::pin_caller() const {
  thread_local const bool told = (prefer_fast_cores(), true);
  (void)told;
  thread_local int pinned = -1;
  if (cpus_.empty() || pinned == cpus_[0]) return;
  pinned = cpus_[0];
  pin_to(pinned);
}

void ThreadPool::use(int threads) {
  RYZANSTEIN_CHECK(threads >= 1 && threads <= this->threads(), "a pool uses threads that it has");
  if (threads == wanted_) return;
  wanted_ = threads;
  set_in_use(threads);
}

void ThreadPool::set_in_use(int threads) {
  if (threads == in_use_.load()) return;
  {
    std::lock_guard<std::mutex> lock(sleep_);
    in_use_.store(threads);
  }
  use_.notify_all();
}

void ThreadPool::end_rest() {
  if (Clock::now() >= rest_end_) set_in_use(wanted_);
}

void ThreadPool::run_shared(int blocks, Call call, const void* body) {
  // The round before is closed and nobody is at work, so these are ours alone to write.
  call_ = call;
  body_ = body;
  const int threads = in_use_.load();
  for (int thread = 0; thread < threads; thread++) {
    const int first = static_cast<int>(static_cast<int64_t>(blocks) * thread / threads);
    const int end = static_cast<int>(static_cast<int64_t>(blocks) * (thread + 1) / threads);
    Share& share = shares_[static_cast<size_t>(thread)];
    share.next.store(first, std::memory_order_relaxed);
    share.end = end;
    share.owner_step = std::max(1, (end - first) * 3 / 4);
    share.guest_step = std::max(1, (end - first) / 8);
  }
  const auto begun = Clock::now();
  round_.fetch_add(kRound + kOpen);
  if (sleepers_.load() > 0) wake_sleepers();
  take_blocks(0);
  const uint64_t state = round_.fetch_sub(kOpen) - kOpen;
  if ((state & kWorkers) != 0) await_workers(state, begun);
}

void ThreadPool::await_workers(uint64_t state, Clock::time_point begun) {
  const auto closed = Clock::now();
  while ((state & kWorkers) != 0) {
    if (spin([&] { return (round_.load(std::memory_order_acquire) & kWorkers) == 0; })) break;
    state = await_change(state);
  }
  const auto now = Clock::now();
  if (now - closed < kLost || now - closed < closed - begun) return;
  const bool again = closed - rest_end_ < kShortestRest;
  rest_ = again ? std::min<Clock::duration>(2 * rest_, kLongestRest) : kShortestRest;
  rest_end_ = now + rest_;
  set_in_use(in_use_.load() - 1);
}

void ThreadPool::take_blocks(int thread) {
  // A thread that was about to begin when use() left it out may still come: every block goes out once,
  // whoever asks.
  const int threads = in_use_.load();
  for (int i = 0; i < threads; i++) {
    Share& share = shares_[static_cast<size_t>((thread + i) % threads)];
    int step = i == 0 ? share.owner_step : share.guest_step;
    for (;;) {
      const int first = share.next.fetch_add(step, std::memory_order_relaxed);
      if (first >= share.end) break;
      call_(body_, first, std::min(step, share.end - first), thread);
      if (i == 0) step = 1;
    }
  }
}

void ThreadPool::serve(int thread) {
  prefer_fast_cores();
  if (!cpus_.empty()) pin_to(cpus_[static_cast<size_t>(thread)]);
  uint64_t seen = 0;
  while (!quit_.load()) {
    if (thread >= in_use_.load()) {
      await_use(thread);
      continue;
    }
    uint64_t state = round_.load();
    if ((state & kOpen) == 0 || state / kRound == seen) {
      if (!spin([&] {
            state = round_.load(std::memory_order_acquire);
            return (state & kOpen) != 0 && state / kRound != seen;
          })) {
        await_change(state);
      }
      continue;
    }
    if (!round_.compare_exchange_weak(state, state + 1)) continue;
    seen = state / kRound;
    take_blocks(thread);
    round_.fetch_sub(1);
    if (sleepers_.load() > 0) wake_sleepers();
  }
}

uint64_t ThreadPool::await_change(uint64_t seen) {
  std::unique_lock<std::mutex> lock(sleep_);
  sleepers_.fetch_add(1);
  uint64_t now;
  while ((now = round_.load()) == seen && !quit_.load()) wake_.wait(lock);
  sleepers_.fetch_sub(1);
  return now;
}

void ThreadPool::await_use(int thread) {
  std::unique_lock<std::mutex> lock(sleep_);
  use_.wait(lock, [&] { return thread < in_use_.load() || quit_.load(); });
}

void ThreadPool::wake_sleepers() {
  {
    std::lock_guard<std::mutex> lock(sleep_);
  }
  wake_.notify_all();
}

}  // namespace ryzanstein
