// The model's arithmetic once more, plain and slow, to hold the engine against.
#ifndef RYZANSTEIN_TEST_REFERENCE_FORWARD_H_
#define RYZANSTEIN_TEST_REFERENCE_FORWARD_H_

#include <cstdint>
#include <vector>

#include "synthetic_model.h"

namespace ryzanstein {
namespace test {

// Logits [ids][vocabulary], in double: inputs of products, queries, keys and values rounded to int8, what a
// position weighs to 14 bits, the output head to int8 rows unless the file holds it as Q8_0. What the
// model's architecture switches on is read here once more.
std::vector<std::vector<double>> reference_logits(const SyntheticModel& model,
                                                  const std::vector<int32_t>& ids);

}  // namespace test
}  // namespace ryzanstein

#endif
