// A file open for reading, piece by piece into memory of our own.
#ifndef RYZANSTEIN_BASE_INPUT_FILE_H_
#define RYZANSTEIN_BASE_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace ryzanstein {

// Nothing of the file is mapped: what others do to it can spoil what is read from then on, but end nothing,
// and on Windows they may replace it as soon as it is closed.
class InputFile {
 public:
  // `path` in UTF-8. Throws std::runtime_error that names the file and the reason; waits for no pipe.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Throws std::runtime_error if the file has become shorter or cannot be read there.
  void read(uint64_t offset, size_t bytes, void* to) const;

  uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  // At most `bytes` bytes: how many were read, or a negative number.
  int64_t read_some(uint64_t offset, size_t bytes, void* to) const;

  std::string path_;
  uint64_t bytes_ = 0;
#ifdef _WIN32
  void* file_;
#else
  int file_;
#endif
};

}  // namespace ryzanstein

#endif
