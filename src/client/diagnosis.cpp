#include "client/diagnosis.hpp"

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"

namespace cloister::client::diagnosis {
namespace {

constexpr std::string_view header_line = "569,30,malignant,benign";

// A plain decimal like "0.006399", exactly, in millionths; nothing for anything else or finer.
std::optional<std::int64_t> parse_millionths(std::string_view text) {
    std::int64_t value = 0;
    std::size_t decimals = 0;
    bool point = false;
    if (text.empty() || text.size() > 16) return std::nullopt;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            value = value * 10 + (c - '0');
            if (point) ++decimals;
        } else {
            return std::nullopt;
        }
    }
    // Two values of the table have seven or eight decimals; the contract's unit drops what is below
    // it.
    for (; decimals < 6; ++decimals) value *= 10;
    for (; decimals > 6; --decimals) value /= 10;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<Patient> parse_line(std::string_view line) {
    const auto fields = split(line, ',');
    if (fields.size() != feature_count + 1) return std::nullopt;
    Patient patient;
    for (std::size_t i = 0; i < feature_count; ++i) {
        const auto value = parse_millionths(fields[i]);
        if (!value) return std::nullopt;
        patient.features[i] = *value;
    }
    if (fields.back() != "0" && fields.back() != "1") return std::nullopt;
    patient.malignant = fields.back() == "0";
    return patient;
}

Bytes message(std::string_view name, ByteView arguments) {
    return concat(crypto::blake2b_256(view_of(name)).view().first(4), arguments);
}

// ink!'s framing: Result<T, LangError> outside, the message's own Result<T, Refusal> inside.
bool open_result(scale::Decoder& decoder, Refused& refused) {
    if (decoder.byte() != 0 || decoder.failed()) return false;
    const std::uint8_t tag = decoder.byte();
    if (tag == 1) refused.code = decoder.byte();
    return tag == 0 && !decoder.failed();
}

}  // namespace

std::optional<std::vector<Patient>> parse_table(std::string_view csv) {
    std::vector<Patient> patients;
    bool first = true;
    for (std::string_view line : split(csv, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (first) {
            if (line != header_line) return std::nullopt;
            first = false;
            continue;
        }
        if (line.empty()) continue;
        const auto patient = parse_line(line);
        if (!patient) return std::nullopt;
        patients.push_back(*patient);
    }
    if (patients.size() != 569) return std::nullopt;
    return patients;
}

Bytes encode_new() { return message("new", {}); }

Bytes encode_train(std::span<const Patient> patients) {
    scale::Encoder encoder;
    encoder.compact(patients.size());
    for (const Patient& p : patients) {
        encoder.write(p.features);
        encoder.write(p.malignant);
    }
    return message("train", encoder.bytes());
}

Bytes encode_allow(const AccountId& clinic) { return message("allow", clinic.view()); }
Bytes encode_revoke(const AccountId& clinic) { return message("revoke", clinic.view()); }

Bytes encode_score(std::span<const Patient> patients) {
    scale::Encoder encoder;
    encoder.compact(patients.size());
    for (const Patient& p : patients) encoder.write(p.features);
    return message("score", encoder.bytes());
}

Bytes encode_info() { return message("info", {}); }

std::optional<std::vector<Score>> decode_scores(ByteView output, Refused& refused) {
    scale::Decoder decoder(output);
    if (!open_result(decoder, refused)) return std::nullopt;
    const std::size_t count = decoder.length(1U << 20, 5);
    std::vector<Score> scores;
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        Score score;
        decoder.read_into(score.malignant);
        decoder.read_into(score.per_million);
        scores.push_back(score);
    }
    if (decoder.failed() || decoder.remaining() != 0) return std::nullopt;
    return scores;
}

std::optional<std::uint32_t> decode_trained(ByteView output, Refused& refused) {
    scale::Decoder decoder(output);
    if (!open_result(decoder, refused)) return std::nullopt;
    const auto trained = decoder.read<std::uint32_t>();
    if (decoder.failed() || decoder.remaining() != 0) return std::nullopt;
    return trained;
}

double accuracy(std::span<const Patient> truth, std::span<const Score> scores) {
    CLOISTER_ASSERT(!truth.empty());
    std::size_t right = 0;
    for (std::size_t i = 0; i < truth.size() && i < scores.size(); ++i) {
        if (truth[i].malignant == scores[i].malignant) ++right;
    }
    return static_cast<double>(right) / static_cast<double>(truth.size());
}

}  // namespace cloister::client::diagnosis
