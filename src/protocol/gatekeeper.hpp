// Messages between enclaves and gatekeepers: freshness tickets and key shares (DESIGN.md sections 2
// and 7). Carried by hosts, who are the attacker: each message is signed, bound to a nonce and to
// the genesis hash.
#pragma once

#include <variant>
#include <vector>

#include "protocol/registry.hpp"

namespace cloister::protocol {

struct TicketRequest {
    BlockHash genesis;
    WorkerId worker;
    Nonce32 nonce;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.genesis, s.worker, s.nonce);
    }
    friend bool operator==(const TicketRequest&, const TicketRequest&) = default;
};
struct Ticket {
    WorkerId worker;
    Nonce32 nonce;
    BlockNumber block;  // the newest finalised block that the gatekeeper knows
    BlockHash block_hash;
    WorkerId gatekeeper;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.worker, s.nonce, s.block, s.block_hash, s.gatekeeper, s.signature);
    }
    friend bool operator==(const Ticket&, const Ticket&) = default;
};
Bytes signing_bytes(const BlockHash& genesis, const Ticket& ticket);
// How long a ticket serves, on the enclave's own cycle counter.
inline constexpr std::uint64_t ticket_lifetime_ms = 60'000;

// What a seed is for. The PRF message is SCALE(genesis, epoch, subject, purpose).
enum class SeedPurpose : std::uint8_t { Cluster = 0, Contract = 1 };
constexpr SeedPurpose scale_last(SeedPurpose) { return SeedPurpose::Contract; }
struct SeedSubject {
    SeedPurpose purpose = SeedPurpose::Cluster;
    Hash256 id;  // cluster or contract
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.purpose, s.id); }
    friend auto operator<=>(const SeedSubject&, const SeedSubject&) = default;
};
Bytes seed_message(const BlockHash& genesis, KeyEpoch epoch, const SeedSubject& subject);

struct KeyRequest {
    std::uint8_t version = 1;
    BlockHash genesis;
    WorkerId worker;
    crypto::X25519Public encryption_key;
    Nonce32 nonce;
    KeyEpoch epoch;
    std::vector<SeedSubject> subjects;
    Bytes evidence;  // fresh quote over report_data_of(*this without evidence and signature)
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.version, s.genesis, s.worker, s.encryption_key, s.nonce, s.epoch,
                             scale::bounded<64>(s.subjects), scale::bounded<16384>(s.evidence),
                             s.signature);
    }
    friend bool operator==(const KeyRequest&, const KeyRequest&) = default;
};
ReportData64 report_data_of(const KeyRequest& request);
Bytes signing_bytes(const KeyRequest& request);  // everything but the signature

struct SeedShare {
    SeedSubject subject;
    std::uint16_t index = 1;
    crypto::PartialEvaluation evaluation;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.subject, s.index, s.evaluation);
    }
    friend bool operator==(const SeedShare&, const SeedShare&) = default;
};
struct KeyShares {
    std::vector<SeedShare> shares;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<64>(s.shares));
    }
};
// `sealed` is HPKE to the worker's encryption key, info domain::key_share, associated data
// SCALE(genesis, worker, gatekeeper, nonce, epoch); plaintext SCALE(KeyShares).
struct KeyResponse {
    WorkerId worker;
    WorkerId gatekeeper;
    Nonce32 nonce;
    KeyEpoch epoch;
    Bytes sealed;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.worker, s.gatekeeper, s.nonce, s.epoch,
                             scale::bounded<65536>(s.sealed), s.signature);
    }
    friend bool operator==(const KeyResponse&, const KeyResponse&) = default;
};
Bytes associated_data(const BlockHash& genesis, const KeyResponse& response);
Bytes signing_bytes(const BlockHash& genesis, const KeyResponse& response);

enum class GatekeeperError : std::uint8_t {
    Malformed = 0,  // undecodable
    NotReady = 1,   // the gatekeeper has no share, or has not followed far enough
    WrongGenesis = 2,
    UnknownWorker = 3,  // not registered at the gatekeeper's newest finalised block
    BadSignature = 4,
    BadEvidence = 5,             // quote not authentic, or does not bind this request
    MeasurementNotApproved = 6,  // not approved, or within its notice period
    PlatformNotAccepted = 7,     // policy says no
    NotInCluster = 8,            // asks for a seed of a cluster or contract that it does not serve
    WrongEpoch = 9,
};
constexpr GatekeeperError scale_last(GatekeeperError) { return GatekeeperError::WrongEpoch; }
std::string_view name_of(GatekeeperError error);

using PeerRequest = std::variant<TicketRequest, KeyRequest>;
using PeerReply = std::variant<Ticket, KeyResponse, GatekeeperError>;

}  // namespace cloister::protocol
