// Ends the process when an invariant of our own is broken; what a file or caller gets wrong is an exception.
#ifndef RYZANSTEIN_BASE_CHECK_H_
#define RYZANSTEIN_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define RYZANSTEIN_CHECK(condition, message)                                                               \
  do {                                                                                                     \
    if (!(condition)) {                                                                                    \
      std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", __FILE__, __LINE__, message, #condition); \
      std::abort();                                                                                        \
    }                                                                                                      \
  } while (false)

#endif
