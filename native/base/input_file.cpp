// InputFile on POSIX systems and on Windows.
#include "input_file.h"

#include <algorithm>
#include <stdexcept>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>

#include <system_error>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

namespace ryzanstein {
namespace {

// No system reads more at once.
constexpr size_t kMostAtOnce = size_t{1} << 30;

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw std::runtime_error("Cannot read the model file " + path + ": " + reason + ".");
}

#ifdef _WIN32
std::string last_error() { return std::system_category().message(static_cast<int>(GetLastError())); }

// A path as Windows takes it. One longer than MAX_PATH has to be whole and to say that it is one, in a share
// as on a disk.
std::wstring native_path(const std::string& path) {
  std::wstring wide(static_cast<size_t>(MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0)),
                    L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), static_cast<int>(wide.size()));
  wide.resize(wide.empty() ? 0 : wide.size() - 1);  // without the zero at its end
  std::wstring whole(GetFullPathNameW(wide.c_str(), 0, nullptr, nullptr), L'\0');
  whole.resize(GetFullPathNameW(wide.c_str(), static_cast<DWORD>(whole.size()), whole.data(), nullptr));
  if (whole.size() < MAX_PATH || whole.compare(0, 4, L"\\\\?\\") == 0) return wide;
  if (whole.compare(0, 2, L"\\\\") == 0) return L"\\\\?\\UNC" + whole.substr(1);
  return L"\\\\?\\" + whole;
}
#else
std::string last_error() { return std::strerror(errno); }
#endif

}  // namespace

#ifdef _WIN32

InputFile::InputFile(const std::string& path) : path_(path) {
  file_ = CreateFileW(native_path(path).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                      OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr);
  if (file_ == INVALID_HANDLE_VALUE) refuse(path, last_error());
  LARGE_INTEGER size{};
  std::string problem;
  if (GetFileType(file_) != FILE_TYPE_DISK) {
    problem = "it is not a regular file";
  } else if (!GetFileSizeEx(file_, &size)) {
    problem = last_error();
  } else if (size.QuadPart == 0) {
    problem = "it is empty";
  }
  if (!problem.empty()) {
    CloseHandle(file_);
    refuse(path, problem);
  }
  bytes_ = static_cast<uint64_t>(size.QuadPart);
}

InputFile::~InputFile() { CloseHandle(file_); }

int64_t InputFile::read_some(uint64_t offset, size_t bytes, void* to) const {
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  DWORD count = 0;
  if (ReadFile(file_, to, static_cast<DWORD>(bytes), &count, &place)) return count;
  return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
}

#else

InputFile::InputFile(const std::string& path)
    : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (file_ < 0) refuse(path, last_error());
  struct stat status{};
  std::string problem;
  if (fstat(file_, &status) != 0) {
    problem = last_error();
  } else if (!S_ISREG(status.st_mode)) {
    problem = "it is not a regular file";
  } else if (status.st_size == 0) {
    problem = "it is empty";
  }
  if (!problem.empty()) {
    close(file_);
    refuse(path, problem);
  }
  bytes_ = static_cast<uint64_t>(status.st_size);
#ifdef POSIX_FADV_WILLNEED
  posix_fadvise(file_, 0, 0, POSIX_FADV_WILLNEED);
#endif
}

InputFile::~InputFile() { close(file_); }

int64_t InputFile::read_some(uint64_t offset, size_t bytes, void* to) const {
  for (;;) {
    const ssize_t count = pread(file_, to, bytes, static_cast<off_t>(offset));
    if (count >= 0 || errno != EINTR) return count;
  }
}

#endif

void InputFile::read(uint64_t offset, size_t bytes, void* to) const {
  auto* at = static_cast<uint8_t*>(to);
  while (bytes > 0) {
    const int64_t count = read_some(offset, std::min(bytes, kMostAtOnce), at);
    if (count < 0) refuse(path_, last_error());
    if (count == 0) refuse(path_, "it became shorter while it was read");
    offset += static_cast<uint64_t>(count);
    at += count;
    bytes -= static_cast<size_t>(count);
  }
}

}  // namespace ryzanstein
