// The stop flag: one number per session, read between layers and row blocks; or of one load, between tensors.
#ifndef RYZANSTEIN_MODEL_STOP_H_
#define RYZANSTEIN_MODEL_STOP_H_

#include <atomic>
#include <cstdint>

namespace ryzanstein {

// Calls on a session are numbered; cancelling stops those up to the newest one of that moment.
class Stop {
 public:
  Stop() = default;  // never
  Stop(const std::atomic<uint64_t>* cancelled_through, uint64_t number)
      : cancelled_through_(cancelled_through), number_(number) {}

  bool operator()() const {
    return cancelled_through_ != nullptr && cancelled_through_->load(std::memory_order_relaxed) >= number_;
  }

 private:
  const std::atomic<uint64_t>* cancelled_through_ = nullptr;
  uint64_t number_ = 0;
};

}  // namespace ryzanstein

#endif
