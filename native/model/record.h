// Records of numbers whose members are named once: what reads them from JavaScript, checks them or damages
// them in tests walks the same table.
#ifndef RYZANSTEIN_MODEL_RECORD_H_
#define RYZANSTEIN_MODEL_RECORD_H_

#include <cmath>
#include <cstdio>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace ryzanstein {

template <class Record>
struct Field {
  const char* name;  // in JavaScript
  std::variant<std::string Record::*, int Record::*, float Record::*, std::vector<int> Record::*,
               std::vector<float> Record::*>
      member;
  const char* words;  // for messages
  // What a number, or each one of a list, may be.
  double least = 0;
  double most = 0;
};

// "the width is 0, not within 1 to 65536" for the first member outside of its range, or an empty string.
template <class Record, class Fields>
std::string out_of_range(const Record& record, const Fields& fields) {
  std::string problem;
  for (const Field<Record>& field : fields) {
    const auto check = [&](double value) {
      if (!problem.empty() || (value >= field.least && value <= field.most)) return;
      char numbers[96];
      std::snprintf(numbers, sizeof numbers, " is %.10g, not within %.10g to %.10g", value, field.least,
                    field.most);
      problem = field.words + std::string(numbers);
    };
    std::visit(
        [&](auto member) {
          using Member = std::decay_t<decltype(record.*member)>;
          if constexpr (std::is_arithmetic_v<Member>) {
            check(static_cast<double>(record.*member));
          } else if constexpr (!std::is_same_v<Member, std::string>) {
            for (const auto value : record.*member) check(static_cast<double>(value));
          }
        },
        field.member);
  }
  return problem;
}

}  // namespace ryzanstein

#endif
