// wasmtime behind our interface: configuration, host call entry, one run.
#include "contract/engine.hpp"

#include <wasm.h>
#include <wasmtime.h>

#include "contract/costs.hpp"
#include "contract/host.hpp"
#include "contract/names.hpp"
#include "contract/wasm_binary.hpp"

namespace cloister::contract {

namespace {

constexpr std::size_t wasm_stack_bytes = 512U << 10;
constexpr std::uint32_t instances_max = 8;            // at the same time, in one process
constexpr std::size_t instance_bytes_max = 1U << 20;  // wasmtime's own data of one instance
constexpr std::size_t kept_resident_bytes = 128U << 10;
constexpr std::size_t page_bytes = 64U << 10;

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* pointer) const { release(pointer); }
};
template <class T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Release<T, release>>;

using EngineHandle = Owned<wasm_engine_t, wasm_engine_delete>;
using LinkerHandle = Owned<wasmtime_linker_t, wasmtime_linker_delete>;
using ModuleHandle = Owned<wasmtime_module_t, wasmtime_module_delete>;
using PreparedHandle = Owned<wasmtime_instance_pre_t, wasmtime_instance_pre_delete>;
using StoreHandle = Owned<wasmtime_store_t, wasmtime_store_delete>;
using TrapHandle = Owned<wasm_trap_t, wasm_trap_delete>;
using ErrorHandle = Owned<wasmtime_error_t, wasmtime_error_delete>;

// For calls that fail only through a bug of ours.
void must(wasmtime_error_t* error) { CLOISTER_ASSERT(error == nullptr); }

// One code for every machine of a kind: compiled for x86-64-v2 whatever this processor has, so that
// stack frames, and with them the depth at which the stack overflows, are the same on all replicas.
void fix_target(wasm_config_t* config) {
#if defined(__x86_64__)
    must(wasmtime_config_target_set(config, "x86_64-unknown-linux-gnu"));
    for (const char* feature :
         {"has_cmpxchg16b", "has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"}) {
        wasmtime_config_cranelift_flag_enable(config, feature);
    }
#else
#error "the contract engine's code generation is fixed for x86-64 only"
#endif
}

void choose_features(wasm_config_t* config) {
    wasmtime_config_wasm_simd_set(config, false);
    wasmtime_config_wasm_relaxed_simd_set(config, false);
    wasmtime_config_wasm_multi_memory_set(config, false);
    wasmtime_config_wasm_memory64_set(config, false);
    wasmtime_config_wasm_tail_call_set(config, false);
    wasmtime_config_wasm_wide_arithmetic_set(config, false);
    wasmtime_config_wasm_custom_page_sizes_set(config, false);
    wasmtime_config_wasm_stack_switching_set(config, false);
    wasmtime_config_shared_memory_set(config, false);
    wasmtime_config_wasm_bulk_memory_set(config, true);
    wasmtime_config_wasm_multi_value_set(config, true);
    // Reference types stay at their default, on: current compilers pad call_indirect's table index.
}

void use_pool(wasm_config_t* config, const Limits& limits) {
    wasmtime_pooling_allocation_config_t* pool = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, instances_max);
    wasmtime_pooling_allocation_config_total_memories_set(pool, instances_max);
    wasmtime_pooling_allocation_config_total_tables_set(pool, instances_max);
    wasmtime_pooling_allocation_config_max_memories_per_module_set(pool, 1);
    wasmtime_pooling_allocation_config_max_tables_per_module_set(pool, 1);
    wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, instance_bytes_max);
    wasmtime_pooling_allocation_config_table_elements_set(pool, table_elements_max);
    wasmtime_pooling_allocation_config_max_memory_size_set(
        pool, std::size_t{limits.memory_pages_max} * page_bytes);
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, kept_resident_bytes);
    wasmtime_pooling_allocation_strategy_set(config, pool);
    wasmtime_pooling_allocation_config_delete(pool);
}

EngineHandle make_engine(const Limits& limits) {
    wasm_config_t* config = wasm_config_new();
    wasmtime_config_strategy_set(config, WASMTIME_STRATEGY_CRANELIFT);
    wasmtime_config_consume_fuel_set(config, true);
    wasmtime_config_epoch_interruption_set(config, false);
    wasmtime_config_cranelift_nan_canonicalization_set(config, true);
    wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
    wasmtime_config_max_wasm_stack_set(config, wasm_stack_bytes);
    // Copy-on-write images need memfds, which a hardened enclave may not make.
    wasmtime_config_memory_init_cow_set(config, false);
    choose_features(config);
    fix_target(config);
    use_pool(config, limits);
    EngineHandle engine(wasm_engine_new_with_config(config));
    CLOISTER_ASSERT(engine != nullptr);
    return engine;
}

// What a store carries to the host functions.
struct ActiveRun {
    Host& host;
    wasmtime_memory_t memory{};
};

// Any host call. `env` is the table's entry. Ends the guest by a trap when the run is over.
wasm_trap_t* enter_host(void* env, wasmtime_caller_t* caller, wasmtime_val_raw_t* values,
                        std::size_t) {
    const auto& function = *static_cast<const HostFunction*>(env);
    wasmtime_context_t* context = wasmtime_caller_context(caller);
    auto& active = *static_cast<ActiveRun*>(wasmtime_context_get_data(context));
    Guest guest{{wasmtime_memory_data(context, &active.memory),
                 wasmtime_memory_data_size(context, &active.memory)}};
    must(wasmtime_context_get_fuel(context, &guest.fuel));
    std::array<std::uint32_t, parameters_max> arguments{};
    for (unsigned i = 0; i < function.parameters; ++i) {
        arguments[i] = static_cast<std::uint32_t>(values[i].i32);
    }
    HostCall call(active.host, guest, arguments);
    call.charge(costs::call);
    if (!call.over()) function.run(call);
    must(wasmtime_context_set_fuel(context, guest.fuel));
    if (call.over()) return wasmtime_trap_new("over", 4);
    if (function.has_result) values[0].i32 = static_cast<std::int32_t>(call.result);
    return nullptr;
}

Owned<wasm_functype_t, wasm_functype_delete> wasm_type_of(const HostFunction& function) {
    std::array<wasm_valtype_t*, parameters_max> kinds{};
    for (unsigned i = 0; i < function.parameters; ++i) kinds[i] = wasm_valtype_new(WASM_I32);
    wasm_valtype_vec_t parameters;
    wasm_valtype_vec_new(&parameters, function.parameters, kinds.data());
    wasm_valtype_t* result = function.has_result ? wasm_valtype_new(WASM_I32) : nullptr;
    wasm_valtype_vec_t results;
    wasm_valtype_vec_new(&results, function.has_result ? 1 : 0, &result);
    return Owned<wasm_functype_t, wasm_functype_delete>(wasm_functype_new(&parameters, &results));
}

constexpr std::string_view prefix = "seal_";

// Both spellings of a pallet-contracts function are the same function.
const HostFunction* find_host_function(std::string_view module, std::string_view name) {
    for (const HostFunction& function : host_functions()) {
        if (function.module != module) continue;
        if (function.name == name) return &function;
        if (module != "cloister" && name.starts_with(prefix) &&
            function.name == name.substr(prefix.size())) {
            return &function;
        }
    }
    return nullptr;
}

const FunctionType* import_type(std::string_view module, std::string_view name) {
    static const std::vector<FunctionType> types = [] {
        std::vector<FunctionType> all;
        for (const HostFunction& function : host_functions()) all.push_back(type_of(function));
        return all;
    }();
    const HostFunction* function = find_host_function(module, name);
    if (function == nullptr) return nullptr;
    return &types[static_cast<std::size_t>(function - host_functions().data())];
}

void define(wasmtime_linker_t* linker, const HostFunction& function, std::string_view name) {
    const auto type = wasm_type_of(function);
    must(wasmtime_linker_define_func_unchecked(
        linker, function.module.data(), function.module.size(), name.data(), name.size(),
        type.get(), enter_host, const_cast<HostFunction*>(&function), nullptr));
}

LinkerHandle make_linker(wasm_engine_t* engine) {
    LinkerHandle linker(wasmtime_linker_new(engine));
    for (const HostFunction& function : host_functions()) {
        define(linker.get(), function, function.name);
        if (function.module == "cloister" || function.name.starts_with(prefix)) continue;
        define(linker.get(), function, std::string(prefix) + std::string(function.name));
    }
    return linker;
}

// One instance in its own store, from the first charge to the verdict.
class Execution {
  public:
    Execution(wasm_engine_t* engine, Host& host, const Entry& entry)
        : active_{host}, entry_(entry), store_(wasmtime_store_new(engine, &active_, nullptr)) {
        context_ = wasmtime_store_context(store_.get());
        const auto memory = std::int64_t{host.limits.memory_pages_max} * std::int64_t{page_bytes};
        wasmtime_store_limiter(store_.get(), memory, table_elements_max, 1, 1, 1);
    }

    Run run(const wasmtime_instance_pre_t* module) {
        if (entry_.gas_limit.value < costs::run) {
            return finish(Outcome::OutOfGas, "out of gas before the start");
        }
        must(wasmtime_context_set_fuel(context_, entry_.gas_limit.value - costs::run));
        if (active_.host.input.size() > active_.host.limits.input_bytes_max) {
            return finish(Outcome::Trapped, "the input is above its limit");
        }
        wasm_trap_t* trap = nullptr;
        ErrorHandle error(wasmtime_instance_pre_instantiate(module, context_, &instance_, &trap));
        TrapHandle owned_trap(trap);
        // Filling the memory with the module's data costs fuel as well.
        if (is_out_of_fuel(trap)) return finish(Outcome::OutOfGas, "out of gas");
        if (error != nullptr || trap != nullptr) {
            return finish(Outcome::Trapped, "the module's own data does not fit its memory");
        }
        active_.memory = exported(memory_export, WASMTIME_EXTERN_MEMORY).of.memory;
        call_entry();
        return verdict();
    }

  private:
    wasmtime_extern_t exported(std::string_view name, wasmtime_extern_kind_t kind) {
        wasmtime_extern_t item;
        CLOISTER_ASSERT(
            wasmtime_instance_export_get(context_, &instance_, name.data(), name.size(), &item));
        CLOISTER_ASSERT(item.kind == kind);
        return item;
    }

    void call_entry() {
        const bool deploy = entry_.function == Entry::Function::Deploy;
        const wasmtime_func_t function =
            exported(deploy ? "deploy" : "call", WASMTIME_EXTERN_FUNC).of.func;
        wasm_trap_t* trap = nullptr;
        error_.reset(wasmtime_func_call(context_, &function, nullptr, 0, nullptr, 0, &trap));
        trap_.reset(trap);
    }

    static bool is_out_of_fuel(const wasm_trap_t* trap) {
        wasmtime_trap_code_t code = 0;
        return trap != nullptr && wasmtime_trap_code(trap, &code) &&
               code == WASMTIME_TRAP_CODE_OUT_OF_FUEL;
    }

    bool grow_failed() {
        const wasmtime_global_t global =
            exported(grow_failed_export, WASMTIME_EXTERN_GLOBAL).of.global;
        wasmtime_val_t value;
        wasmtime_global_get(context_, &global, &value);
        return value.of.i32 != 0;
    }

    Run verdict() {
        const Host& host = active_.host;
        if (host.ended) return finish(*host.ended, host.trap);
        if (error_ == nullptr && trap_ == nullptr) return finish(Outcome::Returned, "");
        if (is_out_of_fuel(trap_.get())) return finish(Outcome::OutOfGas, "out of gas");
        wasmtime_trap_code_t code = 0;
        const bool known = trap_ != nullptr && wasmtime_trap_code(trap_.get(), &code);
        if (grow_failed()) {
            return finish(Outcome::OutOfMemory, "a trap after a refused memory.grow");
        }
        return finish(Outcome::Trapped, known ? trap_words(code) : "the engine gave up");
    }

    Run finish(Outcome outcome, std::string_view words) {
        Host& host = active_.host;
        std::uint64_t left = 0;
        if (outcome != Outcome::OutOfGas) must(wasmtime_context_get_fuel(context_, &left));
        Run run;
        run.outcome = outcome;
        run.trap = words;
        run.gas_used = Gas(entry_.gas_limit.value - left);
        if (outcome != Outcome::Returned) {
            std::erase_if(host.events, [](const Bytes& e) { return e[0] != event_debug; });
        }
        run.events = std::move(host.events);
        if (outcome == Outcome::Returned || outcome == Outcome::Reverted) {
            run.output = std::move(host.output);
        }
        if (outcome == Outcome::Returned && !host.context.is_query) {
            run.writes = std::move(host.writes);
            run.actions = std::move(host.actions);
        }
        return run;
    }

    ActiveRun active_;
    const Entry& entry_;
    StoreHandle store_;
    wasmtime_context_t* context_ = nullptr;
    wasmtime_instance_t instance_{};
    ErrorHandle error_;
    TrapHandle trap_;
};

}  // namespace

class Module {
  public:
    explicit Module(PreparedHandle prepared) : prepared_(std::move(prepared)) {}
    const wasmtime_instance_pre_t* prepared() const { return prepared_.get(); }

  private:
    PreparedHandle prepared_;
};

struct Engine::Impl {
    explicit Impl(const Limits& l)
        : limits(l), engine(make_engine(limits)), linker(make_linker(engine.get())) {}

    Limits limits;
    EngineHandle engine;
    LinkerHandle linker;
};

Engine::Engine(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;

const Limits& Engine::limits() const { return impl_->limits; }

Result<std::shared_ptr<const Module>, CodeError> Engine::compile(ByteView wasm) const {
    CLOISTER_TRY(const ModuleShape shape, inspect(wasm, impl_->limits, import_type));
    wasm_engine_t* engine = impl_->engine.get();
    if (ErrorHandle invalid(wasmtime_module_validate(engine, wasm.data(), wasm.size())); invalid) {
        return err(CodeError::Malformed);
    }
    CLOISTER_TRY(const Bytes ours, rewrite(shape));
    wasmtime_module_t* compiled = nullptr;
    ErrorHandle refused(wasmtime_module_new(engine, ours.data(), ours.size(), &compiled));
    const ModuleHandle module(compiled);
    if (refused != nullptr) return err(CodeError::Malformed);
    wasmtime_instance_pre_t* prepared = nullptr;
    must(wasmtime_linker_instantiate_pre(impl_->linker.get(), module.get(), &prepared));
    return std::make_shared<const Module>(PreparedHandle(prepared));
}

Run Engine::run(const Module& module, const Context& context, const State& state,
                const Entry& entry) const {
    Host host(impl_->limits, context, state, entry.input);
    return Execution(impl_->engine.get(), host, entry).run(module.prepared());
}

}  // namespace cloister::contract
