// What the chain writes for its readers: each event and record of a pallet.
#include "bodies.hpp"
#include "message_entry.hpp"
#include "runtime/attestation/attestation.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/stake/stake.hpp"
#include "runtime/system/system.hpp"
#include "runtime/tasks/tasks.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::fuzz {
namespace {

namespace attestation = runtime::attestation::events;
namespace balances = runtime::balances::events;
namespace registry = runtime::registry::events;
namespace contracts = runtime::contracts;
namespace stake = runtime::stake::events;
namespace chain_system = runtime::system;
namespace tasks = runtime::tasks::events;
namespace payment = runtime::transaction_payment::events;

constexpr MessageEntry entries[] = {
    MESSAGE(attestation::MeasurementApproved),
    MESSAGE(attestation::MeasurementRemoved),
    MESSAGE(attestation::CollateralUpdated),
    MESSAGE(attestation::PolicyUpdated),
    MESSAGE(balances::Endowed),
    MESSAGE(balances::Transfer),
    MESSAGE(registry::WorkerRegistered),
    MESSAGE(registry::WorkerRetired),
    MESSAGE(registry::EpochKeyPublished),
    MESSAGE(registry::ClusterKeyPublished),
    MESSAGE(registry::ContractKeyPublished),
    MESSAGE(contracts::events::ResourceUploaded),
    MESSAGE(contracts::events::Instantiating),
    MESSAGE(contracts::events::Instantiated),
    MESSAGE(contracts::ClusterInfo),
    MESSAGE(stake::Bonded),
    MESSAGE(stake::Unbonded),
    MESSAGE(chain_system::AccountInfo),
    MESSAGE(chain_system::DispatchInfo),
    MESSAGE(chain_system::events::ExtrinsicSuccess),
    UNFILLED_MESSAGE(chain_system::events::ModulePart),
    UNFILLED_MESSAGE(chain_system::events::ExtrinsicFailed),
    MESSAGE(tasks::Requested),
    MESSAGE(tasks::Expired),
    MESSAGE(tasks::Drawn),
    MESSAGE(tasks::Finished),
    MESSAGE(payment::TransactionFeePaid),
};

}  // namespace

std::vector<std::string_view> event_names() { return names_of(entries); }

int events_body(ByteView input) { return any_message(entries, input); }

std::vector<Bytes> events_seeds() { return examples(entries); }

}  // namespace cloister::fuzz
