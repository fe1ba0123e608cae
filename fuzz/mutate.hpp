// Structured mutations of a corpus from one seed: the same seed gives the same inputs everywhere.
#pragma once

#include "body.hpp"
#include "codec/scale/vectors_test.hpp"

namespace cloister::fuzz {

class Mutator {
  public:
    // `corpus` must outlive the mutator and not be empty.
    Mutator(std::span<const Bytes> corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

    // A member of the corpus with one to four changes; never much longer than twice its parents.
    Bytes next();

  private:
    void change(Bytes& bytes);
    void edit_length(Bytes& bytes);
    void copy_range(Bytes& bytes);
    void splice(Bytes& bytes);
    std::size_t at(const Bytes& bytes) { return random_.below(bytes.size()); }

    std::span<const Bytes> corpus_;
    testing::Random random_;
};

}  // namespace cloister::fuzz
