#include "enclave/gatekeeper.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/hpke.hpp"
#include "enclave/admission.hpp"
#include "protocol/calls.hpp"
#include "protocol/domains.hpp"

namespace cloister::enclave {

namespace {

using protocol::GatekeeperError;

constexpr std::uint16_t own_index = 1;

Bytes share_associated(const BlockHash& genesis) {
    return concat(view_of(protocol::domain::share_seal), scale::encode(genesis, current_epoch));
}

Secret<32> share_key(const Secret<32>& seal_key) {
    const Secret<32> extracted =
        crypto::hkdf_extract(view_of(protocol::domain::share_seal), seal_key.reveal());
    return crypto::hkdf_expand_32(extracted, view_of("share"));
}

void reply(Core& core, std::uint64_t id, const protocol::PeerReply& message) {
    core.out.host(protocol::output::PeerReplyOut{id, scale::encode(message)});
}

}  // namespace

Bytes seal_share(const Secret<32>& seal_key, const BlockHash& genesis,
                 const crypto::RistrettoScalar& share, const crypto::AeadNonce& nonce) {
    const Bytes sealed =
        crypto::aead_seal(crypto::Aead::Aes256Gcm, share_key(seal_key).reveal(), nonce,
                          share_associated(genesis), share.bytes().reveal());
    return concat(nonce.view(), sealed);
}

std::optional<crypto::RistrettoScalar> open_share(const Secret<32>& seal_key,
                                                  const BlockHash& genesis, ByteView blob) {
    if (blob.size() < crypto::AeadNonce::size_bytes) return std::nullopt;
    const crypto::AeadNonce nonce(blob.first(crypto::AeadNonce::size_bytes));
    const auto plain =
        crypto::aead_open(crypto::Aead::Aes256Gcm, share_key(seal_key).reveal(), nonce,
                          share_associated(genesis), blob.subspan(crypto::AeadNonce::size_bytes));
    if (!plain || plain->size() != 32) return std::nullopt;
    return crypto::RistrettoScalar::from_canonical(plain->reveal());
}

void Gatekeeper::advance(Core& core) {
    if (stage_ != Stage::Held && core.registered && core.due(asking_, ask_ms)) {
        core.out.host(protocol::output::NeedSealed{std::string(share_name)});
    }
    if (stage_ == Stage::Held) {
        check_share(core);
        if (!core.view->epoch_key && core.registered && core.due(publishing_, again_ms))
            publish(core);
    }
    answer_peers(core);
}

void Gatekeeper::sealed(Core& core, const protocol::input::Sealed& message) {
    if (stage_ == Stage::AwaitStored) {
        // What was asked before the blob was stored may still be answered with nothing.
        if (message.blob == stored_) stage_ = Stage::Held;
        return;
    }
    if (stage_ != Stage::AskStored) return core.out.log("UnaskedSealed", message.name);
    if (message.blob) {
        secret_ = open_share(core.seal_key, core.mission->genesis, *message.blob);
        if (!secret_) return core.out.log("ShareDoesNotOpen");
        stage_ = Stage::Held;
        return;
    }
    if (!core.view || !core.follower.caught_up(core.now)) return;
    if (core.view->epoch_key) return core.out.log("ShareMissing");
    if (core.registered) make_share(core);
}

void Gatekeeper::make_share(Core& core) {
    const SecretBytes uniform = core.entropy.bytes(64);
    secret_ = crypto::RistrettoScalar::from_uniform(uniform.reveal());
    crypto::AeadNonce nonce;
    core.entropy.fill({nonce.data(), nonce.size()});
    stored_ = seal_share(core.seal_key, core.mission->genesis, *secret_, nonce);
    stage_ = Stage::AwaitStored;
    core.out.host(protocol::output::StoreSealed{std::string(share_name), stored_});
    core.out.host(protocol::output::NeedSealed{std::string(share_name)});
}

void Gatekeeper::check_share(Core& core) {
    ready_ = false;
    if (!core.view->epoch_key) return;
    const auto& holders = core.view->epoch_key->holders;
    const auto own = std::ranges::find(holders, own_index, &protocol::ShareHolder::index);
    ready_ = own != holders.end() && own->share_public == secret_->times_base();
    if (!ready_ && !foreign_logged_) {
        foreign_logged_ = true;
        core.out.log("ShareForeign", "the chain's epoch key is of another share");
    }
}

void Gatekeeper::publish(Core& core) {
    const crypto::RistrettoPoint point = secret_->times_base();
    protocol::PublishEpochKey message{
        .key = {.epoch = current_epoch,
                .threshold = 1,
                .network_public = point,
                .holders = {{own_index, core.identity.worker(), point}}},
        .gatekeeper = core.identity.worker(),
        .signature = {},
    };
    message.signature = core.sign(protocol::signing_bytes(core.mission->genesis, message));
    core.out.host(protocol::output::SubmitCall{
        protocol::encode_call(protocol::PublishEpochKeyCall{std::move(message)}), "epoch-key"});
}

void Gatekeeper::request(Core& core, const protocol::input::PeerRequest& message) {
    const auto decoded = scale::decode<protocol::PeerRequest>(message.bytes);
    if (!decoded) return reply(core, message.id, GatekeeperError::Malformed);
    if (const auto* ticket = std::get_if<protocol::TicketRequest>(&*decoded)) {
        if (!core.mission || ticket->genesis != core.mission->genesis) {
            return reply(core, message.id, GatekeeperError::WrongGenesis);
        }
        if (!ready_ || !core.registered) return reply(core, message.id, GatekeeperError::NotReady);
        const At newest = core.follower.newest();
        protocol::Ticket out{ticket->worker, ticket->nonce,          newest.number,
                             newest.hash,    core.identity.worker(), {}};
        out.signature = core.sign(protocol::signing_bytes(core.mission->genesis, out));
        return reply(core, message.id, out);
    }
    if (peers_.size() >= peers_max) return reply(core, message.id, GatekeeperError::NotReady);
    peers_.push_back({message.id, std::get<protocol::KeyRequest>(*decoded), core.now});
}

void Gatekeeper::answer_peers(Core& core) {
    for (auto peer = peers_.begin(); peer != peers_.end();) {
        auto answered = answer(core, peer->request);
        const Instant end(peer->since.value + peer_wait_ms);
        if (!answered && core.now >= end) answered = GatekeeperError::NotReady;
        if (!answered) {
            core.wake_at(end);
            ++peer;
            continue;
        }
        reply(core, peer->id, *answered);
        peer = peers_.erase(peer);
    }
}

std::optional<protocol::PeerReply> Gatekeeper::answer(Core& core,
                                                      const protocol::KeyRequest& request) {
    if (!ready_ || !core.registered) return GatekeeperError::NotReady;
    const auto admitted = admit(core, request);
    if (!admitted) return std::nullopt;
    if (!*admitted) {
        core.out.log("KeyRequestRefused", std::string(protocol::name_of(admitted->error())));
        return admitted->error();
    }
    return give(core, request);
}

protocol::PeerReply Gatekeeper::give(Core& core, const protocol::KeyRequest& request) {
    protocol::KeyShares shares;
    for (const protocol::SeedSubject& subject : request.subjects) {
        const Bytes message = protocol::seed_message(core.mission->genesis, current_epoch, subject);
        shares.shares.push_back(
            {subject, own_index,
             crypto::evaluate(*secret_, view_of(protocol::domain::seed), message)});
    }
    const SecretBytes plain(scale::encode(shares));
    protocol::KeyResponse response{
        request.worker, core.identity.worker(), request.nonce, current_epoch, {}, {}};
    const Bytes associated = protocol::associated_data(core.mission->genesis, response);
    const auto sealed = crypto::hpke_seal(request.encryption_key,
                                          {view_of(protocol::domain::key_share), associated},
                                          plain.reveal(), core.fresh_key());
    if (!sealed) return GatekeeperError::BadSignature;  // a key of small order is nobody's
    response.sealed = *sealed;
    response.signature = core.sign(protocol::signing_bytes(core.mission->genesis, response));
    return response;
}

void Gatekeeper::wipe() {
    secret_.reset();
    ready_ = false;
    peers_.clear();
}

}  // namespace cloister::enclave
