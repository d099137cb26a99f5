// MappedFile on POSIX systems and on Windows.
#include "mapped_file.h"

#include <stdexcept>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>

#include <system_error>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

namespace ryzanstein {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw std::runtime_error("Cannot read the model file " + path + ": " + reason + ".");
}

}  // namespace

#ifdef _WIN32

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const auto last_error = [] { return std::system_category().message(static_cast<int>(GetLastError())); };
  std::wstring wide(static_cast<size_t>(MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0)),
                    L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), static_cast<int>(wide.size()));
  const HANDLE file = CreateFileW(wide.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                  OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) refuse(path, last_error());
  LARGE_INTEGER size{};
  if (!GetFileSizeEx(file, &size) || size.QuadPart == 0) {
    CloseHandle(file);
    refuse(path, "it is empty");
  }
  const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  CloseHandle(file);
  if (mapping == nullptr) refuse(path, last_error());
  const void* view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  CloseHandle(mapping);
  if (view == nullptr) refuse(path, last_error());
  data_ = static_cast<const uint8_t*>(view);
  bytes_ = static_cast<size_t>(size.QuadPart);
}

void MappedFile::forget() const {
  // Unlocking pages that are not locked takes them out of the working set.
  VirtualUnlock(const_cast<uint8_t*>(data_), bytes_);
}

MappedFile::~MappedFile() { UnmapViewOfFile(data_); }

#else

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse(path, std::strerror(errno));
  struct stat status{};
  std::string problem;
  if (fstat(file, &status) != 0) {
    problem = std::strerror(errno);
  } else if (!S_ISREG(status.st_mode)) {
    problem = "it is not a regular file";
  } else if (status.st_size == 0) {
    problem = "it is empty";
  } else {
    bytes_ = static_cast<size_t>(status.st_size);
    void* view = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file, 0);
    if (view == MAP_FAILED) {
      problem = std::strerror(errno);
    } else {
      data_ = static_cast<const uint8_t*>(view);
      madvise(view, bytes_, MADV_WILLNEED);
    }
  }
  close(file);
  if (!problem.empty()) refuse(path, problem);
}

void MappedFile::forget() const { madvise(const_cast<uint8_t*>(data_), bytes_, MADV_DONTNEED); }

MappedFile::~MappedFile() { munmap(const_cast<uint8_t*>(data_), bytes_); }

#endif

}  // namespace ryzanstein
