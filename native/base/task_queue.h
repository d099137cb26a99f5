// One thread that runs tasks in the order in which they came.
#ifndef RYZANSTEIN_BASE_TASK_QUEUE_H_
#define RYZANSTEIN_BASE_TASK_QUEUE_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ryzanstein {

class TaskQueue {
 public:
  TaskQueue() : thread_([this] { work(); }) {}
  // Runs what is left, then ends the thread.
  ~TaskQueue() {
    post(nullptr);
    thread_.join();
  }
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // The task must not throw.
  void post(std::function<void()> task) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !tasks_.empty(); });
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      if (task == nullptr) return;
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace ryzanstein

#endif
