// For tests: loads the contracts that CMake made and calls them as a client would.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "codec/scale/scale.hpp"
#include "contract/engine.hpp"
#include "crypto/hash.hpp"

namespace cloister::contract {

inline Bytes read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes((std::istreambuf_iterator<char>(in)), {});
}

inline Bytes contract_wasm(const std::string& name) {
    return read_whole(CLOISTER_CONTRACTS "/" + name + ".wasm");
}

// A message's input: ink!'s selector and the SCALE arguments.
template <class... Args>
Bytes message(std::string_view name, const Args&... arguments) {
    Bytes input = to_bytes(crypto::blake2b_256(view_of(name)).view().first(4));
    append(input, scale::encode(arguments...));
    return input;
}

// One deployed contract with its state, called again and again.
class Instance {
  public:
    Instance(const Engine& engine, ByteView wasm) : engine_(engine) {
        auto compiled = engine.compile(wasm);
        EXPECT_TRUE(compiled.has_value()) << name_of(compiled.error());
        if (compiled) module_ = *compiled;
    }

    Run deploy(ByteView input) { return enter(Entry::Function::Deploy, input); }
    Run call(ByteView input) { return enter(Entry::Function::Call, input); }
    Run query(ByteView input) {
        context.is_query = true;
        Run run = enter(Entry::Function::Call, input);
        context.is_query = false;
        return run;
    }

    Context context;
    State state;
    Gas gas{10'000'000'000};

  private:
    Run enter(Entry::Function function, ByteView input) {
        Run run = engine_.run(*module_, context, state, {function, input, gas});
        for (const auto& [key, value] : run.writes) {
            state.erase(key);
            if (value) state.emplace(key, *value);
        }
        return run;
    }

    const Engine& engine_;
    std::shared_ptr<const Module> module_;
};

// A message's value T out of SCALE Result<T, LangError>.
template <class T>
T value_of(const Run& run) {
    scale::Decoder decoder(run.output);
    EXPECT_EQ(decoder.byte(), 0);
    T value = decoder.read<T>();
    EXPECT_FALSE(decoder.failed());
    EXPECT_EQ(decoder.remaining(), 0U);
    return value;
}

}  // namespace cloister::contract
