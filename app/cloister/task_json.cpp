#include "task_json.hpp"

#include "base/hex.hpp"

namespace cloister::app {

std::vector<std::pair<std::string, std::string>> receipt_rows(const protocol::Receipt& r) {
    const auto hex = [](const auto& fixed) { return base::to_hex_0x(fixed.view()); };
    return {{"task", std::to_string(r.task.value)},
            {"sequence", std::to_string(r.sequence.value)},
            {"outcome", std::string(protocol::name_of(r.outcome))},
            {"contract", hex(r.contract)},
            {"code_hash", hex(r.code_hash)},
            {"request_hash", hex(r.request_hash)},
            {"assigning_block", hex(r.assigning_block)},
            {"sealed_input_hash", hex(r.sealed_input_hash)},
            {"sealed_output_hash", hex(r.sealed_output_hash)},
            {"root_before", hex(r.root_before)},
            {"root_after", hex(r.root_after)},
            {"actions_hash", hex(r.actions_hash)},
            {"gas_class", std::to_string(r.gas_class)},
            {"engine_version", std::to_string(r.engine_version)},
            {"key_epoch", std::to_string(r.epoch.value)},
            {"worker", hex(r.worker)}};
}

void write_receipt(json::Writer& w, const protocol::Receipt& receipt) {
    w.begin_object();
    for (const auto& [name, value] : receipt_rows(receipt)) {
        const bool number = value.find_first_not_of("0123456789") == std::string::npos;
        w.key(name);
        number ? w.raw(value) : w.string(value);
    }
    w.end_object();
}

void write_opened(json::Writer& w, TaskId task, const protocol::Receipt& receipt,
                  const client::Opened& opened) {
    w.key("task").number(task.value).key("outcome").string(protocol::name_of(opened.outcome));
    w.key("output").hex(opened.output.reveal()).key("receipt");
    write_receipt(w, receipt);
}

}  // namespace cloister::app
