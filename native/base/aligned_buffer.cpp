// AlignedBuffer: pages straight from the system when large, the aligned heap when small.
#include "aligned_buffer.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace ryzanstein {
namespace {

constexpr size_t kCacheLine = 64;
#ifndef _WIN32
constexpr size_t kHugePage = size_t{2} << 20;
#endif
constexpr size_t kMappedFrom = size_t{1} << 20;

}  // namespace

AlignedBuffer::AlignedBuffer(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  if (bytes > std::numeric_limits<size_t>::max() / 2) throw std::bad_alloc();
  if (bytes < kMappedFrom) {
    data_ = ::operator new(bytes, std::align_val_t{kCacheLine});
    std::memset(data_, 0, bytes);
    return;
  }
#ifdef _WIN32
  mapping_bytes_ = bytes;
  mapping_ = VirtualAlloc(nullptr, bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  if (mapping_ == nullptr) throw std::bad_alloc();
  data_ = mapping_;
#else
  mapping_bytes_ = (bytes + kHugePage - 1) / kHugePage * kHugePage + kHugePage;
  void* mapping = mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = mapping;
  data_ = reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(mapping) + kHugePage - 1) & ~(kHugePage - 1));
#ifdef MADV_HUGEPAGE
  madvise(data_, bytes, MADV_HUGEPAGE);
#endif
#endif
}

AlignedBuffer::~AlignedBuffer() {
  if (mapping_ != nullptr) {
#ifdef _WIN32
    VirtualFree(mapping_, 0, MEM_RELEASE);
#else
    munmap(mapping_, mapping_bytes_);
#endif
  } else if (data_ != nullptr) {
    ::operator delete(data_, std::align_val_t{kCacheLine});
  }
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept { *this = std::move(other); }

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_bytes_, other.mapping_bytes_);
  return *this;
}

}  // namespace ryzanstein
