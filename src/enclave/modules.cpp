#include "enclave/modules.hpp"

#include "protocol/storage.hpp"

namespace cloister::enclave {

Read<std::shared_ptr<const contract::Module>> Modules::get(Core& core, const At& at,
                                                           const CodeHash& code) {
    const auto known = modules_.find(code);
    if (known != modules_.end()) return {.ready = true, .value = known->second};
    const auto wasm = core.reads.get<Bytes>(at, protocol::storage::contracts_code(code));
    if (!wasm.ready) return {};
    std::optional<std::shared_ptr<const contract::Module>> module;
    // Absent code is not remembered: it may be uploaded later.
    if (!wasm.value) return {.ready = true, .value = std::nullopt};
    if (equal(crypto::blake2b_256(*wasm.value).view(), code.view())) {
        auto compiled = core.engine.compile(*wasm.value);
        if (compiled) module = std::move(*compiled);
    }
    if (order_.size() >= modules_max) {
        modules_.erase(order_.front());
        order_.pop_front();
    }
    order_.push_back(code);
    modules_.emplace(code, module);
    return {.ready = true, .value = std::move(module)};
}

}  // namespace cloister::enclave
