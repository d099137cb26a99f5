// The thread pool does every block once, whatever its threads do: asleep, late, many rounds in a row.
#include "../base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#endif

#include "../base/aligned_buffer.h"
#include "../base/physical_cores.h"
#include "../base/task_queue.h"
#include "check.h"

using namespace ryzanstein;

namespace {

void every_block_once(int threads, int blocks, int rounds, std::chrono::microseconds pause) {
  ThreadPool pool(threads);
  std::vector<std::atomic<int>> done(static_cast<size_t>(blocks));
  std::atomic<int> wrong_thread{0};
  for (int round = 0; round < rounds; round++) {
    pool.run(blocks, [&](int first, int count, int thread) {
      if (thread < 0 || thread >= threads || count < 1) wrong_thread++;
      for (int block = first; block < first + count; block++) done[static_cast<size_t>(block)]++;
    });
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
  }
  int wrong = 0;
  for (const std::atomic<int>& count : done) wrong += count != rounds;
  const std::string what = std::to_string(threads) + " threads, " + std::to_string(blocks) + " blocks";
  EXPECT(wrong == 0, what + ": every block once per round");
  EXPECT(wrong_thread == 0, what + ": threads are numbered, no part is empty");
}

// Plain memory that one round writes and the next reads on other threads: a data race unless rounds are
// ordered.
void rounds_are_ordered() {
  ThreadPool pool(3);
  std::vector<int> one(300, 0);
  std::vector<int> other(300, 0);
  for (int round = 0; round < 2000; round++) {
    pool.run(300, [&](int first, int count, int) {
      for (int i = first; i < first + count; i++)
        other[static_cast<size_t>(i)] = one[static_cast<size_t>(299 - i)] + 1;
    });
    pool.run(3, [&](int first, int count, int) {
      for (int i = 100 * first; i < 100 * (first + count); i++)
        one[static_cast<size_t>(i)] = other[static_cast<size_t>(299 - i)];
    });
  }
  EXPECT(one == std::vector<int>(300, 2000), "a round sees all that the round before wrote");
}

// A thread that is held up keeps only what it has begun.
void slow_thread_costs_little() {
  ThreadPool pool(2);
  std::atomic<int> blocks_of_caller{0};
  pool.run(80, [&](int, int count, int thread) {
    if (thread == 1) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (thread == 0) blocks_of_caller += count;
  });
  EXPECT(blocks_of_caller >= 48,
         "the caller does its 40 blocks and what the slow thread has not begun, not " +
             std::to_string(blocks_of_caller));
}

// A thread that stays away in the midst of its blocks is left out for a while, and is there again later.
void lost_thread_rests() {
  ThreadPool pool(2);
  std::atomic<int> threads{0};
  const auto threads_of_a_run = [&](std::chrono::microseconds away) {
    threads = 0;
    pool.run(64, [&](int, int, int thread) {
      threads |= 1 << thread;
      // At work, not asleep: a short sleep takes a millisecond and more on Windows.
      const auto work = std::chrono::microseconds(50);
      const auto end = std::chrono::steady_clock::now() + work;
      if (thread == 1 && away > work) return std::this_thread::sleep_for(away);
      while (std::chrono::steady_clock::now() < end) {
      }
    });
    return threads.load();
  };
  int alone = 0;
  int together = 0;
  for (int i = 0; i < 20; i++) {
    for (int runs = 0; runs < 10000 && threads_of_a_run(std::chrono::milliseconds(20)) != 3; runs++) {
    }
    alone += threads_of_a_run(std::chrono::microseconds(50)) == 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (int runs = 0; runs < 10000; runs++) {
      if (threads_of_a_run(std::chrono::microseconds(50)) != 3) continue;
      together++;
      break;
    }
  }
  EXPECT(alone > 10, "the caller goes on alone, " + std::to_string(alone) + " times of 20");
  EXPECT(together > 10, "and is not alone for long, " + std::to_string(together) + " times of 20");
}

// Some of the threads are left out and come back, awake, asleep or about to fall asleep.
void every_block_once_by_those_in_use() {
  ThreadPool pool(4);
  bool once = true;
  bool few = true;
  for (int round = 0; round < 400; round++) {
    const int in_use = 1 + round * 7 % 4;
    pool.use(in_use);
    if (round % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 5 * 40));
    std::vector<std::atomic<int>> done(64);
    std::atomic<int> threads{0};
    pool.run(64, [&](int first, int count, int thread) {
      threads |= 1 << thread;
      for (int block = first; block < first + count; block++) done[static_cast<size_t>(block)]++;
    });
    for (const auto& times : done) once = once && times == 1;
    if (in_use == 1) few = few && threads == 1;
  }
  EXPECT(once, "every block is done once, however many threads are in use");
  EXPECT(few, "one thread in use is the caller alone");

  pool.use(2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // whoever was about to begin has seen it
  std::atomic<int> threads{0};
  for (int round = 0; round < 200; round++) {
    pool.run(64, [&](int, int, int thread) { threads |= 1 << thread; });
  }
  EXPECT((threads & ~3) == 0, "threads that are left out take no part");
}

// On a thread of its own, which stays pinned.
void threads_are_pinned() {
  const std::vector<int> cpus = core_cpus();
#if defined(__linux__)
  EXPECT(static_cast<int>(cpus.size()) == physical_cores(), "each core has a CPU");
#endif
  if (cpus.empty()) return;
  std::thread([&] {
    const auto only_cpu = [] {
      const std::vector<int> allowed = core_cpus();
      return allowed.size() == 1 ? allowed[0] : -1;
    };
    ThreadPool pool(static_cast<int>(cpus.size()), cpus);
    pool.pin_caller();
    std::vector<int> pinned(cpus.size(), -2);
    // A thread whose core is busy may come late.
    for (int round = 0; round < 2000 && pinned != cpus; round++) {
      pool.run(static_cast<int>(4 * cpus.size()), [&](int, int, int thread) {
        pinned[static_cast<size_t>(thread)] = only_cpu();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      });
    }
    EXPECT(pinned == cpus, "each thread runs on its own core only");
  }).join();
  EXPECT(core_cpus() == cpus, "the others run where they did");
}

#if defined(__linux__)
// A folder laid out as /sys/devices, of a machine whose CPUs are cores of their own.
class FakeDevices {
 public:
  FakeDevices() : folder_(std::filesystem::temp_directory_path() / ("devices-" + std::to_string(getpid()))) {}
  ~FakeDevices() { std::filesystem::remove_all(folder_); }

  std::string folder() const { return folder_.string(); }

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text << "\n";
  }

  void add_cpu(int cpu, const std::string& capacity) const {
    const std::string own = "system/cpu/cpu" + std::to_string(cpu);
    write(own + "/topology/physical_package_id", "0");
    write(own + "/topology/core_id", std::to_string(cpu));
    if (!capacity.empty()) write(own + "/cpu_capacity", capacity);
  }

 private:
  std::filesystem::path folder_;
};

void fast_cores_come_first() {
  const std::vector<int> all = core_cpus();
  if (all.size() < 2) return;
  const int slow = *std::min_element(all.begin(), all.end());
  const auto count = static_cast<int>(all.size());
  {
    const FakeDevices devices;
    for (const int cpu : all) devices.add_cpu(cpu, cpu == slow ? "325" : "1024");
    EXPECT(fast_cores(devices.folder()) == count - 1, "little cores do not count");
    EXPECT(core_cpus(devices.folder()).back() == slow, "they come last");
  }
  {
    const FakeDevices devices;
    for (const int cpu : all) devices.add_cpu(cpu, cpu == slow ? "790" : "1024");
    EXPECT(fast_cores(devices.folder()) == count, "big cores count beside the biggest one");
  }
  {
    const FakeDevices devices;
    std::string performance;
    for (const int cpu : all) {
      devices.add_cpu(cpu, "");
      if (cpu != slow) performance += (performance.empty() ? "" : ",") + std::to_string(cpu);
    }
    devices.write("cpu_core/cpus", performance);
    EXPECT(fast_cores(devices.folder()) == count - 1, "of an Intel hybrid the performance cores count");
    devices.write("cpu_core/cpus", "0-4095");
    EXPECT(fast_cores(devices.folder()) == count, "a list may have ranges");
  }
  const FakeDevices none;
  EXPECT(fast_cores(none.folder()) == logical_cores(), "where nothing is told, each CPU counts");
}
#endif

#if defined(__linux__)
// A process of its own may have no more memory than a few stacks need.
void threads_that_cannot_start_are_an_error() {
  const pid_t child = fork();
  if (child == 0) {
    long pages = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr || std::fscanf(file, "%ld", &pages) != 1) _exit(2);
    const rlim_t bytes = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (64 << 20);
    const rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
    try {
      ThreadPool pool(200);
    } catch (const std::runtime_error&) {
      _exit(0);
    }
    _exit(1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0,
         "threads that cannot be started are an error, no end");
}
#endif

void queue_runs_in_order() {
  std::vector<int> order;
  {
    TaskQueue queue;
    for (int i = 0; i < 1000; i++) queue.post([&order, i] { order.push_back(i); });
  }
  bool right = order.size() == 1000;
  for (size_t i = 0; i < order.size(); i++) right = right && order[i] == static_cast<int>(i);
  EXPECT(right, "a queue runs all its tasks in order before it ends");
}

void buffers_are_aligned_and_zero() {
  for (const size_t bytes : {size_t{1}, size_t{63}, size_t{4096}, size_t{1} << 20, (size_t{5} << 20) + 7}) {
    AlignedBuffer buffer(bytes);
    AlignedBuffer moved(std::move(buffer));
    bool zero = moved.bytes() == bytes;
    for (size_t i = 0; i < bytes; i++) zero = zero && moved.as<char>()[i] == 0;
    moved.as<char>()[bytes - 1] = 1;
    EXPECT(zero && reinterpret_cast<uintptr_t>(moved.as<void>()) % 64 == 0,
           "a buffer of " + std::to_string(bytes) + " bytes is zero and aligned");
  }
}

}  // namespace

int main() {
  for (const int threads : {1, 2, 3, 8}) {
    for (const int blocks : {0, 1, 2, 3, 7, 64, 1001}) every_block_once(threads, blocks, 300, {});
  }
  every_block_once(2, 50, 30, std::chrono::microseconds(1000));  // long enough to fall asleep
  every_block_once(4, 50, 300, std::chrono::microseconds(60));   // about to fall asleep
  rounds_are_ordered();
  slow_thread_costs_little();
  lost_thread_rests();
  every_block_once_by_those_in_use();
  threads_are_pinned();
#if defined(__linux__)
  fast_cores_come_first();
  threads_that_cannot_start_are_an_error();
#endif
  queue_runs_in_order();
  buffers_are_aligned_and_zero();
  return test::report();
}
