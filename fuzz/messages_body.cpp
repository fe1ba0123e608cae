// Every SCALE message of ours that crosses a boundary: the first byte chooses the type. The table
// is what the inventory test holds every `scale_fields` of the headers against.
#include "app/cloister/node_genesis.hpp"
#include "bodies.hpp"
#include "enclave/sealing.hpp"
#include "message_entry.hpp"
#include "node/store.hpp"
#include "platform/messages.hpp"
#include "protocol/calls.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/host_channel.hpp"
#include "protocol/proof_file.hpp"
#include "protocol/query.hpp"

namespace cloister::fuzz {
namespace {

namespace p = protocol;
namespace in = protocol::input;
namespace out = protocol::output;

constexpr MessageEntry entries[] = {
    MESSAGE(attest::Collateral),
    MESSAGE(attest::Policy),
    MESSAGE(crypto::MultiSignature),
    MESSAGE(crypto::DleqProof),
    MESSAGE(crypto::PartialEvaluation),
    MESSAGE(enclave::SealedHeader),
    MESSAGE(finality::Authority),
    MESSAGE(finality::AuthoritySet),
    MESSAGE(finality::Precommit),
    MESSAGE(node::Newest),
    MESSAGE(node::StoredBlock),
    MESSAGE(node::TransactionPlace),
    MESSAGE(app::NodeGenesis),
    MESSAGE(platform::EnclaveRequest),
    MESSAGE(platform::EnclaveResponse),
    MESSAGE(platform::LauncherEvent),
    MESSAGE(platform::LaunchRequest),
    MESSAGE(platform::CollateralRequest),
    MESSAGE(platform::CollateralResponse),
    MESSAGE(platform::Exited),
    MESSAGE(platform::LaunchRefused),
    MESSAGE(platform::Launched),
    MESSAGE(platform::MeasurementRequest),
    MESSAGE(platform::MeasurementResponse),
    MESSAGE(platform::QuoteRequest),
    MESSAGE(platform::QuoteResponse),
    MESSAGE(platform::SealKeyRequest),
    MESSAGE(platform::SealKeyResponse),
    MESSAGE(p::ApproveMeasurement),
    MESSAGE(p::GovernanceEnact),
    MESSAGE(p::PostDraw),
    MESSAGE(p::PublishClusterKeyCall),
    MESSAGE(p::PublishContractKeyCall),
    MESSAGE(p::PublishEpochKeyCall),
    MESSAGE(p::RegisterWorker),
    MESSAGE(p::RemoveMeasurement),
    MESSAGE(p::ReserveContract),
    MESSAGE(p::SetPolicy),
    MESSAGE(p::StakeBond),
    MESSAGE(p::StakeUnbond),
    MESSAGE(p::SubmitCollateral),
    MESSAGE(p::SubmitTasks),
    MESSAGE(p::SystemRemark),
    MESSAGE(p::TaskRequest),
    MESSAGE(p::TimestampSet),
    MESSAGE(p::Transfer),
    MESSAGE(p::UpdateWorkerEndpoint),
    MESSAGE(p::UploadResource),
    MESSAGE(p::PeerRequest),
    MESSAGE(p::PeerReply),
    MESSAGE(p::KeyRequest),
    MESSAGE(p::KeyResponse),
    MESSAGE(p::KeyShares),
    MESSAGE(p::SeedShare),
    MESSAGE(p::SeedSubject),
    MESSAGE(p::Ticket),
    MESSAGE(p::TicketRequest),
    MESSAGE(p::HostInput),
    MESSAGE(p::HostOutput),
    MESSAGE(in::Start),
    MESSAGE(in::Blocks),
    MESSAGE(in::Proof),
    MESSAGE(in::Sealed),
    MESSAGE(in::Query),
    MESSAGE(in::PeerRequest),
    MESSAGE(in::PeerReply),
    MESSAGE(out::Identity),
    MESSAGE(out::NeedBlocks),
    MESSAGE(out::NeedProof),
    MESSAGE(out::NeedSealed),
    MESSAGE(out::StoreSealed),
    MESSAGE(out::SubmitCall),
    MESSAGE(out::ToGatekeeper),
    MESSAGE(out::PeerReplyOut),
    MESSAGE(out::QueryReplyOut),
    MESSAGE(out::Status),
    MESSAGE(out::Log),
    MESSAGE(out::Stopped),
    MESSAGE(p::RelayedBlock),
    MESSAGE(p::ProofFile),
    MESSAGE(p::Answer),
    MESSAGE(p::AnswerStatement),
    MESSAGE(p::Certificate),
    MESSAGE(p::Query),
    MESSAGE(p::QueryReply),
    MESSAGE(p::Session),
    MESSAGE(p::AcceptedState),
    MESSAGE(p::Batch),
    MESSAGE(p::BatchStatement),
    MESSAGE(p::MerklePath),
    MESSAGE(p::Receipt),
    MESSAGE(p::SubmittedReceipt),
    MESSAGE(p::TaskResult),
    MESSAGE(p::ClusterKey),
    MESSAGE(p::ContractInfo),
    MESSAGE(p::ContractKey),
    MESSAGE(p::EpochKey),
    MESSAGE(p::MeasurementApproval),
    MESSAGE(p::PublishClusterKey),
    MESSAGE(p::PublishContractKey),
    MESSAGE(p::PublishEpochKey),
    MESSAGE(p::Registration),
    MESSAGE(p::ShareHolder),
    MESSAGE(p::WorkerInfo),
    MESSAGE(p::Assignment),
    MESSAGE(p::PendingDraw),
    MESSAGE(p::ReplicationPolicy),
    MESSAGE(p::RequestContext),
    MESSAGE(p::RequestRecord),
};
static_assert(std::size(entries) < 256);

}  // namespace

std::vector<std::string_view> message_names() { return names_of(entries); }

int messages_body(ByteView input) { return any_message(entries, input); }
std::vector<Bytes> messages_seeds() { return examples(entries); }

}  // namespace cloister::fuzz
