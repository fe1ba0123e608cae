#include "enclave/registration.hpp"

#include "base/hex.hpp"
#include "protocol/calls.hpp"

namespace cloister::enclave {

namespace {

constexpr std::uint32_t view_lag_max = protocol::registration_age_blocks_max / 4;

}  // namespace

void Registration::advance(Core& core) {
    const View& view = *core.view;
    core.registered = view.operator_worker == core.identity.worker();
    if (core.registered) {
        was_registered_ = true;
        return;
    }
    if (was_registered_ && !revoked_) {
        revoked_ = true;
        core.out.log("RegistrationRevoked", "block " + std::to_string(view.at.number.value));
    }
    if (revoked_) return;
    // The view may still be at a block of the way there, too old for the chain to accept.
    const BlockNumber head = core.follower.newest().number;
    if (head.value - view.at.number.value > view_lag_max) return;
    if (!core.follower.caught_up(core.now)) {
        return core.wake_at(Instant(core.now.value + Follower::quiet_ms));
    }
    if (!core.due(attempts_, again_ms)) return;
    const bool gatekeeper = core.is_gatekeeper();
    const protocol::Registration registration{
        .genesis = core.mission->genesis,
        .worker = core.identity.worker(),
        .encryption_key = core.identity.encryption.public_key,
        .operator_account = core.mission->operator_account,
        .block = view.at.number,
        .block_hash = view.at.hash,
        .role = core.mission->role,
        .cluster = gatekeeper ? ClusterId() : core.mission->cluster,
    };
    waiting_ = Waiting{core.next_id(), registration};
    core.out.put(output::NeedQuote{waiting_->quote_id, protocol::report_data_of(registration)});
}

bool Registration::quoted(Core& core, std::uint64_t id, const Bytes& quote) {
    if (!waiting_ || waiting_->quote_id != id) return false;
    const protocol::RegisterWorker call{.registration = waiting_->registration, .evidence = quote};
    core.out.host(protocol::output::SubmitCall{protocol::encode_call(call), "register"});
    waiting_.reset();
    return true;
}

}  // namespace cloister::enclave
