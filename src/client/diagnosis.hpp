// The demo's job in a client's terms: patients' records out of scikit-learn's breast cancer table,
// and the messages of contracts/diagnosis. Used by `cloister demo`, the simulator and the tests, so
// that all three play the same flow.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace cloister::client::diagnosis {

inline constexpr std::size_t feature_count = 30;
inline constexpr std::size_t training_records = 400;  // the first in file order: Hospital A's

struct Patient {
    std::array<std::int64_t, feature_count> features{};  // in millionths
    bool malignant = false;
};

// The table's CSV: a header line "569,30,malignant,benign", then 30 numbers and the class (0 is
// malignant) a line. Nothing unless every line is well-formed.
std::optional<std::vector<Patient>> parse_table(std::string_view csv);

// Encoded messages: selector and SCALE arguments.
Bytes encode_new();
Bytes encode_train(std::span<const Patient> patients);
Bytes encode_allow(const AccountId& clinic);
Bytes encode_revoke(const AccountId& clinic);
Bytes encode_score(std::span<const Patient> patients);  // diagnoses are left out
Bytes encode_info();

struct Score {
    bool malignant = false;
    std::uint32_t per_million = 0;
};
// What a message returned: the contract's own refusal is an error's index (0 NotOwner, 1
// NotAllowed, 2 NothingToLearnFrom, 3 NotTrained), anything undecodable is 255.
struct Refused {
    std::uint8_t code = 255;
};
std::optional<std::vector<Score>> decode_scores(ByteView output, Refused& refused);
std::optional<std::uint32_t> decode_trained(ByteView output, Refused& refused);
// The share of right answers, 0 to 1.
double accuracy(std::span<const Patient> truth, std::span<const Score> scores);

}  // namespace cloister::client::diagnosis
