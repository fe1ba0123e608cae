// The SCALE decoder by itself: one type of every kind, the first byte chooses.
#include "bodies.hpp"
#include "round_trip.hpp"

namespace cloister::fuzz {
namespace {

struct Bounded {
    Bytes few;
    std::vector<std::uint16_t> numbers;
    std::map<std::uint8_t, Bytes> entries;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<8>(s.few), scale::bounded<4>(s.numbers),
                             scale::bounded<3>(s.entries));
    }
};

using Body = int (*)(ByteView);
constexpr Body kinds[] = {
    round_trip<scale::Compact<std::uint8_t>>,
    round_trip<scale::Compact<std::uint16_t>>,
    round_trip<scale::Compact<std::uint32_t>>,
    round_trip<scale::Compact<std::uint64_t>>,
    round_trip<scale::Compact<u128>>,
    round_trip<scale::Compact<BlockNumber>>,
    round_trip<bool>,
    round_trip<std::int8_t>,
    round_trip<std::int16_t>,
    round_trip<std::uint32_t>,
    round_trip<std::uint64_t>,
    round_trip<u128>,
    round_trip<Bytes>,
    round_trip<std::string>,
    round_trip<std::vector<std::uint32_t>>,
    round_trip<std::vector<Bytes>>,
    round_trip<std::vector<std::vector<std::vector<Bytes>>>>,
    round_trip<std::optional<std::optional<bool>>>,
    round_trip<std::map<std::uint32_t, Bytes>>,
    round_trip<std::map<Bytes, std::map<Bytes, std::uint8_t>>>,
    round_trip<std::tuple<std::uint8_t, Bytes, std::uint32_t>>,
    round_trip<std::pair<std::string, Hash256>>,
    round_trip<std::array<std::uint16_t, 3>>,
    round_trip<std::variant<std::uint8_t, Bytes, std::monostate>>,
    round_trip<Bounded>,
};

}  // namespace

int scale_body(ByteView input) {
    if (input.empty()) return 0;
    return kinds[input.front() % std::size(kinds)](input.subspan(1));
}

std::vector<Bytes> scale_seeds() {
    std::vector<Bytes> out;
    const std::vector<Bytes> values = {{0},
                                       {1},
                                       {0xfc},
                                       {0x01, 0x01},
                                       {0xfe, 0xff, 0x03, 0x00},
                                       {0x03, 0, 0, 0, 0x40},
                                       {0x13, 1, 2, 3, 4, 5, 6, 7, 8},
                                       {0x33, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                                       {1, 1},
                                       {8, 8, 1, 2, 4, 9},
                                       {4, 4, 4, 4, 1},
                                       {8, 1, 0, 0, 0, 4, 7, 2, 0, 0, 0, 0},
                                       {12, 1, 2, 3, 8, 1, 0, 2, 0, 8, 1, 4, 9, 2, 0},
                                       Bytes(16, 1),
                                       Bytes(8, 1),
                                       Bytes(6, 2)};
    for (std::uint8_t kind = 0; kind < std::size(kinds); ++kind) {
        for (const Bytes& value : values) out.push_back(concat(Bytes{kind}, value));
    }
    return out;
}

}  // namespace cloister::fuzz
