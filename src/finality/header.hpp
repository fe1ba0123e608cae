// Block headers with digests (substrate.md section 3).
#pragma once

#include <optional>
#include <vector>

#include "base/types.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::finality {

using EngineId = FixedBytes<4, struct EngineIdTag>;
EngineId engine_id(std::string_view four_letters);  // "FRNK", "BABE", ...

struct DigestItem {
    enum class Kind : std::uint8_t {
        Other = 0,
        Consensus = 4,
        Seal = 5,
        PreRuntime = 6,
        RuntimeEnvironmentUpdated = 8,
    };
    Kind kind = Kind::Other;
    EngineId engine;  // Consensus, Seal and PreRuntime only
    Bytes data;       // empty for RuntimeEnvironmentUpdated
    friend bool operator==(const DigestItem&, const DigestItem&) = default;
};

struct Header {
    static constexpr std::size_t digest_items_max = 64;
    static constexpr std::size_t encoded_bytes_max = 1U << 20;

    BlockHash parent_hash;
    BlockNumber number;
    StateRoot state_root;
    Hash256 extrinsics_root;
    std::vector<DigestItem> digest;
    friend bool operator==(const Header&, const Header&) = default;
};

Bytes encode_header(const Header& header);
Result<Header, scale::Failure> parse_header(ByteView bytes);
// For headers inside larger structures: reads one header from `decoder` (failures stick there).
Header read_header(scale::Decoder& decoder);
BlockHash hash_of(const Header& header);

}  // namespace cloister::finality
