// Zeroed memory on a cache line's border, in huge pages where the system gives them.
#ifndef RYZANSTEIN_BASE_ALIGNED_BUFFER_H_
#define RYZANSTEIN_BASE_ALIGNED_BUFFER_H_

#include <cstddef>

namespace ryzanstein {

// Owns `bytes` zeroed bytes aligned to 64. Except on Windows, from 1 MiB up they are aligned to 2 MiB, and
// pages are committed when first touched.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Throws std::bad_alloc.
  explicit AlignedBuffer(size_t bytes);
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

  size_t bytes() const { return bytes_; }
  template <class T>
  T* as() {
    return static_cast<T*>(data_);
  }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
  void* mapping_ = nullptr;  // what the system gave, wider than data_ where it had to be aligned
  size_t mapping_bytes_ = 0;
};

}  // namespace ryzanstein

#endif
