// The tensors of a model file, each checked against the file before anybody reads it.
#ifndef RYZANSTEIN_MODEL_TENSOR_FILE_H_
#define RYZANSTEIN_MODEL_TENSOR_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../base/input_file.h"
#include "tensor_types.h"

namespace ryzanstein {

// A model file that cannot be used; the message names the file, the tensor and what is wrong with it.
class BadModel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the header of the file says about a tensor; not trusted.
struct TensorDescription {
  std::string name;
  int type = 0;                // ggml's id
  std::vector<int64_t> shape;  // ggml's order, columns first
  uint64_t offset = 0;         // bytes from the start of the file
  uint64_t bytes = 0;
};

// A tensor whose bytes are all inside of the file.
struct Tensor {
  std::string name;
  const TensorType* type = nullptr;
  uint64_t offset = 0;                    // bytes from the start of the file
  std::shared_ptr<const uint8_t[]> data;  // the rows as the file has them, once they are read
  int columns = 0;
  int rows = 0;
  size_t row_bytes = 0;
  float tensor_scale = 1;  // of types that have one behind the last row, I2_S
  // Of every `head_size` rows the first `interleaved_rope_rows` are pairs of the rotary embedding that lie
  // side by side in the file; the kernels have the first members of all pairs before the second ones.
  int head_size = 1;
  int interleaved_rope_rows = 0;

  // Where the file has row r of the product.
  int file_row(int r) const {
    const int d = r % head_size;
    if (d >= interleaved_rope_rows) return r;
    const int half = interleaved_rope_rows / 2;
    return r - d + (d < half ? 2 * d : 2 * (d - half) + 1);
  }
  // y [columns] = the weights of row r, with the scale that stands behind the tensor.
  void to_floats(int r, float* y) const;
  const uint8_t* row(int r) const { return data.get() + static_cast<size_t>(file_row(r)) * row_bytes; }
  size_t bytes() const { return row_bytes * static_cast<size_t>(rows); }
  // The rows first .. first + count - 1 of a tensor that is unread.
  Tensor slice(int first, int count) const {
    Tensor part = *this;
    part.offset += row_bytes * static_cast<size_t>(first);
    part.rows = count;
    return part;
  }
};

class TensorFile {
 public:
  // Throws std::runtime_error if the file cannot be read, BadModel for a tensor that reaches past its end.
  TensorFile(const std::string& path, std::vector<TensorDescription> descriptions);

  bool has(const std::string& name) const { return by_name_.count(name) != 0; }
  // The tensor of this name and exactly this shape (rows 0: a vector of `columns`), unread. With
  // `more_rows` the file may have more: the first ones count. Throws BadModel.
  Tensor take(const std::string& name, int columns, int rows, bool more_rows = false);
  // So many matrices of one shape in one tensor, as one matrix with all their rows, unread. Throws BadModel.
  Tensor take_stack(const std::string& name, int columns, int rows, int matrices);
  // Reads the rows of a tensor that was taken. Throws std::runtime_error.
  void read(Tensor& tensor) const;
  // Throws BadModel if there is a tensor that nobody has taken: the model means more than we compute.
  void check_all_taken(const std::string& architecture) const;
  [[noreturn]] void refuse(const std::string& tensor, const std::string& reason) const;

  const std::string& path() const { return file_.path(); }

 private:
  struct Entry {
    TensorDescription description;
    bool taken = false;
  };
  // Marks it as taken.
  const TensorDescription& find(const std::string& name);
  void check_shape(const TensorDescription& description, const std::vector<int64_t>& shape,
                   const std::vector<int64_t>& expected) const;
  Tensor checked(const TensorDescription& description, int columns, int rows) const;

  InputFile file_;
  std::map<std::string, Entry> by_name_;
};

}  // namespace ryzanstein

#endif
