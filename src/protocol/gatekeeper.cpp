#include "protocol/gatekeeper.hpp"

#include "protocol/domains.hpp"
#include "protocol/tagged.hpp"

namespace cloister::protocol {

Bytes signing_bytes(const BlockHash& genesis, const Ticket& ticket) {
    return tagged(domain::ticket, genesis, ticket.worker, ticket.nonce, ticket.block,
                  ticket.block_hash, ticket.gatekeeper);
}

Bytes seed_message(const BlockHash& genesis, KeyEpoch epoch, const SeedSubject& subject) {
    return scale::encode(genesis, epoch, subject.id, subject.purpose);
}

ReportData64 report_data_of(const KeyRequest& request) {
    return report_data(domain::key_request, request.version, request.genesis, request.worker,
                       request.encryption_key, request.nonce, request.epoch, request.subjects);
}

Bytes signing_bytes(const KeyRequest& request) {
    return tagged(domain::key_request, request.version, request.genesis, request.worker,
                  request.encryption_key, request.nonce, request.epoch, request.subjects,
                  request.evidence);
}

Bytes associated_data(const BlockHash& genesis, const KeyResponse& response) {
    return scale::encode(genesis, response.worker, response.gatekeeper, response.nonce,
                         response.epoch);
}

Bytes signing_bytes(const BlockHash& genesis, const KeyResponse& response) {
    return tagged(domain::key_share, genesis, response.worker, response.gatekeeper, response.nonce,
                  response.epoch, response.sealed);
}

std::string_view name_of(GatekeeperError error) {
    switch (error) {
        case GatekeeperError::Malformed: return "Malformed";
        case GatekeeperError::NotReady: return "NotReady";
        case GatekeeperError::WrongGenesis: return "WrongGenesis";
        case GatekeeperError::UnknownWorker: return "UnknownWorker";
        case GatekeeperError::BadSignature: return "BadSignature";
        case GatekeeperError::BadEvidence: return "BadEvidence";
        case GatekeeperError::MeasurementNotApproved: return "MeasurementNotApproved";
        case GatekeeperError::PlatformNotAccepted: return "PlatformNotAccepted";
        case GatekeeperError::NotInCluster: return "NotInCluster";
        case GatekeeperError::WrongEpoch: return "WrongEpoch";
    }
    std::unreachable();
}

}  // namespace cloister::protocol
