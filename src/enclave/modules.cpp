#include "enclave/modules.hpp"

#include "protocol/storage.hpp"

namespace cloister::enclave {

Read<std::shared_ptr<const contract::Module>> Modules::get(Core& core, const At& at,
                                                           const CodeHash& code, Code read) {
    const auto known = modules_.find(code);
    if (known != modules_.end()) {
        known->second.used = ++uses_;
        return {.ready = true, .value = known->second.module};
    }
    if (read == Code::MayNot) return {};
    const auto wasm =
        core.reads.get<Bytes>(at, protocol::storage::contracts_code(code), Ask::Large);
    if (!wasm.ready) return {};
    // Absent code is not remembered: it may be uploaded later.
    if (!wasm.value) return {.ready = true, .value = std::nullopt};
    if (compiled_in_ == core.step) {
        core.wake_at(core.now);
        return {};
    }
    compiled_in_ = core.step;
    std::optional<std::shared_ptr<const contract::Module>> module;
    if (equal(crypto::blake2b_256(*wasm.value).view(), code.view())) {
        auto compiled = core.engine.compile(*wasm.value);
        if (compiled) module = std::move(*compiled);
    }
    if (modules_.size() >= modules_max) {
        modules_.erase(std::ranges::min_element(
            modules_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    modules_.emplace(code, Entry{module, ++uses_});
    return {.ready = true, .value = std::move(module)};
}

}  // namespace cloister::enclave
