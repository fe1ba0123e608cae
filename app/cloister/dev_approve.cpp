#include "dev_approve.hpp"

#include <unistd.h>

#include "base/hex.hpp"
#include "client/chain.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "protocol/calls.hpp"
#include "protocol/storage.hpp"

namespace cloister::app {
namespace {

constexpr std::uint64_t wait_ms = 10'000;

Problem problem_of_client(const client::Error& error) {
    return {std::string(client::name_of(error.code)), error.message, error.hint};
}

client::Transport transport_to(const std::string& url) {
    return [url](const std::string& body) -> std::optional<std::string> {
        auto call = io::parse_http_url(url);
        if (!call) return std::nullopt;
        call->body = body;
        auto reply = io::http_request_blocking(std::move(*call));
        if (!reply || reply->status != 200) return std::nullopt;
        return std::move(reply->body);
    };
}

Result<void, client::Error> approve(const std::string& url, const BlockHash& genesis,
                                    const Measurement& measurement) {
    // A clock that starts at zero: this is our own node, and its chain may have slept for longer
    // than clients bear.
    const Instant start = io::steady_now();
    const client::Clock clock{
        .wall = [start] { return UnixMillis(io::steady_now().value - start.value); },
        .sleep = [](std::uint64_t ms) { ::usleep(static_cast<useconds_t>(ms * 1000)); }};
    client::Chain chain(transport_to(url), clock, genesis);
    CLOISTER_CHECK(chain.open());
    const auto alice = crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
    const Bytes key = protocol::storage::attestation_approved(measurement);
    const Bytes approval = protocol::encode_call(
        protocol::ApproveMeasurement{.measurement = measurement, .name = "development build"});
    CLOISTER_TRY(
        client::Submitted done,
        chain.submit(*alice,
                     protocol::encode_call(protocol::GovernanceEnact{.encoded_call = approval}),
                     wait_ms));
    chain.unpin();
    CLOISTER_TRY(const auto entry,
                 chain.read_as<protocol::MeasurementApproval>(key, "the approval"));
    // Nobody else need be there to make blocks: each remark makes one.
    const Bytes remark = protocol::encode_call(
        protocol::SystemRemark{.remark = to_bytes(std::string_view("notice"))});
    while (done.block < entry.keys_from) {
        CLOISTER_TRY(done, chain.submit(*alice, remark, wait_ms));
    }
    return {};
}

}  // namespace

Result<void, Problem> approve_measurement(const std::string& rpc_url, const BlockHash& genesis,
                                          const Measurement& measurement) {
    return approve(rpc_url, genesis, measurement).map_error(problem_of_client);
}

}  // namespace cloister::app
