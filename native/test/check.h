// A minimal test frame: EXPECT counts, names what fails, and goes on; report() prints the totals.
#ifndef RYZANSTEIN_TEST_CHECK_H_
#define RYZANSTEIN_TEST_CHECK_H_

#include <cstdio>
#include <string>

namespace ryzanstein {
namespace test {

inline int passed = 0;
inline int failed = 0;

inline bool expect(bool condition, const std::string& what, const char* file, int line) {
  condition ? passed++ : failed++;
  if (!condition) std::printf("%s:%d: failed: %s\n", file, line, what.c_str());
  return condition;
}

// Prints the totals; returns the exit status.
inline int report() {
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace test
}  // namespace ryzanstein

#define EXPECT(condition, what) ryzanstein::test::expect((condition), (what), __FILE__, __LINE__)

#endif
