// What goes over the simulated platform's two kinds of sockets: its public unix socket (launching)
// and the private socketpair that it gives each enclave (quoting). Each message is a frame: a u32
// length, little-endian, and that many bytes of SCALE. Bounded on both sides; a frame that breaks a
// bound ends the connection.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "attest/attest.hpp"
#include "codec/scale/scale.hpp"
#include "platform/platform.hpp"

namespace cloister::platform {

// The largest frame towards the platform, and the largest from it (collateral has nine parts).
inline constexpr std::size_t request_frame_bytes_max = 8U << 10;
inline constexpr std::size_t response_frame_bytes_max = 2U << 20;
inline constexpr std::size_t enclave_file_bytes_max = 256U << 20;

// The descriptors that an enclave finds open. 0 is /dev/null; 1 and 2 are /dev/null or the
// platform's log.
inline constexpr int enclave_host_descriptor = 3;
inline constexpr int enclave_platform_descriptor = 4;

// ---- enclave to platform, over enclave_platform_descriptor; one response for each request, in
// order

struct QuoteRequest {
    ReportData report_data;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.report_data); }
    friend bool operator==(const QuoteRequest&, const QuoteRequest&) = default;
};
struct SealKeyRequest {
    static constexpr auto scale_fields(auto&) { return scale::fields(); }
    friend bool operator==(const SealKeyRequest&, const SealKeyRequest&) = default;
};
struct MeasurementRequest {
    static constexpr auto scale_fields(auto&) { return scale::fields(); }
    friend bool operator==(const MeasurementRequest&, const MeasurementRequest&) = default;
};
struct CollateralRequest {
    static constexpr auto scale_fields(auto&) { return scale::fields(); }
    friend bool operator==(const CollateralRequest&, const CollateralRequest&) = default;
};
using EnclaveRequest =
    std::variant<QuoteRequest, SealKeyRequest, MeasurementRequest, CollateralRequest>;

struct QuoteResponse {
    static constexpr std::size_t quote_bytes_max = 16U << 10;
    Bytes quote;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<quote_bytes_max>(s.quote));
    }
    friend bool operator==(const QuoteResponse&, const QuoteResponse&) = default;
};
// Encoded and decoded in plain memory: whoever reads it moves the key into a Secret<32> and wipes
// the rest.
struct SealKeyResponse {
    FixedBytes<32, struct SealKeyTag> key;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.key); }
};
struct MeasurementResponse {
    Measurement measurement;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.measurement); }
    friend bool operator==(const MeasurementResponse&, const MeasurementResponse&) = default;
};
struct CollateralResponse {
    attest::Collateral collateral;
    Hash256 root_fingerprint;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.collateral, s.root_fingerprint);
    }
    friend bool operator==(const CollateralResponse&, const CollateralResponse&) = default;
};
using EnclaveResponse =
    std::variant<QuoteResponse, SealKeyResponse, MeasurementResponse, CollateralResponse>;

// ---- launcher to platform, over the unix socket; one per connection, which then belongs to that
// enclave

// Sent with exactly one descriptor (SCM_RIGHTS), the enclave's end of the host channel.
struct LaunchRequest {
    static constexpr std::size_t path_bytes_max = 4096;
    std::string path;                    // of the enclave program, absolute
    std::vector<std::string> arguments;  // must be empty: arguments would not be measured
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<path_bytes_max>(s.path),
                             scale::bounded<16>(s.arguments));
    }
    friend bool operator==(const LaunchRequest&, const LaunchRequest&) = default;
};

enum class LaunchError : std::uint8_t {
    MalformedRequest,    // not a LaunchRequest, or too large
    MissingHostChannel,  // no descriptor came with the request, or more than one
    ArgumentsRefused,    // arguments are not measured and therefore not passed
    UnreadableProgram,   // the file cannot be opened, is no regular file, or is too large
    LaunchFailed,        // memfd, fork or exec failed
};
constexpr LaunchError scale_last(LaunchError) { return LaunchError::LaunchFailed; }

struct Launched {
    std::uint32_t pid = 0;
    Measurement measurement;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.pid, s.measurement); }
    friend bool operator==(const Launched&, const Launched&) = default;
};
struct LaunchRefused {
    LaunchError error{};
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.error); }
    friend bool operator==(const LaunchRefused&, const LaunchRefused&) = default;
};
// The last message on a connection. A program that could not be executed exits with code 127.
struct Exited {
    std::uint32_t pid = 0;
    std::uint32_t code = 0;    // exit status, if `signal` is 0
    std::uint32_t signal = 0;  // the signal that ended it, else 0
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.pid, s.code, s.signal); }
    friend bool operator==(const Exited&, const Exited&) = default;
};
using LauncherEvent = std::variant<Launched, LaunchRefused, Exited>;

}  // namespace cloister::platform
