// What host and enclave say to each other: SCALE messages, u32-length-prefixed on one inherited
// descriptor. The host is the attacker: an enclave treats every input as hostile and every silence
// as possible.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "codec/scale/scale.hpp"
#include "finality/light_client.hpp"
#include "protocol/registry.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {

inline constexpr std::size_t host_message_bytes_max =
    80U << 20;  // a sealed state of 64 MiB and its frame

// Headers travel encoded, so that hash and bytes can never disagree.
struct RelayedBlock {
    Bytes header;
    std::optional<Bytes> justification;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<(1U << 20)>(s.header), s.justification);
    }
    friend bool operator==(const RelayedBlock&, const RelayedBlock&) = default;
};

namespace input {
// The first message: what the enclave is to be and which chain it follows. The genesis hash is a
// choice of the operator; everything that it signs or asks for names that genesis, so a wrong one
// only wastes its time.
struct Start {
    BlockHash genesis;
    Bytes genesis_header;
    std::vector<Bytes> genesis_proof;  // covers :grandpa_authorities and Attestation.SimulatedRoot
    Role role = Role::Worker;
    AccountId operator_account;
    ClusterId cluster;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.genesis, s.genesis_header, scale::bounded<4096>(s.genesis_proof),
                             s.role, s.operator_account, s.cluster);
    }
};
struct Blocks {
    std::vector<RelayedBlock> blocks;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<1024>(s.blocks));
    }
};
// Answers NeedProof: nodes for exactly that block's state.
struct Proof {
    BlockHash block;
    std::vector<Bytes> nodes;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.block, scale::bounded<4096>(s.nodes));
    }
};
// Answers NeedSealed: the blob, or nothing if the host has none.
struct Sealed {
    std::string name;
    std::optional<Bytes> blob;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<64>(s.name), s.blob);
    }
};
struct Query {
    std::uint64_t id = 0;
    Bytes sealed;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.id, s.sealed); }
};
// To a gatekeeper: SCALE(PeerRequest) from another enclave's host.
struct PeerRequest {
    std::uint64_t id = 0;
    Bytes bytes;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.id, scale::bounded<65536>(s.bytes));
    }
};
// From a gatekeeper: SCALE(PeerReply), answering ToGatekeeper.
struct PeerReply {
    Bytes bytes;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<(1U << 17)>(s.bytes));
    }
};
}  // namespace input
using HostInput = std::variant<input::Start, input::Blocks, input::Proof, input::Sealed,
                               input::Query, input::PeerRequest, input::PeerReply>;

namespace output {
// Who the enclave is: sent after Start.
struct Identity {
    WorkerId worker;
    Bytes session;  // SCALE(Session), for clients
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.worker, s.session); }
};
// The next finalised blocks after this number, please; sent again whenever it may help.
struct NeedBlocks {
    BlockNumber after;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.after); }
};
struct NeedProof {
    BlockHash block;
    std::vector<Bytes> keys;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.block, s.keys); }
};
struct NeedSealed {
    std::string name;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.name); }
};
struct StoreSealed {
    std::string name;
    Bytes blob;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.name, s.blob); }
};
// An encoded call for the operator's account to sign and submit.
struct SubmitCall {
    Bytes call;
    std::string what;  // for logs: "register", "draw", "receipts", ...
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.call, s.what); }
};
struct ToGatekeeper {
    Bytes bytes;  // SCALE(PeerRequest)
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.bytes); }
};
struct PeerReplyOut {
    std::uint64_t id = 0;
    Bytes bytes;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.id, s.bytes); }
};
struct QueryReplyOut {
    std::uint64_t id = 0;
    Bytes bytes;  // SCALE(QueryReply)
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.id, s.bytes); }
};
// Progress, for people and supervisors. Never contains anything of a contract's or a user's.
struct Status {
    BlockNumber followed;
    bool registered = false;
    bool has_keys = false;
    bool fresh = false;  // holds a live ticket (gatekeepers: holds a share)
    Sequence executed;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.followed, s.registered, s.has_keys, s.fresh, s.executed);
    }
    friend bool operator==(const Status&, const Status&) = default;
};
// A named refusal or event, with context that is public anyway.
struct Log {
    std::string code;  // "BadProof", "RolledBackState", "ConflictingFinality", ...
    std::string message;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.code, s.message); }
};
// The enclave has stopped for ever: two valid finality proofs for one height. Evidence for anyone.
struct Stopped {
    RelayedBlock first;
    RelayedBlock second;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.first, s.second); }
};
}  // namespace output
using HostOutput = std::variant<output::Identity, output::NeedBlocks, output::NeedProof,
                                output::NeedSealed, output::StoreSealed, output::SubmitCall,
                                output::ToGatekeeper, output::PeerReplyOut, output::QueryReplyOut,
                                output::Status, output::Log, output::Stopped>;

}  // namespace cloister::protocol
