#include "mutate.hpp"

namespace cloister::fuzz {
namespace {

// What lengths, counts and numbers break at.
constexpr std::uint64_t edges[] = {
    0,       1,          2,        3,          4,          0x3f,       0x40,       0x7f,
    0x80,    0xfc,       0xfd,     0xff,       0x100,      0x3fff,     0x4000,     0xffff,
    0x10000, 0x3fffffff, 1u << 30, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, ~0ULL};
constexpr std::size_t range_bytes_max = 256;

using Offset = Bytes::difference_type;
Offset offset(std::size_t at) { return static_cast<Offset>(at); }

}  // namespace

Bytes Mutator::next() {
    Bytes bytes = corpus_[random_.below(corpus_.size())];
    for (std::size_t changes = 1 + random_.below(4); changes > 0; --changes) change(bytes);
    return bytes;
}

void Mutator::change(Bytes& bytes) {
    if (bytes.empty()) {
        bytes = random_.bytes(1 + random_.below(16));
        return;
    }
    switch (random_.below(10)) {
        case 0: bytes[at(bytes)] ^= static_cast<std::uint8_t>(1U << random_.below(8)); break;
        case 1: bytes[at(bytes)] = static_cast<std::uint8_t>(random_.next()); break;
        case 2: bytes[at(bytes)] = static_cast<std::uint8_t>(bytes[at(bytes)] + 1); break;
        case 3:
        case 4: edit_length(bytes); break;
        case 5: bytes.resize(at(bytes)); break;
        case 6: {  // insert
            const Bytes fresh = random_.bytes(1 + random_.below(8));
            bytes.insert(bytes.begin() + offset(at(bytes)), fresh.begin(), fresh.end());
            break;
        }
        case 7: {  // cut out
            const std::size_t from = at(bytes);
            const std::size_t size =
                1 + random_.below(std::min(bytes.size() - from, range_bytes_max));
            bytes.erase(bytes.begin() + offset(from), bytes.begin() + offset(from + size));
            break;
        }
        case 8: copy_range(bytes); break;
        default: splice(bytes); break;
    }
}

// Writes an edge, or something near what stands there, as one to eight bytes of either order, or as
// SCALE's compact form.
void Mutator::edit_length(Bytes& bytes) {
    const std::size_t from = at(bytes);
    const std::size_t width =
        std::min<std::size_t>(std::size_t{1} << random_.below(4), bytes.size() - from);
    std::uint64_t value = edges[random_.below(std::size(edges))];
    if (random_.below(3) == 0) value = bytes[from] + random_.below(9) - 4;
    const std::size_t form = random_.below(3);
    if (form == 2 && width <= 4) value = value << 2 | (width == 4 ? 2 : width == 2 ? 1 : 0);
    for (std::size_t i = 0; i < width; ++i) {
        const std::size_t shift = 8 * (form == 1 ? width - 1 - i : i);
        bytes[from + i] = static_cast<std::uint8_t>(value >> shift);
    }
}

// Repeats a range in place, or puts it over another.
void Mutator::copy_range(Bytes& bytes) {
    const std::size_t from = at(bytes);
    const std::size_t size = 1 + random_.below(std::min(bytes.size() - from, range_bytes_max));
    const Bytes range(bytes.begin() + offset(from), bytes.begin() + offset(from + size));
    if (random_.below(2) == 0) {
        for (std::size_t times = 1 + random_.below(3); times > 0; --times) {
            bytes.insert(bytes.begin() + offset(from), range.begin(), range.end());
        }
        return;
    }
    const std::size_t to = random_.below(bytes.size() - size + 1);
    std::ranges::copy(range, bytes.begin() + offset(to));
}

// The head of one and the tail of another.
void Mutator::splice(Bytes& bytes) {
    const Bytes& other = corpus_[random_.below(corpus_.size())];
    if (other.empty()) return;
    bytes.resize(at(bytes));
    bytes.insert(bytes.end(), other.begin() + offset(at(other)), other.end());
}

}  // namespace cloister::fuzz
