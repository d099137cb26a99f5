// A file mapped into memory for reading.
#ifndef RYZANSTEIN_BASE_MAPPED_FILE_H_
#define RYZANSTEIN_BASE_MAPPED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace ryzanstein {

class MappedFile {
 public:
  // `path` in UTF-8. Throws std::runtime_error that names the file and the system's reason.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // Gives back the memory of what was read so far; it is read again from the file where it is needed.
  void forget() const;

  const uint8_t* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace ryzanstein

#endif
