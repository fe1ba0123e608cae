#include "enclave/core.hpp"

#include "protocol/storage.hpp"

namespace cloister::enclave {

namespace {

Identity make_identity(crypto::Entropy& entropy) {
    crypto::Ed25519Key signing(entropy.bytes_32());
    crypto::X25519Key encryption(entropy.bytes_32());
    return {std::move(signing), std::move(encryption), crypto::X25519Key(entropy.bytes_32())};
}

}  // namespace

Core::Core(Birth birth, const contract::Engine& contract_engine)
    : engine(contract_engine),
      entropy(std::move(birth.entropy)),
      seal_key(std::move(birth.seal_key)),
      measurement(birth.measurement),
      identity(make_identity(entropy)) {}

bool Core::due(Timer& timer, std::uint64_t interval_ms) {
    const bool is_due = !timer.last || now.value >= timer.last->value + interval_ms;
    if (is_due) timer.last = now;
    wake_at(Instant(timer.last->value + interval_ms));
    return is_due;
}

Nonce32 Core::fresh_nonce() {
    Nonce32 nonce;
    entropy.fill({nonce.data(), nonce.size()});
    return nonce;
}

crypto::X25519Key Core::fresh_key() { return crypto::X25519Key(entropy.bytes_32()); }

bool Core::knows_gatekeeper(const WorkerId& worker) const {
    return view && std::ranges::find(view->gatekeepers, worker) != view->gatekeepers.end();
}

protocol::Session Core::session() const {
    protocol::Session session{mission->genesis, identity.worker(), identity.session.public_key, {}};
    session.signature = sign(protocol::signing_bytes(session));
    return session;
}

void Core::announce() {
    out.host(protocol::output::Identity{identity.worker(), scale::encode(session())});
}

std::optional<View> read_view(Core& core, const At& at) {
    namespace storage = protocol::storage;
    View view;
    view.at = at;
    bool ready = true;
    // Every item is asked for before the first missing one ends the attempt: one proof brings them
    // all.
    const auto take = [&](auto& into, const Bytes& key) {
        using T = std::remove_cvref_t<decltype(into)>;
        auto read = core.reads.get<T>(at, key);
        ready = ready && read.ready;
        if (read.value) into = std::move(*read.value);
    };
    const auto take_optional = [&]<class T>(std::optional<T>& into, const Bytes& key) {
        auto read = core.reads.get<T>(at, key);
        ready = ready && read.ready;
        into = std::move(read.value);
    };
    take(view.time, storage::timestamp_now());
    take_optional(view.operator_worker,
                  storage::registry_operator_worker(core.mission->operator_account));
    take(view.gatekeepers, storage::registry_gatekeepers());
    take_optional(view.epoch_key, storage::registry_epoch_key(current_epoch));
    if (!core.is_gatekeeper()) {
        const ClusterId& cluster = core.mission->cluster;
        take_optional(view.cluster_key, storage::registry_cluster_key(cluster));
        take(view.members, storage::contracts_cluster_workers(cluster));
        take(view.pending_keys, storage::contracts_pending_keys(cluster));
        take(view.draws, storage::tasks_draw_queue(cluster));
        take(view.next_sequence, storage::tasks_next_sequence(cluster));
        take(view.accepted, storage::tasks_accepted(cluster));
    }
    if (!ready) return std::nullopt;
    return view;
}

}  // namespace cloister::enclave
