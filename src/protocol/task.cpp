#include "protocol/task.hpp"

#include <bit>
#include <limits>

#include "protocol/domains.hpp"
#include "protocol/tagged.hpp"

namespace cloister::protocol {

Hash256 hash_of(const ReplicationPolicy& policy) { return tagged_hash(domain::policy, policy); }

Hash256 hash_of(const RequestRecord& record) { return tagged_hash(domain::request_record, record); }

RequestContext context_of(const BlockHash& genesis, const RequestRecord& record) {
    return {.genesis = genesis,
            .contract = record.contract,
            .epoch = record.epoch,
            .origin = record.origin,
            .request_id = record.request_id,
            .reply_key = record.reply_key,
            .policy_hash = hash_of(record.policy),
            .blob_root = record.blob_root};
}

Bytes draw_message(const BlockHash& genesis, const ClusterId& cluster,
                   const BlockHash& request_block) {
    return scale::encode(genesis, cluster, request_block);
}

std::size_t drawn_index(const crypto::RistrettoPoint& vrf_value, TaskId task, std::size_t members) {
    CLOISTER_ASSERT(members > 0);
    const auto output = crypto::output_of(view_of(domain::draw), vrf_value);
    const Hash256 digest = tagged_hash(domain::draw, output, task);
    u128 number = 0;
    for (std::size_t i = 16; i > 0; --i) number = (number << 8) | digest[i - 1];
    return static_cast<std::size_t>(number % members);
}

std::string_view name_of(TaskOutcome outcome) {
    switch (outcome) {
        case TaskOutcome::Ok: return "Ok";
        case TaskOutcome::Reverted: return "Reverted";
        case TaskOutcome::Trapped: return "Trapped";
        case TaskOutcome::OutOfGas: return "OutOfGas";
        case TaskOutcome::OutOfMemory: return "OutOfMemory";
        case TaskOutcome::StateTooLarge: return "StateTooLarge";
        case TaskOutcome::InputDoesNotOpen: return "InputDoesNotOpen";
        case TaskOutcome::InputMalformed: return "InputMalformed";
        case TaskOutcome::NoSuchContract: return "NoSuchContract";
        case TaskOutcome::BadCode: return "BadCode";
    }
    std::unreachable();
}

Bytes signing_bytes(const Receipt& receipt) { return tagged(domain::receipt, receipt); }

Hash256 hash_of_actions(const std::vector<Bytes>& actions) {
    return tagged_hash(domain::actions, actions);
}

std::uint8_t gas_class_of(Gas used) {
    if (used.value <= 1) return 0;
    return static_cast<std::uint8_t>(std::bit_width(used.value - 1));
}

Gas gas_of_class(std::uint8_t gas_class) {
    if (gas_class >= 64) return Gas(std::numeric_limits<std::uint64_t>::max());
    return Gas(std::uint64_t{1} << gas_class);
}

ReportData64 report_data_of(const BatchStatement& statement) {
    return report_data(domain::batch, statement);
}

}  // namespace cloister::protocol
